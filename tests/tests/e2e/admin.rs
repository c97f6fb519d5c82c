//! Administration of the deployed stack, through Lambda's API.

use latchkey_tests::api::{Api, Person, Tokens};
use serde_json::json;

use crate::{account::Account, stack::Stack};

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a_disabled_user_is_refused_at_once_and_signs_in_again_once_enabled() {
    let stack = Stack::from_env();
    let account = Account::behind(&stack.url);
    let person = Person::new();
    let tokens = Tokens::from(stack.register(&person).await);
    let session = Tokens::from(stack.login_for_session_token(&person).await).session;
    assert_eq!(stack.live_notes(&session).status, 200);

    let disabled = account.administer("disable-user", &tokens.user_id, &json!({}));
    assert_eq!(disabled["user"]["disabled"], true, "{disabled}");
    assert_eq!(stack.live_notes(&session).status, 403, "the session-authorizer looks the user up");
    assert_eq!(stack.refresh(&tokens.refresh).await.status, 401);
    assert_eq!(stack.me(&tokens.access).await.status, 401);
    assert_eq!(stack.login(&person).await.problem(), "invalid-credentials", "the right password too");

    let enabled = account.administer("enable-user", &tokens.user_id, &json!({}));
    assert_eq!(enabled["user"]["disabled"], false, "{enabled}");
    assert_eq!(stack.live_notes(&session).status, 403, "what has ended stays so");
    assert_eq!(stack.refresh(&tokens.refresh).await.status, 401);
    let anew = Tokens::from(stack.login(&person).await);
    assert_eq!((anew.user_id, stack.me(&anew.access).await.status), (tokens.user_id, 200));
    let session = Tokens::from(stack.login_for_session_token(&person).await).session;
    assert_eq!(stack.live_notes(&session).status, 200);
}
