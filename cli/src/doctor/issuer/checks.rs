//! Every check of an issuer, in the order in which a person would look.

mod algorithms;
mod cache;
mod clock;
mod cors;
mod https;
mod jwks_reachable;
mod jwks_size;
mod jwks_uri;
mod key_members;
mod key_strength;
mod nowhere;
mod overlap;
mod private_members;
mod reachable;
mod revocations;
mod same_issuer;

use super::Issuer;
use crate::doctor::verdict::{Finding, Verdict};

/// None when what it looks at did not come: another check has said so.
type Check = fn(&Issuer) -> Option<Verdict>;

const ALL: [(&str, Check); 16] = [
    ("https", https::check),
    ("metadata", reachable::check),
    ("issuer", same_issuer::check),
    ("jwks_uri", jwks_uri::check),
    ("key set", jwks_reachable::check),
    ("key set's size", jwks_size::check),
    ("caching", cache::check),
    ("keys", key_members::check),
    ("key strength", key_strength::check),
    ("nothing private", private_members::check),
    ("algorithms", algorithms::check),
    ("key overlap", overlap::check),
    ("clock", clock::check),
    ("revocations", revocations::check),
    ("unknown paths", nowhere::check),
    ("foreign pages", cors::check),
];

/// What they all say.
pub fn all(issuer: &Issuer) -> Vec<Finding> {
    let findings = ALL.iter().filter_map(|(name, check)| Some(Finding { check: name, verdict: check(issuer)? }));
    findings.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::in_order;

    #[test]
    fn an_issuer_in_order_is_found_in_order_by_every_check() {
        let findings = all(&in_order());
        assert_eq!(findings.len(), ALL.len());
        assert!(findings.iter().all(|finding| finding.verdict.level() == "ok"), "{findings:?}");
    }

    #[test]
    fn an_issuer_that_does_not_answer_is_one_failure_and_no_panic() {
        let gone = || Err("connection refused".to_owned());
        let issuer =
            Issuer { metadata: gone(), jwks: None, feed: gone(), nowhere: gone(), preflight: gone(), ..in_order() };
        let failed: Vec<_> = all(&issuer).into_iter().filter(|finding| finding.verdict.level() != "ok").collect();
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert_eq!(failed[0].check, "metadata");
    }
}
