//! Sessions while they live.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::put_item::PutItemError,
    types::{ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure},
};

use super::{
    DynamoDb,
    conditions::{
        ABSENT, CURRENT_GENERATION, NOT_ENDED, NOT_EXPIRED, NOTHING_FORGOTTEN_TOO_SOON, SAME_EPOCH, SAME_SEED, all,
    },
    failure,
    item::{Attributes, bytes, number, time},
    keys::Key,
    meter::Kind,
    retry,
    session_item::{self, ROTATE, SLIDE, read_session},
    update::Updated,
    user_item,
};
use crate::{
    domain::{Session, SessionId, Timestamp, User, UserId},
    ports::{Change, CreateSession, FindSession, RotateSession, Rotated, Rotation, SlideSession, Stored},
};

impl CreateSession for DynamoDb {
    async fn create_session(&self, session: &Session) -> Stored<()> {
        let put = self
            .client
            .put_item()
            .table_name(&self.tables.sessions)
            .set_item(Some(session_item::session(session)))
            .condition_expression(ABSENT)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = retry::send(failure::is_conflict, || {
            self.meter.count(Kind::Write);
            put.clone().send()
        });
        match answer.await {
            Ok(output) => {
                self.meter.add(Kind::Write, output.consumed_capacity());
                Ok(())
            }
            Err(error) if is_ours(found(&error), session) => Ok(()),
            Err(error) => Err(failure::explain("PutItem session", &error)),
        }
    }
}

/// The item that stood in the way.
fn found(error: &SdkError<PutItemError>) -> Option<&Attributes> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(refusal) => refusal.item(),
        _ => None,
    }
}

/// Seeds are random, so an item with the seed of this session was written by the same request, whose reply was lost.
fn is_ours(found: Option<&Attributes>, session: &Session) -> bool {
    found.and_then(|item| item.get("seed_hash")) == Some(&bytes(&session.seed_hash.0))
}

impl RotateSession for DynamoDb {
    async fn rotate_session(&self, rotation: &Rotation) -> Stored<Rotated> {
        let conditions =
            [CURRENT_GENERATION, SAME_SEED, SAME_EPOCH, NOT_ENDED, NOT_EXPIRED, NOTHING_FORGOTTEN_TOO_SOON];
        let generation = u64::from(rotation.generation);
        let update = self
            .update(&self.tables.sessions, Key::session(rotation.user_id, rotation.session_id))
            .condition_expression(all(&conditions))
            .update_expression(ROTATE)
            .expression_attribute_values(":generation", number(generation))
            .expression_attribute_values(":next_generation", number(generation + 1))
            .expression_attribute_values(":seed_hash", bytes(&rotation.seed_hash.0))
            .expression_attribute_values(":epoch", number(rotation.epoch))
            .expression_attribute_values(":now", time(rotation.now))
            .expression_attribute_values(":idle_expires_at", time(rotation.idle_expires_at))
            .expression_attribute_values(":oldest_rotation_before", time(rotation.oldest_rotation_before))
            .return_values(ReturnValue::AllNew);
        match self.send_update("UpdateItem session", update).await? {
            Updated::Done(item) => Ok(Rotated::Rotated(read_session(&item.unwrap_or_default())?)),
            Updated::Refused(found) => Ok(Rotated::Refused(found.as_ref().map(read_session).transpose()?)),
        }
    }
}

impl SlideSession for DynamoDb {
    async fn slide_session(
        &self,
        user_id: UserId,
        session_id: SessionId,
        now: Timestamp,
        idle_expires_at: Timestamp,
    ) -> Stored<Change> {
        let update = self
            .update(&self.tables.sessions, Key::session(user_id, session_id))
            .condition_expression(all(&[NOT_ENDED, NOT_EXPIRED]))
            .update_expression(SLIDE)
            .expression_attribute_values(":now", time(now))
            .expression_attribute_values(":idle_expires_at", time(idle_expires_at));
        self.send_update("UpdateItem session", update).await.map(Change::from)
    }
}

impl FindSession for DynamoDb {
    async fn find_session(&self, user_id: UserId, session_id: SessionId) -> Stored<(Option<Session>, Option<User>)> {
        let wanted = [
            (self.tables.sessions.as_str(), Key::session(user_id, session_id)),
            (self.tables.users.as_str(), Key::profile(user_id)),
        ];
        let [session, user] = retry::bounded("find session", self.get_both(wanted)).await?;
        let session = session.as_ref().map(read_session).transpose()?;
        Ok((session, user.as_ref().map(user_item::read_profile).transpose()?))
    }
}
