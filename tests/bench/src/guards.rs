//! What the binaries themselves show: their sizes, and that no expensive or dangerous surprise is in them.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{
    bounds::{AUTHORIZER_MIB, FIRST_DRAW_MS, SDK_FUNCTION_MIB, SDK_FUNCTION_MIB_GOAL},
    process::cpu_of_run,
    report::{Report, Weight},
};

/// In every binary that holds a client of the SDK: the paths of its sources, which panics name.
const SDK: &[u8] = b"aws-sdk-";
/// How Rust marks its exceptions; a binary that was built with `panic = "abort"` throws none.
const UNWINDING: &[u8] = b"MOZ\0RUST";

/// Looks at the release binaries in `programs`.
pub(crate) fn check(programs: &Path, report: &mut Report) -> Result<()> {
    let read = |name: &str| fs::read(programs.join(name)).with_context(|| format!("{name} cannot be read"));
    let (authorizer, login) = (read("authorizer")?, read("login")?);
    report.at_most("authorizer: binary", "MiB", mib(&authorizer), AUTHORIZER_MIB, Weight::Guard);
    report.number("bare loop: binary", "MiB", mib(&read("examples/bare-loop")?));
    report.at_most("login: binary", "MiB", mib(&login), SDK_FUNCTION_MIB, Weight::Guard);
    report.at_most("login: binary, goal", "MiB", mib(&login), SDK_FUNCTION_MIB_GOAL, Weight::Time);
    report.at_most("register: binary", "MiB", mib(&read("register")?), SDK_FUNCTION_MIB, Weight::Guard);
    // Asked of login too: a mark that is nowhere proves nothing.
    report.holds("authorizer: no AWS SDK", !contains(&authorizer, SDK) && contains(&login, SDK));
    report.holds("panics unwind", contains(&authorizer, UNWINDING) && contains(&login, UNWINDING));
    let draw = cpu_of_run(&programs.join("examples/first-draw"))?.as_secs_f64() * 1000.0;
    report.at_most("first random draw, with its process, CPU", "ms", draw, FIRST_DRAW_MS, Weight::Guard);
    Ok(())
}

fn mib(binary: &[u8]) -> f64 {
    binary.len() as f64 / f64::from(1 << 20)
}

fn contains(binary: &[u8], mark: &[u8]) -> bool {
    binary.windows(mark.len()).any(|window| window == mark)
}
