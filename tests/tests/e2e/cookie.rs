//! The session cookie behind the deployed gateway, which takes cookies out of the headers and puts them back.

use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::Call,
    world::ORIGIN,
};

use crate::stack::Stack;

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a_browser_signs_in_passes_and_signs_out() {
    let stack = Stack::from_env();
    let person = Person::new();
    let registered = Tokens::from(stack.register(&person).await);
    let signed_in = stack.login_for_cookie(&person).await;
    let cookie = signed_in.cookie().expect("a browser is given a cookie");
    let with_cookie = |call: Call| call.header("cookie", &format!("theme=dark; __Host-latchkey={cookie}"));

    let passed = stack.send(with_cookie(Call::get("/auth/check"))).await;
    assert_eq!((passed.status, &passed.headers["x-auth-sub"]), (204, &registered.user_id), "{passed}");
    assert_eq!(stack.send(with_cookie(Call::get("/auth/me"))).await.text("/id"), registered.user_id);

    let logout = || with_cookie(Call::new("POST", "/auth/logout"));
    assert_eq!(stack.send(logout()).await.problem(), "cross-site-request");
    let signed_out = stack.send(logout().same_origin(ORIGIN)).await;
    assert_eq!((signed_out.status, signed_out.cookie().as_deref()), (204, Some("")), "{signed_out}");
    assert_eq!(stack.send(with_cookie(Call::get("/auth/me"))).await.text("/cause"), "logout");
    let page = stack.send(Call::get("/auth/check?return_to=/notes").header("accept", "text/html")).await;
    assert!(page.status == 302 && page.headers["location"].ends_with("/auth/login?return_to=%2Fnotes"), "{page}");
}
