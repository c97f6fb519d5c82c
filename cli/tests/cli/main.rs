//! The built `latchkey`, against servers that speak what AWS and a development server speak, and against hostile ones.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers that tests call, not tests themselves")]

#[cfg(unix)]
mod asked;
mod aws;
mod deployment;
mod doctor;
mod gateways;
mod hostile;
mod keys_and_users;
mod server;

use std::process::{Command, Output};

use server::Server;

/// How it ended and what it printed.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

/// `latchkey <words>`, with nobody to ask and nothing of this machine's AWS settings.
fn latchkey(words: &[&str]) -> Said {
    finish(command(words))
}

/// The same against a development server.
fn dev(server: &Server, words: &[&str]) -> Said {
    latchkey(&[words, &["--dev", &server.url, "--actor", "ada"]].concat())
}

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(words).stdin(std::process::Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_CONFIG_FILE", "none").env("NO_PROXY", "*");
    command.env("AWS_SHARED_CREDENTIALS_FILE", "none");
    command
}

fn finish(mut command: Command) -> Said {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: status.code(), out: text(stdout), err: text(stderr) }
}
