//! The answer: to whoever is asking, wherever the kind of API in front says who that is.

use serde_json::{Value, json};

/// Answers an event of an HTTP, REST or WebSocket API with a response, and one of AppSync with the field's value.
///
/// The identity is what the gateway says the authorizer said, never something the client sent.
///
/// # Errors
/// A sentence for AppSync, which makes an error of the field of it.
pub(crate) fn answer(event: &Value) -> Result<Value, String> {
    let answer = notes(event);
    if event.get("info").is_some() {
        return answer.map_err(|(_, message)| message.to_owned());
    }
    let (status, body) = match answer {
        Ok(notes) => (200, notes),
        Err((status, message)) => (status, json!({ "message": message })),
    };
    Ok(json!({
        "statusCode": status,
        "headers": { "content-type": "application/json", "cache-control": "no-store" },
        "body": body.to_string(),
    }))
}

fn notes(event: &Value) -> Result<Value, (u16, &'static str)> {
    // Somebody attached this function to a route and forgot the authorizer: better no answer than everybody's.
    let (identity, user) = identity(event).ok_or((401, "Nobody is signed in."))?;
    // A rule of Latchkey's refuses others before this function is called. Without rules, and behind AppSync, whose authorizer
    // is told no arguments, it is this that does.
    if staff_id(event).is_some_and(|staff_id| staff_id != user && !is_admin(identity)) {
        return Err((403, "This record is somebody else's."));
    }
    let notes = format!("Hello {user}, this is for you alone.");
    Ok(json!({ "notes": [notes], "user": user, "identity": identity }))
}

/// What the authorizer said, and the `sub` in it, from the place where each kind of API puts it.
fn identity(event: &Value) -> Option<(&Value, &str)> {
    let authorizer = &event["requestContext"]["authorizer"];
    let places = [
        &authorizer["lambda"],                 // HTTP API, payload 2.0
        &authorizer["jwt"]["claims"],          // HTTP API, native JWT authorizer
        authorizer,                            // HTTP API with payload 1.0, REST API, WebSocket API
        &event["identity"]["resolverContext"], // AppSync
    ];
    places.into_iter().find_map(|place| Some((place, place["sub"].as_str()?)))
}

/// Whose record is asked for, if it is one: of `GET /exp/{staff_id}`, and of AppSync's `exp(staff_id)`.
fn staff_id(event: &Value) -> Option<&str> {
    let places = [&event["pathParameters"], &event["arguments"]];
    places.into_iter().find_map(|place| place["staff_id"].as_str())
}

fn is_admin(identity: &Value) -> bool {
    identity["roles"].as_str().is_some_and(|roles| roles.split(' ').any(|role| role == "admin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(event: &Value) -> Value {
        answer(event).map_or(Value::Null, |answer| answer["statusCode"].clone())
    }

    #[test]
    fn every_kind_of_api_has_its_own_place_for_the_same_identity() {
        let identity = json!({ "sub": "u1", "sid": "s1" });
        for authorizer in [json!({ "lambda": identity }), json!({ "jwt": { "claims": identity } }), identity.clone()] {
            let event = json!({ "requestContext": { "authorizer": authorizer } });
            let answer = answer(&event).unwrap_or_default();
            let body = answer["body"].as_str().unwrap_or_default();
            assert!(body.contains("Hello u1") && body.contains(r#""sid":"s1""#), "{event}: {answer}");
        }
        let field = json!({ "info": { "fieldName": "notes" }, "identity": { "resolverContext": identity } });
        assert_eq!(answer(&field).unwrap_or_default()["user"], "u1");
    }

    #[test]
    fn without_an_authorizer_in_front_there_is_nothing_to_read() {
        let event = json!({ "headers": { "x-auth-sub": "u1" }, "arguments": { "sub": "u1" }, "requestContext": {} });
        assert_eq!(status(&event), 401);
    }

    #[test]
    fn a_record_is_for_its_subject_and_for_admins() {
        let event = |roles: &str| {
            json!({
                "pathParameters": { "staff_id": "u2" },
                "requestContext": { "authorizer": { "lambda": { "sub": "u1", "roles": roles } } },
            })
        };
        assert_eq!(status(&event("")), 403);
        assert_eq!(status(&event("administrator editor")), 403);
        assert_eq!(status(&event("editor admin")), 200);
        let mut own = event("");
        own["pathParameters"]["staff_id"] = json!("u1");
        assert_eq!(status(&own), 200);
    }

    #[test]
    fn appsync_hears_of_a_refusal_as_an_error_of_the_field() {
        let event = json!({
            "info": { "fieldName": "exp" }, "arguments": { "staff_id": "u2" },
            "identity": { "resolverContext": { "sub": "u1" } },
        });
        assert_eq!(answer(&event), Err("This record is somebody else's.".to_owned()));
    }
}
