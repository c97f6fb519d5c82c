//! The IAM policy that REST APIs, WebSocket APIs and HTTP APIs of payload 1.0 want for an answer. The gateway may keep it and
//! use it for every other request of the same caller, so it says at once what the caller may do everywhere.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    Caller,
    arn::MethodArn,
    rules::{Allowed, Rules},
    shape::Shape,
};

/// The longest resource that API Gateway takes from an authorizer.
const MAX_RESOURCE_BYTES: usize = 512;

/// The longest policy. AWS names this limit for resource policies of an API, and none for those of authorizers.
const MAX_POLICY_BYTES: usize = 8192;

const ALLOW: &str = "Allow";

/// A policy document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::http) struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: Vec<String>,
}

impl Policy {
    /// Nothing is allowed.
    pub(super) fn deny() -> Self {
        Self::new(Vec::new(), vec!["*".to_owned()])
    }

    /// Everything in the stage of the request is allowed.
    pub(super) fn allow_stage(arn: MethodArn<'_>) -> Self {
        Self::new(vec![format!("{}/*", arn.stage)], Vec::new()).within_limits()
    }

    /// The beginning of a WebSocket connection is allowed.
    pub(in crate::http) fn allow_connect(arn: MethodArn<'_>) -> Self {
        Self::new(vec![format!("{}/$connect", arn.stage)], Vec::new()).within_limits()
    }

    /// What `rules` allow `caller`. `judged` is what they say about this one request, if its event names the route: that
    /// decides about this request, whatever its path looks like to a pattern.
    pub(super) fn of_rules(rules: &Rules, caller: &Caller, arn: MethodArn<'_>, judged: Option<bool>) -> Self {
        let segments = arn.plain_segments();
        match (judged, &segments) {
            (Some(_), _) if !arn.is_literal() => return Self::deny(),
            // Nothing about its path can be said in a pattern, so the answer is about this request alone.
            (Some(true), None) => return Self::new(vec![arn.to_string()], Vec::new()).within_limits(),
            _ => {}
        }
        let (mut allowed, refused) = rules.shapes(caller);
        let here = segments.filter(|segments| judged.unwrap_or_else(|| rules.judge_segments(caller, segments)));
        allowed.extend(here.map(|segments| Allowed::exactly(&segments)));
        let (listed, barred) = separable(&allowed, &refused);
        let here_not = (judged == Some(false)).then(|| arn.to_string());
        Self::of_shapes(arn, &listed, &barred, here_not)
    }

    /// Whether any request is allowed.
    pub(super) fn allows_anything(&self) -> bool {
        self.statement.iter().any(|statement| statement.effect == ALLOW)
    }

    fn of_shapes(arn: MethodArn<'_>, listed: &[Shape], barred: &[Shape], here_not: Option<String>) -> Self {
        if listed.is_empty() {
            return Self::deny();
        }
        let resources = |shapes: &[Shape]| -> BTreeSet<_> {
            shapes.iter().map(|shape| format!("{}/{}", arn.stage, shape.text())).collect()
        };
        let (allowed, mut denied) = (resources(listed), resources(barred));
        if listed.iter().any(Shape::is_wide) {
            // What an escape spells is not what a pattern sees: a slash, or the name of another route.
            denied.insert(format!("{}/*%*", arn.stage));
        }
        denied.extend(here_not);
        Self::new(allowed.into_iter().collect(), denied.into_iter().collect()).within_limits()
    }

    fn new(allowed: Vec<String>, denied: Vec<String>) -> Self {
        let statement = |effect, resource| Statement { action: "execute-api:Invoke", effect, resource };
        let statements = [statement(ALLOW, allowed), statement("Deny", denied)];
        let statement = statements.into_iter().filter(|statement| !statement.resource.is_empty()).collect();
        Self { version: "2012-10-17", statement }
    }

    /// What API Gateway would refuse with 500 is a denial.
    fn within_limits(self) -> Self {
        let resources = self.statement.iter().flat_map(|statement| &statement.resource);
        let is_short = resources.into_iter().all(|resource| resource.len() <= MAX_RESOURCE_BYTES);
        let length = serde_json::to_string(&self).map_or(usize::MAX, |text| text.len());
        if is_short && length <= MAX_POLICY_BYTES { self } else { Self::deny() }
    }
}

/// What a policy can allow, and what it has to deny so that no `*` lets anything else in: requests beyond a route, and routes
/// with rules of their own that the gateway prefers. A route whose `*` cannot be fenced off without denying another that is
/// allowed is left out; of it, this one request is in `allowed`, without a `*`.
fn separable(allowed: &[Allowed], refused: &[Shape]) -> (Vec<Shape>, Vec<Shape>) {
    let (mut listed, mut barred) = (Vec::new(), Vec::new());
    for (index, Allowed { requests, route }) in allowed.iter().enumerate() {
        let is_for_another = |bar: &Shape| {
            let mut others = allowed.iter().enumerate().filter(|(other, _)| *other != index);
            others.any(|(_, other)| bar.meets(&other.requests))
        };
        // A single request beyond this route may be what another is there for, such as the root.
        let beyond = requests.beyond().into_iter().filter(|bar| bar.is_wide() || !is_for_another(bar));
        let preferred = refused.iter().filter(|other| other.goes_before(route) && other.meets(requests));
        let mut fence: Vec<_> = beyond.chain(preferred.map(Shape::covered)).collect();
        if !fence.iter().any(|bar| bar.is_wide() && is_for_another(bar)) {
            listed.push(requests.clone());
            barred.append(&mut fence);
        }
    }
    (listed, barred)
}
