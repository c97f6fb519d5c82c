//! What each kind of API is told, whole.

use latchkey::domain::time::system_clock;
use latchkey_tests::{
    api::{Api, Person, Tokens},
    authorizer_event::{KINDS, Kind},
    deployment::{Deployment, Environment},
    exchange::Call,
    forge::Forge,
};
use serde_json::{Value, json};

use crate::judges::Judges;

/// What the protected function is told about the caller of [`golden`].
fn context(token: &Value) -> Value {
    json!({
        "sub": "6d1e5f9a-0f0e-4b7d-9f53-2f6a1c0b9e11",
        "sid": "0b0c7a52-98d5-4f43-8f41-1c5f2b1f7c22",
        "auth_time": token["auth_time"].to_string(),
        "amr": "pwd otp",
        "epoch": "1",
        "exp": token["exp"].to_string(),
        "client_id": "latchkey",
        "scope": "notes:read notes:write",
        "roles": "editor viewer",
    })
}

fn policy(stage: &str, context: &Value) -> Value {
    json!({
        "principalId": context["sub"],
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{
                "Action": "execute-api:Invoke",
                "Effect": "Allow",
                "Resource": [format!("arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/{stage}/*")],
            }],
        },
        "context": context,
    })
}

/// The whole answer of each kind about a caller with this context, which AppSync may keep for `ttl` seconds.
fn golden(kind: Kind, context: &Value, ttl: u64) -> Value {
    match kind {
        Kind::HttpApi2 => json!({ "isAuthorized": true, "context": context }),
        Kind::HttpApi1 => policy("$default", context),
        Kind::RestToken | Kind::RestRequest | Kind::WebSocket => policy("prod", context),
        Kind::AppSync => {
            json!({ "isAuthorized": true, "resolverContext": context, "deniedFields": [], "ttlOverride": ttl })
        }
    }
}

#[test]
fn each_kind_is_answered_in_its_exact_form_with_the_same_context() {
    let judges = Judges::new();
    let claims = Forge::claims_with(&json!({
        "amr": ["pwd", "otp"], "scope": "notes:read notes:write", "roles": ["editor", "viewer"],
    }));
    let token = judges.forge.token(&judges.forge.header(), &claims);
    for kind in KINDS {
        let answer = judges.decide(kind.about(&token).to_string().as_bytes());
        assert_eq!(answer, Ok(golden(kind, &context(&claims), 300)), "{kind:?}");
    }
}

#[tokio::test]
async fn the_session_authorizer_answers_each_kind_in_the_same_form() {
    let deployment = Deployment::new(Environment::local());
    let person = Person::new();
    deployment.register(&person).await;
    let tokens = Tokens::from(deployment.login_for_session_token(&person).await);
    for kind in KINDS {
        let event = kind.about(&tokens.session).to_string();
        let answer = deployment.invoke("session-authorizer", event.as_bytes()).unwrap();
        let context = answer.get("context").or(answer.get("resolverContext")).unwrap();
        assert_eq!((&context["sub"], &context["sid"]), (&json!(tokens.user_id), &json!(tokens.session_id)));
        assert_eq!(answer, golden(kind, context, 0), "{kind:?}");
    }
    deployment.send(Call::post("/auth/logout", &json!({ "session_token": tokens.session }))).await;
    for kind in KINDS {
        let outcome = deployment.invoke("session-authorizer", kind.about(&tokens.session).to_string().as_bytes());
        assert!(kind.is_denial(&outcome), "{kind:?}: {outcome:?}");
    }
}

#[test]
fn appsync_keeps_an_answer_no_longer_than_the_token_lives() {
    let judges = Judges::new();
    let now = system_clock().unwrap().seconds();
    let ttl = |lifetime: u64| {
        let claims = Forge::claims_with(&json!({ "exp": now + lifetime }));
        let token = judges.forge.token(&judges.forge.header(), &claims);
        judges.decide(Kind::AppSync.about(&token).to_string().as_bytes()).unwrap()["ttlOverride"].as_u64().unwrap()
    };
    assert_eq!(ttl(900), 300);
    assert!((90..=100).contains(&ttl(100)));
}

#[test]
fn a15_a_policy_is_never_wider_than_the_stage_of_the_request() {
    let judges = Judges::new();
    let good = judges.forge.good();
    let stage = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod";
    for kind in [Kind::HttpApi1, Kind::RestToken, Kind::RestRequest] {
        let answer = |arn: &str| {
            let mut event = kind.about(&good);
            event["methodArn"] = json!(arn);
            judges.decide(event.to_string().as_bytes())
        };
        for path in ["GET/", "GET/notes", "GET/../../*", "GET/a/b?c=*", "GET/arn:aws:x/y", "GET/%2F//"] {
            let answer = answer(&format!("{stage}/{path}")).unwrap();
            let statement = &answer["policyDocument"]["Statement"];
            assert_eq!(
                (statement.as_array().unwrap().len(), &statement[0]["Resource"]),
                (1, &json!([format!("{stage}/*")]))
            );
        }
        let arns = [
            String::new(),
            "*".to_owned(),
            stage.to_owned(),
            format!("{stage}/"),
            format!("{stage}/*/notes"),
            format!("{stage}/get/notes"),
            format!("{stage}/$connect"),
            format!("{stage}/GET/{}", "x".repeat(1600)),
            stage.replace("prod", "*") + "/GET/notes",
            stage.replace("prod", "") + "/GET/notes",
            stage.replace("prod", "pr?d") + "/GET/notes",
            stage.replace("a1b2c3d4e5", "*") + "/GET/notes",
            stage.replace("a1b2c3d4e5", "${aws:x}") + "/GET/notes",
            stage.replace("123456789012", "*") + "/GET/notes",
            stage.replace("123456789012", "12345678901") + "/GET/notes",
            stage.replace("us-east-1", "*") + "/GET/notes",
            stage.replace("us-east-1", "") + "/GET/notes",
            stage.replace("execute-api", "lambda") + "/GET/notes",
            stage.replace("arn:aws", "arn:*") + "/GET/notes",
            stage.replace("arn:", "") + "/GET/notes",
        ];
        for arn in arns {
            let outcome = answer(&arn);
            assert!(!kind.lets_in(&outcome), "{kind:?}, {arn:.90}: {outcome:?}");
        }
    }
    let mut event = Kind::WebSocket.about(&good);
    event["methodArn"] = json!(format!("{stage}/GET/notes"));
    let outcome = judges.decide(event.to_string().as_bytes());
    assert!(!Kind::WebSocket.lets_in(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn when_the_session_store_is_down_no_kind_of_api_is_told_that_somebody_is_nobody() {
    let deployment = Deployment::new(Environment::local());
    let person = Person::new();
    deployment.register(&person).await;
    let session = Tokens::from(deployment.login_for_session_token(&person).await).session;
    let cut_off =
        Environment::local().with("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9").function("session-authorizer");
    for kind in KINDS {
        let report = cut_off.invoke(kind.about(&session).to_string().as_bytes()).unwrap_err();
        assert_eq!(report["errorMessage"], "a dependency is unavailable", "{kind:?}");
        let forged = cut_off.invoke(kind.about(&format!("{session}x")).to_string().as_bytes());
        assert!(kind.is_denial(&forged), "what is no token is refused before any read: {kind:?}, {forged:?}");
    }
}
