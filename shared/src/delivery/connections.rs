//! Open connections, as their gateway lets them be reached.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html>

use std::time::Duration;

use serde::Serialize;

use super::unavailable;
use crate::{
    domain::{Closing, ConnectionId},
    dynamodb::signed::{Request, Signed},
    ports::{Delivered, HangUp, HungUp, SendFrame, StoreError, Stored},
};

const REQUEST: &str = "@connections";

/// The gateway knows no such connection.
const GONE: u16 = 410;

/// Before a request that failed is made again, once.
const PAUSE: Duration = Duration::from_millis(200);

/// The last frame of a connection.
#[derive(Serialize)]
struct Last {
    r#type: &'static str,
    cause: &'static str,
}

/// The connections of one API.
#[derive(Debug)]
pub struct LiveConnections {
    signed: Signed,
    /// The API's URL, of the scheme `https` and without a slash at the end.
    url: String,
}

impl LiveConnections {
    /// Those of the API whose clients connect at `live_url`.
    pub fn new(signed: Signed, live_url: &str) -> Self {
        // `wss` and `ws` become what the same place is called for requests.
        Self { signed, url: live_url.replacen("ws", "http", 1) }
    }

    async fn send(&self, method: &'static str, id: &ConnectionId, body: &str) -> Stored<u16> {
        match self.try_to_send(method, id, body).await {
            Err(StoreError::Unavailable(_)) => {
                tokio::time::sleep(PAUSE).await;
                self.try_to_send(method, id, body).await
            }
            decided => decided,
        }
    }

    async fn try_to_send(&self, method: &'static str, id: &ConnectionId, body: &str) -> Stored<u16> {
        let id = id.as_str().replace('=', "%3D");
        let url = format!("{}/@connections/{id}", self.url);
        let request = Request { service: "execute-api", method, url: &url, headers: &[], body: body.to_owned() };
        match self.signed.send(request).await {
            Ok((status @ (200..=299 | GONE), _)) => Ok(status),
            Ok((status @ (429 | 500..), _)) => Err(unavailable(REQUEST, status)),
            Ok((status, _)) => Err(StoreError::Unexpected(format!("{REQUEST}: {status}"))),
            Err(error) => Err(unavailable(REQUEST, error)),
        }
    }
}

impl SendFrame for LiveConnections {
    async fn send_frame(&self, id: &ConnectionId, frame: &str) -> Stored<Delivered> {
        let status = self.send("POST", id, frame).await?;
        Ok(if status == GONE { Delivered::Gone } else { Delivered::Sent })
    }
}

impl HangUp for LiveConnections {
    async fn hang_up(&self, id: &ConnectionId, closing: Closing) -> Stored<HungUp> {
        let last = Last { r#type: "closed", cause: closing.as_str() };
        let last = serde_json::to_string(&last).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        // Whoever reads nothing cannot be told why, and is closed all the same.
        if let Ok(GONE) = self.send("POST", id, &last).await {
            return Ok(HungUp::Gone);
        }
        // Gone by now is as good as closed.
        self.send("DELETE", id, "").await.map(|_| HungUp::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_reached_where_clients_connect() {
        let lookup = |name: &str| name.starts_with("AWS_").then(|| "https://x".to_owned());
        let lookup = |name: &str| lookup(name).filter(|_| name != "AWS_CA_BUNDLE");
        let at = |live_url| LiveConnections::new(Signed::new(&lookup).unwrap(), live_url).url;
        assert_eq!(at("wss://a.example.com/live"), "https://a.example.com/live");
        assert_eq!(at("ws://localhost:4566/ws/live"), "http://localhost:4566/ws/live");
    }
}
