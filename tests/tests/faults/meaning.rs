//! Errors that waiting does not cure, and what no error says.

use std::error::Error;

use latchkey::ports::{CreateUser, FindUser, StoreError};
use latchkey_tests::fault_proxy::Fault;

use crate::{
    fixtures::{email, new_user, user_id},
    store_with_only,
};

#[tokio::test]
async fn a_request_that_is_refused_as_wrong_is_unexpected() {
    for code in
        ["ValidationException", "AccessDeniedException", "ResourceNotFoundException", "UnrecognizedClientException"]
    {
        let error = store_with_only(Fault::error(400, code, "words")).find_user(user_id()).await.unwrap_err();
        assert!(matches!(&error, StoreError::Unexpected(text) if text.contains(code)), "{error:?}");
    }
}

#[tokio::test]
async fn a_cancellation_for_any_other_reason_is_unexpected() {
    let store = store_with_only(Fault::cancelled(&["None", "ValidationError", "None"]));
    let error = store.create_user(&new_user(&email())).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unexpected(text) if text.contains("ValidationError")), "{error:?}");
}

#[tokio::test]
async fn an_item_of_nobodys_making_is_unexpected() {
    let item = serde_json::json!({ "Item": { "pk": { "S": "user#nobody" }, "sk": { "S": "profile" } } });
    let error = store_with_only(Fault::Answer(200, item)).find_user(user_id()).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Unexpected(text) if text.contains("pk") && !text.contains("nobody")),
        "{error:?}"
    );
}

#[tokio::test]
async fn no_error_shows_what_a_request_or_an_answer_carried() {
    let new = new_user(&email());
    let told =
        |status, code| Fault::error(status, code, &format!("{} {}", new.user.canonical_email, new.password_hash));
    let faults = [
        told(400, "ValidationException"),
        told(500, "InternalServerError"),
        told(400, "ThrottlingException"),
        Fault::Refuse,
    ];
    for fault in faults {
        let error = store_with_only(fault).create_user(&new).await.unwrap_err();
        let causes = std::iter::successors(Some(&error as &dyn Error), |error| (*error).source());
        let shown: String = causes.map(|error| format!("{error} {error:?} ")).collect();
        let local_part = new.user.canonical_email.split('@').next().unwrap();
        assert!(!shown.to_lowercase().contains(local_part) && !shown.contains("argon2"), "{shown}");
    }
}
