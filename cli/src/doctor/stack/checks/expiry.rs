//! Sessions, counters and codes disappear when they have expired.

use super::Deployment;
use crate::doctor::verdict::{Verdict, fail, ok, unknown};

const EXPIRING: [&str; 2] = ["Sessions", "Ephemera"];

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    EXPIRING.into_iter().map(|name| verdict(deployment, name)).collect()
}

fn verdict(deployment: &Deployment, name: &str) -> Verdict {
    match deployment.tables.get(name) {
        None => fail(format!("the stack has no table {name}"), "is this the stack of Latchkey? say --stack"),
        Some(Err(error)) => unknown(&format!("the table {name}"), error),
        Some(Ok(table)) if table.expires => ok(format!("{name}: expired items are deleted")),
        Some(Ok(_)) => fail(
            format!("{name}: expired items stay for ever"),
            "turn TTL on for the attribute expires_at, as template.yaml does: somebody has turned it off",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::Table;
    use crate::doctor::stack::tests::in_order;

    #[test]
    fn a_table_that_keeps_expired_items_fails_unless_it_is_users() {
        for (name, levels) in [("Sessions", ["fail", "ok"]), ("Ephemera", ["ok", "fail"]), ("Users", ["ok", "ok"])] {
            let mut deployment = in_order();
            let table = Table { expires: false, backed_up: true, protected: true };
            deployment.tables.insert(name.to_owned(), Ok(table));
            assert_eq!(check(&deployment).iter().map(Verdict::level).collect::<Vec<_>>(), levels, "{name}");
        }
    }

    #[test]
    fn a_stack_without_the_tables_fails() {
        let deployment = Deployment { tables: Default::default(), ..in_order() };
        assert!(check(&deployment).iter().all(|verdict| verdict.level() == "fail"));
    }
}
