//! Who may use which route: `LATCHKEY_RULES`, one declarative setting for every kind of API.
//!
//! ```json
//! {"default": "deny",
//!  "routes": {
//!    "GET /me": "authenticated",
//!    "GET /exp/{staff_id}": {"any_of": [{"roles": ["admin"]}, {"subject": "staff_id"}]},
//!    "POST /notes": {"scopes": ["notes:write"]}}}
//! ```

mod names;
mod read;

use super::{Caller, event::Route, shape::Shape};
use names::Name;

/// What a caller must be to use a route.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// Nobody may.
    Deny,
    /// Whoever is signed in may.
    Authenticated,
    /// Whoever meets everything that is asked for here.
    Demands {
        /// All of these words.
        scopes: Vec<String>,
        /// One of these.
        roles: Vec<String>,
        /// The caller's id is the value of this path parameter.
        subject: Option<String>,
        /// One of these rules.
        any_of: Vec<Rule>,
    },
}

/// Path parameters that have to be the caller's own id, by name. None: whatever they are.
type OwnParameters<'a> = Vec<&'a str>;

/// Requests that a caller may make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Allowed {
    /// Which: those of the route, or the caller's own.
    pub(super) requests: Shape,
    /// The route that the gateway chooses for them.
    pub(super) route: Shape,
}

impl Allowed {
    /// The one request with these segments.
    pub(super) fn exactly(segments: &[&str]) -> Self {
        let request = Shape::exactly(segments);
        Self { route: request.clone(), requests: request }
    }
}

impl Rule {
    /// The ways in which a caller meets the rule: none, or each with the parameters that then have to be their own id.
    fn ways(&self, caller: &Caller) -> Vec<OwnParameters<'_>> {
        let (scopes, roles, subject, any_of) = match self {
            Self::Deny => return Vec::new(),
            Self::Authenticated => return vec![Vec::new()],
            Self::Demands { scopes, roles, subject, any_of } => (scopes, roles, subject, any_of),
        };
        let has_scopes = scopes.iter().all(|scope| caller.has_scope(scope));
        let has_role = roles.is_empty() || roles.iter().any(|role| caller.has_role(role));
        if !has_scopes || !has_role {
            return Vec::new();
        }
        let mut ways: Vec<_> = any_of.iter().flat_map(|rule| rule.ways(caller)).collect();
        if any_of.is_empty() {
            ways.push(Vec::new());
        }
        ways.iter_mut().for_each(|way| way.extend(subject.as_deref()));
        ways
    }

    /// Every parameter that the rule names.
    fn parameters(&self) -> Vec<&str> {
        let Self::Demands { subject, any_of, .. } = self else { return Vec::new() };
        any_of.iter().flat_map(Self::parameters).chain(subject.as_deref()).collect()
    }
}

/// The rules of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// For routes that are not named.
    default: Rule,
    routes: Vec<(Name, Rule)>,
}

impl Rules {
    /// Whether `caller` may use the route that the gateway chose. `parameter` gives the value of a path parameter.
    pub(super) fn judge<'p>(
        &self,
        caller: &Caller,
        route: Route<'_>,
        parameter: impl Fn(&str) -> Option<&'p str>,
    ) -> bool {
        let own_id = caller.subject.user_id.to_string();
        let is_own = |name: &str| parameter(name) == Some(&own_id);
        self.rule(route).ways(caller).iter().any(|way| way.iter().all(|name| is_own(name)))
    }

    /// The rule of a route: its own, or that of the same resource under `ANY`, or the default.
    fn rule(&self, route: Route<'_>) -> &Rule {
        let named = |route: Route<'_>| self.routes.iter().find(|(name, _)| name.is(route)).map(|(_, rule)| rule);
        let any = Some(Route { method: "ANY", ..route }).filter(|_| !route.method.is_empty());
        named(route).or_else(|| any.and_then(named)).unwrap_or(&self.default)
    }

    /// The fields of a GraphQL schema that `caller` may not see.
    pub(super) fn denied_fields<'a>(&'a self, caller: &Caller) -> Vec<&'a str> {
        let denied = self.routes.iter().filter(|(_, rule)| rule.ways(caller).is_empty());
        denied.filter_map(|(name, _)| name.field()).collect()
    }

    /// The requests of HTTP methods that `caller` may make, and the routes that are named and not theirs, or not wholly.
    pub(super) fn shapes(&self, caller: &Caller) -> (Vec<Allowed>, Vec<Shape>) {
        let own_id = caller.subject.user_id.to_string();
        let (mut allowed, mut refused) = (Vec::new(), Vec::new());
        for (name, rule) in &self.routes {
            let ways = rule.ways(caller);
            for route in name.shapes(&self.routes) {
                if ways.iter().any(Vec::is_empty) {
                    allowed.push(Allowed { requests: route.clone(), route });
                    continue;
                }
                let own = |way: &OwnParameters<'_>| name.with_own(&route, way, &own_id);
                allowed.extend(ways.iter().map(|way| Allowed { requests: own(way), route: route.clone() }));
                refused.push(route);
            }
        }
        (allowed, refused)
    }

    /// Whether `caller` may make the request with these segments, by the route that the gateway would choose among those named.
    /// For events that do not say which it chose; whoever asks makes sure that the segments mean what they say.
    pub(super) fn judge_segments(&self, caller: &Caller, segments: &[&str]) -> bool {
        let request = Shape::exactly(segments);
        let (mut allowed, mut refused) = self.shapes(caller);
        allowed.retain(|allowed| allowed.requests.meets(&request));
        refused.retain(|route| route.meets(&request));
        if allowed.is_empty() && refused.is_empty() {
            return self.default.ways(caller).contains(&Vec::new());
        }
        allowed.iter().any(|allowed| !refused.iter().any(|other| other.goes_before(&allowed.route)))
    }
}

#[cfg(test)]
mod tests;
