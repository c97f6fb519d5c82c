//! The authorizer in `bounded` mode: what the feed costs while it is fresh, after a mass revocation, and at the first request.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::{
    authorizer::{BATCH, Sandbox, WARM_UP, in_turns, pair},
    bounds::{BOUNDED_ADDED_US, BOUNDED_PEAK_MIB, MASS_RATIO},
    fixture::Fixture,
    issuer::Issuer,
    report::{Report, Weight},
};

/// Sessions that have ended within a minute.
const MASS: u32 = 100_000;
/// Requests with tokens of a key that nobody knows.
const FLOOD: usize = 2000;

/// Measures it.
pub(crate) fn measure(programs: &Path, fixture: &Fixture, quick: bool, report: &mut Report) -> Result<()> {
    let program = programs.join("authorizer");
    let (calm, mass) = (Issuer::start(fixture, 0)?, Issuer::start(fixture, MASS)?);
    let start = |issuer: &Issuer, revocation: &str| {
        let (event, _) = fixture.events_of(&issuer.url)?;
        Sandbox::start(&program, &event, |api| fixture.environment_of(&issuer.url, revocation, api))
    };
    let sandboxes = [start(&calm, "stateless")?, start(&calm, "bounded")?, start(&mass, "bounded")?];
    let mut first = Vec::new();
    for sandbox in &sandboxes {
        first.push(sandbox.batch(1)?);
        sandbox.batch(WARM_UP)?;
    }
    for (what, (wall, cpu)) in ["stateless", "bounded", "100 000 endings"].into_iter().zip(first) {
        report.number(&format!("{what}: first answer, wall"), "ms", wall * 1e3);
        report.number(&format!("{what}: first answer, CPU"), "ms", cpu * 1e3);
    }
    let rounds = if quick { 20 } else { 200 };
    let [stateless, bounded] = in_turns(rounds, |contestant| sandboxes[contestant].batch(BATCH))?;
    let (wall, cpu) = (pair(bounded.wall, stateless.wall, 1e6), pair(bounded.cpu, stateless.cpu, 1e6));
    report.at_most("bounded: added to a warm request, wall", "µs", wall.0 - wall.1, BOUNDED_ADDED_US, Weight::Time);
    report.at_most("bounded: added to a warm request, CPU", "µs", cpu.0 - cpu.1, BOUNDED_ADDED_US, Weight::Time);
    let [bounded, crowded] = in_turns(rounds, |contestant| sandboxes[contestant + 1].batch(BATCH))?;
    report.ratio("100 000 endings: warm, wall", "µs", pair(crowded.wall, bounded.wall, 1e6), MASS_RATIO);
    report.ratio("100 000 endings: warm, CPU", "µs", pair(crowded.cpu, bounded.cpu, 1e6), MASS_RATIO);
    let [_, bounded, crowded] = &sandboxes;
    let peak = bounded.process.peak_mib()?;
    report.at_most("bounded: peak memory", "MiB", peak, BOUNDED_PEAK_MIB, Weight::Guard);
    report.number("100 000 endings: peak memory", "MiB", crowded.process.peak_mib()?);
    flood(&program, fixture, report)
}

/// Tokens of a key that nobody knows, one after the other: refused, and the keys are fetched once.
fn flood(program: &Path, fixture: &Fixture, report: &mut Report) -> Result<()> {
    let issuer = Issuer::start(fixture, 0)?;
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
