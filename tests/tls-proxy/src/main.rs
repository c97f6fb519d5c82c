//! `latchkey-tls-proxy --port P --to Q --authority FILE`: https on port P of this machine, in front of the server on port Q.
//!
//! It makes a certificate at every start, writes the authority that signed it to FILE, and then says `ready`.

mod certificate;
mod proxy;

use std::path::PathBuf;

use clap::Parser;

#[derive(Parser)]
struct Options {
    /// Where it listens.
    #[arg(long)]
    port: u16,
    /// The server's port.
    #[arg(long)]
    to: u16,
    /// The certificate to trust, in PEM; it is written before the first connection is taken.
    #[arg(long, value_name = "FILE")]
    authority: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    proxy::serve(options.port, options.to, certificate::acceptor(&options.authority)?).await
}
