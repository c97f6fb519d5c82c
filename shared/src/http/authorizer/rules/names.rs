//! What a rule can be about.

use super::{
    super::{
        arn::is_plain,
        event::Route,
        shape::{Part, Shape},
    },
    Rule,
};

/// What `ANY` stands for.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The deepest path that a rule can be about: comparing two of them takes time that grows with their parameters.
const MAX_SEGMENTS: usize = 16;

/// A place of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    Literal(String),
    Parameter(String),
    /// `{name+}`, at the end.
    Greedy,
}

/// A route, or a field of a GraphQL schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    /// `GET /notes/{id}`, as the API declares it.
    Http { method: String, resource: String, segments: Vec<Segment> },
    /// `$connect` of WebSocket APIs, `$default` of HTTP APIs, `AppSync` for a GraphQL API as a whole.
    Word(String),
    /// `Query.secret`.
    Field(String),
}

impl Name {
    /// Reads the key of a rule.
    pub(super) fn parse(key: &str) -> Option<Self> {
        if let Some((method, resource)) = key.split_once(' ') {
            let is_method = METHODS.contains(&method) || method == "ANY";
            let segments = parse_path(resource)?;
            return is_method.then(|| Self::Http {
                method: method.to_owned(),
                resource: resource.to_owned(),
                segments,
            });
        }
        if ["$connect", "$default", "AppSync"].contains(&key) {
            return Some(Self::Word(key.to_owned()));
        }
        let (object, field) = key.split_once('.')?;
        (is_identifier(object) && is_identifier(field)).then(|| Self::Field(key.to_owned()))
    }

    /// Whether the gateway means this by a route.
    pub(super) fn is(&self, route: Route<'_>) -> bool {
        match self {
            Self::Http { method, resource, .. } => {
                (method.as_str(), resource.as_str()) == (route.method, route.resource)
            }
            Self::Word(word) => ("", word.as_str()) == (route.method, route.resource),
            Self::Field(_) => false,
        }
    }

    /// The field, if it is one.
    pub(super) fn field(&self) -> Option<&str> {
        if let Self::Field(field) = self { Some(field) } else { None }
    }

    /// Whether the path has a parameter `{name}`.
    pub(super) fn has_parameter(&self, name: &str) -> bool {
        let is_it = |segment: &Segment| matches!(segment, Segment::Parameter(parameter) if parameter == name);
        matches!(self, Self::Http { segments, .. } if segments.iter().any(is_it))
    }

    /// Whether the two are for the same requests. Paths that differ only in the names of their parameters count as one: no API
    /// has both.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Http { method, resource, .. },
                Self::Http { method: other_method, resource: other_resource, .. },
            ) => self.shape("") == other.shape("") && (method == other_method || resource != other_resource),
            _ => self == other,
        }
    }

    /// The requests of this route, by method; `ANY` leaves out the methods that have a rule of their own.
    pub(super) fn shapes(&self, all: &[(Name, Rule)]) -> Vec<Shape> {
        let Self::Http { method, .. } = self else { return Vec::new() };
        if method != "ANY" {
            return vec![self.shape(method)];
        }
        let own =
            |shape: &Shape, name: &Name| matches!(name, Self::Http { method, .. } if name.shape(method) == *shape);
        let shapes = METHODS.iter().map(|method| self.shape(method));
        shapes.filter(|shape| !all.iter().any(|(name, _)| own(shape, name))).collect()
    }

    fn shape(&self, method: &str) -> Shape {
        let Self::Http { segments, .. } = self else { return Shape(Vec::new()) };
        let part = |segment: &Segment| match segment {
            Segment::Literal(text) => Part::Exact(text.clone()),
            Segment::Parameter(_) => Part::One,
            Segment::Greedy => Part::Some,
        };
        Shape([Part::Exact(method.to_owned())].into_iter().chain(segments.iter().map(part)).collect())
    }

    /// The route's shape with an id in place of some parameters.
    pub(super) fn with_own(&self, route: &Shape, parameters: &[&str], own_id: &str) -> Shape {
        let Self::Http { segments, .. } = self else { return route.clone() };
        let mut own = route.clone();
        for (segment, part) in segments.iter().zip(own.0.iter_mut().skip(1)) {
            if matches!(segment, Segment::Parameter(name) if parameters.contains(&name.as_str())) {
                *part = Part::Exact(own_id.to_owned());
            }
        }
        own
    }
}

/// Reads `/notes/{id}`: literals are plain, parameters are whole segments with names of their own, a greedy one is the last.
fn parse_path(path: &str) -> Option<Vec<Segment>> {
    let path = path.strip_prefix('/')?;
    if path.is_empty() {
        return Some(vec![Segment::Literal(String::new())]);
    }
    let segments: Vec<_> = path.split('/').map(parse_segment).collect::<Option<_>>()?;
    let is_greedy = |segment: &Segment| *segment == Segment::Greedy;
    let is_parameter = |segment: &&Segment| matches!(segment, Segment::Parameter(_));
    let (_, before) = segments.split_last()?;
    let doubled = (1..segments.len())
        .any(|index| is_parameter(&&segments[index]) && segments[..index].contains(&segments[index]));
    (segments.len() <= MAX_SEGMENTS && !before.iter().any(is_greedy) && !doubled).then_some(segments)
}

fn parse_segment(segment: &str) -> Option<Segment> {
    let Some(name) = segment.strip_prefix('{') else {
        return is_plain(segment).then(|| Segment::Literal(segment.to_owned()));
    };
    let name = name.strip_suffix('}')?;
    let is_name = |name: &str| is_plain(name) && !name.contains(':');
    match name.strip_suffix('+') {
        Some(name) => is_name(name).then_some(Segment::Greedy),
        None => is_name(name).then(|| Segment::Parameter(name.to_owned())),
    }
}

/// A name in GraphQL (October 2021, section 2.1.9).
fn is_identifier(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty() && text.bytes().all(is_part) && !text.starts_with(|first: char| first.is_ascii_digit())
}
