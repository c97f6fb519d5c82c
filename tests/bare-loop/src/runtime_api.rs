//! The Runtime API over one connection that is kept alive.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::Failure;

/// Events and answers of the API are smaller; the buffer is never grown.
const BUFFER_BYTES: usize = 64 * 1024;

/// The connection, with what was last read from it.
pub struct RuntimeApi {
    stream: TcpStream,
    host: String,
    buffer: Vec<u8>,
}

impl RuntimeApi {
    /// Connects to `host`, an address with its port.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn connect(host: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: host.to_owned(), buffer: vec![0; BUFFER_BYTES] })
    }

    /// Waits for an event: its id and its text.
    ///
    /// # Errors
    /// When the connection ends, which is how a sandbox ends.
    pub fn next_event(&mut self) -> Result<(String, &str), Failure> {
        let host = &self.host;
        let request = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {host}\r\n\r\n");
        self.stream.write_all(request.as_bytes())?;
        let (head, body) = self.read()?;
        let id = header(head, "lambda-runtime-aws-request-id").ok_or("an event without an id")?.to_owned();
        Ok((id, body))
    }

    /// Answers the event `id`.
    ///
    /// # Errors
    /// As [`Self::next_event`].
    pub fn answer(&mut self, id: &str, body: &str) -> Result<(), Failure> {
        let (host, length) = (&self.host, body.len());
        let request = format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes())?;
        self.read()?;
        Ok(())
    }

    /// One response: head and body.
    fn read(&mut self) -> Result<(&str, &str), Failure> {
        let mut filled = 0;
        let (head, end) = loop {
            let read = self.stream.read(self.buffer.get_mut(filled..).unwrap_or_default())?;
            if read == 0 {
                return Err("the sandbox ended".into());
            }
            filled += read;
            if let Some((head, end)) = complete(&self.buffer[..filled])? {
                break (head, end);
            }
        };
        let text = std::str::from_utf8(&self.buffer[..end])?;
        Ok((&text[..head], &text[head + 4..]))
    }
}

/// Where head and body end, once all of it is here.
fn complete(bytes: &[u8]) -> Result<Option<(usize, usize)>, Failure> {
    let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let length = header(std::str::from_utf8(&bytes[..head])?, "content-length").ok_or("a response without length")?;
    let end = head + 4 + length.parse::<usize>()?;
    Ok((bytes.len() >= end).then_some((head, end)))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
