//! The public keys, where `well-known` reads them without access to any secret.

use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};

use super::{
    DynamoDb,
    conditions::NOTHING_LATER,
    failure,
    item::{Attributes, Reader, number, text},
    keys::Key,
    meter::Kind,
    update::Updated,
};
use crate::ports::{FindPublishedKeys, PublishKeys, Published, Stored};

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
    async fn publish_keys(&self, document: &str, revision: u64) -> Stored<Published> {
        let update = self
            .update(&self.tables.ephemera, Key::published_keys())
            .condition_expression(NOTHING_LATER)
            .update_expression("SET document = :document, revision = :revision")
            .expression_attribute_values(":document", text(document))
            .expression_attribute_values(":revision", number(revision))
            .return_values(ReturnValue::UpdatedOld);
        let is_same =
            |before: &Attributes| Reader::new("jwks", before).text("document").is_ok_and(|before| before == document);
        Ok(match self.send_update("UpdateItem jwks", update).await? {
            Updated::Refused(_) => Published::Stale,
            Updated::Done(before) if before.as_ref().is_some_and(is_same) => Published::Again,
            Updated::Done(_) => Published::Anew,
        })
    }
}
