//! `latchkey`, the operator's tool, against the deployed stack.

use std::process::Command;

use latchkey_tests::api::{Api, Person, Tokens};

use crate::{account::Account, stack::Stack};

/// Runs the tool, asserts that it did what it was told, and gives what it printed.
fn latchkey(words: &[&str]) -> String {
    let (succeeded, said) = run(words);
    assert!(succeeded, "latchkey {words:?}: {said}");
    said
}

/// Whether the tool did what it was told, and all it printed.
fn run(words: &[&str]) -> (bool, String) {
    let tool = std::env::var("LATCHKEY_E2E_TOOL").expect("LATCHKEY_E2E_TOOL names the built operator's tool");
    let stack = Stack::from_env();
    let mut command = Command::new(tool);
    command.args(words).env("AWS_ENDPOINT_URL", Account::behind(&stack.url).endpoint);
    command.env("NO_PROXY", "localhost").env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    let output = command.output().expect("the tool starts");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.success(), said)
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn an_operator_rules_over_a_user_from_finding_to_deleting() {
    let (stack, person) = (Stack::from_env(), Person::new());
    let Tokens { user_id: id, refresh, .. } = Tokens::from(stack.register(&person).await);
    let why = ["--reason", "a test of the tool"];
    let on_user = |words: &[&str]| latchkey(&[&["users"], words, &why].concat());
    assert!(latchkey(&["users", "find", &person.email]).contains(&id));

    let notes = on_user(&["roles", &id, "admin", "staff"]) + &on_user(&["scopes", &id, "notes:read"]);
    assert!(notes.contains("admin") && notes.contains("notes:read"), "{notes}");
    let granted = Tokens::from(stack.refresh(&refresh).await);
    let me = stack.me(&granted.access).await;
    assert_eq!((&me.json()["roles"][1], &me.json()["scopes"][0]), (&"staff".into(), &"notes:read".into()), "{me}");

    let session = Tokens::from(stack.login_for_session_token(&person).await);
    assert_eq!(stack.live_notes(&session.session).status, 200);
    assert!(latchkey(&["users", "sessions", &id]).contains(&session.session_id));
    assert!(on_user(&["end-session", &id, &session.session_id]).contains("1 session ended"));
    assert_eq!(stack.live_notes(&session.session).status, 403, "the session-authorizer looks the session up");
    assert_eq!(stack.me(&granted.access).await.status, 200, "of another session");

    assert!(on_user(&["disable", &id]).contains("disabled  yes"));
    assert_eq!(stack.refresh(&granted.refresh).await.status, 401);
    assert_eq!(stack.login(&person).await.problem(), "invalid-credentials");
    assert!(on_user(&["enable", &id]).contains("disabled  no"));
    let anew = Tokens::from(stack.login(&person).await);
    assert!(on_user(&["end-sessions", &id]).contains("1 session ended"));
    assert_eq!(stack.refresh(&anew.refresh).await.status, 401);

    on_user(&["delete", &id, "--yes"]);
    assert_eq!(stack.login(&person).await.problem(), "invalid-credentials");
    let (found, said) = run(&["users", "find", &person.email]);
    assert!(!found && said.contains("no such user"), "{said}");
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn an_operator_rotates_and_publishes_keys() {
    let stack = Stack::from_env();
    let tokens = Tokens::from(stack.register(&Person::new()).await);
    let before = latchkey(&["keys", "list"]);
    let rotated = latchkey(&["keys", "rotate", "--kind", "seal", "--force"]);
    assert!(rotated.lines().count() > before.lines().count() && rotated.ends_with("changed\n"), "{before}{rotated}");
    latchkey(&["keys", "publish"]);
    let after = Tokens::from(stack.refresh(&tokens.refresh).await);
    assert!(stack.lets_in(&after.access).await, "sealed before the rotation");
}

#[test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
fn the_doctor_finds_what_the_emulator_leaves_out_of_tables_and_nothing_else() {
    let (healthy, said) = run(&["doctor"]);
    let wrong: Vec<_> = said.lines().filter(|line| line.starts_with("fail")).collect();
    let is_known = |line: &&str| line.starts_with("fail  expiry ") || line.starts_with("fail  backups ");
    assert!(!healthy && wrong.len() == 3 && wrong.iter().all(is_known), "{said}");
}
