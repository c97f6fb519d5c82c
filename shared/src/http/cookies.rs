//! Reading a cookie that must be there once.

use crate::error::Refusal;

/// More than one, an impostor, or what some readers would take for one.
pub(super) const NOT_ONE_COOKIE: Refusal = Refusal("not one cookie");

/// The value of the cookie `name` in `Cookie` headers, or nothing. The name anywhere else, twice, in another case or beside
/// `$Version`, which makes some readers take quotes seriously, is an attempt to slip a second value in.
///
/// # Errors
/// [`NOT_ONE_COOKIE`].
pub(super) fn only<'h>(headers: impl Iterator<Item = &'h str>, name: &str) -> Result<Option<&'h str>, Refusal> {
    let mut found = None;
    for pair in headers.flat_map(|header| header.split(';')) {
        let pair = pair.trim_matches(' ');
        let (its_name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_there = mentions(pair, name);
        if its_name.eq_ignore_ascii_case("$version") || is_there && (its_name != name || found.is_some()) {
            return Err(NOT_ONE_COOKIE);
        }
        if is_there {
            found = Some(value);
        }
    }
    Ok(found)
}

/// Every value of a cookie of exactly this name.
#[cfg(feature = "aws")]
pub(super) fn all<'h>(headers: impl Iterator<Item = &'h str>, name: &str) -> impl Iterator<Item = &'h str> {
    let pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim_matches(' ').split_once('='));
    pairs.filter(move |(its_name, _)| *its_name == name).map(|(_, value)| value)
}

/// Whether a pair has the name in it, in any case, and not only as the beginning of a longer one.
fn mentions(pair: &str, name: &str) -> bool {
    let (pair, name) = (pair.to_ascii_lowercase(), name.to_ascii_lowercase());
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    pair.match_indices(&name).any(|(position, _)| !pair.get(position + name.len()..).is_some_and(goes_on))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e3_one_cookie_of_exactly_our_name_is_read_and_all_else_is_an_impostor() {
        let read = |headers: &[&'static str]| only(headers.iter().copied(), "__Host-latchkey");
        for (headers, value) in [
            (&["a=b; __Host-latchkey=x.y.z; c=d"][..], Some("x.y.z")),
            (&["a=b", "__Host-latchkey=x"], Some("x")),
            (&["__Host-latchkey-token=t"], None),
            (&["__Host-latchkey-token=t; __Host-latchkey=x"], Some("x")),
            (&["__Host-latchkey="], Some("")),
            (&["theme=dark"], None),
            (&[], None),
        ] {
            assert_eq!(read(headers), Ok(value), "{headers:?}");
        }
        for headers in [
            &["__Host-latchkey=x; __Host-latchkey=x"][..],
            &["__Host-latchkey=x", "__Host-latchkey=y"],
            &["\u{2000}__Host-latchkey=x"],
            &["\u{2000}__Host-latchkey=x; __Host-latchkey=y"],
            &["__host-latchkey=x"],
            &["__HOST-LATCHKEY=x"],
            &["\"__Host-latchkey\"=x"],
            &["a=\"__Host-latchkey=x"],
            &["__Host-latchkey =x"],
            &["__Host-latchkey\t=x"],
            &["__Host-latchkey"],
            &["=__Host-latchkey=x"],
            &["$Version=1; __Host-latchkey=x"],
            &["$version=0"],
        ] {
            let outcome = read(headers);
            assert!(outcome == Err(NOT_ONE_COOKIE) || outcome == Ok(Some("")), "{headers:?}: {outcome:?}");
        }
    }
}
