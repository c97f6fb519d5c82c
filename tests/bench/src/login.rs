//! `login`, which stands for every function with the SDK: from its process start to its first answer, which takes one
//! request to DynamoDB over TLS and no password hash, because the reservation of the attempt is refused.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::{
    bounds::{FIRST_ANSWER_MS, FIRST_ANSWER_MS_GOAL},
    dynamodb,
    fixture::Fixture,
    median::median,
    process::Process,
    report::{Report, Weight},
    runtime_api::RuntimeApi,
};

/// CPU time of one process, in milliseconds.
struct Start {
    ready: f64,
    first_answer: f64,
    second: f64,
    peak_mib: f64,
}

/// Measures it.
pub(crate) fn measure(programs: &Path, fixture: &Fixture, quick: bool, report: &mut Report) -> Result<()> {
    let port = dynamodb::start(fixture)?;
    let rounds = if quick { 30 } else { 200 };
    let starts = (0..rounds).map(|_| start(&programs.join("login"), fixture, port)).collect::<Result<Vec<_>>>()?;
    let middle = |part: fn(&Start) -> f64| median(starts.iter().map(part).collect());
    report.number("login: start to ready, CPU", "ms", middle(|start| start.ready));
    let first = middle(|start| start.first_answer);
    report.at_most("login: start to first answer over TLS, CPU", "ms", first, FIRST_ANSWER_MS, Weight::Time);
    report.at_most("login: the same, goal", "ms", first, FIRST_ANSWER_MS_GOAL, Weight::Time);
    report.number("login: second answer, CPU", "ms", middle(|start| start.second));
    report.number("login: peak memory without a hash", "MiB", middle(|start| start.peak_mib));
    Ok(())
}

fn start(program: &Path, fixture: &Fixture, port: u16) -> Result<Start> {
    let api = RuntimeApi::start(&fixture.login_event)?;
    let process = Process::start(program, &fixture.environment_with_tables(&api.address(), port))?;
    api.answers()?;
    let ready = milliseconds(&process)?;
    refused(&api)?;
    let first_answer = milliseconds(&process)?;
    refused(&api)?;
    let second = milliseconds(&process)? - first_answer;
    Ok(Start { ready, first_answer, second, peak_mib: process.peak_mib()? })
}

/// One attempt to sign in, which must be refused by its limit.
pub(crate) fn refused(api: &RuntimeApi) -> Result<()> {
    api.offer(1);
    for answer in api.answers()? {
        let text = String::from_utf8_lossy(&answer.body);
        ensure!(text.contains(r#""statusCode":429"#), "login did not reach its limit: {text}");
    }
    Ok(())
}

fn milliseconds(process: &Process) -> Result<f64> {
    Ok(process.cpu()?.as_secs_f64() * 1000.0)
}
