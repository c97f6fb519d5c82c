//! A stub of DynamoDB over TLS that refuses every reservation of an attempt.

use std::{
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use anyhow::{Result, bail};
use rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::ring};

use crate::{
    fixture::{Fixture, HOST},
    http1::Connection,
};

/// A transaction whose first condition did not hold: the account's counter has reached its limit.
const REFUSAL: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]","CancellationReasons":[{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"},{"Code":"None"}]}"#;
/// As DynamoDB sends them.
const HEADERS: &str = "content-type: application/x-amz-json-1.0\r\n\
    x-amzn-requestid: 4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG\r\n";

/// Listens until this program ends; the port.
pub(crate) fn start(fixture: &Fixture) -> Result<u16> {
    let (certificate, key) = (fixture.identity.0.clone(), fixture.identity.1.clone_key());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    let config = Arc::new(config);
    // By name, so that it listens at the address that the client tries first.
    let listener = TcpListener::bind((HOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            thread::spawn(move || {
                if let Err(error) = serve(stream, config) {
                    eprintln!("the stub of DynamoDB: {error:#}");
                }
            });
        }
    });
    Ok(port)
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(StreamOwned::new(ServerConnection::new(config)?, stream));
    while let Some(request) = connection.request()? {
        if !request.body.starts_with(b"{\"TransactItems\"") {
            bail!("{}: {}", request.line, String::from_utf8_lossy(&request.body));
        }
        connection.answer("400 Bad Request", HEADERS, REFUSAL.as_bytes())?;
    }
    Ok(())
}
