//! The two calls of Lambda's API that are needed here: reading and writing the environment of a function.

use std::time::{Duration, Instant};

use latchkey::{
    config::Env,
    dynamodb::signed::{Request, Signed},
    startup::StartupError,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::environment::Variables;

/// A function that is being deployed or updated takes no change for some seconds, and a role that was made seconds ago may not
/// be known yet. All functions together are given this long, and each at least one try: less than this function itself has.
const PATIENCE_FOR_ALL: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(500);

pub(crate) struct LambdaApi {
    signed: Signed,
    endpoint: String,
    until: Instant,
}

/// A function's configuration, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    #[serde(default)]
    environment: Environment,
    revision_id: String,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    #[serde(default)]
    variables: Variables,
}

enum Failure {
    /// It was changed meanwhile, is busy, or not reached: look again.
    Again(String),
    Final(String),
}

impl LambdaApi {
    pub(crate) fn new(env: &Env) -> Result<Self, StartupError> {
        let lookup = |name: &str| env.get(name).map(str::to_owned);
        let signed = Signed::new(&lookup).map_err(|error| error.to_string())?;
        let endpoint = signed.endpoint(&lookup, "AWS_ENDPOINT_URL_LAMBDA", "lambda");
        let endpoint = endpoint.map_err(|error| error.to_string())?;
        Ok(Self { signed, endpoint, until: Instant::now() + PATIENCE_FOR_ALL })
    }

    /// Changes the environment of a function, if `edit` changes it, as compare and swap by the function's revision: whoever
    /// else changes it at the same time, a deployment too, loses nothing.
    pub(crate) async fn update_environment(&self, name: &str, edit: impl Fn(&mut Variables)) -> Result<(), String> {
        loop {
            match self.try_update(name, &edit).await {
                Ok(()) => return Ok(()),
                Err(Failure::Again(_)) if Instant::now() < self.until => tokio::time::sleep(PAUSE).await,
                Err(Failure::Again(reason) | Failure::Final(reason)) => return Err(reason),
            }
        }
    }

    async fn try_update(&self, name: &str, edit: impl Fn(&mut Variables)) -> Result<(), Failure> {
        let path = format!("/2015-03-31/functions/{name}/configuration");
        let configuration = self.send("GET", &path, String::new()).await?;
        let malformed = |_| Failure::Final("Lambda answers what is no configuration".to_owned());
        let Configuration { environment, revision_id } = serde_json::from_slice(&configuration).map_err(malformed)?;
        let mut variables = environment.variables.clone();
        edit(&mut variables);
        if variables == environment.variables {
            return Ok(());
        }
        let change = json!({ "Environment": Environment { variables }, "RevisionId": revision_id });
        self.send("PUT", &path, change.to_string()).await.map(drop)
    }

    async fn send(&self, method: &'static str, path: &str, body: String) -> Result<Vec<u8>, Failure> {
        let url = format!("{}{path}", self.endpoint);
        let headers = &[("content-type", "application/json")];
        let request = Request { service: "lambda", method, url: &url, headers, body };
        match self.signed.send(request).await {
            Ok((200, body)) => Ok(body),
            // In this order: a role that is not known yet, busy, changed meanwhile, too many requests.
            Ok((status @ (403 | 409 | 412 | 429 | 500..), _)) => {
                Err(Failure::Again(format!("Lambda answered {status}")))
            }
            Ok((status, _)) => Err(Failure::Final(format!("Lambda answered {status}"))),
            Err(_) => Err(Failure::Again("Lambda did not answer".to_owned())),
        }
    }
}
