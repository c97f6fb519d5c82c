//! An entry of the revocation feed as an item. Written without a condition: writing it twice tells the same.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use super::{
    DynamoDb, failure,
    item::{number, time, with},
    keys::Key,
    transaction::Part,
};
use crate::{domain::FeedEntry, ports::Stored};

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
