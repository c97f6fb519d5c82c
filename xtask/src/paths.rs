//! Where things are in the repository.

use std::path::{Path, PathBuf};

/// The repository's root, whatever the current folder is.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Build output of the tools' workspace; the root's `.cargo/config.toml` names the same folder.
pub fn tools_target() -> PathBuf {
    root().join("target/xtask")
}

/// The manifest of the tools' workspace.
pub fn tools_manifest() -> PathBuf {
    root().join("xtask/Cargo.toml")
}

/// The development server's program, once it is built.
pub fn latchkey_local() -> PathBuf {
    program("latchkey-local")
}

/// The program that puts https in front of it, once it is built.
pub fn tls_proxy() -> PathBuf {
    program("latchkey-tls-proxy")
}

fn program(name: &str) -> PathBuf {
    tools_target().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
