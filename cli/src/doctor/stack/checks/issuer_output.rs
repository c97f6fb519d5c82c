//! The issuer that was checked is the stack's.

use super::Deployment;
use crate::doctor::verdict::{Verdict, fail, ok};

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let verdict = match (&deployment.issuer, &deployment.asked) {
        (Some(issuer), Some(asked)) if issuer == asked => ok(issuer),
        (Some(issuer), Some(asked)) => fail(
            format!("the stack's output Issuer is {issuer}, you asked {asked}"),
            "give verifiers the output Issuer, or deploy with PublicUrl",
        ),
        _ => fail("the stack has no output Issuer", "is this the stack of Latchkey? say --stack"),
    };
    vec![verdict]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::tests::in_order;

    #[test]
    fn another_issuer_than_the_stacks_fails() {
        let level =
            |issuer: Option<&str>| check(&Deployment { issuer: issuer.map(str::to_owned), ..in_order() })[0].level();
        assert_eq!(level(Some("https://auth.example.com")), "ok");
        assert_eq!(level(Some("https://auth.example.com/")), "fail");
        assert_eq!(level(None), "fail");
    }
}
