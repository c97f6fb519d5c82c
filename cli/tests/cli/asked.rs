//! Before what cannot be undone somebody on a terminal is asked, and told where it happens.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::json;

use crate::aws::{aws, stack_command};
use crate::server::{Reply, Server};
use crate::{Said, command, finish};

const DELETE: [&str; 5] = ["users", "delete", "0b9f", "--reason", "asked"];

/// Runs it on a terminal on which somebody types `line`.
fn typing(line: &str, mut command: Command) -> Said {
    let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&keyboard).unwrap();
    unlockpt(&keyboard).unwrap();
    let terminal = ptsname(&keyboard, Vec::new()).unwrap().into_string().unwrap();
    let terminal = OpenOptions::new().read(true).write(true).open(terminal).unwrap();
    let mut keyboard = File::from(keyboard);
    writeln!(keyboard, "{line}").unwrap();
    command.stdin(terminal);
    finish(command)
}

fn was_invoked(server: &Server) -> bool {
    server.requests().iter().any(|request| request.path.ends_with("/invocations"))
}

#[test]
fn the_question_names_stack_account_region_and_caller_and_only_a_yes_goes_on() {
    for (answer, goes_on) in [("yes", true), ("y", false), ("", false)] {
        let server = aws(|_| Reply::json(200, "{}"));
        let words = [&DELETE[..], &["--stack", "blue", "--actor", "ada"]].concat();
        let said = typing(answer, stack_command(&server, &words));
        let place = format!(
            "the stack blue, account 123456789012, eu-central-1 at {}, as arn:aws:sts::123456789012:assumed-role/Operator/ada",
            server.url
        );
        assert!(said.err.contains(&format!("\nThis happens in {place}.\n")), "{}", said.err);
        assert_eq!((said.code, was_invoked(&server)), (Some(if goes_on { 0 } else { 1 }), goes_on), "{answer}");
    }
}

#[test]
fn the_question_names_the_development_server() {
    let server = Server::start(|_, _| Reply::json(200, json!({})));
    let said = typing("no", command(&[&DELETE[..], &["--dev", &server.url]].concat()));
    assert!(said.err.contains(&format!("\nThis happens in development, at {}.\n", server.url)), "{}", said.err);
    assert!(said.err.ends_with("error: nothing was changed\n"), "{}", said.err);
    assert!(!was_invoked(&server));
}
