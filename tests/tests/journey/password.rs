//! `POST /auth/me/password`.

use latchkey::{
    domain::{AttemptLimits, EndCause},
    passwords::HashWork,
};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    assert_answer,
    exchange::{Answer, Call},
    parallel::in_parallel,
    world::{ORIGIN, Settings, World},
};
use serde_json::{Value, json};

use crate::{
    changes::stored,
    cookie::Browser,
    refresh::{cause, session},
    refused::assert_refused,
    straddling::NEW_PASSWORD,
};

/// What `person` sends, to be sent with a credential.
pub(crate) fn change(person: &Person, new: &str) -> Call {
    Call::post("/auth/me/password", &json!({ "current_password": person.password, "new_password": new }))
}

/// Asserts that `person` signs in with this password and no other of the two.
pub(crate) async fn assert_signs_in(world: &World, person: &Person, with: &str, not: &str) {
    assert_eq!(world.login(&person.with_password(not)).await.problem(), "invalid-credentials", "{not}");
    assert_eq!(world.login(&person.with_password(with)).await.status, 200, "{with}");
}

#[tokio::test]
async fn a_changed_password_is_answered_with_a_token_set_of_a_new_session() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        world.advance(60);
        let answer = world.send(change(&person, NEW_PASSWORD).bearer(&first.access)).await;
        assert_answer!(answer, @r#"
        200
        cache-control: no-store
        content-type: application/json
        x-content-type-options: nosniff

        {
          "access_token": "[access token]",
          "expires_in": 900,
          "refresh_expires_in": 1209600,
          "refresh_token": "[refresh token]",
          "session": {
            "created_at": "2096-10-02T07:07:40Z",
            "expires_at": "2096-10-16T07:07:40Z",
            "id": "[id]"
          },
          "token_type": "Bearer",
          "user": {
            "created_at": "2096-10-02T07:06:40Z",
            "email": "[email]",
            "id": "[id]",
            "roles": [],
            "scopes": []
          }
        }
        "#);
        let second = Tokens::from(answer);
        assert_eq!(second.user_id, first.user_id);
        assert_ne!(second.session_id, first.session_id);
        assert_eq!(Tokens::from(world.refresh(&second.refresh).await).session_id, second.session_id);
        assert_signs_in(&world, &person, NEW_PASSWORD, &person.password).await;
    }
}

/// One session of each kind, and the calls that change the password from it.
async fn one_of_each_kind(world: &World, person: &Person) -> [(Tokens, Call); 3] {
    let token = Tokens::from(world.login(person).await);
    let session = Tokens::from(world.login_for_session_token(person).await);
    let browser = Browser::of(world.login_for_cookie(person).await);
    let call = change(person, NEW_PASSWORD);
    [
        (token.clone(), call.clone().bearer(&token.access)),
        (session.clone(), call.clone().header("x-auth-token", &session.session)),
        (browser.tokens.clone(), browser.with(call).same_origin(ORIGIN)),
    ]
}

/// Which of the three kinds of credential an answer holds.
fn kinds(answer: &Answer) -> [bool; 3] {
    let body = answer.json();
    let has = |member: &str| body.get(member).is_some();
    let is_pair = has("access_token") && has("refresh_token") && has("token_type");
    [is_pair, has("session_token"), answer.cookie().is_some()]
}

#[tokio::test]
async fn c12_with_the_current_password_every_session_ends_and_the_caller_goes_on_with_the_same_kind_of_credential() {
    for world in World::on_each_store() {
        for kind in 0..3 {
            let (person, registered) = world.registered().await;
            let (tokens, calls): (Vec<_>, Vec<_>) = one_of_each_kind(&world, &person).await.into_iter().unzip();
            let cookie = calls[2].cookies[0].clone();
            let answer = world.send(calls[kind].clone()).await;
            assert_eq!((answer.status, kinds(&answer)), (200, [0, 1, 2].map(|of| of == kind)), "{answer}");

            for ended in tokens.iter().chain([&registered]) {
                assert_eq!(cause(&world, ended).await, Some(EndCause::PasswordChanged));
            }
            let old = [
                world.refresh(&tokens[0].refresh).await,
                world.me(&tokens[0].access).await,
                world.me(&tokens[1].session).await,
                world.send(Call::get("/auth/me").cookie(&cookie)).await,
            ];
            for refused in &old {
                assert_refused(refused);
                assert_eq!(refused.text("/cause"), "password-changed");
            }
            assert_eq!(world.authorize_session(&tokens[1].session).await, None);

            let get = Call::get("/auth/sessions");
            let get = match kind {
                0 => get.bearer(&answer.text("/access_token")),
                1 => get.bearer(&answer.text("/session_token")),
                _ => get.cookie(&format!("__Host-latchkey={}", answer.cookie().unwrap())),
            };
            let listed = world.send(get).await.json();
            assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(1), "{listed}");
            assert_eq!(
                (&listed["sessions"][0]["id"], &listed["sessions"][0]["current"]),
                (&answer.json()["session"]["id"], &json!(true))
            );
            assert_signs_in(&world, &person, NEW_PASSWORD, &person.password).await;
        }
    }
}

#[tokio::test]
async fn c12_without_the_current_password_nothing_changes() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let guess = change(&person.with_password("not their password"), NEW_PASSWORD);
        for (tokens, call) in one_of_each_kind(&world, &person).await {
            let wrong = Call { body: guess.body.clone(), ..call };
            assert_answer!(world.send(wrong).await, @r#"
            401
            cache-control: no-store
            content-type: application/problem+json
            x-content-type-options: nosniff

            {
              "status": 401,
              "title": "Email or password is wrong.",
              "type": "urn:latchkey:problem:invalid-credentials"
            }
            "#);
            assert_eq!(session(&world, &tokens).await.ended, None);
        }
        assert_refused(&world.send(change(&person, NEW_PASSWORD)).await);
        assert_eq!((world.store.calls("change_password"), world.store.calls("end_session")), (0, 0));
        assert_signs_in(&world, &person, &person.password, NEW_PASSWORD).await;
    }
}

#[tokio::test]
async fn what_is_no_new_password_is_told_and_costs_no_attempt() {
    let of = |current: &Person, new: &str| json!({ "current_password": current.password, "new_password": new });
    for world in World::on_each_store() {
        let person = Person { email: format!("grace.{}", Person::new().email), ..Person::new() };
        let composed = person.with_password("une baleine \u{e9}chou\u{e9}e");
        let tokens = Tokens::from(world.register(&composed).await);
        let invalid: [(Value, &str, &str); 9] = [
            (of(&composed, "fourteen chars"), "/new_password", "must have at least 15 characters"),
            (of(&composed, ""), "/new_password", "must have at least 15 characters"),
            (of(&composed, &"x".repeat(257)), "/new_password", "must have at most 256 characters"),
            (
                of(&composed.with_password(&"x".repeat(257)), NEW_PASSWORD),
                "/current_password",
                "must have at most 256 characters",
            ),
            (of(&composed, "passwordpassword"), "/new_password", "is too easy to guess"),
            (
                of(&composed, &format!("{} 1", person.email.to_uppercase())),
                "/new_password",
                "must not contain your email address",
            ),
            (of(&composed, &composed.password), "/new_password", "must not be the current password"),
            (of(&composed, "une baleine e\u{301}choue\u{301}e"), "/new_password", "must not be the current password"),
            (
                of(&composed.with_password("not their password"), "fourteen chars"),
                "/new_password",
                "must have at least 15 characters",
            ),
        ];
        let attempts = world.store.calls("reserve_attempt");
        let send = |call: Call| world.send(call.bearer(&tokens.access));
        for (body, pointer, detail) in invalid {
            let answer = send(Call::post("/auth/me/password", &body)).await;
            let told =
                (answer.status, answer.text("/errors/0/pointer"), answer.json()["errors"].as_array().map(Vec::len));
            assert_eq!(told, (422, pointer.to_owned(), Some(1)), "{body}");
            assert!(answer.text("/errors/0/detail").starts_with(detail), "{body}: {answer}");
        }
        let both =
            send(Call::post("/auth/me/password", &of(&person.with_password(&"x".repeat(257)), &"y".repeat(257)))).await;
        assert_eq!((both.status, both.text("/errors/1/pointer")), (422, "/new_password".to_owned()));

        for missing in ["/current_password", "/new_password"] {
            let mut body = of(&composed, NEW_PASSWORD);
            body.as_object_mut().unwrap().remove(&missing[1..]);
            let answer = send(Call::post("/auth/me/password", &body)).await;
            assert_eq!((answer.status, answer.text("/errors/0/pointer")), (422, missing.to_owned()));
        }
        for body in ["", "[]", "null", r#"{"current_password":1,"new_password":"a"}"#] {
            let answer = send(Call::new("POST", "/auth/me/password").text("application/json", body)).await;
            assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed-body"), "{body}");
        }
        let form = Call::new("POST", "/auth/me/password").text("application/x-www-form-urlencoded", "new_password=a");
        assert_eq!(send(form).await.problem(), "unsupported-media-type");
        assert_eq!(send(change(&composed, &"x".repeat(33 << 10))).await.problem(), "body-too-large");
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let wrong = Call::new(method, "/auth/me/password").bearer(&tokens.access);
            let answer = world.send_event("POST", "/auth/me/password", &wrong.event().to_string()).await;
            assert_eq!((answer.status, answer.headers["allow"].as_str()), (405, "POST"), "{method}");
        }
        assert_eq!(world.store.calls("reserve_attempt"), attempts, "nothing was counted, and so nothing hashed");
        assert_eq!(world.login(&composed).await.status, 200);
    }
}

#[tokio::test]
async fn c11_a_changed_password_is_hashed_with_todays_work() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let work = HashWork { memory_kib: 128, iterations: 1 };
        let stronger = World::new(world.store.clone(), Settings { work, ..Settings::default() });
        assert_eq!(stronger.send(change(&person, NEW_PASSWORD).bearer(&tokens.access)).await.status, 200);
        assert!(stored(&world.store, &person).await.password_hash.contains("$m=128,t=1,"));
        assert_eq!(stronger.login(&person.with_password(NEW_PASSWORD)).await.status, 200);
        assert_eq!(world.store.calls("replace_password_hash"), 0, "nothing is left to be made again");
    }
}

#[tokio::test]
async fn c9_of_parallel_guesses_at_the_current_password_at_most_the_limit_reach_the_hash() {
    let limits = AttemptLimits { per_account: 10, per_source: 1000, window: 900 };
    for world in World::on_each_store_with(Settings { limits, ..Settings::default() }) {
        let (person, tokens) = world.registered().await;
        let guess = |number: usize| {
            let guess = person.with_password(&format!("a guess, number {number}"));
            world.send(change(&guess, NEW_PASSWORD).bearer(&tokens.access))
        };
        let answers = in_parallel((0..50).map(guess)).await;
        let count = |status| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((count(401), count(429)), (10, 40));
        assert_eq!(world.store.calls("find_account_by_id"), 10, "who is refused is not even looked up");
        assert_eq!(world.send(change(&person, NEW_PASSWORD).bearer(&tokens.access)).await.status, 429);
        assert_eq!(world.login(&person).await.status, 429, "the limit is that of signing in");
        world.advance(500);
        assert_eq!(world.send(change(&person, NEW_PASSWORD).bearer(&tokens.access)).await.status, 200);
    }
}
