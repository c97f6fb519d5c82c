//! A stub of the Lambda Runtime API that hands one function its events and keeps its answers with their times.
//!
//! Each connection has a thread that answers by itself, so that nothing is handed from thread to thread while time counts.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::http1::Connection;

/// Longer than any function may take here; only a broken one is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The headers of an event, as Lambda sends them.
const EVENT_HEADERS: &str = "content-type: application/json\r\n\
    lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
    lambda-runtime-deadline-ms: 4102444800000\r\n\
    lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:123456789012:function:measured\r\n\
    lambda-runtime-trace-id: Root=1-69566340-0f1e2d3c4b5a69788796a5b4;Parent=0f1e2d3c4b5a6978;Sampled=0\r\n";

/// An answer of the function.
pub(crate) struct Answer {
    /// From the moment its event was about to be written.
    pub(crate) latency: Duration,
    /// When all of it had arrived.
    pub(crate) arrived: Instant,
    /// What it says.
    pub(crate) body: Vec<u8>,
}

/// The API of one sandbox.
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    event: Vec<u8>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Events that may still be handed out.
    offered: usize,
    /// The function asks for an event and there is none.
    idle: bool,
    sent: Option<Instant>,
    answers: Vec<Answer>,
    failure: Option<String>,
    /// The sandbox has ended.
    closed: bool,
}

impl RuntimeApi {
    /// Listens; every event will be `event`.
    pub(crate) fn start(event: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { event: event.into(), state: Mutex::default(), changed: Condvar::new() });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if accepting.lock().closed {
                    break;
                }
                let shared = Arc::clone(&accepting);
                thread::spawn(move || {
                    if let Err(error) = serve(stream, &shared) {
                        shared.fail(format!("the stub of the Runtime API: {error:#}"));
                    }
                });
            }
        });
        Ok(Self { address, shared })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Offers `count` events, from now on.
    pub(crate) fn offer(&self, count: usize) {
        let mut state = self.shared.lock();
        state.offered = count;
        state.idle = false;
        self.shared.changed.notify_all();
    }

    /// Waits until all events are answered and the function asks for another; the answers since the last time.
    pub(crate) fn answers(&self) -> Result<Vec<Answer>> {
        let busy = |state: &mut State| state.failure.is_none() && !(state.idle && state.offered == 0);
        let waited = self.shared.changed.wait_timeout_while(self.shared.lock(), PATIENCE, busy);
        let (mut state, limit) = waited.unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = state.failure.take() {
            bail!("the function failed: {failure}");
        }
        ensure!(
            !limit.timed_out(),
            "the function did not answer within {} s; what it complained about stands above",
            PATIENCE.as_secs()
        );
        Ok(std::mem::take(&mut state.answers))
    }
}

impl Drop for RuntimeApi {
    /// Ends the threads; the one that accepts wakes up for one last connection.
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, failure: String) {
        self.lock().failure = Some(failure);
        self.changed.notify_all();
    }

    /// Waits until there is an event to hand out; false when there will be none.
    fn take_event(&self) -> bool {
        let mut state = self.lock();
        if state.offered == 0 {
            state.idle = true;
            self.changed.notify_all();
            let none = |state: &mut State| state.offered == 0 && !state.closed;
            state = self.changed.wait_while(state, none).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return false;
        }
        state.offered -= 1;
        state.sent = Some(Instant::now());
        true
    }

    fn keep_answer(&self, body: Vec<u8>) -> Result<()> {
        let arrived = Instant::now();
        let mut state = self.lock();
        let latency = arrived - state.sent.take().context("an answer to nothing")?;
        state.answers.push(Answer { latency, arrived, body });
        Ok(())
    }
}

fn serve(stream: TcpStream, shared: &Shared) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(stream);
    while let Some(request) = connection.request()? {
        if request.line.starts_with("GET ") && request.line.ends_with("/runtime/invocation/next") {
            if !shared.take_event() {
                return Ok(());
            }
            connection.answer("200 OK", EVENT_HEADERS, &shared.event)?;
        } else if request.line.ends_with("/response") {
            shared.keep_answer(request.body)?;
            connection.answer("202 Accepted", "", b"")?;
        } else {
            bail!("{}: {}", request.line, String::from_utf8_lossy(&request.body));
        }
    }
    Ok(())
}
