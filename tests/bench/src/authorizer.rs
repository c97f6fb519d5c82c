//! The authorizer against the bare loop: the same event, the same stub, the same core, in turns.

use std::{path::Path, time::Instant};

use anyhow::{Result, ensure};

use crate::{
    bounds::{AUTHORIZER_PEAK_MIB, COLD_RATIO, CPU_RATIO, WARM_RATIO},
    fixture::Fixture,
    median::median,
    process::{Process, own_cpu},
    report::{Report, Weight},
    runtime_api::{Answer, RuntimeApi},
};

/// Invocations before anything is measured: allocator and branch predictor find their places.
pub(crate) const WARM_UP: usize = 200;
/// Invocations in a row of one contestant.
pub(crate) const BATCH: usize = 200;

/// Wall and CPU time of each round.
#[derive(Default)]
pub(crate) struct Times {
    pub(crate) wall: Vec<f64>,
    pub(crate) cpu: Vec<f64>,
}

impl Times {
    /// Adds a round.
    pub(crate) fn push(&mut self, (wall, cpu): (f64, f64)) {
        self.wall.push(wall);
        self.cpu.push(cpu);
    }
}

/// Measures both.
pub(crate) fn measure(programs: &Path, fixture: &Fixture, quick: bool, report: &mut Report) -> Result<()> {
    let contestants = [programs.join("authorizer"), programs.join("examples/bare-loop")];
    for contestant in &contestants {
        refuses_a_forgery(contestant, fixture)?;
    }
    let rounds = if quick { 50 } else { 400 };
    let cold = in_turns(rounds, |contestant| cold(&contestants[contestant], fixture))?;
    let [authorizer, bare] = cold;
    report.ratio("authorizer: cold, wall", "ms", pair(authorizer.wall, bare.wall, 1e3), COLD_RATIO);
    report.ratio("authorizer: cold, CPU", "ms", pair(authorizer.cpu, bare.cpu, 1e3), CPU_RATIO);

    let start = |contestant: &Path| {
        Sandbox::start(contestant, &fixture.authorizer_event, |api| fixture.authorizer_environment(api))
    };
    let sandboxes = [start(&contestants[0])?, start(&contestants[1])?];
    for sandbox in &sandboxes {
        sandbox.batch(WARM_UP)?;
    }
    let (start, before) = (Instant::now(), total_cpu(&sandboxes)?);
    let rounds = if quick { 20 } else { 200 };
    let [authorizer, bare] = in_turns(rounds, |contestant| sandboxes[contestant].batch(BATCH))?;
    let share = (total_cpu(&sandboxes)? - before) / start.elapsed().as_secs_f64();
    report.ratio("authorizer: warm, wall", "µs", pair(authorizer.wall, bare.wall, 1e6), WARM_RATIO);
    report.ratio("authorizer: warm, CPU", "µs", pair(authorizer.cpu, bare.cpu, 1e6), CPU_RATIO);
    report.undisturbed(share);
    let [authorizer, bare] = &sandboxes;
    report.at_most(
        "authorizer: peak memory",
        "MiB",
        authorizer.process.peak_mib()?,
        AUTHORIZER_PEAK_MIB,
        Weight::Guard,
    );
    report.number("bare loop: peak memory", "MiB", bare.process.peak_mib()?);
    Ok(())
}

/// Asks for one round of each in turn, and every other time in the other order.
pub(crate) fn in_turns(rounds: usize, mut round: impl FnMut(usize) -> Result<(f64, f64)>) -> Result<[Times; 2]> {
    let mut times = [Times::default(), Times::default()];
    for number in 0..rounds {
        for contestant in [number % 2, 1 - number % 2] {
            times[contestant].push(round(contestant)?);
        }
    }
    Ok(times)
}

/// Medians in a unit of which a second has `scale`.
pub(crate) fn pair(one: Vec<f64>, other: Vec<f64>, scale: f64) -> (f64, f64) {
    (median(one) * scale, median(other) * scale)
}

/// One process from its start: wall time until its first answer has arrived, CPU time until it asks for the next event.
fn cold(program: &Path, fixture: &Fixture) -> Result<(f64, f64)> {
    let api = RuntimeApi::start(&fixture.authorizer_event)?;
    let environment = fixture.authorizer_environment(&api.address());
    api.offer(1);
    let start = Instant::now();
    let process = Process::start(program, &environment)?;
    let answers = api.answers()?;
    let cpu = process.cpu()?;
    let [answer] = answers.as_slice() else { anyhow::bail!("{} answers to one event", answers.len()) };
    ensure_authorized(answer)?;
    Ok(((answer.arrived - start).as_secs_f64(), cpu.as_secs_f64()))
}

/// A process that stays. It ends first, or it would complain about the API's end.
pub(crate) struct Sandbox {
    pub(crate) process: Process,
    api: RuntimeApi,
}

impl Sandbox {
    /// Starts `program` in an environment that names its Runtime API, where every event is `event`.
    pub(crate) fn start(
        program: &Path,
        event: &str,
        environment: impl Fn(&str) -> Vec<(String, String)>,
    ) -> Result<Self> {
        let api = RuntimeApi::start(event)?;
        let process = Process::start(program, &environment(&api.address()))?;
        api.answers()?;
        Ok(Self { process, api })
    }

    /// Answers to `invocations` events.
    pub(crate) fn answers(&self, invocations: usize) -> Result<Vec<Answer>> {
        self.api.offer(invocations);
        let answers = self.api.answers()?;
        ensure!(answers.len() == invocations, "{} answers to {invocations} events", answers.len());
        Ok(answers)
    }

    /// The median wall time from event to answer, and the mean CPU time of an invocation, the asking for the next included.
    pub(crate) fn batch(&self, invocations: usize) -> Result<(f64, f64)> {
        let before = self.process.cpu()?;
        let answers = self.answers(invocations)?;
        let cpu = self.process.cpu()? - before;
        answers.iter().try_for_each(ensure_authorized)?;
        let wall = answers.iter().map(|answer| answer.latency.as_secs_f64()).collect();
        Ok((median(wall), cpu.as_secs_f64() / invocations as f64))
    }
}

/// A contestant that let everybody in would win.
fn refuses_a_forgery(program: &Path, fixture: &Fixture) -> Result<()> {
    let api = RuntimeApi::start(&fixture.forged_event)?;
    let _process = Process::start(program, &fixture.authorizer_environment(&api.address()))?;
    api.offer(1);
    for answer in api.answers()? {
        let text = String::from_utf8_lossy(&answer.body);
        ensure!(text.starts_with(r#"{"isAuthorized":false"#), "{} was taken in: {text}", program.display());
    }
    Ok(())
}

fn ensure_authorized(answer: &Answer) -> Result<()> {
    let text = String::from_utf8_lossy(&answer.body);
    ensure!(text.starts_with(r#"{"isAuthorized":true"#), "a good token was refused: {text}");
    Ok(())
}

/// Seconds of CPU of both and of this program.
fn total_cpu(sandboxes: &[Sandbox; 2]) -> Result<f64> {
    let [one, other] = sandboxes;
    Ok((one.process.cpu()? + other.process.cpu()? + own_cpu()?).as_secs_f64())
}
