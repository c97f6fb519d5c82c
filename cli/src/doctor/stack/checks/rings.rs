//! Each ring has exactly one key at work and exactly one that follows it.

use super::Deployment;
use crate::doctor::verdict::{Verdict, fail, ok};

/// What the function `rotate-keys` lists.
pub(super) const KINDS: [&str; 3] = ["sign", "seal", "pepper"];

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    match &deployment.rings {
        Err(error) => vec![fail(
            format!("the rings cannot be listed: {error}"),
            "functions do not start with a ring that is missing, malformed or a sample: look at the log of rotate-keys",
        )],
        Ok(rings) => KINDS.iter().map(|kind| verdict(rings, kind)).collect(),
    }
}

fn verdict(rings: &crate::keys::Rings, kind: &str) -> Verdict {
    let count = |state: &str| rings.keys.iter().filter(|key| key.kind == kind && key.state == state).count();
    match (count("active"), count("next")) {
        (1, 1) => ok(format!("{kind}: one key at work, one that follows")),
        (1, 0) => fail(
            format!("{kind}: no key follows the one at work"),
            format!("a rotation would not be seen in time: `latchkey keys rotate --kind {kind}` draws one"),
        ),
        (active, next) => fail(
            format!("{kind}: {active} keys at work and {next} that follow, should be one of each"),
            "the secret was changed by hand: restore its previous version in Secrets Manager",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::tests::{in_order, rings};
    use crate::keys::Rings;

    fn levels(change: impl Fn(&mut Rings)) -> Vec<&'static str> {
        let mut rings = Rings::read(&rings()).unwrap();
        change(&mut rings);
        check(&Deployment { rings: Ok(rings), ..in_order() }).iter().map(Verdict::level).collect()
    }

    #[test]
    fn a_ring_without_a_successor_or_with_two_keys_at_work_fails() {
        assert_eq!(levels(|_| ()), ["ok", "ok", "ok"]);
        assert_eq!(levels(|rings| rings.keys.retain(|key| key.state != "next")), ["fail", "fail", "fail"]);
        let second = |rings: &mut Rings| {
            rings.keys.iter_mut().filter(|key| key.kind == "seal").for_each(|key| key.state = "active".to_owned())
        };
        assert_eq!(levels(second), ["ok", "fail", "ok"]);
        assert_eq!(levels(|rings| rings.keys.retain(|key| key.kind != "pepper")), ["ok", "ok", "fail"]);
    }
}
