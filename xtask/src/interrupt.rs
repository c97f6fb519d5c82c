//! Ctrl-C, SIGTERM and a closed terminal: remembered here, acted on by whoever is waiting for something.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often a waiting loop looks up. Short enough for a person not to notice.
const PAUSE: Duration = Duration::from_millis(20);

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From here on a signal does not end this process: it has children to stop first.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| REQUESTED.store(true, Ordering::SeqCst)).context("signals cannot be handled")
}

/// Whether somebody asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// Asks until `done` answers something; fails when interrupted or after `limit`.
pub fn wait_for<T>(what: &str, limit: Duration, mut done: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = done()? {
            return Ok(answer);
        }
        if requested() {
            bail!("stopped while waiting for {what}");
        }
        if start.elapsed() > limit {
            bail!("waited {} s for {what}", limit.as_secs());
        }
        thread::sleep(PAUSE);
    }
}

/// Sleeps, unless somebody asks to stop.
pub fn pause(length: Duration) -> Result<()> {
    let end = Instant::now() + length;
    wait_for("the time to pass", length * 2, || Ok((Instant::now() >= end).then_some(())))
}
