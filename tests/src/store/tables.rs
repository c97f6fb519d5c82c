//! Tables of one test's own, so that tests that run in one process share no counters.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use latchkey::dynamodb::{DynamoDb, Tables, client};
use serde_json::json;

use crate::local_dynamodb::local_dynamodb;

/// A store on fresh tables that are made like those of the template.
pub(super) fn fresh() -> (DynamoDb, Tables) {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let number = NUMBER.fetch_add(1, Relaxed);
    let Tables { users, sessions, ephemera, connections, rooms } = local_dynamodb().tables();
    let copy = |table: &str| copy(table, number);
    let (users, sessions, ephemera) = (copy(&users), copy(&sessions), copy(&ephemera));
    let tables = Tables { users, sessions, ephemera, connections: copy(&connections), rooms: copy(&rooms) };
    (connect(tables.clone()), tables)
}

/// Makes an empty table with the keys of `table`.
fn copy(table: &str, number: u64) -> String {
    let described = &local_dynamodb().call("DescribeTable", &json!({ "TableName": table }))["Table"];
    let name = format!("{table}-{number}");
    let request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": described["KeySchema"],
        "AttributeDefinitions": described["AttributeDefinitions"],
    });
    local_dynamodb().call("CreateTable", &request);
    name
}

/// Writes the item of the public keys past all our code.
pub(super) fn publish(table: &str, document: &str, revision: u64) {
    let item = json!({
        "pk": { "S": "jwks" },
        "sk": { "S": "current" },
        "document": { "S": document },
        "revision": { "N": revision.to_string() },
    });
    local_dynamodb().call("PutItem", &json!({ "TableName": table, "Item": item }));
}

fn connect(tables: Tables) -> DynamoDb {
    let endpoint = local_dynamodb().endpoint();
    let lookup = |name: &str| match name {
        "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(endpoint.clone()),
        _ => None,
    };
    let config = client::sdk_config(&lookup).expect("the settings are valid");
    DynamoDb::connect(&config, &lookup, tables).expect("the endpoint is a URL")
}
