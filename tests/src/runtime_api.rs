//! Lambda's Runtime API for one built function: starts its binary, hands it events and takes what it answers.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

mod wire;

use std::{
    collections::BTreeMap,
    io::Read,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::Value;
use wire::Connection;

/// Longer than any function may take; only a broken one reaches it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a function does next.
enum Step {
    /// It asks for an event.
    Ready,
    /// It answers one.
    Answered(Result<Vec<u8>, Vec<u8>>),
    /// It has ended.
    Exited,
}

/// A running function.
pub struct Function {
    name: String,
    child: Child,
    events: Sender<Vec<u8>>,
    steps: Mutex<Receiver<Step>>,
    output: Vec<JoinHandle<String>>,
}

/// A function that ended instead of serving.
#[derive(Debug)]
pub struct Exit {
    /// How.
    pub status: ExitStatus,
    /// All it printed.
    pub output: String,
}

impl Function {
    /// Starts the binary `name` with exactly this environment, and waits until it asks for its first event.
    ///
    /// # Errors
    /// [`Exit`] when it ends before it does.
    pub fn start(name: &str, environment: &BTreeMap<String, String>) -> Result<Self, Exit> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("the listener is bound").to_string();
        let mut child = command(name, &address, environment).spawn().expect("the binary starts");
        let (step, steps) = channel();
        let (events, next) = channel();
        let output = [read(child.stdout.take(), Some(step.clone())), read(child.stderr.take(), None)];
        thread::spawn(move || serve(&listener, &step, &next));
        let function = Self { name: name.to_owned(), child, events, steps: Mutex::new(steps), output: output.into() };
        match function.next_step() {
            Step::Exited => Err(function.stop()),
            Step::Ready | Step::Answered(_) => Ok(function),
        }
    }

    /// Invokes the function with an event of any bytes. `Err` holds the report of an invocation that failed.
    ///
    /// # Errors
    /// What the function posts as its error.
    pub fn invoke(&self, event: &[u8]) -> Result<Value, Value> {
        self.events.send(event.to_vec()).expect("the function runs");
        loop {
            match self.next_step() {
                Step::Ready => {}
                Step::Answered(Ok(response)) => return Ok(parse(&response)),
                Step::Answered(Err(report)) => return Err(parse(&report)),
                Step::Exited => panic!("{} ended in the middle of an event", self.name),
            }
        }
    }

    /// Ends the function and gives all it printed.
    pub fn stop(mut self) -> Exit {
        let _ = self.child.kill();
        let status = self.child.wait().expect("the child can be waited for");
        let output = self.output.drain(..).map(|reader| reader.join().expect("the output is read"));
        Exit { status, output: output.collect() }
    }

    fn next_step(&self) -> Step {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{} neither answers nor ends", self.name))
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The folder of built functions: the one this test was built into, unless `LATCHKEY_BIN_DIR` names another.
fn binary(name: &str) -> PathBuf {
    let built = || {
        let test = std::env::current_exe().expect("a test is a program");
        test.ancestors().nth(2).expect("tests are built into target/<profile>/deps").to_owned()
    };
    let folder = std::env::var_os("LATCHKEY_BIN_DIR").map_or_else(built, PathBuf::from);
    let binary = folder.join(name);
    assert!(
        binary.exists(),
        "{} is missing: `cargo xtask test` builds it, or `cargo build --workspace --bins`",
        binary.display()
    );
    binary
}

fn command(name: &str, address: &str, environment: &BTreeMap<String, String>) -> Command {
    let mut command = Command::new(binary(name));
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).envs(environment);
    command.envs([
        ("AWS_LAMBDA_RUNTIME_API", address),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/test"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "test"),
    ]);
    command
}

/// Reads a pipe to its end, which is the end of the process.
fn read(pipe: Option<impl Read + Send + 'static>, at_end: Option<Sender<Step>>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.expect("the output is piped").read_to_end(&mut bytes).expect("the output can be read");
        at_end.map(|steps| steps.send(Step::Exited));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Serves the connections of one function, one after the other, until nobody has events any more.
fn serve(listener: &TcpListener, steps: &Sender<Step>, events: &Receiver<Vec<u8>>) {
    let mut number = 0;
    for stream in listener.incoming().flatten() {
        let mut connection = Connection::new(stream);
        while let Ok(request) = connection.read() {
            let answered = if request.line.contains("/invocation/next") {
                number += 1;
                let _ = steps.send(Step::Ready);
                let Ok(event) = events.recv() else { return };
                connection.answer("200 OK", &headers(number), &event)
            } else {
                let answered = connection.answer("202 Accepted", &[], b"");
                let good = request.line.contains("/response");
                let _ = steps.send(Step::Answered(if good { Ok(request.body) } else { Err(request.body) }));
                answered
            };
            if answered.is_err() {
                break;
            }
        }
    }
}

fn headers(number: u32) -> [(&'static str, String); 5] {
    let deadline = latchkey::domain::time::system_clock().expect("the clock works").plus(30).seconds() * 1000;
    [
        ("lambda-runtime-aws-request-id", format!("00000000-0000-4000-8000-{number:012}")),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:test".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0".to_owned()),
        ("content-type", "application/json".to_owned()),
    ]
}

fn parse(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("a function answers in JSON")
}
