//! Bodies that are none of ours.

use latchkey_tests::{
    api::{Api, Person},
    assert_answer,
    exchange::Call,
    world::World,
};
use serde_json::json;

#[tokio::test]
async fn a_body_that_is_no_json_object_of_ours_is_told_where_it_breaks() {
    let person = Person::new().credentials().to_string();
    let twice = person.replacen('{', r#"{"email":"a@b.com","#, 1);
    let values = json!([Person::new().email, Person::new().password, null, null]).to_string();
    let bodies = [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"email":null,"password":1}"#,
        r#""email""#,
        &format!("\u{feff}{person}"),
        &twice,
        &values,
        &"[".repeat(30_000),
    ];
    for world in World::on_each_store() {
        for path in ["/auth/register", "/auth/login", "/auth/refresh"] {
            for body in bodies {
                let answer = world.send(Call::new("POST", path).text("application/json", body)).await;
                assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed-body"), "{path} {body:.50}");
            }
        }
        assert_eq!(world.store.all_calls(), 0);
        let call = Call::new("POST", "/auth/login")
            .text("application/json", "{\n  \"email\": 7,\n  \"password\": \"violet\"\n}");
        assert_answer!(world.send(call).await, @r#"
        400
        cache-control: no-store
        content-type: application/problem+json
        x-content-type-options: nosniff

        {
          "detail": "a member is missing, doubled or of the wrong type, before line 2 column 12",
          "status": 400,
          "title": "The body is not the JSON object that is expected.",
          "type": "urn:latchkey:problem:malformed-body"
        }
        "#);
    }
}

#[tokio::test]
async fn a_body_must_be_declared_as_json_and_may_come_in_base64() {
    for world in World::on_each_store() {
        let person = Person::new();
        let body = person.credentials().to_string();
        for declared in ["text/plain", "multipart/form-data", "application/problem+json", "", "json"] {
            let answer = world.send(Call::new("POST", "/auth/register").text(declared, &body)).await;
            assert_eq!((answer.status, answer.problem().as_str()), (415, "unsupported-media-type"), "{declared}");
        }
        let form = Call::new("POST", "/auth/register").text("application/x-www-form-urlencoded", &body);
        assert_eq!(world.send(form).await.problem(), "cross-site-request", "a form is for a page of ours");
        let declared = "Application/JSON; charset=utf-8";
        assert_eq!(world.send(Call::new("POST", "/auth/register").text(declared, &body).in_base64()).await.status, 201);
        let mut broken = Call::post("/auth/login", &json!({}));
        broken.is_base64 = true;
        assert_eq!(world.send(broken).await.problem(), "malformed-body");
    }
}
