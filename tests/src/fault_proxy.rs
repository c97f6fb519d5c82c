//! A proxy in front of DynamoDB that misbehaves by script, because no local DynamoDB throttles, conflicts or loses replies.

#![expect(clippy::expect_used, reason = "test harness: whatever is wrong here ends the test with the words given")]

mod wire;

use std::{
    collections::VecDeque,
    io::{Result, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use wire::{answer, hang_up, read_message, unprocessed, wait_for_hang_up};

/// What happens to one request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing: it goes through.
    Pass,
    /// It is answered with this status and this body, and does not go through.
    Answer(u16, Value),
    /// It is answered as if DynamoDB had left out all keys.
    Unprocessed,
    /// The connection closes before it goes through.
    Refuse,
    /// It goes through and the connection closes instead of the reply.
    LoseReply,
    /// It goes through and half of the reply arrives.
    Truncate,
    /// It does not go through, and no reply ever comes.
    Stall,
    /// It goes through, and no reply ever comes.
    StallReply,
}

impl Fault {
    /// An error as DynamoDB writes it.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
        Self::Answer(status, json!({ "__type": kind, "message": message }))
    }

    /// A throttled request.
    pub fn throttled() -> Self {
        Self::error(400, "ThrottlingException", "Rate exceeded")
    }

    /// A fault of DynamoDB's own.
    pub fn internal() -> Self {
        Self::error(500, "InternalServerError", "Internal server error")
    }

    /// A cancelled transaction, with one reason per item.
    pub fn cancelled(codes: &[&str]) -> Self {
        let reasons: Vec<Value> = codes.iter().map(|code| json!({ "Code": code })).collect();
        let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        Self::Answer(400, json!({ "__type": kind, "Message": "Transaction cancelled", "CancellationReasons": reasons }))
    }
}

#[derive(Debug)]
struct Script {
    upstream: SocketAddr,
    faults: Mutex<VecDeque<Fault>>,
    afterwards: Fault,
    applied: UnboundedSender<()>,
}

/// A running proxy; it serves until the test process ends.
#[derive(Debug)]
pub struct FaultProxy {
    endpoint: String,
    applied: UnboundedReceiver<()>,
}

impl FaultProxy {
    /// Starts one in front of `upstream` (a URL). Requests meet `faults` in turn, and `afterwards` when these are used up.
    pub fn start(upstream: &str, faults: impl IntoIterator<Item = Fault>, afterwards: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("the listener is bound");
        let (sender, applied) = unbounded_channel();
        let script = Arc::new(Script {
            upstream: upstream.trim_start_matches("http://").parse().expect("the upstream is an address"),
            faults: Mutex::new(faults.into_iter().collect()),
            afterwards,
            applied: sender,
        });
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let script = Arc::clone(&script);
                thread::spawn(move || script.serve(client));
            }
        });
        Self { endpoint: format!("http://{address}"), applied }
    }

    /// Where it listens.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns when one more request has met its fault: has gone through, if it does.
    pub async fn applied(&mut self) {
        self.applied.recv().await.expect("the proxy runs");
    }
}

impl Script {
    fn next(&self) -> Fault {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.pop_front().unwrap_or_else(|| self.afterwards.clone())
    }

    /// Serves one connection until a fault ends it.
    fn serve(&self, mut client: TcpStream) {
        while let Ok(request) = read_message(&mut client) {
            let fault = self.next();
            let reply = self.apply(&fault, &request);
            let _ = self.applied.send(());
            let sent = match (fault, reply) {
                (Fault::Stall | Fault::StallReply, _) => wait_for_hang_up(&mut client),
                (Fault::Truncate, Ok(reply)) => {
                    client.write_all(&reply[..reply.len() - reply.len() / 4]).and_then(|()| hang_up(&client))
                }
                (Fault::Refuse | Fault::LoseReply, _) | (_, Err(_)) => hang_up(&client),
                (_, Ok(reply)) => client.write_all(&reply),
            };
            if sent.is_err() {
                return;
            }
        }
    }

    /// The reply that `fault` leaves of `request`.
    fn apply(&self, fault: &Fault, request: &[u8]) -> Result<Vec<u8>> {
        match fault {
            Fault::Answer(status, body) => Ok(answer(*status, body)),
            Fault::Unprocessed => Ok(answer(200, &unprocessed(request))),
            Fault::Refuse | Fault::Stall => Ok(Vec::new()),
            Fault::Pass | Fault::LoseReply | Fault::Truncate | Fault::StallReply => {
                let mut upstream = TcpStream::connect(self.upstream)?;
                upstream.write_all(request)?;
                read_message(&mut upstream)
            }
        }
    }
}
