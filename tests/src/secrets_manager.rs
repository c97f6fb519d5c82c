//! Secrets Manager with one secret: as much of it as replacing a key ring needs, and what may go wrong then.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html>

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tiny_http::{Response, Server};

/// What happens when the label of the current version is to move.
#[derive(Clone, Default)]
pub enum Swap {
    /// It moves, if it is where the caller says.
    #[default]
    Done,
    /// Somebody else puts this ring there first.
    Beaten(String),
    /// It moves, and the caller is told of an error.
    ReplyLost,
    /// Nothing, but an error.
    Refused,
}

/// A secret, until its last clone is dropped.
#[derive(Clone)]
pub struct SecretsManager {
    server: Arc<Server>,
    secret: Arc<Mutex<Secret>>,
}

#[derive(Default)]
struct Secret {
    versions: BTreeMap<String, String>,
    current: String,
    swap: Swap,
}

impl SecretsManager {
    /// With this ring as the current version.
    pub fn holding(ring: &str) -> Self {
        let secret =
            Secret { versions: [("first".into(), ring.into())].into(), current: "first".into(), ..Secret::default() };
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a port is free"));
        let manager = Self { server, secret: Arc::new(Mutex::new(secret)) };
        let (server, secret) = (Arc::downgrade(&manager.server), Arc::clone(&manager.secret));
        thread::spawn(move || {
            while let Some(server) = server.upgrade() {
                let Ok(Some(mut request)) = server.recv_timeout(Duration::from_millis(50)) else { continue };
                let body: Value = serde_json::from_reader(request.as_reader()).expect("a request is JSON");
                let target = request.headers().iter().find(|header| header.field.equiv("x-amz-target"));
                let operation = target.map_or_else(String::new, |header| header.value.to_string());
                let (status, answer) = secret.lock().unwrap_or_else(PoisonError::into_inner).handle(&operation, &body);
                let _ = request.respond(Response::from_string(answer.to_string()).with_status_code(status));
            }
        });
        manager
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.server_addr())
    }

    /// What the next swap meets.
    pub fn next_swap(&self, swap: Swap) {
        self.secret().swap = swap;
    }

    /// The current ring.
    pub fn ring(&self) -> String {
        let secret = self.secret();
        secret.versions[&secret.current].clone()
    }

    fn secret(&self) -> MutexGuard<'_, Secret> {
        self.secret.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Secret {
    fn handle(&mut self, operation: &str, body: &Value) -> (u16, Value) {
        let text = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
        match operation {
            "secretsmanager.GetSecretValue" => {
                (200, json!({ "VersionId": self.current, "SecretString": self.versions[&self.current] }))
            }
            "secretsmanager.PutSecretValue" => {
                assert_eq!(body["VersionStages"], json!(["latchkey-candidate"]), "nobody reads it yet");
                self.versions.insert(text("ClientRequestToken"), text("SecretString"));
                (200, json!({ "VersionId": text("ClientRequestToken") }))
            }
            "secretsmanager.UpdateSecretVersionStage" => {
                self.swap(&text("MoveToVersionId"), &text("RemoveFromVersionId"))
            }
            other => (400, json!({ "__type": "InvalidRequestException", "message": other })),
        }
    }

    fn swap(&mut self, to: &str, from: &str) -> (u16, Value) {
        let refused = (400, json!({ "__type": "InvalidParameterException", "message": "the label is elsewhere" }));
        match std::mem::take(&mut self.swap) {
            Swap::Refused => return (400, json!({ "__type": "DecryptionFailure", "message": "no" })),
            Swap::Beaten(ring) => {
                self.versions.insert("theirs".to_owned(), ring);
                self.current = "theirs".to_owned();
            }
            Swap::ReplyLost if self.current == from => {
                self.current = to.to_owned();
                return (500, json!({ "__type": "InternalServiceError", "message": "lost" }));
            }
            Swap::ReplyLost | Swap::Done => {}
        }
        if self.current != from {
            return refused;
        }
        self.current = to.to_owned();
        (200, json!({}))
    }
}
