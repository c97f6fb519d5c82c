//! What administrators do to one account, beside ending it.

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValue},
};

use super::{DynamoDb, conditions::PRESENT, item::texts, keys::Key, retry, update::Updated, user_item};
use crate::{
    domain::{User, UserId},
    ports::{EnableUser, FindUser, FindUserByEmail, Grants, SetGrants, Stored},
};

impl FindUserByEmail for DynamoDb {
    async fn find_user_by_email(&self, canonical_email: &str) -> Stored<Option<User>> {
        let reads = async {
            let Some(marker) = self.get_one(Key::email(canonical_email)).await? else { return Ok(None) };
            self.find_user(user_item::read_marker(&marker)?).await
        };
        retry::bounded("find user by email", reads).await
    }
}

impl SetGrants for DynamoDb {
    async fn set_grants(&self, user_id: UserId, grants: &Grants) -> Stored<Option<User>> {
        let (attribute, words) = match grants {
            Grants::Roles(words) => ("roles", words),
            Grants::Scopes(words) => ("scopes", words),
        };
        let update = self
            .update(&self.tables.users, Key::profile(user_id))
            .update_expression("SET #words = :words")
            .expression_attribute_names("#words", attribute)
            .expression_attribute_values(":words", texts(words.as_slice()));
        self.update_present(update).await
    }
}

impl EnableUser for DynamoDb {
    async fn enable_user(&self, user_id: UserId) -> Stored<Option<User>> {
        let update = self
            .update(&self.tables.users, Key::profile(user_id))
            .update_expression("SET disabled = :disabled")
            .expression_attribute_values(":disabled", AttributeValue::Bool(false));
        self.update_present(update).await
    }
}

impl DynamoDb {
    /// Updates a profile that exists, and gives it as it is now.
    async fn update_present(&self, update: UpdateItemFluentBuilder) -> Stored<Option<User>> {
        let update = update.condition_expression(PRESENT).return_values(ReturnValue::AllNew);
        match self.send_update("UpdateItem profile", update).await? {
            Updated::Done(item) => user_item::read_profile(&item.unwrap_or_default()).map(Some),
            Updated::Refused(_) => Ok(None),
        }
    }
}
