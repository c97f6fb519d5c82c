//! DynamoDB for tests: `latchkey-local` in memory, started once per test process and gone with it.

#![expect(clippy::expect_used, reason = "test harness: whatever is wrong here ends the test with the words given")]

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use latchkey::dynamodb::{DynamoDb, Tables, client};
use serde_json::{Value, json};

/// What the SDK signs with and what raw requests show; `latchkey-local` believes anybody.
const AUTHORIZATION: &str =
    "AWS4-HMAC-SHA256 Credential=test/20960101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

/// A running `latchkey-local`.
#[derive(Debug)]
pub struct LocalDynamoDb {
    ready: Value,
    /// Its standard input closes when this process ends, however it ends; then it stops by itself.
    _process: Child,
}

/// The one of this process.
pub fn local_dynamodb() -> &'static LocalDynamoDb {
    static LOCAL: OnceLock<LocalDynamoDb> = OnceLock::new();
    LOCAL.get_or_init(LocalDynamoDb::start)
}

/// The root of the repository.
pub fn workspace() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    root.canonicalize().expect("the repository exists")
}

fn binary() -> PathBuf {
    let named = std::env::var_os("LATCHKEY_LOCAL_BIN").map(PathBuf::from);
    let binary = named.unwrap_or_else(|| workspace().join("target/xtask/debug/latchkey-local"));
    assert!(
        binary.exists(),
        "{} is missing: `cargo xtask test` builds it, or \
         `cargo build --manifest-path xtask/Cargo.toml -p latchkey-local --target-dir target/xtask`",
        binary.display()
    );
    binary
}

impl LocalDynamoDb {
    fn start() -> Self {
        let mut process = Command::new(binary())
            .args(["--ephemeral", "--port", "0"])
            .current_dir(workspace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("latchkey-local starts");
        let output = process.stdout.take().expect("its output is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("latchkey-local says where it is");
        let ready = serde_json::from_str(&line)
            .expect("latchkey-local prints one line of JSON and says on stderr why it does not");
        Self { ready, _process: process }
    }

    /// What it printed: endpoint, tables, key rings, JWKS.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    fn text(&self, pointer: &str) -> String {
        let text = self.ready.pointer(pointer).and_then(Value::as_str);
        text.expect("latchkey-local names it").to_owned()
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        self.text("/endpoint")
    }

    /// Its tables.
    pub fn tables(&self) -> Tables {
        Tables {
            users: self.text("/tables/users"),
            sessions: self.text("/tables/sessions"),
            ephemera: self.text("/tables/ephemera"),
            connections: self.text("/tables/connections"),
            rooms: self.text("/tables/rooms"),
        }
    }

    /// A new store on it, with a meter of its own.
    pub fn store(&self) -> DynamoDb {
        self.store_through(&self.endpoint())
    }

    /// A new store on its tables, reached at `endpoint`.
    pub fn store_through(&self, endpoint: &str) -> DynamoDb {
        let lookup = |name: &str| match name {
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            "AWS_ENDPOINT_URL_DYNAMODB" => Some(endpoint.to_owned()),
            _ => None,
        };
        let config = client::sdk_config(&lookup).expect("the settings are valid");
        DynamoDb::connect(&config, &lookup, self.tables()).expect("the endpoint is a URL")
    }

    /// Every item of `table` in DynamoDB's JSON, past all our code.
    pub fn scan(&self, table: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut request = json!({ "TableName": table, "ConsistentRead": true });
        loop {
            let mut page = self.call("Scan", &request);
            items.extend(
                page.pointer_mut("/Items").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default(),
            );
            let Some(last) = page.get("LastEvaluatedKey") else {
                return items;
            };
            request = json!({ "TableName": table, "ConsistentRead": true, "ExclusiveStartKey": last });
        }
    }

    /// One request past all our code.
    pub fn call(&self, operation: &str, request: &Value) -> Value {
        let response = ureq::post(self.endpoint())
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", AUTHORIZATION)
            .header("x-amz-date", "20960101T000000Z")
            .send(request.to_string());
        let text = response.expect("DynamoDB answers").body_mut().read_to_string().expect("the answer is text");
        serde_json::from_str(&text).expect("the answer is JSON")
    }
}
