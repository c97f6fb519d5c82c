//! A function's process, with its CPU clock and its memory.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result};
use nix::{
    sys::resource::{UsageWho, getrusage},
    time::ClockId,
    unistd::Pid,
};

/// A running process. Ends with this value.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts `program` with exactly this environment. What it logs is dropped, what it complains about is shown.
    pub(crate) fn start(program: &Path, environment: &[(String, String)]) -> Result<Self> {
        let child = command(program).envs(environment.iter().cloned()).spawn();
        Ok(Self { child: child.with_context(|| format!("{} cannot be started", program.display()))? })
    }

    /// CPU time of all its threads since it was made.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let clock = ClockId::pid_cpu_clock_id(self.pid()?).context("a process without a CPU clock")?;
        Ok(clock.now()?.into())
    }

    /// The most memory it ever had resident, in MiB.
    pub(crate) fn peak_mib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM in its status")?;
        let kib: f64 = peak.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }

    fn pid(&self) -> Result<Pid> {
        Ok(Pid::from_raw(self.child.id().try_into()?))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time of `program` from its start to its end.
pub(crate) fn cpu_of_run(program: &Path) -> Result<Duration> {
    let before = cpu_of_ended_children()?;
    let status = command(program).status().with_context(|| format!("{} cannot be started", program.display()))?;
    anyhow::ensure!(status.success(), "{} failed ({status})", program.display());
    Ok(cpu_of_ended_children()?.saturating_sub(before))
}

/// CPU time of this process.
pub(crate) fn own_cpu() -> Result<Duration> {
    Ok(ClockId::CLOCK_PROCESS_CPUTIME_ID.now()?.into())
}

fn cpu_of_ended_children() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros =
        [usage.user_time(), usage.system_time()].into_iter().map(|time| time.tv_sec() * 1_000_000 + time.tv_usec());
    Ok(Duration::from_micros(micros.sum::<i64>().try_into()?))
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    command
}
