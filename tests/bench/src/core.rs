//! One core for everything: with two, the time to wake the other one hides what is compared.

use std::{fs, thread};

use anyhow::{Context, Result};
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

/// The machine, in a line: processor, kernel, and how busy it was in the last minute.
pub(crate) fn machine() -> Result<String> {
    let processor = fs::read_to_string("/proc/cpuinfo")?;
    let model = processor.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default();
    let cores = thread::available_parallelism()?;
    let model = model.unwrap_or(std::env::consts::ARCH);
    Ok(format!("{model}, {cores} cores, Linux {}, load {load}", kernel.trim()))
}

/// Pins this process, and with it all its later threads and children, to the last core it may use: the first one is where
/// most interrupts arrive.
pub(crate) fn pin() -> Result<usize> {
    let this_process = Pid::from_raw(0);
    let allowed = sched_getaffinity(this_process)?;
    let core =
        (0..CpuSet::count()).rev().find(|core| allowed.is_set(*core) == Ok(true)).context("no core to run on")?;
    let mut one = CpuSet::new();
    one.set(core)?;
    sched_setaffinity(this_process, &one)?;
    Ok(core)
}
