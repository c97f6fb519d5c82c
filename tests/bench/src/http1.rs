//! As much of HTTP/1.1 as a stub needs: requests with a length, on connections that are kept alive.

use std::io::{Error, ErrorKind, Read, Result, Write};

/// A request.
pub(crate) struct Request {
    /// The method and the target, with a space between them.
    pub(crate) line: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// The server's side of a connection.
pub(crate) struct Connection<S> {
    stream: S,
    received: Vec<u8>,
}

impl<S: Read + Write> Connection<S> {
    /// Takes over a stream at its beginning.
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, received: Vec::new() }
    }

    /// The next request; none when the client has gone.
    pub(crate) fn request(&mut self) -> Result<Option<Request>> {
        let mut chunk = [0; 16 * 1024];
        loop {
            if let Some((request, used)) = parse(&self.received)? {
                self.received.drain(..used);
                return Ok(Some(request));
            }
            match self.stream.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(read) => self.received.extend_from_slice(&chunk[..read]),
                // A process that was killed does not say goodbye, neither in TCP nor in TLS.
                Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof) => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Answers it.
    pub(crate) fn answer(&mut self, status: &str, headers: &str, body: &[u8]) -> Result<()> {
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
        let mut whole = head.into_bytes();
        whole.extend_from_slice(body);
        self.stream.write_all(&whole)?;
        self.stream.flush()
    }
}

/// The first request of `bytes` and its length, once it is there whole.
fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let malformed = |what: &str| Error::new(ErrorKind::InvalidData, what.to_owned());
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| malformed("a head that is not text"))?;
    let mut lines = head.lines();
    let line = lines.next().and_then(|line| line.strip_suffix(" HTTP/1.1")).ok_or_else(|| malformed("not HTTP/1.1"))?;
    let mut length = 0;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| malformed("content-length"))?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(malformed("a chunked request, which no function of ours sends"));
        }
    }
    let used = end + 4 + length;
    let Some(body) = bytes.get(end + 4..used) else { return Ok(None) };
    Ok(Some((Request { line: line.to_owned(), body: body.to_vec() }, used)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_there_when_its_last_byte_is() {
        let bytes = b"POST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\nab";
        assert!(parse(&bytes[..bytes.len() - 1]).unwrap().is_none());
        let (request, used) = parse(bytes).unwrap().unwrap();
        assert_eq!((request.line.as_str(), request.body.as_slice(), used), ("POST /x", &b"ab"[..], bytes.len()));
    }

    #[test]
    fn what_the_stub_does_not_understand_is_an_error() {
        assert!(parse(b"GET / HTTP/2\r\n\r\n").is_err());
        assert!(parse(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    }
}
