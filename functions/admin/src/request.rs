//! What is sent to the function, and what is made of it.

use latchkey::{
    domain::{Admits, DisplayName, Room, SessionId, UserId, Words},
    error::Error,
    http::{
        payload::{self, Said},
        request::Fields,
    },
    ports::Grants,
};
use serde::Deserialize;

use crate::action::Action;

/// One payload. What changes something says why; what only reads may.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
enum Sent {
    FindUser { actor: String, reason: Option<String>, email: Option<String>, user_id: Option<String> },
    SetRoles { actor: String, reason: String, user_id: String, roles: Vec<String> },
    SetScopes { actor: String, reason: String, user_id: String, scopes: Vec<String> },
    DisableUser { actor: String, reason: String, user_id: String },
    EnableUser { actor: String, reason: String, user_id: String },
    ListSessions { actor: String, reason: Option<String>, user_id: String, after: Option<String> },
    EndSession { actor: String, reason: String, user_id: String, session_id: String },
    EndSessions { actor: String, reason: String, user_id: String, after: Option<String> },
    DeleteUser { actor: String, reason: String, user_id: String },
    PutRoom { actor: String, reason: String, room: String, name: String, everybody: bool, roles: Vec<String> },
    AddMember { actor: String, reason: String, room: String, user_id: String },
    RemoveMember { actor: String, reason: String, room: String, user_id: String },
}

/// What is asked for, and by whom.
pub(crate) struct Request {
    /// The action's name, empty when it is not understood.
    pub(crate) name: &'static str,
    /// Who asks, and why.
    pub(crate) said: Said,
    /// What.
    pub(crate) action: Result<Action, Error>,
}

impl Request {
    /// Reads a payload.
    pub(crate) fn read(payload: &str) -> Self {
        match payload::parse(payload) {
            Ok(sent) => accept(sent),
            Err(error) => Self { name: "", said: Said::default(), action: Err(error) },
        }
    }
}

fn accept(sent: Sent) -> Request {
    let mut fields = Fields::default();
    let name = sent.name();
    let (actor, reason) = sent.said();
    let said = Said::parse(&mut fields, Some(actor), reason);
    let action = sent.into_action(&mut fields);
    Request { name, said, action: fields.check(action) }
}

impl Sent {
    fn name(&self) -> &'static str {
        match self {
            Self::FindUser { .. } => "find-user",
            Self::SetRoles { .. } => "set-roles",
            Self::SetScopes { .. } => "set-scopes",
            Self::DisableUser { .. } => "disable-user",
            Self::EnableUser { .. } => "enable-user",
            Self::ListSessions { .. } => "list-sessions",
            Self::EndSession { .. } => "end-session",
            Self::EndSessions { .. } => "end-sessions",
            Self::DeleteUser { .. } => "delete-user",
            Self::PutRoom { .. } => "put-room",
            Self::AddMember { .. } => "add-member",
            Self::RemoveMember { .. } => "remove-member",
        }
    }

    /// Who asks, and why.
    fn said(&self) -> (&str, Option<&str>) {
        match self {
            Self::FindUser { actor, reason, .. } | Self::ListSessions { actor, reason, .. } => {
                (actor, reason.as_deref())
            }
            Self::SetRoles { actor, reason, .. }
            | Self::SetScopes { actor, reason, .. }
            | Self::DisableUser { actor, reason, .. }
            | Self::EnableUser { actor, reason, .. }
            | Self::EndSession { actor, reason, .. }
            | Self::EndSessions { actor, reason, .. }
            | Self::DeleteUser { actor, reason, .. }
            | Self::PutRoom { actor, reason, .. }
            | Self::AddMember { actor, reason, .. }
            | Self::RemoveMember { actor, reason, .. } => (actor, Some(reason)),
        }
    }

    fn into_action(self, fields: &mut Fields) -> Option<Action> {
        match self {
            Self::FindUser { email, user_id, .. } => wanted(fields, email, user_id),
            Self::SetRoles { user_id, roles, .. } => {
                let roles = fields.keep("/roles", Words::parse(roles)).map(Grants::Roles);
                user(fields, &user_id).zip(roles).map(|(user_id, roles)| Action::SetGrants(user_id, roles))
            }
            Self::SetScopes { user_id, scopes, .. } => {
                let scopes = fields.keep("/scopes", Words::parse(scopes)).map(Grants::Scopes);
                user(fields, &user_id).zip(scopes).map(|(user_id, scopes)| Action::SetGrants(user_id, scopes))
            }
            Self::DisableUser { user_id, .. } => user(fields, &user_id).map(Action::DisableUser),
            Self::EnableUser { user_id, .. } => user(fields, &user_id).map(Action::EnableUser),
            Self::ListSessions { user_id, after, .. } => {
                let after = position(fields, after);
                user(fields, &user_id).map(|user_id| Action::ListSessions(user_id, after))
            }
            Self::EndSession { user_id, session_id, .. } => {
                let session_id = fields.keep("/session_id", session_id.parse::<SessionId>());
                user(fields, &user_id)
                    .zip(session_id)
                    .map(|(user_id, session_id)| Action::EndSession(user_id, session_id))
            }
            Self::EndSessions { user_id, after, .. } => {
                let after = position(fields, after);
                user(fields, &user_id).map(|user_id| Action::EndSessions(user_id, after))
            }
            Self::DeleteUser { user_id, .. } => user(fields, &user_id).map(Action::DeleteUser),
            Self::PutRoom { room, name, everybody, roles, .. } => {
                let admits = admits(fields, everybody, roles);
                let name = fields.keep("/name", DisplayName::parse(&name));
                let id = fields.keep("/room", room.parse());
                id.zip(name).zip(admits).map(|((id, name), admits)| Action::PutRoom(Room { id, name, admits }))
            }
            Self::AddMember { room, user_id, .. } => {
                let room = fields.keep("/room", room.parse());
                room.zip(user(fields, &user_id)).map(|(room, user_id)| Action::AddMember(room, user_id))
            }
            Self::RemoveMember { room, user_id, .. } => {
                let room = fields.keep("/room", room.parse());
                room.zip(user(fields, &user_id)).map(|(room, user_id)| Action::RemoveMember(room, user_id))
            }
        }
    }
}

fn admits(fields: &mut Fields, everybody: bool, roles: Vec<String>) -> Option<Admits> {
    let roles = fields.keep("/roles", Words::parse(roles))?;
    match (everybody, roles.as_slice().is_empty()) {
        (false, _) => Some(Admits::Holders(roles)),
        (true, true) => Some(Admits::Everybody),
        (true, false) => fields.keep("/roles", Err("a room is for everybody or for roles")),
    }
}

fn user(fields: &mut Fields, text: &str) -> Option<UserId> {
    fields.keep("/user_id", text.parse())
}

fn position(fields: &mut Fields, after: Option<String>) -> Option<SessionId> {
    after.and_then(|text| fields.keep("/after", text.parse()))
}

fn wanted(fields: &mut Fields, email: Option<String>, user_id: Option<String>) -> Option<Action> {
    match (email, user_id) {
        (Some(email), None) => fields.email(&email).map(Action::FindUserByEmail),
        (None, Some(user_id)) => user(fields, &user_id).map(Action::FindUser),
        _ => fields.keep("/user_id", Err("exactly one of email and user_id is needed")),
    }
}
