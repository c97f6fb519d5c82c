//! Strongly consistent reads of several items in one request.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};

use super::{DynamoDb, failure, item::Attributes, keys::Key, meter::Kind, retry};
use crate::ports::Stored;

const REQUEST: &str = "BatchGetItem";

/// The names of two different tables and the key of one item in each.
type Wanted<'a> = [(&'a str, Key); 2];
/// An item, behind the name of its table.
type Found = (String, Attributes);

impl DynamoDb {
    /// Reads both items, in the order they were asked for.
    pub(super) async fn get_both(&self, wanted: Wanted<'_>) -> Stored<[Option<Attributes>; 2]> {
        let [(first, _), (second, _)] = wanted;
        let asked = wanted.map(|(table, key)| Ok((table.to_owned(), keys_of([key])?)));
        let mut found: HashMap<_, _> =
            self.get_all(asked.into_iter().collect::<Stored<_>>()?).await?.into_iter().collect();
        Ok([found.remove(first), found.remove(second)])
    }

    /// Reads the items of one table that there are, in no order; at most a hundred are asked for.
    pub(super) async fn get_those(&self, table: &str, keys: impl IntoIterator<Item = Key>) -> Stored<Vec<Attributes>> {
        let found = self.get_all(HashMap::from([(table.to_owned(), keys_of(keys)?)])).await?;
        Ok(found.into_iter().map(|(_, item)| item).collect())
    }

    async fn get_all(&self, mut asked: HashMap<String, KeysAndAttributes>) -> Stored<Vec<Found>> {
        let mut found = Vec::new();
        for tries in 0..retry::TRIES {
            asked = self.get_some(asked, &mut found).await?;
            if asked.is_empty() {
                return Ok(found);
            }
            // DynamoDB leaves out what it would have to throttle.
            retry::pause(tries).await;
        }
        Err(failure::unavailable(REQUEST, "keys left unprocessed"))
    }

    /// Asks once; adds what is found and returns what is still to be asked for.
    async fn get_some(
        &self,
        asked: HashMap<String, KeysAndAttributes>,
        found: &mut Vec<Found>,
    ) -> Stored<HashMap<String, KeysAndAttributes>> {
        self.meter.count(Kind::Read);
        let request = self.client.batch_get_item().set_request_items(Some(asked));
        let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        let output = answer.map_err(|error| failure::explain(REQUEST, &error))?;
        self.meter.add(Kind::Read, output.consumed_capacity());
        for (table, items) in output.responses.unwrap_or_default() {
            found.extend(items.into_iter().map(|item| (table.clone(), item)));
        }
        Ok(output.unprocessed_keys.unwrap_or_default())
    }
}

fn keys_of(keys: impl IntoIterator<Item = Key>) -> Stored<KeysAndAttributes> {
    let keys = keys.into_iter().map(|key| key.attributes()).collect();
    let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
    keys.map_err(|error| failure::unexpected(REQUEST, error))
}
