//! Takes connections, and hands on what is inside as it is.

use std::net::Ipv4Addr;

use anyhow::{Context, Result};
use tokio::io;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Serves until this process ends.
pub(crate) async fn serve(port: u16, to: u16, acceptor: TlsAcceptor) -> Result<()> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(|| format!("port {port} is in use"))?;
    println!("ready");
    loop {
        let (stream, _) = listener.accept().await?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            if let Err(error) = connect(stream, to, acceptor).await {
                eprintln!("latchkey-tls-proxy: {error:#}");
            }
        });
    }
}

/// One connection, until either side closes it.
async fn connect(stream: TcpStream, to: u16, acceptor: TlsAcceptor) -> Result<()> {
    let mut client = acceptor.accept(stream).await.context("the client does not finish the handshake")?;
    let mut server =
        TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await.with_context(|| format!("nothing listens on port {to}"))?;
    // A client that goes away without a word is no failure here: the client itself says what it misses.
    let _ = io::copy_bidirectional(&mut client, &mut server).await;
    Ok(())
}
