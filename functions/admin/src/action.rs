//! What administrators can do, and what comes of it.

use latchkey::{
    domain::{Email, Room, RoomId, SessionId, User, UserId},
    operations::admin::SomeEnded,
    ports::{Grants, SessionPage},
    telemetry::Event,
};

/// What is to be done, to whom. Everything in it is parsed.
pub(crate) enum Action {
    FindUser(UserId),
    FindUserByEmail(Email),
    SetGrants(UserId, Grants),
    DisableUser(UserId),
    EnableUser(UserId),
    ListSessions(UserId, Option<SessionId>),
    EndSession(UserId, SessionId),
    EndSessions(UserId, Option<SessionId>),
    DeleteUser(UserId),
    PutRoom(Room),
    AddMember(RoomId, UserId),
    RemoveMember(RoomId, UserId),
}

/// What was done.
pub(crate) enum Done {
    User(User),
    Sessions(SessionPage),
    Ended(SomeEnded),
    Room(Room),
    /// There is nothing to tell of it.
    Nothing,
}

impl Action {
    /// Whom it is about, as far as the payload says.
    pub(crate) fn user_id(&self) -> Option<UserId> {
        match self {
            Self::FindUserByEmail(_) | Self::PutRoom(_) => None,
            Self::FindUser(user_id)
            | Self::SetGrants(user_id, _)
            | Self::DisableUser(user_id)
            | Self::EnableUser(user_id)
            | Self::ListSessions(user_id, _)
            | Self::EndSession(user_id, _)
            | Self::EndSessions(user_id, _)
            | Self::AddMember(_, user_id)
            | Self::RemoveMember(_, user_id)
            | Self::DeleteUser(user_id) => Some(*user_id),
        }
    }

    /// The one session it is about, if it is about one.
    pub(crate) fn session_id(&self) -> Option<SessionId> {
        if let Self::EndSession(_, session_id) = self { Some(*session_id) } else { None }
    }

    /// What has happened once it is done.
    pub(crate) fn event(&self) -> Event {
        match self {
            Self::FindUser(_) | Self::FindUserByEmail(_) => Event::UserRead,
            Self::SetGrants(_, Grants::Roles(_)) => Event::RolesChanged,
            Self::SetGrants(_, Grants::Scopes(_)) => Event::ScopesChanged,
            Self::DisableUser(_) => Event::UserDisabled,
            Self::EnableUser(_) => Event::UserEnabled,
            Self::ListSessions(..) => Event::SessionsRead,
            Self::EndSession(..) => Event::SessionRevoked,
            Self::EndSessions(..) => Event::SessionsRevoked,
            Self::DeleteUser(_) => Event::UserDeleted,
            Self::PutRoom(_) => Event::RoomChanged,
            Self::AddMember(..) | Self::RemoveMember(..) => Event::MembersChanged,
        }
    }
}
