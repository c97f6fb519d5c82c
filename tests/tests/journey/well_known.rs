//! `GET /.well-known/…`, `/openapi.json`, and every path and method that does not exist.

use latchkey::ports::PublishKeys;
use latchkey_tests::{
    api::{Api, Person, Tokens},
    assert_answer,
    exchange::Call,
    rings::Rings,
    world::{ISSUER, ORIGIN, World},
};
use serde_json::json;

#[tokio::test]
async fn the_key_set_holds_public_halves_only() {
    for world in World::on_each_store() {
        let answer = world.send(Call::get("/.well-known/jwks.json")).await;
        let cache = answer.headers["cache-control"].as_str();
        assert_eq!((answer.status, cache), (200, "public, max-age=300, s-maxage=1"));
        assert_eq!(answer.headers["content-type"], "application/json");
        let set = answer.json();
        let keys = set["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 2, "the active key and the next one");
        let members: Vec<_> = keys[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!(
            (&keys[0]["alg"], &keys[0]["use"], &keys[0]["kty"]),
            (&json!("RS256"), &json!("sig"), &json!("RSA"))
        );
    }
}

#[tokio::test]
async fn published_keys_are_served_within_two_seconds() {
    for world in World::on_each_store() {
        let get = || world.send(Call::get("/.well-known/jwks.json"));
        let deployed = get().await.body;
        let rotated = Rings::generate(latchkey::tokens::Algorithm::ES256).public_jwks();
        world.store.publish_keys(&rotated, 1).await.unwrap();
        world.advance(1);
        assert_eq!(get().await.body, deployed);
        world.advance(1);
        assert_eq!(get().await.body, rotated);
        assert_eq!(world.store.calls("find_published_keys"), 2);
    }
}

#[tokio::test]
async fn the_metadata_names_issuer_and_keys() {
    for world in World::on_each_store() {
        assert_answer!(world.send(Call::get("/.well-known/openid-configuration")).await, @r#"
        200
        cache-control: public, max-age=300
        content-type: application/json
        x-content-type-options: nosniff

        {
          "claims_supported": [
            "iss",
            "aud",
            "sub",
            "client_id",
            "sid",
            "iat",
            "exp",
            "jti",
            "auth_time",
            "amr",
            "epoch",
            "scope",
            "roles"
          ],
          "id_token_signing_alg_values_supported": [
            "RS256"
          ],
          "issuer": "https://auth.example.com",
          "jwks_uri": "https://auth.example.com/.well-known/jwks.json",
          "response_types_supported": [
            "none"
          ],
          "subject_types_supported": [
            "public"
          ]
        }
        "#);
    }
}

#[tokio::test]
async fn the_contract_names_the_deployment() {
    for world in World::on_each_store() {
        let answer = world.send(Call::get("/openapi.json")).await;
        let contract = answer.json();
        assert_eq!(
            (answer.status, &contract["openapi"], &contract["servers"]),
            (200, &json!("3.1.0"), &json!([{ "url": ISSUER }]))
        );
        let paths: Vec<_> = contract["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        for path in [
            "/auth/register",
            "/auth/login",
            "/auth/refresh",
            "/auth/logout",
            "/auth/sessions",
            "/auth/sessions/{id}",
            "/auth/me",
        ] {
            assert!(paths.contains(&path), "{path}");
        }
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problem_documents() {
    for world in World::on_each_store() {
        for path in [
            "/",
            "/auth",
            "/auth/login/",
            "/Auth/login",
            "//auth/login",
            "/auth%2Flogin",
            "/auth/sessions/a/b",
            "/auth/\u{1f511}",
        ] {
            let answer = world.send(Call::get(path)).await;
            assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{path}");
        }
        assert_answer!(world.send(Call::get("/nothing")).await, @r#"
        404
        cache-control: no-store
        content-type: application/problem+json
        x-content-type-options: nosniff

        {
          "status": 404,
          "title": "There is nothing here.",
          "type": "urn:latchkey:problem:not-found"
        }
        "#);
        let refused = world.send(Call::get("/auth/logout")).await;
        assert_eq!(
            (refused.status, refused.problem().as_str(), refused.headers["allow"].as_str()),
            (405, "method-not-allowed", "POST")
        );
    }
}

/// The gateway does, for the origins that a deployment lists.
#[tokio::test]
async fn e4_no_function_lets_an_origin_read_its_answers() {
    for world in World::on_each_store() {
        let tokens = Tokens::from(world.register(&Person::new()).await);
        for origin in ["https://elsewhere.example", "null", "https://app.example.com.elsewhere.example", ORIGIN] {
            for (method, path) in [
                ("GET", "/auth/me"),
                ("GET", "/auth/check"),
                ("GET", "/auth/login"),
                ("POST", "/auth/login"),
                ("OPTIONS", "/auth/login"),
                ("GET", "/.well-known/jwks.json"),
                ("GET", "/.well-known/revocations"),
            ] {
                let call = Call::new(method, path).bearer(&tokens.access).header("origin", origin);
                let answer = world.send(call.header("access-control-request-method", "POST")).await;
                let grants = answer.headers.keys().filter(|name| name.starts_with("access-control-"));
                assert_eq!(grants.count(), 0, "{method} {path} for {origin}: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn e2_a_state_change_by_another_method_is_405() {
    let routes = [
        ("/auth/register", "GET, POST"),
        ("/auth/logout", "POST"),
        ("/auth/refresh", "POST"),
        ("/.well-known/jwks.json", "GET"),
    ];
    for world in World::on_each_store() {
        for (path, allowed) in routes {
            for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"]
                .into_iter()
                .filter(|method| !allowed.split(", ").any(|allowed| allowed == *method))
            {
                let call = Call::new(method, path).header("x-http-method-override", "POST");
                let answer = world.send(call).await;
                assert_eq!(
                    (answer.status, answer.headers.get("allow").map(String::as_str)),
                    (405, Some(allowed)),
                    "{method} {path}"
                );
            }
        }
        assert_eq!(world.store.calls("create_user"), 0);
        let id = "00000000-0000-4000-8000-000000000000";
        let answer = world.send(Call::get(&format!("/auth/sessions/{id}"))).await;
        assert_eq!((answer.status, answer.headers["allow"].as_str()), (405, "DELETE"));
    }
}
