//! What pages and their forms may ask of DynamoDB.

use latchkey_tests::{
    api::{Api, Person},
    exchange::Call,
    world::{ORIGIN, World},
};

use super::{used, world};

/// Somebody with a cookie, who has `sessions` sessions.
async fn visitor(world: &World, sessions: usize) -> (Person, String, String) {
    let (person, tokens) = world.registered().await;
    for _ in 2..sessions {
        world.login(&person).await;
    }
    let cookie = world.login_for_cookie(&person).await.cookie().unwrap();
    (person, format!("__Host-latchkey={cookie}"), tokens.session_id)
}

#[tokio::test]
async fn pages_that_begin_a_session_ask_for_nothing() {
    let world = world();
    let (_, cookie, _) = visitor(&world, 2).await;
    for path in ["/auth/login", "/auth/register"] {
        assert_eq!(used(&world, 200, world.send(Call::get(path))).await, (0, 0, 0.0, 0.0));
        assert_eq!(used(&world, 302, world.send(Call::get(path).cookie(&cookie))).await, (0, 0, 0.0, 0.0));
    }
    let page = world.send(Call::get("/auth/login")).await;
    let stylesheet = page.body.split("href=\"/auth/pages/").nth(1).unwrap().split('"').next().unwrap();
    let stylesheet = world.send(Call::get(&format!("/auth/pages/{stylesheet}")));
    assert_eq!(used(&world, 200, stylesheet).await, (0, 0, 0.0, 0.0));
}

#[tokio::test]
async fn the_page_of_an_account_is_two_reads_however_many_sessions_it_shows() {
    let world = world();
    for sessions in [2, 5] {
        let (_, cookie, _) = visitor(&world, sessions).await;
        let page = || world.send(Call::get("/auth/account").cookie(&cookie));
        assert_eq!(used(&world, 200, page()).await, (2, 0, 3.0, 0.0), "session and profile, the list");
    }
    assert_eq!(used(&world, 302, world.send(Call::get("/auth/account"))).await, (0, 0, 0.0, 0.0), "nobody");
    let (_, cookie, _) = visitor(&world, 2).await;
    world.advance(8 * 3600);
    let expired = world.send(Call::get("/auth/account").cookie(&cookie));
    assert_eq!(used(&world, 200, expired).await, (3, 1, 4.0, 1.0), "and what renewing the cookie takes");
}

#[tokio::test]
async fn a_form_of_the_account_asks_for_what_its_operation_does() {
    let world = world();
    let (person, cookie, other) = visitor(&world, 3).await;
    let act = |action: &str, more: &[(&str, &str)]| {
        let fields = [&[("action", action)], more].concat();
        used(&world, 303, world.send(Call::form("/auth/account", ORIGIN, &fields).cookie(&cookie)))
    };
    assert_eq!(act("end-session", &[("session", &other)]).await, (1, 1, 2.0, 4.0));
    assert_eq!(act("end-others", &[]).await, (2, 1, 3.0, 4.0), "one transaction for each of the others");
    let change = [("current_password", person.password.as_str()), ("new_password", "another violet anchor")];
    assert_eq!(act("change-password", &change).await, (3, 4, 4.0, 12.0));
    assert_eq!(act("end-all", &[]).await, (1, 0, 2.0, 0.0), "the cookie is over: to the login page");
}

#[tokio::test]
async fn a_form_of_the_account_that_fails_reads_the_page_again() {
    let world = world();
    let (_, cookie, _) = visitor(&world, 2).await;
    let fields = |current| [("action", "change-password"), ("current_password", current), ("new_password", "short")];
    let call = Call::form("/auth/account", ORIGIN, &fields("not their password")).cookie(&cookie);
    assert_eq!(
        used(&world, 422, world.send(call)).await,
        (3, 0, 5.0, 0.0),
        "no attempt for a password that is too weak"
    );
}
