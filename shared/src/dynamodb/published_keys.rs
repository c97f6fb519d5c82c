//! The public keys, where `well-known` reads them without access to any secret.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use super::{
    DynamoDb, failure,
    item::{Reader, text, with},
    keys::Key,
    meter::Kind,
    retry,
};
use crate::ports::{FindPublishedKeys, PublishKeys, Stored};

impl FindPublishedKeys for DynamoDb {
    async fn find_published_keys(&self) -> Stored<Option<String>> {
        self.meter.count(Kind::Read);
        let request = self
            .client
            .get_item()
            .table_name(&self.tables.ephemera)
            .set_key(Some(Key::published_keys().attributes()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = request.send().await.map_err(|error| failure::explain("GetItem jwks", &error))?;
        self.meter.add(Kind::Read, output.consumed_capacity());
        let Some(item) = output.item() else {
            return Ok(None);
        };
        Reader::new("jwks", item).text("document").map(|document| Some(document.to_owned()))
    }
}

impl PublishKeys for DynamoDb {
    async fn publish_keys(&self, document: &str) -> Stored<()> {
        let item = with(Key::published_keys().attributes(), [("document", text(document))]);
        let request = self
            .client
            .put_item()
            .table_name(&self.tables.ephemera)
            .set_item(Some(item))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = retry::send(failure::is_conflict, || {
            self.meter.count(Kind::Write);
            request.clone().send()
        });
        let output = answer.await.map_err(|error| failure::explain("PutItem jwks", &error))?;
        self.meter.add(Kind::Write, output.consumed_capacity());
        Ok(())
    }
}
