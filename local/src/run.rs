//! Puts the parts together and serves.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use tokio::net::TcpListener;

use crate::directory::Directory;
use crate::options::Options;
use crate::{key_files, public_keys, ready, stop, tables, template};

/// Makes what is missing, says where it is, and serves until it is told to stop.
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
pub async fn run(options: &Options) -> Result<()> {
    let wanted = template::read(&options.template)?;
    let directory = Directory::open(options.data.as_deref())?;
    let database = directory.database()?;
    tables::ensure(&database, &wanted)?;
    // Expired items stay until the next start, as they do in DynamoDB for days: nothing may depend on their absence.
    database.sweep_ttl().map_err(|error| anyhow!("expired items cannot be removed: {error}"))?;
    let keys = key_files::ensure(directory.path(), &options.algorithm)?;
    public_keys::publish(&database, &wanted, &keys)?;

    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("port {} cannot be used, choose another with --port", options.port))?;
    let line = ready::line(listener.local_addr()?, &wanted, &keys)?;
    writeln!(io::stdout(), "{line}").context("nobody reads the ready line")?;

    // Not a graceful shutdown: that would wait for every idle connection of the functions.
    tokio::select! {
        () = dynoxide::server::serve_on(listener, database) => {}
        () = stop::requested() => {}
    }
    Ok(())
}

/// One sentence for a person when it fails.
pub fn report(outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("latchkey-local: {error:#}");
            ExitCode::FAILURE
        }
    }
}
