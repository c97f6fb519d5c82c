//! Reading and changing one account.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use super::{
    DynamoDb,
    conditions::{SAME_EPOCH, SAME_HASH, all},
    failure,
    item::{Attributes, Reader, number, text},
    keys::Key,
    meter::Kind,
    update::Updated,
    user_item,
};
use crate::{
    domain::{EndCause, User, UserId},
    ports::{Change, Epoch, FindEpoch, FindUser, RenameUser, ReplacePasswordHash, Stored},
};

impl FindUser for DynamoDb {
    async fn find_user(&self, user_id: UserId) -> Stored<Option<User>> {
        self.get_one(Key::profile(user_id)).await?.as_ref().map(user_item::read_profile).transpose()
    }
}

impl FindEpoch for DynamoDb {
    async fn find_epoch(&self, user_id: UserId) -> Stored<Option<Epoch>> {
        let Some(item) = self.get_one(Key::profile(user_id)).await? else { return Ok(None) };
        let reader = Reader::new("profile", &item);
        let cause = reader.optional_text("epoch_cause")?;
        Ok(Some(Epoch { number: reader.number("epoch")?, cause: cause.as_deref().and_then(EndCause::parse) }))
    }
}

impl DynamoDb {
    /// Reads one item of the table of accounts.
    pub(super) async fn get_one(&self, key: Key) -> Stored<Option<Attributes>> {
        self.meter.count(Kind::Read);
        let request = self
            .client
            .get_item()
            .table_name(&self.tables.users)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = request.send().await.map_err(|error| failure::explain("GetItem account", &error))?;
        self.meter.add(Kind::Read, output.consumed_capacity());
        Ok(output.item)
    }
}

impl RenameUser for DynamoDb {
    async fn rename_user(&self, user_id: UserId, epoch: u64, name: Option<&str>) -> Stored<Change> {
        let update = self
            .update(&self.tables.users, Key::profile(user_id))
            .condition_expression(SAME_EPOCH)
            .expression_attribute_values(":epoch", number(epoch))
            .expression_attribute_names("#name", "name");
        let update = match name {
            Some(name) => {
                update.update_expression("SET #name = :name").expression_attribute_values(":name", text(name))
            }
            None => update.update_expression("REMOVE #name"),
        };
        self.send_update("UpdateItem profile", update).await.map(Change::from)
    }
}

impl ReplacePasswordHash for DynamoDb {
    async fn replace_password_hash(&self, user_id: UserId, epoch: u64, verified: &str, new: &str) -> Stored<Change> {
        let update = self
            .update(&self.tables.users, Key::password(user_id))
            .condition_expression(all(&[SAME_EPOCH, SAME_HASH]))
            .update_expression("SET password_hash = :new")
            .expression_attribute_values(":epoch", number(epoch))
            .expression_attribute_values(":verified", text(verified))
            .expression_attribute_values(":new", text(new));
        Ok(match self.send_update("UpdateItem password", update).await? {
            Updated::Done(_) => Change::Done,
            // Salted hashes never repeat: this one is ours, written by a request whose reply was lost.
            Updated::Refused(Some(found)) if has_hash(&found, new) && has_epoch(&found, epoch) => Change::Done,
            Updated::Refused(_) => Change::Stale,
        })
    }
}

fn has_hash(item: &Attributes, hash: &str) -> bool {
    item.get("password_hash") == Some(&text(hash))
}

fn has_epoch(item: &Attributes, epoch: u64) -> bool {
    item.get("epoch") == Some(&number(epoch))
}
