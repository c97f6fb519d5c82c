//! Secrets Manager with one secret: as much of it as replacing a key ring needs, and what may go wrong then.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html>

use std::{
    collections::{BTreeMap, VecDeque},
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
    /// It moves, and the next readings still give what was there before.
    Unseen,
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
    /// What the next readings give instead of the current version.
    stale: VecDeque<String>,
}

/// How many readings do not see a change: more than one action makes.
const UNSEEN: usize = 12;

/// The name of no version: nothing was ever put.
const NOTHING: &str = "";

impl SecretsManager {
    /// With this ring as the current version.
    pub fn holding(ring: &str) -> Self {
        Self::serving(Secret {
            versions: [("first".into(), ring.into())].into(),
            current: "first".into(),
            ..Secret::default()
        })
    }

    /// Without a value, and the first one is not seen for a while.
    pub fn empty() -> Self {
        Self::serving(Secret { stale: vec![NOTHING.to_owned(); UNSEEN].into(), ..Secret::default() })
    }

    fn serving(secret: Secret) -> Self {
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
                let seen = self.stale.pop_front().unwrap_or_else(|| self.current.clone());
                match self.versions.get(&seen) {
                    Some(ring) => (200, json!({ "VersionId": seen, "SecretString": ring })),
                    None => (400, json!({ "__type": "ResourceNotFoundException", "message": "no value" })),
                }
            }
            "secretsmanager.PutSecretValue" if self.current == NOTHING => {
                self.current = text("ClientRequestToken");
                self.versions.insert(self.current.clone(), text("SecretString"));
                (200, json!({ "VersionId": self.current }))
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
            Swap::Unseen if self.current == from => self.stale = vec![from.to_owned(); UNSEEN].into(),
            Swap::ReplyLost | Swap::Done | Swap::Unseen => {}
        }
        if self.current != from {
            return refused;
        }
        self.current = to.to_owned();
        (200, json!({}))
    }
}
