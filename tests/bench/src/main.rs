//! Measures the functions as they are deployed. Started by `cargo xtask bench`, which builds them first.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    latchkey_bench::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("error: the benchmark reads clocks and memory from Linux: NOTHING was measured");
    ExitCode::FAILURE
}
