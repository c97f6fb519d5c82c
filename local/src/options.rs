//! The command line of `latchkey-local`.

use std::path::PathBuf;

use clap::{ArgGroup, Parser};

/// DynamoDB's API over HTTP on 127.0.0.1, with the tables of a SAM template and development key rings.
///
/// Prints one JSON line when it is ready and serves until its standard input closes or it is told to stop.
#[derive(Debug, Parser)]
#[command(name = "latchkey-local", version)]
#[command(group(ArgGroup::new("place").required(true).args(["data", "ephemeral"])))]
pub struct Options {
    /// Keep tables and key rings in this folder.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keep tables in memory and key rings in a folder that is deleted at the end.
    #[arg(long)]
    pub ephemeral: bool,
    /// The port to serve on; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The SAM template whose tables are made.
    #[arg(long, value_name = "FILE", default_value = "template.yaml")]
    pub template: PathBuf,
    /// The algorithm of a signing ring that has to be made: RS256, ES256 or EdDSA.
    #[arg(long, default_value = "RS256")]
    pub algorithm: String,
}
