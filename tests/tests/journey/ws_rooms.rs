//! Rooms over WebSocket connections: who is let in, what is said, and what somebody who comes back is told.

use latchkey::{
    domain::{Admits, DisplayName, Lifetimes, Room, RoomId, Words},
    ports::{
        Change, ExpireMessage, Grants, JoinRoom, LeaveRoom, ListConnections, ListListeners, ListRooms, NoteResume,
        PutRoom, ReadMessages, SetGrants,
    },
};
use latchkey_tests::{
    api::{Api, Tokens},
    exchange::Call,
    live::Socket,
    rooms::{member, stored},
    store::Store,
    world::{Settings, World},
};
use serde_json::{Value, json};

use crate::ws_message::connected;

fn id(room: &str) -> RoomId {
    room.parse().unwrap()
}

/// Makes a room for everybody.
async fn open_room(world: &World, room: &str) {
    let name = DisplayName::parse(&room.to_uppercase()).unwrap();
    world.store.put_room(&Room { id: id(room), name, admits: Admits::Everybody }).await.unwrap();
}

/// Somebody who is connected.
async fn somebody(world: &World) -> (Tokens, Socket) {
    let (_, tokens) = world.registered().await;
    let socket = connected(world, &tokens).await;
    (tokens, socket)
}

/// What one connection is answered to one frame.
async fn ask(world: &World, socket: &Socket, frame: Value) -> Value {
    let mut heard = world.say_to_all(socket, &frame).await;
    let (whose, answer) = heard.pop().unwrap();
    assert!(heard.is_empty() && whose == socket.id, "{heard:?}");
    answer
}

async fn join(world: &World, socket: &Socket, room: &str) -> Value {
    ask(world, socket, json!({ "action": "join", "room": room })).await
}

async fn send(world: &World, socket: &Socket, room: &str, message: &str) -> Value {
    let frame = json!({ "action": "send", "room": room, "message_id": message, "body": { "text": message } });
    ask(world, socket, frame).await
}

fn slug(frame: &Value) -> &str {
    assert_eq!(frame["type"], "error", "{frame}");
    frame["problem"]["type"].as_str().unwrap().trim_start_matches("urn:latchkey:problem:")
}

/// Tells everybody the newest message of a room, as the stream would; gives what is heard.
async fn tell(world: &World, room: &str) -> Vec<(String, Value)> {
    let newest = world.store.newest_messages(&id(room), 1).await.unwrap().messages.remove(0);
    assert_eq!(world.fan_out(&[stored(room, &newest)]).await, [""; 0]);
    world.frames()
}

/// Tells everybody that somebody has joined or left, as the stream would; gives what is heard by whom, in the order of connections.
async fn tell_of(world: &World, event: &str, room: &str, tokens: &Tokens) -> Vec<(String, Value)> {
    assert_eq!(world.fan_out(&[member(event, room, &tokens.user_id)]).await, [""; 0]);
    let mut heard = world.frames();
    heard.sort_by(|(one, _), (other, _)| one.cmp(other));
    heard
}

/// `said` on each of these connections, in their order.
fn on_each(sockets: &[&Socket], said: &Value) -> Vec<(String, Value)> {
    let mut ids: Vec<_> = sockets.iter().map(|socket| socket.id.clone()).collect();
    ids.sort();
    ids.into_iter().map(|id| (id, said.clone())).collect()
}

/// What is answered to `resume`, by type, when it may be asked for again.
async fn resume(world: &World, socket: &Socket, seen: Value) -> Vec<Value> {
    world.advance(10);
    let heard = world.say_to_all(socket, &json!({ "action": "resume", "id": "r", "rooms": seen })).await;
    assert!(heard.iter().all(|(whose, frame)| *whose == socket.id && frame["reply_to"] == "r"), "{heard:?}");
    heard.into_iter().map(|(_, frame)| frame).collect()
}

fn sequences(history: &Value) -> Vec<u64> {
    assert_eq!(history["type"], "history", "{history}");
    let messages = history["messages"].as_array().unwrap().iter();
    messages.map(|message| message["sequence"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn what_is_said_in_a_room_is_stored_answered_and_heard_by_all_who_listen() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let [(_, ada), (_, bob), (_, stranger)] =
            [somebody(&world).await, somebody(&world).await, somebody(&world).await];
        let joined = join(&world, &ada, "lobby").await;
        assert_eq!(joined, json!({ "type": "joined", "room": { "id": "lobby", "name": "LOBBY" }, "sequence": 0 }));
        assert_eq!(join(&world, &bob, "lobby").await["type"], "joined");
        let sent = send(&world, &ada, "lobby", "m-1").await;
        let at = sent["at"].as_u64().unwrap();
        let expected = json!({ "type": "sent", "room": "lobby", "message_id": "m-1", "sequence": 1, "at": at });
        assert_eq!(sent, expected);
        let mut heard = tell(&world, "lobby").await;
        heard.sort_by_key(|(whose, _)| whose == &bob.id);
        let said = json!({
            "type": "message", "room": "lobby", "sequence": 1, "message_id": "m-1", "at": at,
            "from": heard[0].1["from"], "body": { "text": "m-1" },
        });
        assert_eq!(heard, [(ada.id.clone(), said.clone()), (bob.id.clone(), said)]);
        assert_eq!(heard[0].1["from"]["id"], ada.context["sub"]);
        assert_eq!(slug(&send(&world, &stranger, "lobby", "m-2").await), "unknown-room");
        assert_eq!(send(&world, &ada, "lobby", "m-1").await, expected, "sent again it is the same message");
    }
}

#[tokio::test]
async fn g10_nobody_joins_reads_or_writes_a_room_that_does_not_admit_them_nor_learns_that_it_is_there() {
    for world in World::on_each_store() {
        let roles = |roles: &[&str]| Words::parse(roles.iter().map(|role| (*role).to_owned()).collect()).unwrap();
        let name = DisplayName::parse("Staff").unwrap();
        let staff = Room { id: id("staff"), name, admits: Admits::Holders(roles(&["staff"])) };
        world.store.put_room(&staff).await.unwrap();
        let (tokens, socket) = somebody(&world).await;
        let unknown = join(&world, &socket, "nowhere").await;
        assert_eq!(slug(&unknown), "unknown-room");
        assert_eq!(join(&world, &socket, "staff").await, unknown);
        for room in ["staff", "nowhere"] {
            assert_eq!(send(&world, &socket, room, "m").await, unknown);
            let history = json!({ "action": "history", "room": room, "after": 0 });
            assert_eq!(ask(&world, &socket, history).await, unknown);
        }
        let heard = resume(&world, &socket, json!({ "staff": 0 })).await;
        assert_eq!(heard.len(), 2, "who one is, and the end: {heard:?}");
        assert_eq!(heard[0]["rooms"], json!([]));
        assert!(world.store.list_listeners(&id("staff")).await.unwrap().is_empty());
        world.store.set_grants(tokens.user_id.parse().unwrap(), &Grants::Roles(roles(&["staff"]))).await.unwrap();
        assert_eq!(join(&world, &socket, "staff").await["type"], "joined");
        assert_eq!(send(&world, &socket, "staff", "m").await["sequence"], 1);
    }
}

#[tokio::test]
async fn who_comes_back_is_told_who_they_are_and_what_they_have_missed_in_order() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        open_room(&world, "tea").await;
        let (tokens, socket) = somebody(&world).await;
        let (_, other) = somebody(&world).await;
        for (socket, room) in [(&socket, "tea"), (&socket, "lobby"), (&other, "lobby")] {
            join(&world, socket, room).await;
        }
        for number in 1..=7 {
            send(&world, &other, "lobby", &format!("m-{number}")).await;
        }
        world.disconnect(&socket).await;
        let socket = connected(&world, &tokens).await;
        let heard = resume(&world, &socket, json!({ "lobby": 4, "elsewhere": 3 })).await;
        assert_eq!(
            heard.iter().map(|frame| frame["type"].as_str().unwrap()).collect::<Vec<_>>(),
            ["resumed", "history", "history", "live"]
        );
        assert_eq!(heard[0]["user"], world.me(&tokens.access).await.json());
        assert_eq!(heard[0]["rooms"], json!([{ "id": "lobby", "name": "LOBBY" }, { "id": "tea", "name": "TEA" }]));
        assert_eq!((sequences(&heard[1]), &heard[1]["more"]), (vec![5, 6, 7], &json!(false)));
        assert_eq!(heard[1]["messages"][0]["body"], json!({ "text": "m-5" }));
        assert!(heard[1].get("oldest").is_none() && heard[1].get("restarted").is_none());
        assert_eq!((&heard[2]["room"], sequences(&heard[2])), (&json!("tea"), vec![]));
        send(&world, &other, "lobby", "m-8").await;
        let heard: Vec<_> = tell(&world, "lobby").await.into_iter().map(|(whose, _)| whose).collect();
        assert!(heard.contains(&socket.id), "what follows is live");
    }
}

#[tokio::test]
async fn who_was_never_there_is_told_the_newest_and_who_was_away_for_long_page_by_page() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (_, socket) = somebody(&world).await;
        join(&world, &socket, "lobby").await;
        for number in 1..=130 {
            send(&world, &socket, "lobby", &format!("m-{number}")).await;
        }
        assert_eq!(sequences(&resume(&world, &socket, json!({})).await[1]), (81..=130).collect::<Vec<_>>());
        let newest = ask(&world, &socket, json!({ "action": "history", "room": "lobby" })).await;
        assert_eq!(sequences(&newest), (81..=130).collect::<Vec<_>>());
        let (mut seen, mut pages) = (0_u64, 0);
        loop {
            let frame = json!({ "action": "history", "room": "lobby", "after": seen });
            let history = ask(&world, &socket, frame).await;
            let numbers = sequences(&history);
            assert_eq!(numbers.first(), Some(&(seen + 1)));
            (seen, pages) = (*numbers.last().unwrap(), pages + 1);
            if history["more"] == false {
                break;
            }
        }
        assert_eq!((seen, pages), (130, 2), "an answer fits into a frame of the gateway");
    }
}

#[tokio::test]
async fn what_is_no_longer_kept_is_said_to_be_so_and_a_position_ahead_of_the_room_is_forgotten() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (_, socket) = somebody(&world).await;
        join(&world, &socket, "lobby").await;
        for number in 1..=5 {
            send(&world, &socket, "lobby", &format!("m-{number}")).await;
        }
        for gone in 1..=3 {
            forget(&world, gone).await;
        }
        let missed = resume(&world, &socket, json!({ "lobby": 1 })).await.remove(1);
        assert_eq!((sequences(&missed), &missed["oldest"]), (vec![4, 5], &json!(4)));
        let missed = resume(&world, &socket, json!({ "lobby": 3 })).await.remove(1);
        assert_eq!((sequences(&missed), missed.get("oldest")), (vec![4, 5], None), "nothing is missed");
        let missed = resume(&world, &socket, json!({ "lobby": 5 })).await.remove(1);
        assert_eq!((sequences(&missed), missed.get("restarted")), (vec![], None));
        let missed = resume(&world, &socket, json!({ "lobby": 6 })).await.remove(1);
        assert_eq!((sequences(&missed), &missed["restarted"]), (vec![4, 5], &json!(true)));
    }
}

/// Time to live takes a message, on whichever store.
async fn forget(world: &World, number: u64) {
    world.store.expire_message(&id("lobby"), number, world.now()).await.unwrap();
    if let Some(tables) = world.store.tables() {
        let key = json!({ "pk": { "S": "room#lobby" }, "sk": { "S": format!("message#{number:020}") } });
        let request = json!({ "TableName": tables.rooms, "Key": key });
        latchkey_tests::local_dynamodb::local_dynamodb().call("DeleteItem", &request);
    }
}

#[tokio::test]
async fn who_leaves_hears_no_more_on_any_device_and_who_stays_does() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (tokens, phone) = somebody(&world).await;
        let desk = connected(&world, &tokens).await;
        let (_, other) = somebody(&world).await;
        for socket in [&phone, &desk, &other] {
            resume(&world, socket, json!({})).await;
            join(&world, socket, "lobby").await;
        }
        let leave = json!({ "action": "leave", "room": "lobby", "id": "l" });
        let answered = json!({ "type": "left", "room": "lobby", "reply_to": "l" });
        assert_eq!(ask(&world, &phone, leave.clone()).await, answered);
        send(&world, &other, "lobby", "m").await;
        assert_eq!(tell(&world, "lobby").await.len(), 1, "at once, whatever the stream says when");
        let left = json!({ "type": "left", "room": "lobby" });
        assert_eq!(tell_of(&world, "REMOVE", "lobby", &tokens).await, on_each(&[&desk, &phone], &left));
        assert_eq!(ask(&world, &phone, leave).await, answered, "leaving twice is leaving");
        assert_eq!(slug(&send(&world, &desk, "lobby", "n").await), "unknown-room");
    }
}

#[tokio::test]
async fn what_is_joined_on_one_device_is_heard_on_all_that_have_resumed() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (tokens, phone) = somebody(&world).await;
        let [desk, silent, gone] =
            [connected(&world, &tokens).await, connected(&world, &tokens).await, connected(&world, &tokens).await];
        for socket in [&phone, &desk, &gone] {
            resume(&world, socket, json!({})).await;
        }
        world.disconnect(&gone).await;
        join(&world, &phone, "lobby").await;
        let joined = json!({ "type": "joined", "room": { "id": "lobby", "name": "LOBBY" }, "sequence": 0 });
        for _ in 0..2 {
            assert_eq!(tell_of(&world, "INSERT", "lobby", &tokens).await, on_each(&[&desk, &phone], &joined));
        }
        send(&world, &phone, "lobby", "m").await;
        let heard: Vec<_> = tell(&world, "lobby").await.into_iter().map(|(whose, _)| whose).collect();
        assert_eq!(heard.len(), 2, "{heard:?}");
        assert!(heard.contains(&desk.id) && heard.contains(&phone.id), "and not {}", silent.id);
    }
}

#[tokio::test]
async fn a_room_that_is_joined_while_a_connection_resumes_is_heard_on_it() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (tokens, socket) = somebody(&world).await;
        let (store, user_id, now) = (world.store.clone(), tokens.user_id.parse().unwrap(), world.now());
        // The rooms of the user are read by then.
        world.store.before("find_rooms", async move {
            assert_eq!(store.join_room(&id("lobby"), user_id, now).await.unwrap(), Change::Done);
            let connections = store.list_connections(user_id).await.unwrap();
            assert!(connections[0].resumed_at.is_some(), "the stream may tell of it at once, and has to find out whom");
        });
        assert_eq!(resume(&world, &socket, json!({})).await[0]["rooms"], json!([]));
        assert!(world.store.interrupted());
        assert_eq!(tell_of(&world, "INSERT", "lobby", &tokens).await.len(), 1);
        send(&world, &socket, "lobby", "m").await;
        assert_eq!(tell(&world, "lobby").await.len(), 1);
    }
}

#[tokio::test]
async fn who_is_put_out_while_they_resume_is_told_so_at_last() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (tokens, socket) = somebody(&world).await;
        join(&world, &socket, "lobby").await;
        let (store, user_id) = (world.store.clone(), tokens.user_id.parse().unwrap());
        world.store.before("newest_messages", async move {
            store.leave_room(&id("lobby"), user_id).await.unwrap();
        });
        let types: Vec<_> =
            resume(&world, &socket, json!({})).await.iter().map(|frame| frame["type"].clone()).collect();
        assert_eq!(types, ["resumed", "history", "left", "live"]);
    }
}

#[tokio::test]
async fn of_two_who_resume_on_a_connection_at_once_one_is_told_to_wait() {
    for world in World::on_each_store() {
        let (tokens, socket) = somebody(&world).await;
        let (store, now, user_id) = (world.store.clone(), world.now(), tokens.user_id.parse().unwrap());
        world.store.before("note_resume", async move {
            let connection = store.list_connections(user_id).await.unwrap().remove(0);
            assert_eq!(store.note_resume(&connection, now).await.unwrap(), Change::Done);
        });
        assert_eq!(slug(&ask(&world, &socket, json!({ "action": "resume" })).await), "too-soon");
    }
}

#[tokio::test]
async fn whoever_does_not_stay_is_told_nothing_more() {
    for world in World::on_each_store() {
        let (_, socket) = somebody(&world).await;
        for room in ["lobby", "tea"] {
            open_room(&world, room).await;
            join(&world, &socket, room).await;
        }
        world.gateway.lose(&socket.id.parse().unwrap());
        let before = world.store.calls("newest_messages");
        assert!(resume(&world, &socket, json!({})).await.is_empty());
        assert_eq!(world.store.calls("newest_messages"), before);
    }
}

#[tokio::test]
async fn who_joins_is_told_the_newest_number_and_so_are_their_other_connections() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (_, other) = somebody(&world).await;
        join(&world, &other, "lobby").await;
        for message in ["m-1", "m-2"] {
            send(&world, &other, "lobby", message).await;
        }
        let (tokens, socket) = somebody(&world).await;
        resume(&world, &socket, json!({})).await;
        let joined = json!({ "type": "joined", "room": { "id": "lobby", "name": "LOBBY" }, "sequence": 2 });
        assert_eq!(join(&world, &socket, "lobby").await, joined);
        send(&world, &other, "lobby", "m-3").await;
        let told = json!({ "type": "joined", "room": { "id": "lobby", "name": "LOBBY" }, "sequence": 3 });
        assert_eq!(tell_of(&world, "INSERT", "lobby", &tokens).await, on_each(&[&socket], &told));
    }
}

/// Has an operator put somebody into the lobby, or out of it.
async fn administer(world: &World, action: &str, tokens: &Tokens) {
    let payload =
        json!({ "action": action, "actor": "ada", "reason": "test", "room": "lobby", "user_id": tokens.user_id });
    let answer = world.invoke_admin(&payload.to_string()).await;
    assert!(answer["problem"].is_null(), "{answer}");
}

#[tokio::test]
async fn whom_an_operator_puts_into_a_room_or_out_of_it_is_told() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (tokens, socket) = somebody(&world).await;
        resume(&world, &socket, json!({})).await;
        administer(&world, "add-member", &tokens).await;
        let joined = json!({ "type": "joined", "room": { "id": "lobby", "name": "LOBBY" }, "sequence": 0 });
        assert_eq!(tell_of(&world, "INSERT", "lobby", &tokens).await, on_each(&[&socket], &joined));
        send(&world, &socket, "lobby", "m").await;
        assert_eq!(tell(&world, "lobby").await.len(), 1);
        administer(&world, "remove-member", &tokens).await;
        let left = json!({ "type": "left", "room": "lobby" });
        assert_eq!(tell_of(&world, "REMOVE", "lobby", &tokens).await, on_each(&[&socket], &left));
        assert!(world.store.list_listeners(&id("lobby")).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_the_stream_tells_late_is_settled_by_how_things_are() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (tokens, phone) = somebody(&world).await;
        let desk = connected(&world, &tokens).await;
        for socket in [&phone, &desk] {
            resume(&world, socket, json!({})).await;
        }
        join(&world, &phone, "lobby").await;
        let joined = json!({ "type": "joined", "room": { "id": "lobby", "name": "LOBBY" }, "sequence": 0 });
        let both = [&phone, &desk];
        assert_eq!(
            tell_of(&world, "REMOVE", "lobby", &tokens).await,
            on_each(&both, &joined),
            "they are a member again"
        );
        assert!(tell_of(&world, "MODIFY", "lobby", &tokens).await.is_empty(), "who joins again was there before");
        world.store.leave_room(&id("lobby"), tokens.user_id.parse().unwrap()).await.unwrap();
        let left = json!({ "type": "left", "room": "lobby" });
        assert_eq!(tell_of(&world, "INSERT", "lobby", &tokens).await, on_each(&both, &left), "they are none any more");
        world.gateway.deafen(&desk.id.parse().unwrap());
        assert_eq!(tell_of(&world, "REMOVE", "lobby", &tokens).await, on_each(&[&phone], &left));
        assert_eq!(world.closed(), [(desk.id.clone(), "unreachable")], "it finds out when it comes back");
        world.advance(900);
        assert!(tell_of(&world, "REMOVE", "lobby", &tokens).await.is_empty(), "nobody has to know any more");
    }
}

#[tokio::test]
async fn who_joins_and_leaves_without_end_is_settled_once_in_a_batch() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (tokens, socket) = somebody(&world).await;
        resume(&world, &socket, json!({})).await;
        join(&world, &socket, "lobby").await;
        let records = ["INSERT", "REMOVE", "INSERT"].map(|event| member(event, "lobby", &tokens.user_id));
        assert_eq!(world.fan_out(&records).await, [""; 0]);
        assert_eq!(world.frames().len(), 1);
    }
}

#[tokio::test]
async fn g10_what_still_listens_when_somebody_has_left_is_silenced() {
    let world = World::new(Store::dynamodb(), Settings::default());
    open_room(&world, "lobby").await;
    let (tokens, socket) = somebody(&world).await;
    join(&world, &socket, "lobby").await;
    let listening = world.store.list_listeners(&id("lobby")).await.unwrap();
    world.store.leave_room(&id("lobby"), tokens.user_id.parse().unwrap()).await.unwrap();
    // As if leaving had failed before its listeners were deleted.
    let listener = json!({
        "pk": { "S": "room#lobby" }, "sk": { "S": format!("listener#{}#{}", tokens.user_id, socket.id) },
        "good_until": { "N": listening[0].good_until.seconds().to_string() },
        "expires_at": { "N": listening[0].forgotten_at.seconds().to_string() },
    });
    let request = json!({ "TableName": world.store.tables().unwrap().rooms, "Item": listener });
    latchkey_tests::local_dynamodb::local_dynamodb().call("PutItem", &request);
    assert_eq!(world.store.list_listeners(&id("lobby")).await.unwrap(), listening);
    tell_of(&world, "REMOVE", "lobby", &tokens).await;
    assert!(world.store.list_listeners(&id("lobby")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_connection_asks_for_everything_every_ten_seconds_at_most() {
    for world in World::on_each_store() {
        let (_, socket) = somebody(&world).await;
        let asking = json!({ "action": "resume" });
        let resumed = world.say_to_all(&socket, &asking).await;
        assert_eq!((resumed.len(), &resumed[0].1["type"]), (2, &json!("resumed")));
        world.advance(9);
        let refused = ask(&world, &socket, asking.clone()).await;
        assert_eq!((slug(&refused), &refused["problem"]["retry_after"]), ("too-soon", &json!(1)));
        world.advance(1);
        assert_eq!(world.say_to_all(&socket, &asking).await.len(), 2);
    }
}

#[tokio::test]
async fn a_position_in_another_past_of_the_room_is_forgotten() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (_, socket) = somebody(&world).await;
        join(&world, &socket, "lobby").await;
        for number in 1..=5 {
            send(&world, &socket, "lobby", &format!("m-{number}")).await;
        }
        for (seen, sequences_missed, restarted) in [
            (json!({ "sequence": 3, "message_id": "m-3" }), vec![4, 5], None),
            (json!({ "sequence": 5, "message_id": "m-5" }), vec![], None),
            (json!({ "sequence": 3, "message_id": "other" }), vec![1, 2, 3, 4, 5], Some(&json!(true))),
            (json!({ "sequence": 9, "message_id": "m-5" }), vec![1, 2, 3, 4, 5], Some(&json!(true))),
            (json!({ "sequence": 0, "message_id": "m-0" }), vec![1, 2, 3, 4, 5], None),
        ] {
            let asked = json!({ "action": "history", "room": "lobby", "after": seen });
            for told in
                [ask(&world, &socket, asked).await, resume(&world, &socket, json!({ "lobby": seen })).await.remove(1)]
            {
                assert_eq!((sequences(&told), told.get("restarted")), (sequences_missed.clone(), restarted), "{seen}");
            }
        }
    }
}

#[tokio::test]
async fn e5_whose_credential_has_expired_is_told_nothing_until_a_newer_one_is_shown() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (tokens, renewing) = somebody(&world).await;
        let (_, silent) = somebody(&world).await;
        for socket in [&renewing, &silent] {
            join(&world, socket, "lobby").await;
        }
        world.advance(600);
        let renewed = Tokens::from(world.refresh(&tokens.refresh).await);
        let auth = json!({ "action": "auth", "token": renewed.access });
        assert_eq!(ask(&world, &renewing, auth).await["type"], "authenticated");
        world.advance(600);
        send(&world, &renewing, "lobby", "m").await;
        let heard = tell(&world, "lobby").await;
        assert_eq!(heard.iter().map(|(whose, _)| whose).collect::<Vec<_>>(), [&renewing.id]);
        assert_eq!(world.store.list_listeners(&id("lobby")).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_connection_that_is_gone_listens_no_more_and_one_that_cannot_be_told_is_told_again() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let [(_, here), (_, gone)] = [somebody(&world).await, somebody(&world).await];
        for socket in [&here, &gone] {
            join(&world, socket, "lobby").await;
        }
        send(&world, &here, "lobby", "m").await;
        let newest = world.store.newest_messages(&id("lobby"), 1).await.unwrap().messages.remove(0);
        let records = [stored("lobby", &newest)];
        world.gateway.set_down(true);
        assert_eq!(world.fan_out(&records).await, ["0"]);
        world.gateway.set_down(false);
        world.gateway.lose(&gone.id.parse().unwrap());
        assert_eq!(world.fan_out(&records).await, [""; 0]);
        assert_eq!(world.frames().len(), 1);
        let left = world.store.list_listeners(&id("lobby")).await.unwrap();
        assert_eq!(left.iter().map(|listener| listener.connection_id.as_str()).collect::<Vec<_>>(), [&here.id]);
        let changed = json!({ "eventName": "MODIFY", "dynamodb": records[0]["dynamodb"] });
        assert_eq!(world.fan_out(&[changed]).await, [""; 0]);
        assert!(world.frames().is_empty(), "a message that time will take is no new one");
    }
}

#[tokio::test]
async fn long_messages_come_a_few_at_a_time_and_each_answer_fits_into_a_frame_of_the_gateway() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (_, socket) = somebody(&world).await;
        join(&world, &socket, "lobby").await;
        for number in 1..=9 {
            let body = "\"".repeat(number * 900);
            let frame = json!({ "action": "send", "room": "lobby", "message_id": format!("m-{number}"), "body": body });
            assert_eq!(ask(&world, &socket, frame).await["sequence"], number);
        }
        let mut seen = 0;
        while seen < 9 {
            let history = ask(&world, &socket, json!({ "action": "history", "room": "lobby", "after": seen })).await;
            assert!(history.to_string().len() <= 32 * 1024, "{}", history.to_string().len());
            let numbers = sequences(&history);
            assert_eq!(numbers.first(), Some(&(seen + 1)));
            seen = *numbers.last().unwrap();
            assert_eq!(history["more"], seen < 9);
        }
    }
}

#[tokio::test]
async fn one_that_cannot_be_told_is_cut_off_and_keeps_no_other_waiting() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let [(_, here), (_, deaf)] = [somebody(&world).await, somebody(&world).await];
        for socket in [&here, &deaf] {
            join(&world, socket, "lobby").await;
        }
        world.gateway.deafen(&deaf.id.parse().unwrap());
        send(&world, &here, "lobby", "m-1").await;
        assert_eq!(tell(&world, "lobby").await.len(), 1);
        assert_eq!(world.closed(), [(deaf.id.clone(), "unreachable")], "or it would never know what it has missed");
        let left = world.store.list_listeners(&id("lobby")).await.unwrap();
        assert_eq!(left.iter().map(|listener| listener.connection_id.as_str()).collect::<Vec<_>>(), [&here.id]);
    }
}

#[tokio::test]
async fn one_that_can_be_neither_told_nor_cut_off_is_told_again() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let [(_, here), (_, stuck)] = [somebody(&world).await, somebody(&world).await];
        for socket in [&here, &stuck] {
            join(&world, socket, "lobby").await;
        }
        let stuck_id = stuck.id.parse().unwrap();
        world.gateway.set_stuck(&stuck_id, true);
        send(&world, &here, "lobby", "m-1").await;
        let newest = world.store.newest_messages(&id("lobby"), 1).await.unwrap().messages.remove(0);
        let records = [stored("lobby", &newest)];
        assert_eq!(world.fan_out(&records).await, ["0"]);
        assert_eq!(world.frames().len(), 1, "others do not wait for it");
        world.gateway.set_stuck(&stuck_id, false);
        assert_eq!(world.fan_out(&records).await, [""; 0]);
        assert_eq!(world.frames().len(), 2);
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_told_to_be_forgotten_is_told_once() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (_, socket) = somebody(&world).await;
        join(&world, &socket, "lobby").await;
        for message in ["m-1", "m-2"] {
            send(&world, &socket, "lobby", message).await;
        }
        world.store.fail("expire_message");
        assert_eq!(tell(&world, "lobby").await.len(), 1);
    }
}

#[tokio::test]
async fn whoever_deletes_their_account_is_in_no_room_any_more_and_what_they_said_stays() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (person, tokens) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        join(&world, &socket, "lobby").await;
        send(&world, &socket, "lobby", "m").await;
        let delete = Call::delete("/auth/me").bearer(&tokens.access).json(&json!({ "password": person.password }));
        assert_eq!(world.send(delete).await.status, 204);
        let user_id = tokens.user_id.parse().unwrap();
        let keys = json!({ "pk": { "S": format!("user#{}", tokens.user_id) }, "sk": { "S": "profile" } });
        let record = json!({ "eventName": "REMOVE", "dynamodb": { "Keys": keys } });
        assert_eq!(world.stream(&[record]).await, [""; 0]);
        assert!(world.store.list_rooms(user_id).await.unwrap().is_empty());
        assert!(world.store.list_listeners(&id("lobby")).await.unwrap().is_empty());
        assert_eq!(world.store.newest_messages(&id("lobby"), 1).await.unwrap().messages.len(), 1);
    }
}

#[tokio::test]
async fn all_but_the_newest_message_are_forgotten_in_time() {
    let settings = Settings { lifetimes: Lifetimes { message: 3600, ..Lifetimes::default() }, ..Settings::default() };
    let world = World::new(Store::memory(), settings);
    open_room(&world, "lobby").await;
    let (_, socket) = somebody(&world).await;
    join(&world, &socket, "lobby").await;
    for message in ["m-1", "m-2"] {
        send(&world, &socket, "lobby", message).await;
        tell(&world, "lobby").await;
    }
    let kept = world.store.messages_from(&id("lobby"), 1).await.unwrap().messages;
    assert_eq!(kept.iter().map(|message| message.sequence).collect::<Vec<_>>(), [2]);
    assert_eq!(send(&world, &socket, "lobby", "m-3").await["sequence"], 3);
}

#[tokio::test]
async fn what_is_malformed_or_too_long_is_refused_and_stores_nothing() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (_, socket) = somebody(&world).await;
        join(&world, &socket, "lobby").await;
        let sending = |room: &str, id: &str, body: Value| json!({ "action": "send", "room": room, "message_id": id, "body": body });
        for (frame, expected) in [
            (sending("Lobby!", "m", json!(1)), "invalid-input"),
            (sending("lobby", "", json!(1)), "invalid-input"),
            (sending("lobby", "a#b", json!(1)), "invalid-input"),
            (sending("lobby", "m", json!("x".repeat(16 * 1024))), "body-too-large"),
            (json!({ "action": "send", "room": "lobby", "message_id": "m" }), "malformed-body"),
            (json!({ "action": "join", "room": "a#b" }), "invalid-input"),
            (json!({ "action": "leave", "room": "" }), "invalid-input"),
            (json!({ "action": "history", "room": "lobby", "after": -1 }), "malformed-body"),
            (json!({ "action": "resume", "rooms": { "lobby": "1" } }), "malformed-body"),
            (json!({ "action": "resume", "rooms": { "lobby": { "sequence": 1 } } }), "malformed-body"),
            (
                json!({ "action": "resume", "rooms": { "lobby": { "sequence": 1, "message_id": "#" } } }),
                "invalid-input",
            ),
            (
                json!({ "action": "history", "room": "lobby", "after": { "sequence": 1, "message_id": "" } }),
                "invalid-input",
            ),
        ] {
            assert_eq!(slug(&ask(&world, &socket, frame.clone()).await), expected, "{frame:.80}");
        }
        assert!(world.store.newest_messages(&id("lobby"), 1).await.unwrap().messages.is_empty());
        let longest = "x".repeat(16 * 1024 - 2);
        assert_eq!(ask(&world, &socket, sending("lobby", "m", json!(longest))).await["sequence"], 1);
    }
}

#[tokio::test]
async fn a_body_comes_back_as_it_was_sent_to_the_last_digit() {
    for world in World::on_each_store() {
        open_room(&world, "lobby").await;
        let (_, socket) = somebody(&world).await;
        join(&world, &socket, "lobby").await;
        let body = r#"{"numbers":[31.245270191439438,121.48791951161945,5e-324,18446744073709551615],"text":"\u0000 \ud83d\ude00"}"#;
        let body: Value = serde_json::from_str(body).unwrap();
        let frame = json!({ "action": "send", "room": "lobby", "message_id": "m", "body": body });
        ask(&world, &socket, frame).await;
        let heard = &tell(&world, "lobby").await[0].1["body"];
        assert_eq!(*heard, body);
        assert_eq!(heard["numbers"].to_string(), "[31.245270191439438,121.48791951161945,5e-324,18446744073709551615]");
    }
}

#[tokio::test]
async fn nobody_is_in_more_than_a_hundred_rooms() {
    let world = World::new(Store::memory(), Settings::default());
    let (_, socket) = somebody(&world).await;
    for number in 0..=100 {
        open_room(&world, &format!("room-{number}")).await;
        let answer = join(&world, &socket, &format!("room-{number}")).await;
        assert_eq!(answer["type"] == "joined", number < 100, "{answer}");
    }
    assert_eq!(join(&world, &socket, "room-7").await["type"], "joined", "where one is, one may be");
}
