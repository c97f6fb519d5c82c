//! The answer to `GET /notes` and `GET /live-notes`: who is asking looks alike behind both authorizers.

use serde_json::{Value, json};

/// Answers an HTTP API event (payload 2.0).
///
/// The identity is what the gateway says the authorizer said, never something the client sent.
pub fn answer(event: &Value) -> Value {
    let identity = &event["requestContext"]["authorizer"]["lambda"];
    // Somebody attached this function to a route and forgot the authorizer: better no answer than everybody's.
    let Some(user) = identity["sub"].as_str() else {
        return reply(401, &json!({ "message": "Unauthorized" }));
    };
    reply(200, &json!({ "notes": [format!("Hello {user}, this is for you alone.")], "identity": identity }))
}

fn reply(status: u16, body: &Value) -> Value {
    json!({
        "statusCode": status,
        "headers": { "content-type": "application/json", "cache-control": "no-store" },
        "body": body.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_names_the_user_of_the_authorizer_context() {
        let event = json!({ "requestContext": { "authorizer": { "lambda": { "sub": "u1", "sid": "s1" } } } });
        let answer = answer(&event);
        assert_eq!(answer["statusCode"], 200);
        let body = answer["body"].as_str().unwrap_or_default();
        assert!(body.contains("Hello u1") && body.contains(r#""sid":"s1""#), "{body}");
    }

    #[test]
    fn without_an_authorizer_in_front_there_is_nothing_to_read() {
        let event = json!({ "headers": { "x-auth-sub": "u1" }, "requestContext": {} });
        assert_eq!(answer(&event)["statusCode"], 401);
    }
}
