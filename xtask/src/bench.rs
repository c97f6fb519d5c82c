//! `cargo xtask bench`: builds what is measured as it is deployed, looks at what was linked into it, and starts the
//! measuring program.

mod binaries;

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::{cargo, paths, process};

/// Every symbol of the jitter entropy library begins so.
const JITTER_ENTROPY: &[u8] = b"jent_";
/// A symbol that the crypto library always has.
const CRYPTO: &[u8] = b"RSA_verify";

/// Runs the benchmark; `quick` measures in fewer rounds. Fails when a guard is broken, not when a time was missed.
pub fn run(quick: bool) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the benchmark reads clocks and memory from Linux: NOTHING was measured");
    let built = binaries::build()?;
    for library in &built.crypto_libraries {
        no_jitter_entropy(library)?;
    }
    println!("jitter entropy: in none of the crypto libraries that were linked");
    process::run("the benchmark", program(&built.folder, quick))
}

/// aws-lc's first random draw would cost every process that signs about 50 ms of CPU.
fn no_jitter_entropy(library: &Path) -> Result<()> {
    let bytes = std::fs::read(library).with_context(|| format!("{} cannot be read", library.display()))?;
    let contains = |mark: &[u8]| bytes.windows(mark.len()).any(|window| window == mark);
    ensure!(contains(CRYPTO), "{} is not the crypto library", library.display());
    ensure!(
        !contains(JITTER_ENTROPY),
        "{} was built with jitter entropy: AWS_LC_SYS_NO_JITTER_ENTROPY=1 did not reach its build",
        library.display()
    );
    Ok(())
}

fn program(programs: &Path, quick: bool) -> std::process::Command {
    let mut command = cargo::command(&["run", "--quiet", "--package", "latchkey-bench", "--manifest-path"]);
    command.arg(paths::tools_manifest()).arg("--target-dir").arg(paths::tools_target());
    command.arg("--").arg("--programs").arg(programs).arg("--events").arg(paths::root().join("events"));
    if quick {
        command.arg("--quick");
    }
    command
}
