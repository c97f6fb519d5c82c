//! Coming back: what somebody has missed.

use crate::{
    domain::{Connection, Message, MessageId, Room, RoomId, Timestamp, User, connection::RESUME_SECONDS},
    error::{Error, Refusal},
    ports::{Change, FindRooms, FindUser, History, ListRooms, Listen, Listener, NoteResume, ReadMessages},
};

/// How much of a room somebody is told who has never been there.
const RECENT: u32 = 50;

/// Bytes of the messages in one answer, which is one frame of a gateway: 32 KB.
const ANSWER_BYTES: usize = 30 * 1024;

/// More than what is around name, id and body of a message takes in JSON.
const AROUND: usize = 220;

/// The last message that somebody has seen in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its number.
    pub sequence: u64,
    /// Its name, for whoever still knows: of two messages with one number, only one was in the past of this room.
    pub id: Option<MessageId>,
}

/// What somebody has missed in one room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Missed {
    /// The messages, in order and without a gap.
    pub history: History,
    /// The first number that can still be had, where earlier ones were missed as well.
    pub oldest: Option<u64>,
    /// The room has another past than was said, as when its table was restored: the newest messages are told instead.
    pub restarted: bool,
}

/// Lets a connection listen in all rooms of its user: who they are, and which rooms. Whatever is said from now on is heard, so that
/// nothing is lost between what is caught up on afterwards and what is heard.
///
/// # Errors
/// [`Error::InvalidToken`] when the user is gone; [`Error::TooSoon`]; [`Error::Unavailable`].
pub async fn resume<S>(store: &S, connection: &Connection, now: Timestamp) -> Result<(User, Vec<Room>), Error>
where
    S: NoteResume + FindUser + ListRooms + FindRooms + Listen,
{
    let retry_after = connection.resumes_in(now);
    if retry_after > 0 {
        return Err(Error::TooSoon { retry_after });
    }
    // Before the rooms are read: whatever is joined from here on finds that this connection has to hear it.
    if store.note_resume(connection, now).await? == Change::Stale {
        return Err(Error::TooSoon { retry_after: RESUME_SECONDS });
    }
    let user = store.find_user(connection.user_id).await?.ok_or(Refusal("no such user"))?;
    let ids = store.list_rooms(user.id).await?;
    let mut rooms = Vec::new();
    for room in store.find_rooms(&ids).await? {
        // Somebody who has left it on another device meanwhile hears nothing of it.
        if store.listen(&room.id, &Listener::of(connection)).await? == Change::Done {
            rooms.push(room);
        }
    }
    rooms.sort_by(|one, other| one.id.cmp(&other.id));
    Ok((user, rooms))
}

/// What comes after the message that somebody of the room has seen last, or the newest for whoever has seen none. The caller is known to
/// be a member.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn catch_up<S: ReadMessages>(store: &S, room: &RoomId, seen: Option<&Position>) -> Result<Missed, Error> {
    let Some(Position { sequence, id }) = seen else { return newest(store, room, false).await };
    // The message that was seen is asked for as well: where it is not, either it is no longer kept or it never was.
    let mut history = store.messages_from(room, (*sequence).max(1)).await?;
    match history.messages.first() {
        Some(first) if first.sequence == *sequence => {
            if id.as_ref().is_some_and(|id| *id != first.id) {
                return newest(store, room, true).await;
            }
            history.messages.remove(0);
        }
        None if *sequence > 0 => return newest(store, room, true).await,
        _ => {}
    }
    let first = history.messages.first().map(|first| first.sequence);
    Ok(Missed { oldest: first.filter(|first| *first > sequence + 1), history: that_fit(history), restarted: false })
}

async fn newest<S: ReadMessages>(store: &S, room: &RoomId, restarted: bool) -> Result<Missed, Error> {
    let history = newest_that_fit(store.newest_messages(room, RECENT).await?);
    Ok(Missed { history, oldest: None, restarted })
}

/// The first messages that fit into one answer.
fn that_fit(mut history: History) -> History {
    let count = fitting(history.messages.iter());
    history.more |= count < history.messages.len();
    history.messages.truncate(count);
    history
}

/// The last ones.
fn newest_that_fit(mut history: History) -> History {
    let count = fitting(history.messages.iter().rev());
    history.messages.drain(..history.messages.len() - count);
    history
}

fn fitting<'m>(messages: impl Iterator<Item = &'m Message>) -> usize {
    let sizes = messages.map(|message| {
        // A quote or a backslash in a name takes two bytes.
        let name = 2 * message.from_name.as_ref().map_or(0, String::len);
        message.body.len() + message.id.as_str().len() + name + AROUND
    });
    let sums = sizes.scan(0, |sum, size| {
        *sum += size;
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= ANSWER_BYTES).count()
}
