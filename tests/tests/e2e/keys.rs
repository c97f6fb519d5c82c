//! The keys of the deployed stack: rotated and revoked through Lambda's API while its sandboxes are warm, and deployed again.

use std::thread;

use latchkey_tests::api::{Api, Person, Tokens};
use serde_json::{Value, json};

use crate::{account::Account, stack::Stack};

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a17_keys_rotate_are_revoked_and_outlive_a_deployment() {
    let stack = Stack::from_env();
    let account = Account::behind(&stack.url);
    let person = Person::new();
    let before = Tokens::from(stack.register(&person).await);
    let leaked = before.kid();
    assert!(
        stack.lets_in(&before.access).await,
        "the authorizer of a second deployment, which has taken its keys away"
    );
    // On AWS a rule does this at the end of a deployment.
    let publish = json!({ "action": "publish", "actor": "deployment" });
    account.act(&publish);
    assert!(account.told("Authorizer").contains(&leaked), "the authorizer has its keys without asking for them");

    let rotated = account.act(&json!({ "action": "rotate", "kind": "sign", "force": true, "actor": "e2e" }));
    assert_eq!(rotated["changed"], true, "{rotated}");
    assert!(stack.lets_in(&before.access).await, "a token from before the rotation");
    assert_eq!(stack.me(&before.access).await.status, 200);

    let revoke = json!({ "action": "revoke", "id": leaked, "actor": "e2e", "reason": "a drill" });
    let revoked = account.act(&revoke);
    assert_eq!(revoked["changed"], true, "{revoked}");
    assert!(!stack.lets_in(&before.access).await, "a token of a revoked key");
    assert_eq!(stack.me(&before.access).await.problem(), "invalid-token");
    let after = Tokens::from(stack.refresh(&before.refresh).await);
    assert_ne!(after.kid(), leaked);
    assert!(stack.lets_in(&after.access).await && stack.me(&after.access).await.status == 200);

    account.deploy(&[("LogLevel", "warn")]);
    let listed = account.act(&json!({ "action": "list" }));
    assert_eq!((&listed["keys"], &listed["changed"]), (&revoked["keys"], &json!(false)), "no deployment changes a key");
    assert!(stack.lets_in(&after.access).await, "the authorizer of the new deployment");
    assert!(!stack.lets_in(&before.access).await, "and no deployment brings a revoked key back");
    assert_eq!(account.told("Authorizer"), "", "a deployment only takes keys away");
    account.act(&publish);
    assert!(account.told("Authorizer").contains(&after.kid()));
    assert!(stack.lets_in(&after.access).await);
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn of_two_who_rotate_at_once_nobody_loses_a_key() {
    let account = Account::behind(&Stack::from_env().url);
    let count = |answer: &Value, state: &str| {
        let keys = answer["keys"].as_array().into_iter().flatten();
        keys.filter(|key| key["kind"] == "seal" && key["state"] == state).count()
    };
    let before = account.act(&json!({ "action": "list" }));
    let rotate = || account.act(&json!({ "action": "rotate", "kind": "seal", "force": true, "actor": "e2e" }));
    let answers = thread::scope(|scope| {
        let running = [(); 3].map(|()| scope.spawn(rotate));
        running.map(|thread| thread.join().expect("it answers"))
    });
    let rotated = answers.iter().filter(|answer| answer["changed"] == true).count();
    assert!(rotated >= 1 && answers.iter().all(|answer| answer["problem"].is_null()), "{answers:?}");
    let after = account.act(&json!({ "action": "list" }));
    assert_eq!(count(&after, "retired"), count(&before, "retired") + rotated);
    assert_eq!((count(&after, "active"), count(&after, "next")), (1, 1));
}
