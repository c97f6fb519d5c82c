//! Child processes that leave nothing behind: each runs in a group of its own (a job object on Windows), and the
//! whole group ends with it.

pub mod table;

use std::env;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use process_wrap::std::{ChildWrapper, CommandWrap};

use crate::interrupt;

/// How long a group may take to end by itself before it is killed.
const PATIENCE: Duration = Duration::from_secs(5);
/// POSIX; the only signal sent by number.
#[cfg(unix)]
const SIGTERM: i32 = 15;
/// Longer than any build: the limit of CI is shorter.
const FOREVER: Duration = Duration::from_secs(24 * 60 * 60);

/// A running child with everything it started.
#[derive(Debug)]
pub struct Group {
    name: String,
    child: Box<dyn ChildWrapper>,
}

impl Group {
    /// Starts `command`; `name` is what messages call it.
    pub fn start(name: &str, mut command: Command) -> Result<Self> {
        forget_outer_cargo(&mut command);
        let program = command.get_program().to_string_lossy().into_owned();
        let mut wrapped = CommandWrap::from(command);
        #[cfg(unix)]
        wrapped.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        wrapped.wrap(process_wrap::std::JobObject);
        let child = wrapped.spawn().with_context(|| format!("{program} cannot be started"))?;
        Ok(Self { name: name.to_owned(), child })
    }

    /// The pipes, where the command asked for some.
    pub fn child(&mut self) -> &mut dyn ChildWrapper {
        self.child.as_mut()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("{} cannot be watched", self.name))
    }

    /// Fails if it has ended: nobody asked it to.
    pub fn must_be_running(&mut self) -> Result<()> {
        match self.ended()? {
            None => Ok(()),
            Some(status) => bail!("{} ended by itself ({status})", self.name),
        }
    }

    /// Asks the group to end, waits, and kills what is left.
    pub fn stop(&mut self) {
        drop(self.child.stdin().take());
        #[cfg(unix)]
        let _ = self.child.signal(SIGTERM);
        let start = std::time::Instant::now();
        while start.elapsed() < PATIENCE && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        // The leader may be gone and have left others behind: an empty group is the only harmless error here.
        let _ = self.child.start_kill();
        let _ = self.child.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs `command` to its end with this terminal's output.
pub fn run(name: &str, mut command: Command) -> Result<()> {
    command.stdin(Stdio::null());
    let status = finish(name, command)?;
    ensure!(status.success(), "{name} failed ({status})");
    Ok(())
}

/// Runs `command` to its end; its standard output, if it succeeds.
pub fn output(name: &str, mut command: Command) -> Result<String> {
    forget_outer_cargo(&mut command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", command.get_program().to_string_lossy()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} failed ({}): {}", output.status, said.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What `cargo run` told this process about itself would reach an inner cargo, wherever that is started, and build scripts
/// that ask for it (ring's) would run again, and everything above them.
fn forget_outer_cargo(command: &mut Command) {
    const TOLD: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| TOLD.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
}

fn finish(name: &str, command: Command) -> Result<ExitStatus> {
    let mut group = Group::start(name, command)?;
    interrupt::wait_for(name, FOREVER, || group.ended())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};

    #[test]
    fn stopping_a_group_ends_the_grandchildren_that_ignore_it_too() -> Result<()> {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sh -c 'trap \"\" TERM; echo $$; sleep 300; sleep 300' & wait"]);
        shell.stdout(Stdio::piped());
        let mut group = Group::start("a shell", shell)?;
        let pipe = group.child().stdout().take().context("no pipe")?;
        let mut grandchild = String::new();
        BufReader::new(pipe).read_line(&mut grandchild)?;
        group.stop();
        let grandchild: u32 = grandchild.trim().parse()?;
        interrupt::wait_for("the grandchild to end", PATIENCE, || {
            let there = table::all()?.iter().any(|entry| entry.id == grandchild);
            Ok((!there).then_some(()))
        })
    }

    #[test]
    fn a_child_that_ended_is_named_with_its_status() -> Result<()> {
        let mut group = Group::start("the liar", Command::new("false"))?;
        interrupt::wait_for("its end", PATIENCE, || group.ended())?;
        let message = group.must_be_running().map_err(|error| error.to_string()).err().unwrap_or_default();
        assert!(message.contains("the liar ended by itself (exit status: 1)"), "{message}");
        Ok(())
    }
}
