//! The answers, each in the exact form of its kind.

use serde::Serialize;

use super::{
    Caller, Context,
    arn::MethodArn,
    event::{Event, Kind},
    policy::Policy,
    rules::Rules,
};
use crate::domain::Timestamp;

/// The longest time AppSync may keep an answer, in seconds: its default, where nothing is said.
const MAX_APPSYNC_TTL: u64 = 300;

/// The principal of a policy about nobody.
const NOBODY: &str = "nobody";

/// An answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Answer<'a> {
    /// HTTP API, payload 2.0.
    #[serde(rename_all = "camelCase")]
    Simple {
        is_authorized: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        context: Option<Context<'a>>,
    },
    /// HTTP API of payload 1.0, REST API, WebSocket API.
    #[serde(rename_all = "camelCase")]
    Policy {
        principal_id: String,
        policy_document: Policy,
        #[serde(skip_serializing_if = "Option::is_none")]
        context: Option<Context<'a>>,
    },
    /// AppSync.
    #[serde(rename_all = "camelCase")]
    AppSync {
        is_authorized: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        resolver_context: Option<Context<'a>>,
        denied_fields: Vec<&'a str>,
        /// Seconds.
        ttl_override: u64,
    },
}

/// Why there is no answer: the text of the failed invocation.
pub(in crate::http) type Failure = &'static str;

/// REST and WebSocket APIs answer 401 to this very text, and 500 to any other.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html>
pub(in crate::http) const UNAUTHORIZED: Failure = "Unauthorized";

impl<'a> Answer<'a> {
    /// There is no credential, or it is not good. An HTTP API is told by a policy in payload 1.0 as well: no error text is
    /// documented for it, and any failure is 500.
    pub(super) fn to_nobody(kind: Option<Kind>) -> Result<Self, Failure> {
        match kind {
            // An event that is not understood most probably wants this; to whoever does not, it is no answer at all.
            None | Some(Kind::HttpApi2) => Ok(Self::Simple { is_authorized: false, context: None }),
            Some(Kind::AppSync) => Ok(Self::app_sync_denied()),
            Some(Kind::HttpApi1) => Ok(Self::denied_by_policy(NOBODY.to_owned())),
            Some(Kind::RestToken | Kind::RestRequest | Kind::WebSocket) => Err(UNAUTHORIZED),
        }
    }

    /// A proven caller.
    pub(super) fn to_caller(
        kind: Kind,
        event: &'a Event<'_>,
        caller: &'a Caller,
        rules: Option<&'a Rules>,
        now: Timestamp,
    ) -> Self {
        match (kind, Context::of(caller)) {
            (Kind::HttpApi2, context) => Self::simple(context.filter(|_| may(kind, event, caller, rules))),
            (Kind::AppSync, context) => {
                Self::app_sync(context.filter(|_| may(kind, event, caller, rules)), caller, rules, now)
            }
            (_, context) => Self::policy(kind, event, caller, rules, context),
        }
    }

    /// Whether anything is allowed.
    pub(super) fn lets_in(&self) -> bool {
        match self {
            Self::Simple { is_authorized, .. } | Self::AppSync { is_authorized, .. } => *is_authorized,
            Self::Policy { policy_document, .. } => policy_document.allows_anything(),
        }
    }

    fn simple(context: Option<Context<'a>>) -> Self {
        Self::Simple { is_authorized: context.is_some(), context }
    }

    fn app_sync(context: Option<Context<'a>>, caller: &Caller, rules: Option<&'a Rules>, now: Timestamp) -> Self {
        if context.is_none() {
            return Self::app_sync_denied();
        }
        Self::AppSync {
            is_authorized: true,
            resolver_context: context,
            denied_fields: rules.map(|rules| rules.denied_fields(caller)).unwrap_or_default(),
            // It also overrides the API's own setting, so an answer that must not be kept says 0.
            ttl_override: if caller.is_good_until_then { caller.expires_at.since(now).min(MAX_APPSYNC_TTL) } else { 0 },
        }
    }

    fn app_sync_denied() -> Self {
        Self::AppSync { is_authorized: false, resolver_context: None, denied_fields: Vec::new(), ttl_override: 0 }
    }

    fn policy(
        kind: Kind,
        event: &Event<'_>,
        caller: &Caller,
        rules: Option<&Rules>,
        context: Option<Context<'a>>,
    ) -> Self {
        let principal_id = caller.subject.user_id.to_string();
        let (Some(arn), true) = (MethodArn::parse(event.method_arn()), context.is_some()) else {
            return Self::denied_by_policy(principal_id);
        };
        let is_connect = arn.request == "$connect";
        let policy_document = match rules {
            _ if is_connect != (kind == Kind::WebSocket) => Policy::deny(),
            None => Policy::allow_stage(arn),
            Some(_) if is_connect && may(kind, event, caller, rules) => Policy::allow_connect(arn),
            Some(_) if is_connect => Policy::deny(),
            Some(rules) => Policy::of_rules(rules, caller, arn, judged(kind, event, caller, rules)),
        };
        Self::Policy { principal_id, policy_document, context }
    }

    fn denied_by_policy(principal_id: String) -> Self {
        Self::Policy { principal_id, policy_document: Policy::deny(), context: None }
    }
}

/// Whether the rules, if there are any, let `caller` do what the event names; an event that names nothing is refused.
fn may(kind: Kind, event: &Event<'_>, caller: &Caller, rules: Option<&Rules>) -> bool {
    rules.is_none_or(|rules| judged(kind, event, caller, rules) == Some(true))
}

/// What the rules say about the route of the event, if it names one.
fn judged(kind: Kind, event: &Event<'_>, caller: &Caller, rules: &Rules) -> Option<bool> {
    let route = event.route(kind)?;
    Some(rules.judge(caller, route, |name| event.path_parameter(name)))
}
