//! Logs are kept for a while, not for ever.

use super::Deployment;
use crate::doctor::verdict::{Verdict, ok, unknown, warn};

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let groups = match &deployment.retention {
        Err(error) => return vec![unknown("the log groups", error)],
        Ok(groups) => groups,
    };
    let functions = deployment.functions.values().flatten();
    let endless: Vec<&str> = functions
        .map(|function| function.log_group.as_str())
        .filter(|group| groups.get(*group).copied().flatten().is_none())
        .collect();
    vec![if endless.is_empty() {
        ok("every function's log is deleted after some days")
    } else {
        let advice = "set a retention: logs hold addresses and ids of your users, and cost more every day";
        warn(format!("kept for ever, or not there yet: {}", endless.join(", ")), advice)
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::tests::in_order;

    #[test]
    fn a_log_that_is_kept_for_ever_or_belongs_to_nobody_is_found() {
        let mut deployment = in_order();
        assert_eq!(check(&deployment)[0].level(), "ok");
        if let Ok(groups) = &mut deployment.retention {
            groups.insert("/aws/lambda/latchkey-Login".to_owned(), None);
        }
        assert_eq!(check(&deployment)[0].level(), "warn");
        assert_eq!(check(&Deployment { retention: Ok(Default::default()), ..in_order() })[0].level(), "warn");
    }
}
