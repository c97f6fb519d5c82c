//! A stub of DynamoDB over TLS that holds the published keys and the feed's partitions.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context, Result};
use latchkey::domain::{FeedEntry, feed::BUCKETS_PER_HOUR};
use serde_json::{Value, json};

use crate::{
    dynamodb::HEADERS,
    fixture::Fixture,
    tls::{self, Reply},
};

/// Items as JSON by the bucket they are in, by the partition they are in.
type Partitions = BTreeMap<String, BTreeMap<u64, Vec<String>>>;

/// The table.
pub(crate) struct FeedTable {
    /// Where it listens until this program ends.
    pub(crate) port: u16,
    held: Arc<Mutex<Partitions>>,
}

impl FeedTable {
    /// Starts it, without any entry.
    pub(crate) fn start(fixture: &Fixture) -> Result<Self> {
        let held = Arc::<Mutex<Partitions>>::default();
        let (asked, keys) = (Arc::clone(&held), json!({ "Item": { "document": { "S": fixture.jwks } } }));
        let port = tls::start(fixture, move |request| {
            let request: Value = serde_json::from_slice(&request.body)?;
            let body = match request.get("KeyConditionExpression") {
                Some(_) => query(&lock(&asked), &request)?,
                None => keys.to_string(),
            };
            Ok(Reply { status: "200 OK", headers: HEADERS, body: body.into() })
        })?;
        Ok(Self { port, held })
    }

    /// Holds the entries of these buckets from now on, and no others.
    pub(crate) fn hold(&self, buckets: &[(u64, Vec<FeedEntry>)]) {
        let mut partitions = Partitions::new();
        for entry in buckets.iter().flat_map(|(_, entries)| entries) {
            let partition = format!("feed#{}#{}", entry.bucket / BUCKETS_PER_HOUR, entry.shard());
            let item = format!(r#"{{"sk":{{"S":"{:010}#{}"}}}}"#, entry.bucket, entry.name());
            partitions.entry(partition).or_default().entry(entry.bucket).or_default().push(item);
        }
        *lock(&self.held) = partitions;
    }
}

fn lock(held: &Mutex<Partitions>) -> MutexGuard<'_, Partitions> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The answer to a Query of one partition from a bucket on.
fn query(held: &Partitions, request: &Value) -> Result<String> {
    let value = |name| request["ExpressionAttributeValues"][name]["S"].as_str().context("a query without its values");
    let (partition, first) = (value(":pk")?, value(":first")?.parse::<u64>()?);
    let buckets = held.get(partition).into_iter().flat_map(|buckets| buckets.range(first..));
    let items: Vec<&str> = buckets.flat_map(|(_, items)| items).map(String::as_str).collect();
    let count = items.len();
    Ok(format!(r#"{{"Count":{count},"Items":[{}],"ScannedCount":{count}}}"#, items.join(",")))
}
