//! `well-known` while sessions end by the thousand: it reads the table and tells the feed.

use std::{path::Path, thread, time::Duration};

use anyhow::{Context, Result, ensure};
use latchkey::{
    domain::{feed::bucket, time::system_clock},
    published::document::Document,
};
use serde_json::Value;

use crate::{
    bounds::FEED_PATIENCE_MS,
    endings::{self, ENDINGS},
    feed_table::FeedTable,
    fixture::Fixture,
    median::median,
    process::Process,
    report::{Report, Weight},
    runtime_api::RuntimeApi,
};

/// How long what was read is told again, see its `is_fresh`.
const KEPT: Duration = Duration::from_secs(2);

/// Milliseconds.
struct Cost {
    wall: f64,
    cpu: f64,
}

/// One sandbox from its start.
struct Life {
    first: Cost,
    kept: Cost,
    refresh: Cost,
    document_bytes: f64,
    peak_mib: f64,
}

/// Measures it.
pub(crate) fn measure(programs: &Path, fixture: &Fixture, quick: bool, report: &mut Report) -> Result<()> {
    let table = FeedTable::start(fixture)?;
    let rounds = if quick { 3 } else { 12 };
    for (what, endings) in [("well-known", 0), ("well-known, 100 000 endings, two thirds open", ENDINGS)] {
        let live = |_| life(&programs.join("well-known"), fixture, &table, endings);
        let lives = (0..rounds).map(live).collect::<Result<Vec<_>>>()?;
        let middle = |part: fn(&Life) -> f64| median(lives.iter().map(part).collect());
        let mut at_most = |when: &str, clock: &str, value| {
            report.at_most(&format!("{what}: {when}, {clock}"), "ms", value, FEED_PATIENCE_MS, Weight::Time);
        };
        at_most("first answer", "wall", middle(|life| life.first.wall));
        at_most("first answer", "CPU", middle(|life| life.first.cpu));
        at_most("answer after another reading", "wall", middle(|life| life.refresh.wall));
        at_most("answer after another reading", "CPU", middle(|life| life.refresh.cpu));
        report.number(&format!("{what}: answer without a reading, CPU"), "ms", middle(|life| life.kept.cpu));
        report.number(&format!("{what}: the document"), "kB", middle(|life| life.document_bytes) / 1e3);
        report.number(&format!("{what}: peak memory"), "MiB", middle(|life| life.peak_mib));
    }
    Ok(())
}

fn life(program: &Path, fixture: &Fixture, table: &FeedTable, endings: u64) -> Result<Life> {
    let buckets = if endings == 0 { Vec::new() } else { endings::in_minute_of(bucket(system_clock()?)) };
    table.hold(&buckets);
    let api = RuntimeApi::start(&fixture.feed_event)?;
    let process = Process::start(program, &fixture.environment_with_tables(&api.address(), table.port))?;
    api.answers()?;
    let start = process.cpu()?.as_secs_f64() * 1e3;
    let (answered, answer) = ask(&api, &process)?;
    let first = Cost { cpu: start + answered.cpu, ..answered };
    let document_bytes = told(&answer, endings)? as f64;
    let (kept, _) = ask(&api, &process)?;
    thread::sleep(KEPT);
    let (refresh, again) = ask(&api, &process)?;
    told(&again, endings)?;
    Ok(Life { first, kept, refresh, document_bytes, peak_mib: process.peak_mib()? })
}

/// Asks once: what it costs, and the answer.
fn ask(api: &RuntimeApi, process: &Process) -> Result<(Cost, Vec<u8>)> {
    let before = process.cpu()?;
    api.offer(1);
    let answer = api.answers()?.pop().context("no answer")?;
    let cpu = (process.cpu()? - before).as_secs_f64() * 1e3;
    let wall = answer.latency.as_secs_f64() * 1e3;
    Ok((Cost { wall, cpu }, answer.body))
}

/// The length of the document, which must tell of all `endings`.
fn told(answer: &[u8], endings: u64) -> Result<usize> {
    let answer: Value = serde_json::from_slice(answer)?;
    let body = answer["body"].as_str().context("an answer without a body")?;
    let document: Document<'_> = serde_json::from_str(body).with_context(|| body.to_owned())?;
    let mut told = 0;
    for bucket in &document.buckets {
        told += bucket.sessions()?.len();
    }
    ensure!(told as u64 == endings && document.next.is_none(), "{told} of {endings} endings were told");
    Ok(body.len())
}
