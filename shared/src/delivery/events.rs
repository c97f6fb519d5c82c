//! The default event bus: whoever wants to know that a session has ended subscribes there.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>

use serde_json::{Value, json};

use super::unavailable;
use crate::{
    domain::{Ended, SessionId, UserId},
    dynamodb::signed::{Request, Signed},
    ports::{AnnounceEnding, StoreError, Stored},
};

const REQUEST: &str = "PutEvents";
const HEADERS: [(&str, &str); 2] =
    [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "AWSEvents.PutEvents")];

/// The default event bus of the account.
#[derive(Debug)]
pub struct EventBus {
    signed: Signed,
    endpoint: String,
}

impl EventBus {
    /// The bus at `endpoint`.
    pub fn new(signed: Signed, endpoint: String) -> Self {
        Self { signed, endpoint }
    }
}

impl AnnounceEnding for EventBus {
    async fn announce_ending(&self, user_id: UserId, session_id: SessionId, ended: Ended) -> Stored<()> {
        let detail = json!({
            "user_id": user_id.to_string(),
            "session_id": session_id.to_string(),
            "cause": ended.cause.as_str(),
            "at": ended.at.seconds(),
        });
        let entry = json!({ "Source": "latchkey", "DetailType": "session-ended", "Detail": detail.to_string() });
        let body = json!({ "Entries": [entry] }).to_string();
        let url = format!("{}/", self.endpoint);
        let request = Request { service: "events", method: "POST", url: &url, headers: &HEADERS, body };
        let (status, answer) = self.signed.send(request).await.map_err(|error| unavailable(REQUEST, error))?;
        match (status, failed_entries(&answer)) {
            (200, Some(0)) => Ok(()),
            // An entry fails when the bus has too much to do.
            (200 | 429 | 500.., _) => Err(unavailable(REQUEST, status)),
            _ => Err(StoreError::Unexpected(format!("{REQUEST}: {status}"))),
        }
    }
}

fn failed_entries(answer: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Value>(answer).ok()?["FailedEntryCount"].as_u64()
}
