//! HTTP/1.1, as far as the proxy speaks it.

use std::{
    io::{Read, Result},
    net::{Shutdown, TcpStream},
};

use serde_json::{Value, json};

/// Closes the connection.
pub(super) fn hang_up(client: &TcpStream) -> Result<()> {
    client.shutdown(Shutdown::Both)?;
    Err(std::io::ErrorKind::ConnectionAborted.into())
}

/// Says nothing until the client gives up.
pub(super) fn wait_for_hang_up(client: &mut TcpStream) -> Result<()> {
    client.read_to_end(&mut Vec::new())?;
    Err(std::io::ErrorKind::ConnectionAborted.into())
}

/// A reply with this status and body.
pub(super) fn answer(status: u16, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!("HTTP/1.1 {status} Scripted\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// The answer to a BatchGetItem that leaves all its keys to be asked for again.
pub(super) fn unprocessed(request: &[u8]) -> Value {
    let body = request.iter().position(|byte| *byte == b'{').map(|start| &request[start..]);
    let request: Value = body.and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
    json!({ "Responses": {}, "UnprocessedKeys": request["RequestItems"] })
}

/// Reads one HTTP/1.1 message whose body has a `Content-Length`: head and body as they came.
pub(super) fn read_message(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut message = Vec::new();
    let mut byte = [0];
    while !message.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        message.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&message).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    message.extend(body);
    Ok(message)
}
