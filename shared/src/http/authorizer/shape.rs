//! Sets of requests, as segments of `METHOD/PATH` (the root is `METHOD` and one empty segment): those that a route takes, and
//! those that an ARN with `*` in it covers. The two differ, because `*` in a policy also matches slashes and nothing at all.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

/// One place of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// This segment.
    Exact(String),
    /// `{name}`: one segment that is not empty.
    One,
    /// `{name+}`, or `*` in a policy: one segment or several, empty ones as well.
    Some,
}

use Part::{Exact, One, Some as Several};

/// A set of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape(pub(super) Vec<Part>);

impl Shape {
    /// The one request with these segments.
    pub(super) fn exactly(segments: &[&str]) -> Self {
        Self(segments.iter().map(|segment| Exact((*segment).to_owned())).collect())
    }

    /// Whether there is a request in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        meet(&self.0, &other.0)
    }

    /// Whether an ARN of this shape covers more than one request.
    pub(super) fn is_wide(&self) -> bool {
        self.0.iter().any(|part| !matches!(part, Exact(_)))
    }

    /// Whether the gateway prefers this route to another where both match: a name goes before `{name}`, and that before
    /// `{name+}`, at the first place where they differ.
    pub(super) fn goes_before(&self, other: &Self) -> bool {
        let rank = |part: &Part| match part {
            Exact(_) => 0,
            One => 1,
            Several => 2,
        };
        let pairs = self.0.iter().zip(&other.0).map(|(one, other)| (rank(one), rank(other)));
        pairs.into_iter().find(|(one, other)| one != other).is_some_and(|(one, other)| one < other)
    }

    /// What the ARN of this shape covers: `*` for every parameter.
    pub(super) fn covered(&self) -> Self {
        Self(self.0.iter().map(|part| if *part == One { Several } else { part.clone() }).collect())
    }

    /// Shapes of ARNs that together cover whatever the ARN of this route covers beyond it: requests in which something else
    /// than one segment stands where a `{name}` is, or nothing where a `{name+}` is.
    pub(super) fn beyond(&self) -> Vec<Self> {
        let mut shapes = Vec::new();
        for (index, part) in self.0.iter().enumerate() {
            let mut with = |parts: &[Part]| {
                let mut shape = self.covered().0;
                shape.splice(index..=index, parts.iter().cloned());
                shapes.push(Self(shape));
            };
            match part {
                Exact(_) => {}
                One => {
                    with(&[Exact(String::new())]);
                    with(&[Several, Several]);
                }
                Several => with(&[Exact(String::new())]),
            }
        }
        shapes
    }

    /// As in an ARN, after the stage.
    pub(super) fn text(&self) -> String {
        let text = |part: &Part| if let Exact(text) = part { text.clone() } else { "*".to_owned() };
        self.0.iter().map(text).collect::<Vec<_>>().join("/")
    }
}

/// Whether some request is in both. From the end: what is known of the rests of both decides about every place before them, so
/// that a long path costs its length and no more.
fn meet(one: &[Part], other: &[Part]) -> bool {
    let mut below = vec![false; other.len() + 1];
    below[other.len()] = true;
    for part in one.iter().rev() {
        let mut here = vec![false; other.len() + 1];
        for (index, other_part) in other.iter().enumerate().rev() {
            here[index] = agree(part, other_part)
                && (below[index + 1]
                    || (*part == Several && here[index + 1])
                    || (*other_part == Several && below[index]));
        }
        below = here;
    }
    below[0]
}

fn agree(one: &Part, other: &Part) -> bool {
    match (one, other) {
        (Exact(one), Exact(other)) => one == other,
        (Exact(text), One) | (One, Exact(text)) => !text.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `GET/notes/{}/…` with `{}` for one segment and `*` for some.
    fn shape(text: &str) -> Shape {
        let part = |segment: &str| match segment {
            "{}" => One,
            "*" => Several,
            literal => Exact(literal.to_owned()),
        };
        Shape(text.split('/').map(part).collect())
    }

    #[test]
    fn one_segment_is_one_and_not_empty_and_some_are_any() {
        let requests = ["GET/a", "GET/", "GET/a/b", "GET/a/", "GET//a"].map(shape);
        let which = |text: &str| requests.iter().map(|request| shape(text).meets(request)).collect::<Vec<_>>();
        assert_eq!(which("GET/{}"), [true, false, false, false, false]);
        assert_eq!(which("GET/*"), [true; 5]);
        assert_eq!(which("GET/{}/*"), [false, false, true, true, false]);
        assert_eq!(which("GET/*/*"), [false, false, true, true, true]);
        assert_eq!(which("*/a"), [true, false, false, false, true]);
        assert_eq!(which("PUT/*"), [false; 5]);
    }

    #[test]
    fn a_path_of_hundreds_of_segments_is_compared_in_no_time() {
        let long = vec!["1"; 700].join("/");
        assert!(shape("GET/*/*/*/*/*/*/*/*").meets(&shape(&format!("GET/{long}"))));
        assert!(!shape("GET/*/*/*/*/*/*/*/*/2").meets(&shape(&format!("GET/{long}"))));
    }

    #[test]
    fn what_an_arn_covers_beyond_its_route_is_fenced_off_and_nothing_of_the_route() {
        let route = shape("GET/{}/b/{}");
        let fence: Vec<_> = route.beyond().iter().map(Shape::text).collect();
        assert_eq!(fence, ["GET//b/*", "GET/*/*/b/*", "GET/*/b/", "GET/*/b/*/*"]);
        assert!(!route.beyond().iter().any(|bar| bar.meets(&route)));
        assert!(shape("GET/a/b").beyond().is_empty());
    }

    #[test]
    fn a_name_goes_before_one_segment_and_that_before_some() {
        let ordered = ["GET/a/b", "GET/a/{}", "GET/{}/b", "GET/{}/{}", "GET/{}/*", "GET/*"].map(shape);
        for (index, one) in ordered.iter().enumerate() {
            assert!(ordered[index + 1..].iter().all(|other| one.goes_before(other) && !other.goes_before(one)));
            assert!(!one.goes_before(one));
        }
    }
}
