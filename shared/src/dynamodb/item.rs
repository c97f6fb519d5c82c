//! Items to values and back. Reading is strict: whatever no version of ours wrote is an error that names the attribute and
//! never shows its value.

use std::{collections::HashMap, str::FromStr};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};

use crate::{
    domain::Timestamp,
    ports::{StoreError, Stored},
};

/// An item, or part of one.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// A text.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A whole number.
pub(super) fn number(value: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// A point in time, as seconds: the form that TTL demands.
pub(super) fn time(value: Timestamp) -> AttributeValue {
    number(value.seconds())
}

/// Bytes.
pub(super) fn bytes(value: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

/// A list of texts. Not a set, because a set must not be empty.
pub(super) fn texts(values: &[String]) -> AttributeValue {
    AttributeValue::L(values.iter().map(text).collect())
}

/// Collects named values into an item.
pub(super) fn with<const N: usize>(mut item: Attributes, pairs: [(&str, AttributeValue); N]) -> Attributes {
    item.extend(pairs.map(|(name, value)| (name.to_owned(), value)));
    item
}

/// Reads the attributes of one item.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    kind: &'static str,
    item: &'a Attributes,
}

impl<'a> Reader<'a> {
    /// Reads `item`, which errors call a `kind`.
    pub(super) fn new(kind: &'static str, item: &'a Attributes) -> Self {
        Self { kind, item }
    }

    /// The error that blames `name`.
    pub(super) fn malformed(self, name: &str) -> StoreError {
        StoreError::Unexpected(format!("attribute {name} of a {} is missing or malformed", self.kind))
    }

    fn get<T>(self, name: &str, read: impl FnOnce(&'a AttributeValue) -> Option<T>) -> Stored<T> {
        self.item.get(name).and_then(read).ok_or_else(|| self.malformed(name))
    }

    /// A text.
    pub(super) fn text(self, name: &str) -> Stored<&'a str> {
        self.get(name, |value| value.as_s().ok().map(String::as_str))
    }

    /// A text that may be absent.
    pub(super) fn optional_text(self, name: &str) -> Stored<Option<String>> {
        if !self.item.contains_key(name) {
            return Ok(None);
        }
        self.text(name).map(|text| Some(text.to_owned()))
    }

    pub(super) fn optional_time(self, name: &str) -> Stored<Option<Timestamp>> {
        if self.item.contains_key(name) { self.time(name).map(Some) } else { Ok(None) }
    }

    /// A text that `T` parses, behind `prefix`.
    pub(super) fn parsed<T: FromStr>(self, name: &str, prefix: &str) -> Stored<T> {
        let rest = self.text(name)?.strip_prefix(prefix);
        rest.and_then(|text| text.parse().ok()).ok_or_else(|| self.malformed(name))
    }

    /// A whole number.
    pub(super) fn number<T: FromStr>(self, name: &str) -> Stored<T> {
        self.get(name, |value| value.as_n().ok()?.parse().ok())
    }

    /// A point in time.
    pub(super) fn time(self, name: &str) -> Stored<Timestamp> {
        self.number(name).map(Timestamp::from_seconds)
    }

    /// A flag.
    pub(super) fn flag(self, name: &str) -> Stored<bool> {
        self.get(name, |value| value.as_bool().ok().copied())
    }

    /// Exactly `N` bytes.
    pub(super) fn bytes<const N: usize>(self, name: &str) -> Stored<[u8; N]> {
        self.get(name, |value| value.as_b().ok()?.as_ref().try_into().ok())
    }

    /// A list of texts.
    pub(super) fn texts(self, name: &str) -> Stored<Vec<String>> {
        let read = |value: &AttributeValue| value.as_s().ok().cloned();
        self.get(name, |list| list.as_l().ok()?.iter().map(read).collect())
    }

    /// A list of texts; an absent one is empty.
    pub(super) fn optional_texts(self, name: &str) -> Stored<Vec<String>> {
        if self.item.contains_key(name) { self.texts(name) } else { Ok(Vec::new()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_attribute_and_not_its_value() {
        let item = with(Attributes::new(), [("email", number(42_u64)), ("roles", texts(&[]))]);
        let reader = Reader::new("profile", &item);
        let error = reader.text("email").unwrap_err().to_string();
        assert!(error.contains("email") && !error.contains("42"), "{error}");
        assert!(reader.texts("roles").unwrap().is_empty());
        assert!(reader.number::<u32>("epoch").is_err());
        assert!(reader.bytes::<32>("email").is_err());
    }
}
