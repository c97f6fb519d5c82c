//! The table of accounts cannot be deleted by mistake.

use super::Deployment;
use crate::doctor::verdict::{Verdict, fail, ok, unknown, warn};

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let verdict = match deployment.tables.get("Users") {
        None => return Vec::new(),
        Some(Err(error)) => unknown("the table Users", error),
        Some(Ok(table)) if table.protected => ok("Users: cannot be deleted by mistake"),
        Some(Ok(_)) if !deployment.protected => warn(
            "Users: deleted with the stack, as Protect=false says",
            "deploy with Protect=true before the first real account",
        ),
        Some(Ok(_)) => fail(
            "Users: deletion protection is off although Protect=true",
            "somebody has turned it off: turn it on again and find out why",
        ),
    };
    vec![verdict]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::Table;
    use crate::doctor::stack::tests::in_order;

    #[test]
    fn accounts_that_can_be_deleted_are_found_and_it_counts_who_wanted_it() {
        let level = |table_is_protected, protected| {
            let mut deployment = Deployment { protected, ..in_order() };
            let table = Table { expires: false, backed_up: true, protected: table_is_protected };
            deployment.tables.insert("Users".to_owned(), Ok(table));
            check(&deployment)[0].level()
        };
        assert_eq!([level(true, true), level(true, false)], ["ok", "ok"]);
        assert_eq!([level(false, true), level(false, false)], ["fail", "warn"]);
    }
}
