//! Accounts can be restored; sessions cannot, or ended ones would come back to life.

use super::Deployment;
use crate::doctor::verdict::{Verdict, fail, ok, unknown};

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let verdict = match deployment.tables.get("Users") {
        None => fail("the stack has no table Users", "is this the stack of Latchkey? say --stack"),
        Some(Err(error)) => unknown("the table Users", error),
        Some(Ok(table)) if table.backed_up => ok("Users: can be restored to any second"),
        Some(Ok(_)) => {
            fail("Users: a mistake cannot be undone", "turn point-in-time recovery on, as template.yaml does")
        }
    };
    vec![verdict]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::Table;
    use crate::doctor::stack::tests::in_order;

    #[test]
    fn accounts_without_backups_fail() {
        let mut deployment = in_order();
        assert_eq!(check(&deployment)[0].level(), "ok");
        deployment.tables.insert("Users".to_owned(), Ok(Table { expires: false, backed_up: false, protected: true }));
        assert_eq!(check(&deployment)[0].level(), "fail");
    }
}
