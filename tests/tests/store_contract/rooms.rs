//! Rooms, their members and what is said in them.

use latchkey::{
    domain::{Admits, ConnectionId, DisplayName, MessageId, Room, RoomId, UserId, Words},
    ports::{Change, Kept, Listener, NewMessage},
};

use crate::{
    fixtures::{NOW, account, random, session_id, user_id},
    parallel::in_parallel,
    store::Store,
};

fn room_id() -> RoomId {
    format!("room-{:x}", u64::from_be_bytes(random())).parse().unwrap()
}

fn named(id: &RoomId, name: &str) -> Room {
    Room { id: id.clone(), name: DisplayName::parse(name).unwrap(), admits: Admits::Everybody }
}

/// A room, and somebody in it.
async fn room(store: &impl Store) -> (RoomId, UserId) {
    let (room, member) = (room_id(), account(store).await.user.id);
    store.put_room(&named(&room, "Lobby")).await.unwrap();
    store.join_room(&room, member, NOW).await.unwrap();
    (room, member)
}

fn message(room: &RoomId, from: UserId, text: &str) -> NewMessage {
    let id: MessageId = session_id().to_string().parse().unwrap();
    NewMessage { room: room.clone(), id, from, from_name: Some("Ada".into()), at: NOW, body: format!("\"{text}\"") }
}

fn listener(user_id: UserId) -> Listener {
    let connection_id = ConnectionId::parse(&format!("L0-{:x}=", u64::from_be_bytes(random()))).unwrap();
    Listener { user_id, connection_id, good_until: NOW.plus(900), forgotten_at: NOW.plus(7800) }
}

/// The numbers of all that can be read, page by page.
async fn numbers(store: &impl Store, room: &RoomId) -> Vec<u64> {
    let mut numbers = Vec::new();
    loop {
        let page = store.messages_from(room, numbers.last().map_or(1, |last| last + 1)).await.unwrap();
        numbers.extend(page.messages.iter().map(|message| message.sequence));
        if !page.more {
            return numbers;
        }
    }
}

pub(crate) async fn a_room_is_made_found_and_changed_and_its_members_stay(store: impl Store) {
    let (id, member) = room(&store).await;
    assert_eq!(store.find_rooms(&[id.clone(), room_id()]).await.unwrap(), [named(&id, "Lobby")]);
    let roles = Words::parse(vec!["staff".into()]).unwrap();
    let changed = Room { admits: Admits::Holders(roles), ..named(&id, "Staff") };
    store.put_room(&changed).await.unwrap();
    assert_eq!(store.find_rooms(std::slice::from_ref(&id)).await.unwrap(), [changed]);
    assert_eq!(store.list_rooms(member).await.unwrap(), [id]);
    assert!(store.find_rooms(&[]).await.unwrap().is_empty());
}

pub(crate) async fn members_are_members_until_they_leave_and_others_are_none(store: impl Store) {
    let (id, member) = room(&store).await;
    let other = account(&store).await.user.id;
    assert_eq!(
        store.join_room(&room_id(), member, NOW).await.unwrap(),
        Change::Stale,
        "nobody joins what there is not"
    );
    assert_eq!(store.join_room(&id, user_id(), NOW).await.unwrap(), Change::Stale, "nor does who is none");
    assert_eq!(store.join_room(&id, member, NOW).await.unwrap(), Change::Done);
    assert_eq!(store.list_rooms(member).await.unwrap(), std::slice::from_ref(&id));
    assert_eq!(store.find_member(&id, member).await.unwrap().map(|user| user.id), Some(member));
    assert_eq!(store.find_member(&id, other).await.unwrap(), None);
    for _ in 0..2 {
        store.leave_room(&id, member).await.unwrap();
        assert_eq!(store.find_member(&id, member).await.unwrap(), None);
        assert!(store.list_rooms(member).await.unwrap().is_empty());
    }
}

pub(crate) async fn g10_nobody_listens_but_members_and_who_leaves_listens_no_more(store: impl Store) {
    let (id, member) = room(&store).await;
    let other = account(&store).await.user.id;
    assert_eq!(store.listen(&id, &listener(other)).await.unwrap(), Change::Stale);
    assert_eq!(store.listen(&room_id(), &listener(member)).await.unwrap(), Change::Stale);
    store.join_room(&id, other, NOW).await.unwrap();
    let [mut phone, desk, of_other] = [listener(member), listener(member), listener(other)];
    for listener in [&phone, &phone, &desk, &of_other] {
        assert_eq!(store.listen(&id, listener).await.unwrap(), Change::Done);
    }
    phone.good_until = NOW.plus(1800);
    store.listen(&id, &phone).await.unwrap();
    let heard = |mut listeners: Vec<Listener>| {
        listeners.sort_by(|one, other| one.connection_id.cmp(&other.connection_id));
        listeners
    };
    let everybody = heard(vec![phone.clone(), desk.clone(), of_other.clone()]);
    assert_eq!(heard(store.list_listeners(&id).await.unwrap()), everybody);
    assert_eq!(heard(store.list_listeners_of(&id, member).await.unwrap()), heard(vec![phone.clone(), desk.clone()]));
    assert_eq!(store.silence(&id, member, &phone.connection_id).await.unwrap(), Change::Stale, "a member goes on");
    assert_eq!(heard(store.list_listeners(&id).await.unwrap()), everybody);
    store.leave_room(&id, member).await.unwrap();
    assert_eq!(store.listen(&id, &phone).await.unwrap(), Change::Stale);
    assert_eq!(
        store.silence(&id, member, &phone.connection_id).await.unwrap(),
        Change::Done,
        "there is nothing to end"
    );
    assert_eq!(store.list_listeners(&id).await.unwrap(), std::slice::from_ref(&of_other));
    for _ in 0..2 {
        store.stop_listening(&id, other, &of_other.connection_id).await.unwrap();
        assert!(store.list_listeners(&id).await.unwrap().is_empty());
    }
}

pub(crate) async fn messages_are_numbered_from_one_and_read_in_order(store: impl Store) {
    let (id, member) = room(&store).await;
    assert!(store.messages_from(&id, 1).await.unwrap().messages.is_empty());
    let sent = ["one", "two", "three"].map(|text| message(&id, member, text));
    for (number, new) in (1..).zip(&sent) {
        assert_eq!(store.keep_message(new).await.unwrap(), Kept { sequence: number, at: NOW });
    }
    let nameless = NewMessage { from_name: None, ..message(&id, member, "four") };
    store.keep_message(&nameless).await.unwrap();
    let later = store.messages_from(&id, 3).await.unwrap();
    assert_eq!(later.messages, [sent[2].clone().numbered(3), nameless.clone().numbered(4)]);
    assert!(!later.more);
    let newest = store.newest_messages(&id, 2).await.unwrap();
    assert_eq!(newest.messages, later.messages);
    let elsewhere = room(&store).await.0;
    assert_eq!(store.keep_message(&message(&elsewhere, member, "here")).await.unwrap().sequence, 1);
}

pub(crate) async fn a_message_sent_again_is_the_same_one_and_only_of_its_sender_and_room(store: impl Store) {
    let (id, member) = room(&store).await;
    let first = message(&id, member, "once");
    let kept = store.keep_message(&first).await.unwrap();
    store.keep_message(&message(&id, member, "another")).await.unwrap();
    let again = NewMessage { at: NOW.plus(60), body: "\"changed\"".into(), ..first.clone() };
    assert_eq!(store.keep_message(&again).await.unwrap(), kept);
    let of_somebody_else = NewMessage { from: user_id(), ..first.clone() };
    assert_eq!(store.keep_message(&of_somebody_else).await.unwrap().sequence, 3);
    let elsewhere = NewMessage { room: room(&store).await.0, ..first.clone() };
    assert_eq!(store.keep_message(&elsewhere).await.unwrap().sequence, 1);
    let all = store.messages_from(&id, 1).await.unwrap().messages;
    assert_eq!((all.len(), &all[0]), (3, &first.numbered(1)));
}

pub(crate) async fn numbers_are_dense_whoever_sends_and_however_often(store: impl Store) {
    let (id, member) = room(&store).await;
    let messages: Vec<_> = (0..20).map(|number| message(&id, member, &number.to_string())).collect();
    let sent = {
        let (store, messages) = (store.clone(), messages.clone());
        in_parallel(60, move |task| {
            let (store, message) = (store.clone(), messages[task % 20].clone());
            async move {
                // Whoever loses too often is told to try again, and does so under the same id.
                loop {
                    if let Ok(kept) = store.keep_message(&message).await {
                        return (message.id, kept.sequence);
                    }
                }
            }
        })
        .await
    };
    assert_eq!(numbers(&store, &id).await, (1..=20).collect::<Vec<_>>());
    let stored = store.messages_from(&id, 1).await.unwrap().messages;
    for (id, sequence) in sent {
        assert_eq!(stored[sequence as usize - 1].id, id, "everybody is told the number that is stored");
    }
}

pub(crate) async fn a_long_history_is_read_page_by_page_without_a_gap(store: impl Store) {
    let (id, member) = room(&store).await;
    for number in 0..130 {
        store.keep_message(&message(&id, member, &number.to_string())).await.unwrap();
    }
    assert!(store.messages_from(&id, 1).await.unwrap().more);
    assert_eq!(numbers(&store, &id).await, (1..=130).collect::<Vec<_>>());
}

pub(crate) async fn what_is_forgotten_gives_no_number_away(store: impl Store) {
    let (id, member) = room(&store).await;
    for text in ["one", "two", "three"] {
        store.keep_message(&message(&id, member, text)).await.unwrap();
    }
    for gone in [1, 2, 99] {
        store.expire_message(&id, gone, NOW).await.unwrap();
    }
    assert_eq!(store.keep_message(&message(&id, member, "four")).await.unwrap().sequence, 4);
    assert_eq!(store.newest_messages(&id, 2).await.unwrap().messages.len(), 2);
}
