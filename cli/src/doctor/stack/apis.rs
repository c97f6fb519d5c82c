//! What gateways are told: who may call, whom they ask, and about which routes.

use super::Fact;

/// What kind of gateway asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// An HTTP API.
    Http,
    /// A REST API.
    Rest,
    /// A WebSocket API: asks once per connection and keeps no answers.
    WebSocket,
}

/// An API of API Gateway.
#[derive(Clone, Debug)]
pub struct Api {
    /// Name and id.
    pub name: String,
    /// Which kind.
    pub kind: Kind,
    /// Origins that the gateway itself lets pages call from. Headers that a function or a template sets are not among them.
    pub origins: Fact<Vec<Origin>>,
    /// Those of its authorizers that are ours.
    pub authorizers: Vec<Authorizer>,
}

/// An origin, or a pattern of origins, and where the gateway is told to allow its pages.
#[derive(Clone, Debug)]
pub struct Origin {
    /// As a browser reads it, `*` for all.
    pub pattern: String,
    /// `OPTIONS /notes`, say.
    pub place: String,
}

/// An authorizer that asks one of our functions.
#[derive(Clone, Debug)]
pub struct Authorizer {
    /// Its name in the API.
    pub name: String,
    /// The logical id of the function that it asks.
    pub function: String,
    /// Seconds for which an answer is kept.
    pub kept: i32,
    /// What an answer is kept for.
    pub identity_sources: Vec<String>,
    /// `1.0` or `2.0`; of HTTP APIs only.
    pub payload_format: Option<String>,
    /// Answers are yes and no instead of policies; of HTTP APIs only.
    pub simple_responses: bool,
    /// It says which path is asked for and not which route, so rules are matched with paths; TOKEN of REST APIs only.
    pub names_no_route: bool,
    /// The routes that it stands before, as the API declares them: `GET /notes/{id}`, `ANY /{proxy+}`, `$default`.
    pub routes: Fact<Vec<String>>,
}
