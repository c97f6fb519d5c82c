//! What it costs the authorizer to refresh the feed: the one request in three seconds that the medians of warm requests leave out.

use std::{
    path::Path,
    thread,
    time::{Duration, SystemTime},
};

use anyhow::{Result, ensure};

use crate::{
    authorizer::{BATCH, Sandbox, Times, WARM_UP},
    fixture::Fixture,
    issuer::{Issuer, Mass},
    median::median,
    report::Report,
};

/// With this bound, in seconds, the feed is refreshed by the first request of every second; with the default every third.
const MAX_AGE: &str = "1";
/// A try that fails on a busy machine ends nothing: the feed before decides, for this many seconds.
const STALE: &str = "60";
/// Seconds between two refreshes with the default bound of 5: the feed is asked for two seconds ahead.
const INTERVAL: f64 = 3.0;
/// Requests in a second of one sandbox, among which a refresh is shared out.
const RATE: f64 = 100.0;

/// Measures it, in quiet times and while 100 000 sessions end.
pub(crate) fn measure(programs: &Path, fixture: &Fixture, quick: bool, report: &mut Report) -> Result<()> {
    let quiet = Contestant::start(programs, fixture, Mass::None)?;
    let ending = Contestant::start(programs, fixture, Mass::Open)?;
    let rounds = if quick { 5 } else { 20 };
    let (mut calm, mut crowded) = (Rounds::default(), Rounds::default());
    for _ in 0..rounds {
        wait_for_the_next_second()?;
        quiet.round(&mut calm)?;
        ending.round(&mut crowded)?;
    }
    calm.tell("bounded", &quiet, report)?;
    crowded.tell("100 000 endings, two thirds open", &ending, report)
}

struct Contestant {
    issuer: Issuer,
    sandbox: Sandbox,
}

#[derive(Default)]
struct Rounds {
    refreshing: Times,
    fresh: Times,
}

impl Contestant {
    fn start(programs: &Path, fixture: &Fixture, mass: Mass) -> Result<Self> {
        let issuer = Issuer::start(fixture, mass)?;
        let (event, _) = fixture.events_of(&issuer.url)?;
        let sandbox = Sandbox::start(&programs.join("authorizer"), &event, |api| {
            let mut environment = fixture.environment_of(&issuer.url, "bounded", api);
            let bound =
                [("LATCHKEY_REVOCATION_MAX_AGE_SECONDS", MAX_AGE), ("LATCHKEY_REVOCATION_STALE_SECONDS", STALE)];
            environment.extend(bound.map(|(name, value)| (name.to_owned(), value.to_owned())));
            environment
        })?;
        sandbox.batch(WARM_UP)?;
        Ok(Self { issuer, sandbox })
    }

    /// One request that refreshes, and some that find the feed fresh.
    fn round(&self, rounds: &mut Rounds) -> Result<()> {
        let before = self.issuer.feed_fetched();
        rounds.refreshing.push(self.sandbox.batch(1)?);
        ensure!(self.issuer.feed_fetched() > before, "the feed was not refreshed");
        rounds.fresh.push(self.sandbox.batch(BATCH)?);
        Ok(())
    }
}

impl Rounds {
    fn tell(self, what: &str, contestant: &Contestant, report: &mut Report) -> Result<()> {
        let (rounds, peak) = (self.refreshing.cpu.len(), contestant.sandbox.process.peak_mib()?);
        let cpu = median(self.refreshing.cpu);
        report.number(&format!("{what}: one refresh, bytes"), "kB", contestant.issuer.feed_bytes() as f64 / 1e3);
        report.number(&format!("{what}: one refresh, wall"), "ms", median(self.refreshing.wall) * 1e3);
        report.number(&format!("{what}: one refresh, CPU"), "ms", cpu * 1e3);
        let shared = (cpu - median(self.fresh.cpu)) / (INTERVAL * RATE);
        report.number(&format!("{what}: its share of each of {RATE} requests a second, CPU"), "µs", shared * 1e6);
        report.number(&format!("{what}: peak memory after {rounds} refreshes"), "MiB", peak);
        Ok(())
    }
}

fn wait_for_the_next_second() -> Result<()> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    thread::sleep(Duration::from_millis(1005) - Duration::from_nanos(since.subsec_nanos().into()));
    Ok(())
}
