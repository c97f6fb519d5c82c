//! The application with the guard in it, deployed beside Latchkey: it holds public keys and asks the deployed `check`.

use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::Call,
};
use serde_json::Value;

use crate::stack::Stack;

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn who_is_signed_in_passes_the_guard_and_everybody_else_is_sent_to_sign_in() {
    let stack = Stack::from_env();
    let person = Person::new();
    let tokens = Tokens::from(stack.register(&person).await);
    let cookie = stack.login_for_cookie(&person).await.cookie().expect("a browser is given a cookie");
    let greeting = format!("Hello {}.\n", tokens.user_id);

    let of_token = stack.guarded_app(&Call::get("/notes").bearer(&tokens.access));
    assert_eq!((of_token.status, &of_token.body), (200, &greeting), "{of_token}");
    let with_cookie = |call: Call| call.header("cookie", &format!("theme=dark; __Host-latchkey={cookie}"));
    let of_cookie = stack.guarded_app(&with_cookie(Call::get("/notes")));
    assert_eq!((of_cookie.status, &of_cookie.body), (200, &greeting), "{of_cookie}");
    // Only `check` can judge it.
    let session = Tokens::from(stack.login_for_session_token(&person).await);
    let of_session = stack.guarded_app(&Call::get("/notes").bearer(&session.session));
    assert_eq!((of_session.status, &of_session.body), (200, &greeting), "{of_session}");

    assert_eq!(stack.guarded_app(&with_cookie(Call::post("/notes", &Value::Null))).problem(), "cross-site-request");
    let page = stack.guarded_app(&Call::get("/notes").header("accept", "text/html"));
    let to_login = page.headers["location"].contains("/auth/login?return_to=%2F");
    assert!(page.status == 302 && to_login, "{page}");
    assert_eq!(stack.guarded_app(&Call::get("/notes")).problem(), "invalid-token");
}
