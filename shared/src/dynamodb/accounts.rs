//! Making and finding accounts.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use super::{
    DynamoDb, failure,
    item::{Reader, text},
    keys::{Key, PASSWORD, PROFILE, user_partition_value},
    meter::Kind,
    retry,
    transaction::Transacted,
    user_item,
};
use crate::{
    domain::{AttemptKey, Random, UserId},
    ports::{Account, CreateUser, Creation, FindAccount, FindAccountById, NewUser, StoreError, Stored},
};

/// Position of the marker in the transaction that makes an account.
const MARKER: usize = 0;

impl CreateUser for DynamoDb {
    async fn create_user(&self, new: &NewUser) -> Stored<Creation> {
        let parts = [
            self.put_new(&self.tables.users, user_item::marker(&new.user))?,
            self.put_new(&self.tables.users, user_item::profile(&new.user))?,
            self.put_new(&self.tables.users, user_item::password(new))?,
        ];
        match self.transact(parts).await? {
            Transacted::Committed => Ok(Creation::Created),
            Transacted::Refused(MARKER) => Ok(Creation::EmailTaken),
            Transacted::Refused(_) => Err(failure::unexpected("new account", "its user id is in use")),
        }
    }
}

impl FindAccount for DynamoDb {
    async fn find_account(&self, canonical_email: &str, attempts: &AttemptKey) -> Stored<(Option<Account>, u32)> {
        let wanted = [
            (self.tables.users.as_str(), Key::email(canonical_email)),
            (self.tables.ephemera.as_str(), Key::attempts(attempts)),
        ];
        let reads = async {
            let [marker, counter] = self.get_both(wanted).await?;
            let used = counter.map_or(Ok(0), |item| Reader::new("counter", &item).number("used"))?;
            // An unknown email costs the same requests as a known one: an answer that comes sooner would tell it.
            let user_id = marker.map_or_else(nobody, |item| user_item::read_marker(&item))?;
            Ok((self.query_account(user_id).await?, used))
        };
        retry::bounded("find account", reads).await
    }
}

/// A user who does not exist; a new one each time, so that unknown emails do not all ask one partition.
fn nobody() -> Stored<UserId> {
    let bytes = Random::SYSTEM.draw().map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    Ok(UserId::from_random(bytes))
}

impl FindAccountById for DynamoDb {
    async fn find_account_by_id(&self, user_id: UserId) -> Stored<Option<Account>> {
        self.query_account(user_id).await
    }
}

impl DynamoDb {
    /// Profile and password in one request: they and what lies between their sort keys.
    async fn query_account(&self, user_id: UserId) -> Stored<Option<Account>> {
        self.meter.count(Kind::Read);
        let request = self
            .client
            .query()
            .table_name(&self.tables.users)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :password AND :profile")
            .expression_attribute_values(":pk", user_partition_value(user_id))
            .expression_attribute_values(":password", text(PASSWORD))
            .expression_attribute_values(":profile", text(PROFILE))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = request.send().await.map_err(|error| failure::explain("Query account", &error))?;
        self.meter.add(Kind::Read, output.consumed_capacity());
        user_item::read_account(output.items())
    }
}
