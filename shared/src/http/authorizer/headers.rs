//! The three headers that can carry a credential, of all that a request has.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};

use super::text::{Text, Texts};

/// What an event says about them. Names are compared without regard to case (RFC 9110 section 5.1), so one header can be there
/// under several spellings: all values count.
#[derive(Debug, Default)]
pub(super) struct Headers<'a> {
    pub(super) authorization: Vec<Text<'a>>,
    pub(super) x_auth_token: Vec<Text<'a>>,
    pub(super) cookie: Vec<Text<'a>>,
}

impl<'a> Headers<'a> {
    fn of(&mut self, name: &str) -> Option<&mut Vec<Text<'a>>> {
        let is = |header: &str| name.eq_ignore_ascii_case(header);
        match () {
            () if is("authorization") => Some(&mut self.authorization),
            () if is("x-auth-token") => Some(&mut self.x_auth_token),
            () if is("cookie") => Some(&mut self.cookie),
            () => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Headers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadersVisitor)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = Headers<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of headers")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Self::Value, M::Error> {
        let mut headers = Headers::default();
        while let Some(name) = members.next_key::<Text<'de>>()? {
            match headers.of(&name) {
                Some(values) => values.extend_from_slice(members.next_value::<Texts<'de>>()?.as_slice()),
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(headers)
    }
}
