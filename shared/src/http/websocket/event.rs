//! An event of the API, of the authorizer's as of its routes'.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::admitted::Context;
use crate::{
    domain::ConnectionId,
    error::{Error, Refusal},
    operations::connect::Admitted,
};

/// An event as it came. Everything that the caller wrote is theirs, credentials among it: so it has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub(super) method_arn: Option<String>,
    #[serde(default)]
    pub(super) headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    pub(super) query_string_parameters: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) multi_value_query_string_parameters: Option<BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    pub(super) request_context: RequestContext,
}

/// What the gateway says about it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestContext {
    pub(super) event_type: String,
    pub(super) route_key: String,
    connection_id: String,
    #[serde(default)]
    authorizer: Option<Context>,
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] for what is none.
    pub fn read(json: &str) -> Result<Self, Error> {
        serde_json::from_str(json).map_err(|_| Refusal("event not understood").into())
    }

    /// Makes sure that it is an event of the kind that a function is there for: `CONNECT`, `MESSAGE` or `DISCONNECT`.
    ///
    /// # Errors
    /// [`Error::InvalidToken`].
    pub fn require(&self, event_type: &str) -> Result<(), Error> {
        let is_ours = self.request_context.event_type == event_type;
        if is_ours { Ok(()) } else { Err(Refusal("an event of another route").into()) }
    }

    /// The connection it is about.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] when it names none.
    pub fn connection_id(&self) -> Result<ConnectionId, Error> {
        ConnectionId::parse(&self.request_context.connection_id).map_err(|_| Refusal("no connection").into())
    }

    /// Whom the authorizer let in when the connection was opened.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] when there was none.
    pub fn admitted(&self) -> Result<Admitted, Error> {
        let context = self.request_context.authorizer.as_ref().ok_or(Refusal("no authorizer before this route"))?;
        Ok(context.try_into()?)
    }

    /// The text of a frame.
    ///
    /// # Errors
    /// [`Error::MalformedBody`] for a frame that is no text.
    pub fn text(&self) -> Result<&str, Error> {
        if self.is_base64_encoded {
            return Err(Error::MalformedBody("a frame is text".into()));
        }
        Ok(self.body.as_deref().unwrap_or_default())
    }

    /// The one value of a header, or nothing; names are compared without regard to case.
    pub(super) fn header(&self, name: &str) -> Result<Option<&str>, Refusal> {
        only(name, self.headers.as_ref(), self.multi_value_headers.as_ref(), str::eq_ignore_ascii_case)
    }

    /// The one value of a query parameter, or nothing.
    pub(super) fn query(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let (single, multiple) = (&self.query_string_parameters, &self.multi_value_query_string_parameters);
        only(name, single.as_ref(), multiple.as_ref(), str::eq)
    }

    /// Every name in the query.
    pub(super) fn query_names(&self) -> impl Iterator<Item = &str> {
        let single = self.query_string_parameters.iter().flat_map(BTreeMap::keys);
        let multiple = self.multi_value_query_string_parameters.iter().flat_map(BTreeMap::keys);
        single.chain(multiple).map(String::as_str)
    }
}

/// The gateway says everything twice: the last value of each name, and all of them. Both must be the same one.
fn only<'e>(
    name: &str,
    single: Option<&'e BTreeMap<String, String>>,
    multiple: Option<&'e BTreeMap<String, Vec<String>>>,
    is: impl Fn(&str, &str) -> bool,
) -> Result<Option<&'e str>, Refusal> {
    let single = single.into_iter().flatten().filter(|(key, _)| is(key, name)).map(|(_, value)| value);
    let multiple = multiple.into_iter().flatten().filter(|(key, _)| is(key, name)).flat_map(|(_, values)| values);
    let (single, multiple): (Vec<&String>, Vec<&String>) = (single.collect(), multiple.collect());
    match (&single[..], &multiple[..]) {
        ([], []) => Ok(None),
        ([value], []) | ([], [value]) => Ok(Some(value)),
        ([value], [same]) if value == same => Ok(Some(value)),
        _ => Err(Refusal("something that is there several times")),
    }
}
