//! Every check of a deployment. A check says one thing per table, function or API that it has something to say about.

mod backups;
mod deletion_protection;
mod expiry;
mod inline_keys;
mod issuer_output;
mod kept_answers;
mod overlap;
mod retention;
mod rings;
mod rotation;
mod route_rules;
mod simple_responses;
mod wide_open;

use super::Deployment;
use crate::doctor::verdict::{Finding, Verdict};

type Check = fn(&Deployment) -> Vec<Verdict>;

const ALL: [(&str, Check); 13] = [
    ("stack's issuer", issuer_output::check),
    ("expiry", expiry::check),
    ("backups", backups::check),
    ("deletion", deletion_protection::check),
    ("rings", rings::check),
    ("rotation", rotation::check),
    ("retired keys", overlap::check),
    ("authorizer's keys", inline_keys::check),
    ("kept answers", kept_answers::check),
    ("route rules", route_rules::check),
    ("simple responses", simple_responses::check),
    ("open gateways", wide_open::check),
    ("logs", retention::check),
];

/// What they all say.
pub fn all(deployment: &Deployment) -> Vec<Finding> {
    let findings = ALL
        .iter()
        .flat_map(|(name, check)| check(deployment).into_iter().map(|verdict| Finding { check: name, verdict }));
    findings.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::tests::in_order;
    use std::collections::BTreeSet;

    #[test]
    fn a_deployment_in_order_is_found_in_order_by_every_check() {
        let findings = all(&in_order());
        let checks: BTreeSet<_> = findings.iter().map(|finding| finding.check).collect();
        assert_eq!(checks.len(), ALL.len());
        assert!(findings.iter().all(|finding| finding.verdict.level() == "ok"), "{findings:?}");
    }

    #[test]
    fn what_could_not_be_looked_up_is_not_in_order() {
        let denied = || "AccessDenied".to_owned();
        let mut deployment = in_order();
        deployment.tables.values_mut().for_each(|table| *table = Err(denied()));
        deployment.functions.values_mut().for_each(|function| *function = Err(denied()));
        deployment.rings = Err(denied());
        deployment.retention = Err(denied());
        deployment.apis = Err(denied());
        let failed: BTreeSet<_> =
            all(&deployment).into_iter().filter(|it| it.verdict.level() == "fail").map(|it| it.check).collect();
        let expected = ["expiry", "backups", "deletion", "rings", "authorizer's keys", "kept answers", "logs"];
        assert_eq!(failed, BTreeSet::from(expected));
    }
}
