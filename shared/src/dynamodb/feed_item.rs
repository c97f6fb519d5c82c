//! The revocation feed. An entry is written without a condition: writing it twice tells the same. Its partition is an hour and a
//! shard, its sort key begins with its bucket, so that whatever is new is one Query per shard.

use aws_sdk_dynamodb::types::{Put, ReturnConsumedCapacity, TransactWriteItem};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::task::JoinSet;

use super::{
    DynamoDb, failure,
    item::{Attributes, Reader, number, text, time, with},
    keys::{Key, SK, feed_partition, feed_position},
    meter::Kind,
    retry,
    transaction::Part,
};
use crate::{
    domain::{
        FeedEntry, Timestamp,
        feed::{BUCKETS_PER_HOUR, SHARDS, bucket, forgotten_at, last_forgotten},
    },
    ports::{ReadFeed, Stored},
};

const QUERY: &str = "Query feed";

impl DynamoDb {
    /// The part of a transaction that tells the feed.
    pub(super) fn tell_feed(&self, entry: &FeedEntry) -> Stored<TransactWriteItem> {
        let mut item = with(Key::feed(entry).attributes(), [("expires_at", time(entry.until))]);
        if let Some(epoch) = entry.epoch {
            item = with(item, [("epoch", number(epoch))]);
        }
        let put = Put::builder().table_name(&self.tables.ephemera).set_item(Some(item)).build();
        put.map(Part::part).map_err(|error| failure::unexpected("feed entry", error))
    }
}

impl ReadFeed for DynamoDb {
    async fn read_feed(&self, after: u64, now: Timestamp) -> Stored<Vec<FeedEntry>> {
        let first = after.max(last_forgotten(now)).saturating_add(1);
        let hours = first / BUCKETS_PER_HOUR..=bucket(now) / BUCKETS_PER_HOUR;
        // At once: one after the other they would take longer than an authorizer waits.
        let mut queries = JoinSet::new();
        for partition in hours.flat_map(|hour| (0..SHARDS).map(move |shard| feed_partition(hour, shard))) {
            let store = self.clone();
            queries.spawn(async move { store.read_partition(&partition, first).await });
        }
        retry::bounded(QUERY, async {
            let mut entries = Vec::new();
            while let Some(read) = queries.join_next().await {
                entries.extend(read.map_err(|error| failure::unexpected(QUERY, error))??);
            }
            Ok(entries)
        })
        .await
    }
}

impl DynamoDb {
    /// Every entry of one partition from the bucket `first` on.
    async fn read_partition(&self, partition: &str, first: u64) -> Stored<Vec<FeedEntry>> {
        let request = self
            .client
            .query()
            .table_name(&self.tables.ephemera)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk >= :first")
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":first", text(feed_position(first)))
            // A hundred thousand at once are possible: nothing is read that the bucket says as well.
            .projection_expression("sk, epoch")
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let mut entries = Vec::new();
        let mut position = None;
        loop {
            self.meter.count(Kind::Read);
            let page = request.clone().set_exclusive_start_key(position).send().await;
            let page = page.map_err(|error| failure::explain(QUERY, &error))?;
            self.meter.add(Kind::Read, page.consumed_capacity());
            for item in page.items() {
                entries.push(read_entry(item)?);
            }
            position = page.last_evaluated_key;
            if position.is_none() {
                return Ok(entries);
            }
        }
    }
}

fn read_entry(item: &Attributes) -> Stored<FeedEntry> {
    let reader = Reader::new("feed entry", item);
    let malformed = || reader.malformed(SK);
    let (bucket, name) = reader.text(SK)?.split_once('#').ok_or_else(malformed)?;
    let bucket = bucket.parse().map_err(|_| malformed())?;
    let digest = URL_SAFE_NO_PAD.decode(name).ok().and_then(|bytes| bytes.try_into().ok());
    Ok(FeedEntry {
        bucket,
        digest: digest.ok_or_else(malformed)?,
        epoch: item.contains_key("epoch").then(|| reader.number("epoch")).transpose()?,
        until: forgotten_at(bucket),
    })
}
