//! The items of one account: profile, password, and the marker of its email.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    item::{Attributes, Reader, number, text, texts, time, with},
    keys::{Key, PASSWORD, PK, PROFILE, SK, USER_PREFIX},
};
use crate::{
    domain::{User, UserId},
    ports::{Account, NewUser, Stored},
};

/// The profile as an item.
pub(super) fn profile(user: &User) -> Attributes {
    let mut item = with(
        Key::profile(user.id).attributes(),
        [
            ("email", text(&user.email)),
            ("canonical_email", text(&user.canonical_email)),
            ("created_at", time(user.created_at)),
            ("epoch", number(user.epoch)),
            ("disabled", AttributeValue::Bool(user.disabled)),
            ("roles", texts(&user.roles)),
            ("scopes", texts(&user.scopes)),
        ],
    );
    if let Some(name) = &user.name {
        item.insert("name".to_owned(), text(name));
    }
    item
}

/// The password as an item.
pub(super) fn password(new: &NewUser) -> Attributes {
    with(
        Key::password(new.user.id).attributes(),
        [("password_hash", text(&new.password_hash)), ("epoch", number(new.user.epoch))],
    )
}

/// The marker of the email as an item.
pub(super) fn marker(user: &User) -> Attributes {
    with(Key::email(&user.canonical_email).attributes(), [("user_id", text(user.id.to_string()))])
}

/// Reads a profile.
pub(super) fn read_profile(item: &Attributes) -> Stored<User> {
    let reader = Reader::new("profile", item);
    Ok(User {
        id: reader.parsed(PK, USER_PREFIX)?,
        email: reader.text("email")?.to_owned(),
        canonical_email: reader.text("canonical_email")?.to_owned(),
        name: reader.optional_text("name")?,
        created_at: reader.time("created_at")?,
        epoch: reader.number("epoch")?,
        disabled: reader.flag("disabled")?,
        roles: reader.texts("roles")?,
        scopes: reader.optional_texts("scopes")?,
    })
}

/// Reads whose email a marker marks.
pub(super) fn read_marker(item: &Attributes) -> Stored<UserId> {
    Reader::new("marker", item).parsed("user_id", "")
}

/// Reads an account from its items. Without a profile or a password there is none: a Query that meets a transaction in its
/// middle may see one of the two, of an account that is just being made or deleted.
pub(super) fn read_account(items: &[Attributes]) -> Stored<Option<Account>> {
    let find = |sk: &str| {
        items.iter().find(|item| item.get(SK).and_then(|value| value.as_s().ok()).is_some_and(|found| found == sk))
    };
    let (Some(profile), Some(password)) = (find(PROFILE), find(PASSWORD)) else {
        return Ok(None);
    };
    let reader = Reader::new("password", password);
    Ok(Some(Account {
        user: read_profile(profile)?,
        password_hash: reader.text("password_hash")?.to_owned(),
        password_epoch: reader.number("epoch")?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn an_item_no_version_of_ours_wrote_is_an_error_and_not_a_guess() {
        let user = User {
            id: UserId::from_bytes([1; 16]),
            email: "Ada@example.com".to_owned(),
            canonical_email: "ada@example.com".to_owned(),
            name: None,
            created_at: Timestamp::from_seconds(1),
            epoch: 0,
            disabled: false,
            roles: Vec::new(),
            scopes: Vec::new(),
        };
        let mut item = profile(&user);
        assert_eq!(read_profile(&item).unwrap(), user);
        for name in item.keys().filter(|name| *name != SK) {
            let mut broken = item.clone();
            broken.insert(name.clone(), AttributeValue::Null(true));
            let error = read_profile(&broken).unwrap_err().to_string();
            assert!(error.contains(name.as_str()), "{error}");
        }
        item.remove("scopes");
        assert_eq!(read_profile(&item).unwrap(), user, "a profile from before there were scopes");
    }
}
