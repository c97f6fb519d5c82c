//! As much HTTP/1.1 as a runtime client needs: one request at a time, each answer in one write, so that nothing waits for a
//! delayed acknowledgement.

use std::{
    io::{BufRead, BufReader, Read, Result, Write},
    net::TcpStream,
};

/// A request of the function.
pub(super) struct Request {
    /// Method and path.
    pub(super) line: String,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// One connection of the function.
pub(super) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self(BufReader::new(stream))
    }

    /// The next request, or an error when there is none any more.
    pub(super) fn read(&mut self) -> Result<Request> {
        let line = self.line()?;
        let mut length = Some(0);
        loop {
            let header = self.line()?.to_ascii_lowercase();
            match header.split_once(':') {
                Some(("content-length", value)) => length = value.trim().parse().ok(),
                Some(("transfer-encoding", _)) => length = None,
                Some(_) => {}
                None => break,
            }
        }
        let body = match length {
            Some(length) => self.exactly(length)?,
            None => self.chunks()?,
        };
        Ok(Request { line, body })
    }

    /// Answers the last request.
    pub(super) fn answer(&mut self, status: &str, headers: &[(&str, String)], body: &[u8]) -> Result<()> {
        let mut message = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            message.push_str(&format!("{name}: {value}\r\n"));
        }
        message.push_str("\r\n");
        self.0.get_mut().write_all(&[message.as_bytes(), body].concat())
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(body)
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let length = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16);
            let length = length.map_err(std::io::Error::other)?;
            body.extend(self.exactly(length)?);
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}
