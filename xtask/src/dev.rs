//! `cargo xtask dev`: the whole product on this machine.

mod banner;
mod database;
mod functions;
mod output;
mod settings;
mod warm;
mod watch;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::cargo::{self, Part};
use crate::process::{self, Group};
use crate::{interrupt, paths, tools};
use database::Place;
use watch::Gateway;

/// Where and how to run.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The port of the API on localhost.
    #[arg(long, default_value_t = 9000)]
    port: u16,
    /// Keep accounts, sessions and keys in this folder.
    #[arg(long, value_name = "DIR", default_value = ".local/dev")]
    data: PathBuf,
    /// Keep nothing.
    #[arg(long, conflicts_with = "data")]
    ephemeral: bool,
    /// Build and restart the functions when their source changes.
    #[arg(long)]
    reload: bool,
}

/// Starts everything, says how to use it, and stops everything at Ctrl-C or when a part of it ends.
pub fn run(options: &Options) -> Result<()> {
    let outcome = start_and_watch(options);
    // Whatever failed because of it: somebody who asks for an end does not want to hear of an error.
    if interrupt::requested() {
        eprintln!("stopped");
        return Ok(());
    }
    outcome
}

fn start_and_watch(options: &Options) -> Result<()> {
    check_port(options.port)?;
    let cargo_lambda = tools::cargo_lambda()?;
    build()?;
    let place = if options.ephemeral { Place::Memory } else { Place::Folder(&options.data) };
    let (mut database, ready) = database::start(place)?;
    let settings = settings::of(options.port, &ready);
    let functions = functions::all()?;
    let programs = functions::programs()?;
    for function in &functions {
        functions::check_start(function, &programs, &settings)?;
    }
    let mut gateway = Gateway::start(&cargo_lambda, options.port, options.reload, &settings)?;
    gateway.wait_until_it_listens(options.port)?;
    for function in &functions {
        warm::invoke(function, options.port, &mut gateway)?;
    }
    gateway.show_output();
    println!("{}", banner::text(options.port, &settings, place)?);
    until_one_ends(&mut database, &mut gateway)
}

/// `localhost` is two addresses: a stranger on either would answer in our place.
fn check_port(port: u16) -> Result<()> {
    let addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, port)), SocketAddr::from((Ipv6Addr::LOCALHOST, port))];
    for address in addresses {
        let taken = TcpListener::bind(address).is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse);
        ensure!(!taken, "port {port} is in use: stop what uses it, or choose another with --port");
    }
    Ok(())
}

/// All functions in one call of cargo, so that `cargo lambda watch` finds nothing left to build.
fn build() -> Result<()> {
    eprintln!("building (a few minutes the first time)");
    process::run("the build of latchkey-local", cargo::build(&["build", "--quiet"], Part::Local))?;
    process::run("the build of the functions", cargo::build(&["build", "--quiet", "--bins"], Part::Product))
}

fn until_one_ends(database: &mut Group, gateway: &mut Gateway) -> Result<()> {
    loop {
        database.must_be_running()?;
        gateway.must_be_whole()?;
        interrupt::pause(Duration::from_millis(200))?;
    }
}

/// A path as a person in the repository's root would write it.
fn shown(path: &std::path::Path) -> String {
    path.strip_prefix(paths::root()).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_refused_with_what_to_do() -> Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let message = check_port(listener.local_addr()?.port()).map_err(|error| error.to_string()).err();
        assert!(message.is_some_and(|message| message.contains("choose another with --port")));
        Ok(())
    }
}
