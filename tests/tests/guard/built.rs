//! The built function of examples/guarded-app, and the built functions of Latchkey behind it.

use std::sync::Arc;

use latchkey::domain::time::system_clock;
use latchkey_tests::{
    api::{Api, Person, Tokens},
    deployment::{Deployment, Environment},
    exchange::{Answer, Call},
    forge::{Forge, decode},
    front::Front,
    rings::Rings,
    runtime_api::Function,
    world::ORIGIN,
};
use serde_json::Value;

use crate::app::{Browser, Shared, renewed};

fn get(app: &Function, call: &Call) -> Answer {
    Answer::from_gateway(&app.invoke(call.event().to_string().as_bytes()).unwrap())
}

/// The browser with a cookie whose JWT has just expired: the deployment's own key signs it, and the other half is the real one.
fn aged(browser: &Browser) -> Browser {
    let (jwt, sealed) = browser.cookie.split_once('~').unwrap();
    let part = |number| -> Value { serde_json::from_slice(&decode(jwt.split('.').nth(number).unwrap())).unwrap() };
    let (header, mut claims) = (part(0), part(1));
    let now = system_clock().unwrap().seconds();
    for (claim, age) in [("auth_time", 7200), ("checked_at", 7200), ("iat", 7200), ("fresh_until", 3600), ("exp", 1)] {
        claims[claim] = (now - age).into();
    }
    let jwt = Forge::new(&Rings::of_local()).token(&header, &claims);
    Browser { cookie: format!("{jwt}~{sealed}"), tokens: browser.tokens.clone() }
}

#[tokio::test]
async fn the_example_passes_who_is_signed_in_and_lets_the_built_check_renew_and_refuse() {
    let front = Front::new();
    let deployment = Arc::new(Deployment::new(Environment::local().with("LATCHKEY_ISSUER", &front.url())));
    front.serve(Shared(Arc::clone(&deployment)));
    let environment = Environment::of_authorizer(&Rings::of_local()).with("LATCHKEY_ISSUER", &front.url());
    let app = environment.function("guarded-app");

    let person = Person::new();
    let tokens = Tokens::from(deployment.register(&person).await);
    let answer = get(&app, &Call::get("/").bearer(&tokens.access));
    assert_eq!((answer.status, answer.body), (200, format!("Hello {}.\n", tokens.user_id)));

    let browser = Browser::of(deployment.login_for_cookie(&person).await);
    assert_eq!(get(&app, &browser.with(Call::get("/"))).status, 200);
    assert_eq!(front.asked().len(), 0);

    let answer = get(&app, &aged(&browser).with(Call::get("/")));
    assert_eq!((answer.status, &answer.headers["cache-control"]), (200, &"no-store".to_owned()));
    assert_eq!(front.asked().len(), 1);
    let browser = Browser { cookie: renewed(&answer).unwrap(), ..browser };
    assert_eq!((get(&app, &browser.with(Call::get("/"))).status, front.asked().len()), (200, 0));

    let sign_out = browser.with(Call::new("POST", "/auth/logout")).same_origin(ORIGIN);
    assert_eq!(deployment.send(sign_out).await.status, 204);
    let page = aged(&browser).with(Call::get("/notes?a=b").header("accept", "text/html"));
    let answer = get(&app, &page);
    assert_eq!((answer.status, answer.cookie().as_deref()), (302, Some("")));
    let login = "https://app.example.com/auth/login?return_to=%2Fnotes%3Fa%3Db&cause=logout";
    assert_eq!(answer.headers["location"], login);
    assert_eq!(get(&app, &browser.with(Call::post("/", &Value::Null))).status, 403);

    let output = app.stop().output;
    assert!(!output.contains("eyJ") && !output.contains("lkc_"), "no credential is logged: {output}");
}

#[test]
fn f8_the_guard_starts_with_an_issuer_and_an_origin_and_not_without() {
    let environment = || Environment::of_authorizer(&Rings::of_local());
    for name in ["LATCHKEY_ISSUER", "LATCHKEY_PUBLIC_ORIGIN"] {
        let Err(exit) = environment().without(name).start("guarded-app") else { panic!("it starts without {name}") };
        assert!(exit.output.contains(&format!("{name} is not set")), "{}", exit.output);
    }
    for (name, value) in [("LATCHKEY_PUBLIC_ORIGIN", "x"), ("LATCHKEY_JWKS", "{}"), ("LATCHKEY_REVOCATION", "yes")] {
        let Err(exit) = environment().with(name, value).start("guarded-app") else {
            panic!("it starts with a bad {name}")
        };
        assert!(exit.output.contains(name), "{}", exit.output);
    }
}
