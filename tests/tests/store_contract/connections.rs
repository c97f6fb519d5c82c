//! WebSocket connections.

use latchkey::{
    domain::{Connection, ConnectionId, EndCause, Session, TicketId, Timestamp},
    ports::{Change, Due, EpochChange, Opened, Opening},
};

use crate::{
    fixtures::{EPOCH, NOW, account, ending, epoch_change, new_session, random, session_id, stored, user_id},
    parallel::{count, in_parallel},
    store::Store,
};

fn connection_id() -> ConnectionId {
    ConnectionId::parse(&format!("L0-{:x}=", u64::from_be_bytes(random()))).unwrap()
}

fn ticket() -> Option<TicketId> {
    Some(TicketId::parse(&session_id().to_string()).unwrap())
}

fn connection(session: &Session) -> Connection {
    Connection {
        id: connection_id(),
        user_id: session.user_id,
        session_id: session.id,
        epoch: session.epoch,
        connected_at: NOW,
        good_until: NOW.plus(900),
        resumed_at: None,
    }
}

fn opening(session: &Session) -> Opening {
    Opening { connection: connection(session), ticket: None }
}

/// A live session of an account.
async fn signed_in(store: &impl Store) -> Session {
    let user = account(store).await.user;
    stored(store, new_session(user.id)).await
}

async fn open(store: &impl Store, session: &Session) -> Connection {
    let opening = opening(session);
    assert_eq!(store.open_connection(&opening).await.unwrap(), Opened::Open);
    opening.connection
}

fn due_of(connection: &Connection, at: Timestamp) -> Due {
    Due { at, user_id: connection.user_id, connection_id: connection.id.clone() }
}

pub(crate) async fn a_connection_is_written_down_found_listed_and_forgotten(store: impl Store) {
    let session = signed_in(&store).await;
    let (user_id, other) = (session.user_id, signed_in(&store).await);
    let mut both = [open(&store, &session).await, open(&store, &session).await];
    both.sort_by(|one, other| one.id.cmp(&other.id));
    let [first, second] = &both;
    let of_another = open(&store, &other).await;
    assert_eq!(store.find_connection(user_id, &first.id).await.unwrap().as_ref(), Some(first));
    assert_eq!(store.find_connection(user_id, &of_another.id).await.unwrap(), None);
    assert_eq!(store.list_connections(user_id).await.unwrap(), both);
    for _ in 0..2 {
        store.forget_connection(user_id, &first.id).await.unwrap();
        assert_eq!(store.list_connections(user_id).await.unwrap(), std::slice::from_ref(second));
    }
    assert_eq!(store.find_connection(user_id, &first.id).await.unwrap(), None);
}

pub(crate) async fn a_ticket_is_redeemed_once(store: impl Store) {
    let session = signed_in(&store).await;
    let first = Opening { ticket: ticket(), ..opening(&session) };
    assert_eq!(store.open_connection(&first).await.unwrap(), Opened::Open);
    let again = Opening { connection: connection(&session), ..first.clone() };
    assert_eq!(store.open_connection(&again).await.unwrap(), Opened::Redeemed);
    assert_eq!(store.list_connections(session.user_id).await.unwrap(), [first.connection]);
    let another = Opening { ticket: ticket(), ..opening(&session) };
    assert_eq!(store.open_connection(&another).await.unwrap(), Opened::Open);
}

pub(crate) async fn of_twenty_parallel_redemptions_of_one_ticket_one_happens(store: impl Store) {
    let session = signed_in(&store).await;
    let ticket = ticket();
    let outcomes = in_parallel(20, |_| {
        let (store, opening) = (store.clone(), Opening { ticket: ticket.clone(), ..opening(&session) });
        async move { store.open_connection(&opening).await.unwrap() }
    });
    let outcomes = outcomes.await;
    assert_eq!((count(&outcomes, &Opened::Open), count(&outcomes, &Opened::Redeemed)), (1, 19));
    assert_eq!(store.list_connections(session.user_id).await.unwrap().len(), 1);
}

pub(crate) async fn e5_nothing_opens_for_a_session_that_is_not_live_or_of_another_epoch(store: impl Store) {
    let user = account(&store).await.user;
    let new = || new_session(user.id);
    let ended = stored(&store, new()).await;
    store.end_session(&ending(&ended, EndCause::Logout)).await.unwrap();
    let dead = [
        ended,
        stored(&store, Session { idle_expires_at: NOW, ..new() }).await,
        stored(&store, Session { absolute_expires_at: NOW, ..new() }).await,
        stored(&store, Session { epoch: EPOCH - 1, ..new() }).await,
        stored(&store, new_session(user_id())).await,
        new(),
    ];
    for session in &dead {
        assert_eq!(store.open_connection(&opening(session)).await.unwrap(), Opened::Over, "{session:?}");
    }
    let last_second = stored(&store, Session { idle_expires_at: NOW.plus(1), ..new() }).await;
    open(&store, &last_second).await;
    let mut foreign_epoch = opening(&last_second);
    foreign_epoch.connection.epoch = EPOCH + 1;
    assert_eq!(store.open_connection(&foreign_epoch).await.unwrap(), Opened::Over);
    assert_eq!(store.raise_epoch(&epoch_change(&user)).await.unwrap(), Change::Done);
    assert_eq!(store.open_connection(&opening(&last_second)).await.unwrap(), Opened::Over);
}

pub(crate) async fn a_refused_connection_leaves_nothing_behind_not_even_a_redeemed_ticket(store: impl Store) {
    let live = signed_in(&store).await;
    let absent = new_session(live.user_id);
    let refused = Opening { ticket: ticket(), ..opening(&absent) };
    assert_eq!(store.open_connection(&refused).await.unwrap(), Opened::Over);
    assert!(store.list_connections(live.user_id).await.unwrap().is_empty());
    assert_eq!(all_due(&store, &live, refused.connection.good_until).await, []);
    let good = Opening { connection: connection(&live), ..refused };
    assert_eq!(store.open_connection(&good).await.unwrap(), Opened::Open);
}

pub(crate) async fn a_connection_is_prolonged_only_as_it_was_found(store: impl Store) {
    let found = open(&store, &signed_in(&store).await).await;
    let later = found.good_until.plus(900);
    assert_eq!(store.prolong_connection(&found, later).await.unwrap(), Change::Done);
    let prolonged = Connection { good_until: later, ..found.clone() };
    assert_eq!(store.find_connection(found.user_id, &found.id).await.unwrap(), Some(prolonged.clone()));
    assert_eq!(store.prolong_connection(&found, later.plus(900)).await.unwrap(), Change::Stale);
    store.forget_connection(found.user_id, &found.id).await.unwrap();
    assert_eq!(store.prolong_connection(&prolonged, later.plus(900)).await.unwrap(), Change::Stale);
    assert_eq!(store.find_connection(found.user_id, &found.id).await.unwrap(), None, "nothing is brought back");
}

pub(crate) async fn of_two_who_resume_on_a_connection_as_they_found_it_one_does(store: impl Store) {
    let mut found = open(&store, &signed_in(&store).await).await;
    for at in [NOW, NOW.plus(10)] {
        let outcomes = in_parallel(8, |_| {
            let (store, found) = (store.clone(), found.clone());
            async move { store.note_resume(&found, at).await.unwrap() }
        });
        let outcomes = outcomes.await;
        assert_eq!(count(&outcomes, &Change::Done), 1, "{outcomes:?}");
        found.resumed_at = Some(at);
        assert_eq!(store.find_connection(found.user_id, &found.id).await.unwrap(), Some(found.clone()));
    }
    store.forget_connection(found.user_id, &found.id).await.unwrap();
    for gone in [&found, &Connection { resumed_at: None, ..found.clone() }] {
        assert_eq!(store.note_resume(gone, NOW.plus(20)).await.unwrap(), Change::Stale);
    }
    assert_eq!(store.find_connection(found.user_id, &found.id).await.unwrap(), None, "nothing is brought back");
}

pub(crate) async fn a_user_resumes_two_hundred_times_a_minute_on_all_connections(store: impl Store) {
    let session = signed_in(&store).await;
    let mut connections = [open(&store, &session).await, open(&store, &session).await];
    for number in 0..200 {
        let found = &mut connections[number % 2];
        assert_eq!(store.note_resume(found, NOW).await.unwrap(), Change::Done, "{number}");
        found.resumed_at = Some(NOW);
    }
    let [found, _] = &connections;
    assert_eq!(store.note_resume(found, NOW).await.unwrap(), Change::Stale);
    assert_eq!(store.find_connection(found.user_id, &found.id).await.unwrap().as_ref(), Some(found));
    let other = open(&store, &signed_in(&store).await).await;
    assert_eq!(store.note_resume(&other, NOW).await.unwrap(), Change::Done, "of somebody else");
    let next_minute = NOW.plus(60);
    assert_eq!(store.note_resume(found, next_minute).await.unwrap(), Change::Done);
    assert_eq!(store.list_connections(found.user_id).await.unwrap().len(), 2, "the counter is no connection");
}

/// What is due of `session` up to `now`, page after page.
async fn all_due(store: &impl Store, session: &Session, now: Timestamp) -> Vec<Due> {
    let mut due: Vec<Due> = Vec::new();
    loop {
        let page = store.list_due(now, due.last()).await.unwrap();
        if page.is_empty() {
            return due.into_iter().filter(|due| due.user_id == session.user_id).collect();
        }
        due.extend(page);
    }
}

pub(crate) async fn what_is_due_is_told_in_order_and_in_pages_until_it_is_forgotten(store: impl Store) {
    let session = signed_in(&store).await;
    // Earlier than what other rules write beside this one.
    let early = |seconds: u64| Timestamp::from_seconds(1_000_000_000 + seconds);
    let mut opened = Vec::new();
    for seconds in [20, 10, 30, 40] {
        let mut opening = opening(&session);
        opening.connection.good_until = early(seconds);
        assert_eq!(store.open_connection(&opening).await.unwrap(), Opened::Open);
        opened.push(opening.connection);
    }
    assert_eq!(all_due(&store, &session, early(9)).await, []);
    let [second, first, third, last] = [0, 1, 2, 3].map(|index| due_of(&opened[index], opened[index].good_until));
    assert_eq!(all_due(&store, &session, early(29)).await, [first.clone(), second.clone()]);
    store.prolong_connection(&opened[1], early(25)).await.unwrap();
    let prolonged = due_of(&opened[1], early(25));
    assert_eq!(all_due(&store, &session, early(29)).await, [first.clone(), second.clone(), prolonged.clone()]);
    let rest = [second.clone(), prolonged.clone(), third.clone(), last.clone()];
    for _ in 0..2 {
        store.forget_due(&first).await.unwrap();
        assert_eq!(all_due(&store, &session, early(40)).await, rest);
        // A place is one also when what was there is forgotten.
        let page = store.list_due(early(40), Some(&first)).await.unwrap();
        assert_eq!(page.first(), Some(&second));
    }
    assert_eq!(store.list_due(early(29), Some(&second)).await.unwrap(), [prolonged]);
    assert_eq!(store.list_due(early(40), Some(&last)).await.unwrap(), []);
    for due in rest {
        store.forget_due(&due).await.unwrap();
    }
}

pub(crate) async fn an_epoch_tells_why_it_was_raised(store: impl Store) {
    let user = account(&store).await.user;
    let epoch = |found: Option<latchkey::ports::Epoch>| found.map(|epoch| (epoch.number, epoch.cause));
    assert_eq!(epoch(store.find_epoch(user.id).await.unwrap()), Some((EPOCH, None)));
    let raised = EpochChange { cause: EndCause::PasswordChanged, ..epoch_change(&user) };
    store.raise_epoch(&raised).await.unwrap();
    let cause = Some(EndCause::PasswordChanged);
    assert_eq!(epoch(store.find_epoch(user.id).await.unwrap()), Some((EPOCH + 1, cause)));
    let disabled = EpochChange { epoch: EPOCH + 1, cause: EndCause::RevokedByAdmin, ..raised };
    store.disable_user(&disabled).await.unwrap();
    store.enable_user(user.id).await.unwrap();
    let cause = Some(EndCause::RevokedByAdmin);
    assert_eq!(epoch(store.find_epoch(user.id).await.unwrap()), Some((EPOCH + 2, cause)));
    assert_eq!(store.find_epoch(user_id()).await.unwrap(), None);
}
