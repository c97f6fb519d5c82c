//! The authorizer in `bounded` mode: what the feed costs while it is fresh, in quiet times, while sessions end by the thousand and
//! after that, and at the first request.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::{
    authorizer::{BATCH, Sandbox, WARM_UP, in_turns, pair},
    bounds::{BOUNDED_ADDED_US, BOUNDED_PEAK_MIB, MASS_PEAK_MIB, MASS_RATIO},
    fixture::Fixture,
    issuer::{Issuer, Mass},
    report::{Report, Weight},
};

/// Requests with tokens of a key that nobody knows.
const FLOOD: usize = 2000;

/// Whose requests take turns, and what the report calls them.
const CONTESTANTS: [(&str, Mass, &str); 4] = [
    ("stateless", Mass::None, "stateless"),
    ("bounded", Mass::None, "bounded"),
    ("100 000 endings", Mass::Closed, "bounded"),
    ("100 000 endings, two thirds open", Mass::Open, "bounded"),
];

/// Measures it.
pub(crate) fn measure(programs: &Path, fixture: &Fixture, quick: bool, report: &mut Report) -> Result<()> {
    let program = programs.join("authorizer");
    let mut sandboxes = Vec::new();
    for (what, mass, revocation) in CONTESTANTS {
        let sandbox = start(&program, fixture, mass, revocation)?;
        let (wall, cpu) = sandbox.batch(1)?;
        report.number(&format!("{what}: first answer, wall"), "ms", wall * 1e3);
        report.number(&format!("{what}: first answer, CPU"), "ms", cpu * 1e3);
        sandbox.batch(WARM_UP)?;
        sandboxes.push(sandbox);
    }
    let rounds = if quick { 20 } else { 200 };
    let [stateless, bounded] = in_turns(rounds, |contestant| sandboxes[contestant].batch(BATCH))?;
    let (wall, cpu) = (pair(bounded.wall, stateless.wall, 1e6), pair(bounded.cpu, stateless.cpu, 1e6));
    report.at_most("bounded: added to a warm request, wall", "µs", wall.0 - wall.1, BOUNDED_ADDED_US, Weight::Time);
    report.at_most("bounded: added to a warm request, CPU", "µs", cpu.0 - cpu.1, BOUNDED_ADDED_US, Weight::Time);
    let [_, calm, crowded @ ..] = sandboxes.as_slice() else { anyhow::bail!("too few contestants") };
    for ((what, ..), crowded) in CONTESTANTS.iter().skip(2).zip(crowded) {
        let turns = in_turns(rounds, |contestant| [calm, crowded][contestant].batch(BATCH))?;
        let [calm, crowded] = turns;
        report.ratio(&format!("{what}: warm, wall"), "µs", pair(crowded.wall, calm.wall, 1e6), MASS_RATIO);
        report.ratio(&format!("{what}: warm, CPU"), "µs", pair(crowded.cpu, calm.cpu, 1e6), MASS_RATIO);
    }
    let peak = calm.process.peak_mib()?;
    report.at_most("bounded: peak memory", "MiB", peak, BOUNDED_PEAK_MIB, Weight::Guard);
    for ((what, ..), crowded) in CONTESTANTS.iter().skip(2).zip(crowded) {
        let peak = crowded.process.peak_mib()?;
        report.at_most(&format!("{what}: peak memory"), "MiB", peak, MASS_PEAK_MIB, Weight::Guard);
    }
    flood(&program, fixture, report)
}

fn start(program: &Path, fixture: &Fixture, mass: Mass, revocation: &str) -> Result<Sandbox> {
    let issuer = Issuer::start(fixture, mass)?;
    let (event, _) = fixture.events_of(&issuer.url)?;
    Sandbox::start(program, &event, |api| fixture.environment_of(&issuer.url, revocation, api))
}

/// Tokens of a key that nobody knows, one after the other: refused, and the keys are fetched once.
fn flood(program: &Path, fixture: &Fixture, report: &mut Report) -> Result<()> {
    let issuer = Issuer::start(fixture, Mass::None)?;
    let (_, unknown) = fixture.events_of(&issuer.url)?;
    let environment = |api: &str| fixture.environment_of(&issuer.url, "stateless", api);
    let sandbox = Sandbox::start(program, &unknown, environment)?;
    let before = sandbox.process.cpu()?;
    for answer in sandbox.answers(FLOOD)? {
        let text = String::from_utf8_lossy(&answer.body);
        ensure!(text.starts_with(r#"{"isAuthorized":false"#), "a token of an unknown key was let in: {text}");
    }
    let cpu = (sandbox.process.cpu()? - before).as_secs_f64() / FLOOD as f64;
    report.number("unknown keys: one request, with its share of the fetch, CPU", "µs", cpu * 1e6);
    report.holds("unknown keys: one fetch for all", issuer.keys_fetched() == 1);
    Ok(())
}
