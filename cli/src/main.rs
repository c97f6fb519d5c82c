//! `latchkey`: keys, users, rooms and a doctor, for whoever operates a Latchkey.
use clap::Parser;

mod actor;
mod answer;
mod aws;
mod confirm;
mod doctor;
mod functions;
mod http;
mod keys;
mod options;
mod rooms;
mod run;
mod table;
mod target;
mod time;
mod users;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    run::report(run::run(options::Options::parse()).await)
}
