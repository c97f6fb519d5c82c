//! Events that would break a careless function: a generic answer, and the next request is fine.

use latchkey_tests::{
    api::{Api, Person},
    deployment::{Deployment, Environment},
    exchange::{Answer, Call},
    world::ORIGIN,
};
use serde_json::{Value, json};

const FUNCTIONS: [&str; 8] = ["register", "login", "refresh", "logout", "sessions", "me", "pages", "well-known"];

/// What a function answers, which must be an answer and no failed invocation.
#[track_caller]
fn answer(deployment: &Deployment, function: &'static str, event: &Value) -> Answer {
    let response = deployment.invoke(function, event.to_string().as_bytes());
    Answer::from_gateway(&response.unwrap_or_else(|report| panic!("{function}: a failed invocation: {report}")))
}

#[tokio::test]
async fn f3_bad_base64_and_hostile_hosts_get_a_generic_answer_and_the_next_request_works() {
    let deployment = Deployment::new(Environment::local());
    let mut bad_base64 = Call::post("/auth/login", &json!({})).event();
    bad_base64["isBase64Encoded"] = json!(true);
    bad_base64["body"] = json!("!");
    let hosts =
        ["a@evil.com:99999", "", "[::1", "evil.com:-1", "a b", "\u{1f511}", "evil.com/%00", "x".repeat(5000).leak()];
    for function in FUNCTIONS {
        let refused = answer(&deployment, function, &bad_base64);
        assert_eq!((refused.status, refused.problem().as_str()), (400, "malformed-body"), "{function}");
        for host in hosts {
            let mut event = Call::get("/nothing").header("host", host).header("x-forwarded-proto", host).event();
            event["requestContext"]["domainName"] = json!(host);
            let refused = answer(&deployment, function, &event);
            assert!(refused.status < 500 && !refused.body.contains("evil"), "{function} {host}: {refused}");
        }
    }
    assert_works(&deployment).await;
}

#[tokio::test]
async fn f3_what_is_no_event_of_ours_is_answered_as_well() {
    let deployment = Deployment::new(Environment::local());
    let good = Call::get("/auth/me").event();
    let changed = |pointer: &str, value: Value| {
        let mut event = good.clone();
        *event.pointer_mut(pointer).unwrap() = value;
        event
    };
    let events = [
        json!(null),
        json!([]),
        json!({}),
        json!({ "requestContext": {} }),
        changed("/requestContext/http/method", json!("")),
        changed("/requestContext/http/method", json!("GE T")),
        changed("/requestContext/http/method", json!(7)),
        changed("/requestContext/http", json!(null)),
        changed("/rawPath", json!("no slash")),
        changed("/rawPath", json!("/\r\n\u{0}")),
        changed("/rawPath", json!("/#?\u{0}")),
        changed("/rawPath", json!("/auth/me?x")),
        changed("/rawPath", json!(null)),
        changed("/rawQueryString", json!("a=\u{0}&%zz&=&&")),
        changed("/rawQueryString", json!("a=\"<>\\^`{|}")),
        changed("/rawQueryString", json!(7)),
        changed("/headers", json!(null)),
        changed("/headers", json!({ "authorization": ["a", "b"] })),
        changed("/headers", json!({ "bad name": "x", "": "y", "a": "b\r\nc: d", "b": "\u{0}" })),
        changed("/isBase64Encoded", json!("yes")),
    ];
    for function in FUNCTIONS {
        for event in &events {
            let refused = answer(&deployment, function, event);
            assert!(refused.status < 500, "{function} {event}: {refused}");
            assert_eq!(refused.headers["x-content-type-options"], "nosniff");
            let nothing_secret = !refused.body.contains("panicked") && !refused.body.contains(".rs");
            assert!(nothing_secret, "{refused}");
        }
    }
    assert_works(&deployment).await;
}

async fn assert_works(deployment: &Deployment) {
    let tokens = latchkey_tests::api::Tokens::from(deployment.register(&Person::new()).await);
    assert_eq!(deployment.me(&tokens.access).await.status, 200);
    assert_eq!(deployment.refresh(&tokens.refresh).await.status, 200);
    assert_eq!(deployment.sessions(&tokens.access).await.status, 200);
    assert_eq!(deployment.send(Call::get("/.well-known/jwks.json")).await.status, 200);
    assert_eq!(deployment.logout(&tokens.refresh).await.status, 204);
}

#[tokio::test]
async fn f4_a_store_that_is_down_is_told_as_503_and_nobody_gets_in() {
    let environment = Environment::local().with("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9");
    let deployment = Deployment::new(environment);
    let answer = deployment.login(&Person::new()).await;
    assert_eq!(
        (answer.status, answer.problem().as_str(), answer.headers["retry-after"].as_str()),
        (503, "unavailable", "2")
    );
    assert!(!answer.body.contains("127.0.0.1"), "{answer}");
    let fields = [("email", "ada@example.com"), ("password", "seven green bicycles")];
    for path in ["/auth/login", "/auth/register"] {
        let page = deployment.send(Call::form(path, ORIGIN, &fields)).await;
        assert_eq!((page.status, page.headers["retry-after"].as_str(), page.cookie()), (503, "2", None));
        assert!(page.body.contains("The service is not available just now."), "{page}");
        assert!(!page.body.contains("127.0.0.1") && !page.body.contains(fields[1].1), "{page}");
    }
}
