//! The native certificate store is not read: its 140 certificates would be parsed at every cold start.

use std::{fs, path::Path};

use anyhow::Result;
use nix::{
    errno::Errno,
    sys::inotify::{AddWatchFlags, InitFlags, Inotify},
};

use crate::{dynamodb, fixture::Fixture, login, process::Process, report::Report, runtime_api::RuntimeApi};

/// Starts `login`, lets it open TLS, and looks which certificates it opened: those it was given and not those of the system,
/// which `SSL_CERT_FILE` names.
pub(crate) fn check(programs: &Path, fixture: &Fixture, report: &mut Report) -> Result<()> {
    let native = fixture.path("native.pem");
    fs::copy(fixture.authority(), &native)?;
    let (given, native_watch) = (watch(&fixture.authority())?, watch(&native)?);

    let api = RuntimeApi::start(&fixture.login_event)?;
    let mut environment = fixture.environment_with_tables(&api.address(), dynamodb::start(fixture)?);
    environment.push(("SSL_CERT_FILE".to_owned(), native));
    let _process = Process::start(&programs.join("login"), &environment)?;
    login::refused(&api)?;

    // The first half proves that the watch sees anything at all.
    report.holds("login: native certificates not read", was_opened(&given)? && !was_opened(&native_watch)?);
    Ok(())
}

fn watch(path: &str) -> Result<Inotify> {
    let watch = Inotify::init(InitFlags::IN_NONBLOCK)?;
    watch.add_watch(path, AddWatchFlags::IN_OPEN)?;
    Ok(watch)
}

fn was_opened(watch: &Inotify) -> Result<bool> {
    match watch.read_events() {
        Ok(events) => Ok(!events.is_empty()),
        Err(Errno::EAGAIN) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
