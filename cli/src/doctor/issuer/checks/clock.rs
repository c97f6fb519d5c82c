//! Issuer and verifiers agree on the time: tokens are judged to the second, without leeway.

use super::Issuer;
use crate::doctor::verdict::{Verdict, fail, ok, warn};
use crate::time;

/// Seconds; what a slow answer and whole seconds explain.
const UNREMARKABLE: u64 = 5;
/// Seconds; what most verifiers forgive.
const FORGIVEN: u64 = 60;

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let headers = &issuer.metadata.as_ref().ok()?.headers;
    // A cache keeps the Date of the origin and says how long ago that was (RFC 9111, section 5.1).
    let age = headers.get("age").and_then(|age| age.parse::<u32>().ok()).unwrap_or_default();
    let date = headers.get("date").and_then(|date| time::parse_http(date));
    let Some(date) = date.map(|date| date.saturating_add(age.into())) else {
        return Some(warn("the answer has no Date", "nothing can be said about the clocks: ask the issuer directly"));
    };
    let apart = date.abs_diff(issuer.now);
    let found = format!("the issuer's clock and this machine's are {apart} s apart");
    Some(if apart <= UNREMARKABLE {
        ok(found)
    } else if apart <= FORGIVEN {
        warn(found, "AWS's clocks are right: set this machine's, and look for a cache in between")
    } else {
        fail(found, "AWS's clocks are right: set this machine's; verifiers that are as wrong refuse every token")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{NOW, in_order};

    #[test]
    fn clocks_that_disagree_are_found_in_both_directions() {
        let level = |now| check(&Issuer { now, ..in_order() }).unwrap().level();
        assert_eq!([NOW, NOW + 5, NOW - 5].map(level), ["ok"; 3]);
        assert_eq!([NOW + 6, NOW - 60].map(level), ["warn"; 2]);
        assert_eq!([NOW + 61, NOW - 86_400].map(level), ["fail"; 2]);
    }

    #[test]
    fn an_answer_from_a_cache_is_of_its_date_and_age() {
        let level = |age: &str, now| {
            let mut issuer = Issuer { now, ..in_order() };
            issuer.metadata.as_mut().unwrap().headers.insert("age".to_owned(), age.to_owned());
            check(&issuer).unwrap().level()
        };
        assert_eq!([level("299", NOW + 299), level("299", NOW)], ["ok", "fail"]);
        for no_age in ["", "-299", "soon"] {
            assert_eq!([level(no_age, NOW), level(no_age, NOW + 299)], ["ok", "fail"], "{no_age}");
        }
    }

    #[test]
    fn an_answer_without_a_date_proves_nothing() {
        let mut issuer = in_order();
        if let Ok(page) = &mut issuer.metadata {
            page.headers.remove("date");
        }
        assert_eq!(check(&issuer).unwrap().level(), "warn");
    }
}
