//! What the stream of rooms tells.

use latchkey::domain::Message;
use serde_json::{Value, json};

/// What the stream of the table tells of a message.
pub fn stored(room: &str, message: &Message) -> Value {
    let mut image = json!({
        "pk": { "S": format!("room#{room}") },
        "sk": { "S": format!("message#{:020}", message.sequence) },
        "message_id": { "S": message.id.as_str() },
        "from": { "S": message.from.to_string() },
        "at": { "N": message.at.seconds().to_string() },
        "body": { "S": message.body },
    });
    if let Some(name) = &message.from_name {
        image["from_name"] = json!({ "S": name });
    }
    json!({ "eventName": "INSERT", "dynamodb": { "Keys": { "pk": image["pk"], "sk": image["sk"] }, "NewImage": image } })
}

/// What it tells of somebody who has joined (`INSERT`), joined again (`MODIFY`) or left (`REMOVE`), of which it has no new image.
pub fn member(event: &str, room: &str, user_id: &str) -> Value {
    let keys = json!({ "pk": { "S": format!("room#{room}") }, "sk": { "S": format!("member#{user_id}") } });
    let mut record = json!({ "eventName": event, "dynamodb": { "Keys": keys } });
    if event != "REMOVE" {
        record["dynamodb"]["NewImage"] = keys;
    }
    record
}
