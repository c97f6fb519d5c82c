//! Rooms of the deployed stack, by real clients: what is said in them, and what whoever was away has missed.

use latchkey_tests::api::Tokens;
use serde_json::json;

use crate::{
    account::Account,
    live::{Client, SECONDS, signed_in, ticket},
    stack::Stack,
};

/// Two people in a room of their own, made by an operator.
async fn in_a_room(stack: &Stack, account: &Account) -> (String, [(Tokens, Client); 2]) {
    let [(_, ada), (_, bob)] = [signed_in(stack).await, signed_in(stack).await];
    let room = format!("room-{}", ada.session_id);
    account.put_room(&room);
    let (_, url) = ticket(stack, &ada).await;
    let join = async |tokens: Tokens| {
        let mut client = Client::by_token(&url, &tokens).await;
        client.say(&json!({ "action": "join", "room": room })).await;
        assert_eq!(client.hear(SECONDS).await.expect("an answer")["type"], "joined");
        (tokens, client)
    };
    let both = [join(ada).await, join(bob).await];
    (room, both)
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn what_is_said_in_a_room_is_heard_and_who_was_away_is_told_what_they_missed() {
    let stack = Stack::from_env();
    let account = Account::behind(&stack.url);
    let (room, [(_, mut ada), (tokens, mut bob)]) = in_a_room(&stack, &account).await;
    let sending = |id: &str| json!({ "action": "send", "room": room, "message_id": id, "body": { "text": id } });
    ada.say(&sending("m-1")).await;
    let mut kinds = [ada.hear(SECONDS).await.unwrap(), ada.hear(SECONDS).await.unwrap()];
    kinds.sort_by_key(|frame| frame["type"].to_string());
    assert_eq!((&kinds[0]["type"], &kinds[1]["type"]), (&json!("message"), &json!("sent")));
    let heard = bob.hear(SECONDS).await.unwrap();
    assert_eq!((&heard["sequence"], &heard["body"]), (&json!(1), &json!({ "text": "m-1" })));

    drop(bob);
    for id in ["m-2", "m-3"] {
        ada.say(&sending(id)).await;
    }
    let mut answers = 0;
    while answers < 2 {
        answers += usize::from(ada.hear(SECONDS).await.unwrap()["type"] == "sent");
    }
    let (_, url) = ticket(&stack, &tokens).await;
    let mut bob = Client::by_token(&url, &tokens).await;
    bob.say(&json!({ "action": "resume", "id": "r", "rooms": { &room: 1 } })).await;
    let resumed = bob.hear(SECONDS).await.unwrap();
    assert_eq!((&resumed["type"], &resumed["user"]["id"]), (&json!("resumed"), &json!(tokens.user_id)));
    let mut history = bob.hear(SECONDS).await.unwrap();
    while history["type"] == "message" {
        history = bob.hear(SECONDS).await.unwrap();
    }
    let missed: Vec<_> = history["messages"].as_array().unwrap().iter().map(|message| &message["sequence"]).collect();
    assert_eq!(missed, [&json!(2), &json!(3)], "{history}");
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn who_joins_on_one_device_hears_the_room_on_all_and_who_is_put_out_on_none() {
    let stack = Stack::from_env();
    let account = Account::behind(&stack.url);
    let (_, tokens) = signed_in(&stack).await;
    let (_, url) = ticket(&stack, &tokens).await;
    let room = format!("room-{}", tokens.session_id);
    account.put_room(&room);
    let mut devices = [Client::by_token(&url, &tokens).await, Client::by_token(&url, &tokens).await];
    for device in &mut devices {
        device.say(&json!({ "action": "resume" })).await;
        while device.hear(SECONDS).await.expect("an answer")["type"] != "live" {}
    }
    devices[0].say(&json!({ "action": "join", "room": room })).await;
    let joined = json!({ "type": "joined", "room": { "id": room, "name": room }, "sequence": 0 });
    let told = [devices[0].hear(SECONDS).await, devices[0].hear(SECONDS).await, devices[1].hear(SECONDS).await];
    assert_eq!(
        told.map(Option::unwrap),
        [joined.clone(), joined.clone(), joined],
        "the answer, and what both are told"
    );
    account.administer("remove-member", &tokens.user_id, &json!({ "room": room }));
    let left = json!({ "type": "left", "room": room });
    for device in &mut devices {
        assert_eq!(device.hear(SECONDS).await, Some(left.clone()));
    }
    devices[1].say(&json!({ "action": "send", "room": room, "message_id": "m", "body": 1 })).await;
    let refused = devices[1].hear(SECONDS).await.unwrap();
    assert_eq!(refused["problem"]["type"], "urn:latchkey:problem:unknown-room");
}
