//! What is written into the environment of functions.

use std::collections::BTreeMap;

use latchkey::{published::mark, tokens::Jwks};

/// Environment variables by name.
pub(crate) type Variables = BTreeMap<String, String>;

const JWKS: &str = "LATCHKEY_JWKS";

/// All variables of a function together, as JSON.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_BYTES: usize = 4096;

/// Gives the authorizer its public keys, unless it has later ones. Keys that do not fit beside its other settings are left out:
/// it fetches them then, in its first request.
pub(crate) fn hold_keys(variables: &mut Variables, jwks: &str, revision: u64, drawn: Option<u64>) {
    let held = variables.get(JWKS).and_then(|held| Jwks::parse(held).ok());
    if held.is_none_or(|held| held.revision() <= revision) {
        variables.insert(JWKS.to_owned(), jwks.to_owned());
    }
    if let Some(drawn) = drawn {
        mark(variables, revision, drawn);
    }
    let bytes = serde_json::to_string(variables).map_or(usize::MAX, |text| text.len());
    if bytes > MAX_BYTES {
        variables.remove(JWKS);
    }
}

/// Leaves a mark that replaces every warm sandbox. What it says of the revision only ever grows.
pub(crate) fn mark(variables: &mut Variables, revision: u64, drawn: u64) {
    let before = variables.get(mark::VARIABLE).map_or(0, |before| mark::revision(before));
    variables.insert(mark::VARIABLE.to_owned(), mark::of(revision.max(before), drawn));
}

#[cfg(test)]
mod tests {
    use latchkey::{
        domain::Timestamp,
        tokens::{Algorithm, SignRing},
    };

    use super::*;

    fn jwks(second: u64) -> String {
        let ring = SignRing::generate(Algorithm::RS256, Timestamp::from_seconds(second)).unwrap();
        SignRing::parse(&ring).unwrap().public_jwks()
    }

    #[test]
    fn keys_take_the_place_of_earlier_ones_and_never_of_later_ones() {
        let (first, second) = (jwks(100), jwks(200));
        let mut variables = Variables::from([("LATCHKEY_ISSUER".to_owned(), "https://auth.example.com".to_owned())]);
        hold_keys(&mut variables, &first, 100, None);
        assert_eq!(variables[JWKS], first);
        hold_keys(&mut variables, &second, 200, None);
        assert_eq!(variables[JWKS], second);
        hold_keys(&mut variables, &first, 100, None);
        assert_eq!((&variables[JWKS], variables.len()), (&second, 2));
    }

    #[test]
    fn g5_a_mark_is_another_one_each_time_and_names_the_latest_revision() {
        let mut variables = Variables::from([(mark::VARIABLE.to_owned(), "1234567812345678".to_owned())]);
        let mut seen = Vec::new();
        for (revision, drawn, latest) in [(200, 1, 200), (200, 2, 200), (100, 3, 200), (300, 4, 300)] {
            hold_keys(&mut variables, &jwks(revision), revision, Some(drawn));
            let marked = variables[mark::VARIABLE].clone();
            assert_eq!(mark::revision(&marked), latest);
            assert!(!seen.contains(&marked));
            seen.push(marked);
        }
    }

    #[test]
    fn what_is_no_key_set_is_replaced() {
        let mut variables = Variables::from([(JWKS.to_owned(), "{}".to_owned())]);
        hold_keys(&mut variables, &jwks(100), 100, None);
        assert!(Jwks::parse(&variables[JWKS]).is_ok());
    }

    #[test]
    fn keys_that_do_not_fit_are_left_out_and_nothing_else_is() {
        let (jwks, rules) = (jwks(100), "LATCHKEY_RULES".to_owned());
        let room = {
            let mut variables = Variables::from([(rules.clone(), String::new())]);
            hold_keys(&mut variables, &jwks, 100, None);
            MAX_BYTES - serde_json::to_string(&variables).unwrap().len()
        };
        for (length, fits) in [(room, true), (room + 1, false)] {
            let mut variables = Variables::from([(rules.clone(), "x".repeat(length))]);
            hold_keys(&mut variables, &jwks, 100, None);
            assert_eq!((variables.contains_key(JWKS), variables[&rules].len()), (fits, length));
        }
    }
}
