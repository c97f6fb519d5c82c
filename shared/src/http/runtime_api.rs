//! The Runtime API over one blocking connection, for a function that waits for nothing but its next event.
//!
//! `lambda_runtime` costs the authorizer a sixth of its cold start, a fifth of every warm request and 1 MiB of its binary
//! (docs/BENCHMARKS.md): it is made for functions that do several things at once.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    convert::Infallible,
    io::{Error, ErrorKind, Read, Result, Write},
    net::TcpStream,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// An event has at most 6 MB; anything longer is not the Runtime API.
const MAX_RESPONSE_BYTES: usize = 8 << 20;
const READ_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;

/// The connection, and what was last read from it.
struct RuntimeApi {
    address: String,
    /// What every path begins with.
    base: String,
    stream: TcpStream,
    received: Vec<u8>,
}

/// The head of a response.
struct Head {
    status: u16,
    request_id: Option<String>,
    /// How long the head is.
    bytes: usize,
    body: Body,
    closes: bool,
}

/// How the end of a body is known. Lambda sends lengths, some emulators chunks.
#[derive(Clone, Copy)]
enum Body {
    Length(usize),
    Chunked,
}

/// Answers events with `decide`, which is given the id and the event, until the sandbox ends. A failure, and a panic too,
/// is one failed invocation.
///
/// # Errors
/// Only when the Runtime API at `place` (`AWS_LAMBDA_RUNTIME_API`) is gone.
pub(super) fn serve(
    place: &str,
    decide: impl Fn(&str, &[u8]) -> std::result::Result<Vec<u8>, &'static str>,
) -> Result<Infallible> {
    let mut api = RuntimeApi::at(place)?;
    loop {
        let (id, event) = api.next_event()?;
        let decided = catch_unwind(AssertUnwindSafe(|| decide(&id, &event)));
        match decided.unwrap_or(Err("the function panicked")) {
            Ok(answer) => api.post(&id, "response", &answer)?,
            Err(message) => api.post(&id, "error", failure(message).as_bytes())?,
        }
    }
}

fn connect(address: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What the Runtime API wants to know about a failed invocation; `message` is a text of ours without quotes.
fn failure(message: &'static str) -> String {
    format!(r#"{{"errorType":"Error","errorMessage":"{message}"}}"#)
}

impl RuntimeApi {
    /// Lambda gives address and port, `cargo lambda watch` a URL with a path.
    fn at(place: &str) -> Result<Self> {
        let place = place.strip_prefix("http://").unwrap_or(place);
        let (address, path) = place.split_once('/').unwrap_or((place, ""));
        let slash = if path.is_empty() { "" } else { "/" };
        let base = format!("{slash}{path}/2018-06-01/runtime/invocation");
        Ok(Self { address: address.to_owned(), base, stream: connect(address)?, received: Vec::new() })
    }

    fn next_event(&mut self) -> Result<(String, Vec<u8>)> {
        let (head, event) = self.exchange("GET", "next", b"")?;
        match (head.status, head.request_id) {
            (200, Some(id)) => Ok((id, event)),
            _ => Err(malformed("no event")),
        }
    }

    fn post(&mut self, id: &str, what: &str, body: &[u8]) -> Result<()> {
        // Whatever it says to that, the next event comes from the same place.
        self.exchange("POST", &format!("{id}/{what}"), body).map(|_| ())
    }

    fn exchange(&mut self, method: &str, path: &str, body: &[u8]) -> Result<(Head, Vec<u8>)> {
        let (host, base, length) = (&self.address, &self.base, body.len());
        let head = format!("{method} {base}/{path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n\r\n");
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        let result = self.send(&request);
        match result {
            // A connection that was closed while it was idle says so only now.
            Err(error) if self.received.is_empty() && is_gone(&error) => {
                self.stream = connect(&self.address)?;
                self.send(&request)
            }
            result => result,
        }
    }

    fn send(&mut self, request: &[u8]) -> Result<(Head, Vec<u8>)> {
        self.received.clear();
        self.stream.write_all(request)?;
        loop {
            self.receive()?;
            let Some(head) = parse_head(&self.received)? else { continue };
            let Some(body) = parse_body(&self.received[head.bytes..], head.body)? else { continue };
            if head.closes {
                self.stream = connect(&self.address)?;
            }
            return Ok((head, body));
        }
    }

    fn receive(&mut self) -> Result<()> {
        let filled = self.received.len();
        if filled > MAX_RESPONSE_BYTES {
            return Err(malformed("a response without end"));
        }
        self.received.resize(filled + READ_BYTES, 0);
        let read = self.stream.read(&mut self.received[filled..]);
        self.received.truncate(filled + read.as_ref().map_or(0, |read| *read));
        if read? == 0 { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

fn parse_head(bytes: &[u8]) -> Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(bytes).map_err(|_| malformed("not HTTP"))? else {
        return Ok(None);
    };
    let header = |name: &str| {
        let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.and_then(|header| std::str::from_utf8(header.value).ok())
    };
    let body = match (header("transfer-encoding"), header("content-length")) {
        (Some(_), _) => Body::Chunked,
        (None, Some(length)) => Body::Length(length.parse().map_err(|_| malformed("content-length"))?),
        (None, None) => Body::Length(0),
    };
    let closes = response.version == Some(0) || header("connection").is_some_and(|it| it.eq_ignore_ascii_case("close"));
    let request_id = header("lambda-runtime-aws-request-id").map(str::to_owned);
    Ok(Some(Head { status: response.code.unwrap_or_default(), request_id, bytes: length, body, closes }))
}

fn parse_body(bytes: &[u8], body: Body) -> Result<Option<Vec<u8>>> {
    match body {
        Body::Length(length) => Ok(bytes.get(..length).map(<[u8]>::to_vec)),
        Body::Chunked => parse_chunks(bytes),
    }
}

fn parse_chunks(mut bytes: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let status = httparse::parse_chunk_size(bytes).map_err(|_| malformed("a chunk"))?;
        let httparse::Status::Complete((start, size)) = status else { return Ok(None) };
        let end = start.saturating_add(usize::try_from(size).map_err(|_| malformed("a chunk"))?);
        let (Some(chunk), Some(rest)) = (bytes.get(start..end), bytes.get(end.saturating_add(2)..)) else {
            return Ok(None);
        };
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(chunk);
        bytes = rest;
    }
}

fn is_gone(error: &Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

fn malformed(what: &'static str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests;
