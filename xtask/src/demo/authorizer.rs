//! The authorizer, asked the way API Gateway does, where functions can be invoked directly.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::exchange::{Request, Server};
use crate::paths;

/// An authorizer that answers.
pub struct Authorizer {
    invoke: Server,
    path: String,
}

impl Authorizer {
    /// The authorizer called `name` at `url`, or none if no Invoke API is served there: a deployed API answers 404, because
    /// only its own API Gateway may invoke.
    pub fn find(url: &str, name: &str) -> Result<Option<Self>> {
        let found = Self { invoke: Server::at(url), path: format!("/2015-03-31/functions/{name}/invocations") };
        let probe = found.invoke.send(&found.question("garbage")?)?;
        match probe.status {
            404 => Ok(None),
            200 => Ok(Some(found)),
            status => bail!("{url}{} answers {status} to a request that is to be denied", found.path),
        }
    }

    /// Asks about a request with `token`, and fails on another decision than `allowed`.
    pub fn ask(&self, token: &str, allowed: bool, meaning: &str) -> Result<()> {
        let answer = self.invoke.exchange(&self.question(token)?, 200, meaning)?;
        ensure!(answer.body["isAuthorized"] == json!(allowed), "the authorizer has to answer isAuthorized: {allowed}");
        Ok(())
    }

    fn question(&self, token: &str) -> Result<Request<'_>> {
        Ok(Request { method: "POST", path: &self.path, bearer: None, body: Some(event(token)?) })
    }
}

/// What API Gateway sends to an authorizer of an HTTP API, for a request with this token.
fn event(token: &str) -> Result<Value> {
    let path = paths::root().join("events/authorizer_ok.json");
    let event = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(serde_json::from_str(&event.replace("{{access_token}}", token))?)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that answers one request, and then what was found there.
    fn found(status: &str, body: &str) -> Result<Option<Authorizer>> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        let server = thread::spawn(move || -> Result<String> {
            let (mut stream, _) = listener.accept()?;
            let mut asked = Vec::new();
            while !asked.ends_with(b"}") {
                let mut part = [0; 4096];
                let count = stream.read(&mut part)?;
                ensure!(count > 0, "the request ended before its JSON");
                asked.extend(&part[..count]);
            }
            stream.write_all(answer.as_bytes())?;
            Ok(String::from_utf8(asked)?)
        });
        let found = Authorizer::find(&url, "guard");
        let asked = server.join().map_err(|_| anyhow::anyhow!("the server panicked"))??;
        assert!(asked.starts_with("POST /2015-03-31/functions/guard/invocations "), "{asked}");
        found
    }

    #[test]
    fn it_is_found_where_functions_can_be_invoked_and_nowhere_else() -> Result<()> {
        assert!(found("200 OK", r#"{"isAuthorized":false}"#)?.is_some());
        assert!(found("404 Not Found", r#"{"type":"urn:latchkey:problem:not-found"}"#)?.is_none());
        assert!(found("502 Bad Gateway", "").is_err(), "neither answer: not to be taken for one");
        Ok(())
    }
}
