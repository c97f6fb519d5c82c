//! What stands in for a service: a server over TLS with the fixture's certificate.

use std::{
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use anyhow::Result;
use rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::ring};

use crate::{
    fixture::{Fixture, HOST},
    http1::{Connection, Request},
};

/// What a request is answered.
pub(crate) struct Reply {
    pub(crate) status: &'static str,
    pub(crate) headers: &'static str,
    pub(crate) body: Vec<u8>,
}

/// Answers requests with `answer` until this program ends; the port.
pub(crate) fn start(
    fixture: &Fixture,
    answer: impl Fn(&Request) -> Result<Reply> + Send + Sync + 'static,
) -> Result<u16> {
    let (certificate, key) = (fixture.identity.0.clone(), fixture.identity.1.clone_key());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    let (config, answer) = (Arc::new(config), Arc::new(answer));
    // By name, so that it listens at the address that the client tries first.
    let listener = TcpListener::bind((HOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (config, answer) = (Arc::clone(&config), Arc::clone(&answer));
            thread::spawn(move || {
                if let Err(error) = serve(stream, config, &*answer) {
                    eprintln!("the stub over TLS: {error:#}");
                }
            });
        }
    });
    Ok(port)
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, answer: impl Fn(&Request) -> Result<Reply>) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(StreamOwned::new(ServerConnection::new(config)?, stream));
    while let Some(request) = connection.request()? {
        let Reply { status, headers, body } = answer(&request)?;
        connection.answer(status, headers, &body)?;
    }
    Ok(())
}
