//! The public keys, where `well-known` reads them without access to any secret.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use super::{
    DynamoDb,
    conditions::NOTHING_LATER,
    failure,
    item::{Reader, number, text},
    keys::Key,
    meter::Kind,
};
use crate::ports::{Change, FindPublishedKeys, PublishKeys, Stored};

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
    async fn publish_keys(&self, document: &str, revision: u64) -> Stored<Change> {
        let update = self
            .update(&self.tables.ephemera, Key::published_keys())
            .condition_expression(NOTHING_LATER)
            .update_expression("SET document = :document, revision = :revision")
            .expression_attribute_values(":document", text(document))
            .expression_attribute_values(":revision", number(revision));
        self.send_update("UpdateItem jwks", update).await.map(Change::from)
    }
}
