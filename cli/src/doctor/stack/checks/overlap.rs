//! No key goes before verifiers had time to learn of its successor.

use super::Deployment;
use crate::doctor::verdict::{Verdict, fail, ok};
use crate::keys::Key;

/// Seconds for which API Gateway keeps a key set.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>
const LEARNED: i64 = 2 * 60 * 60;

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let Ok(rings) = &deployment.rings else { return Vec::new() };
    let sign: Vec<&Key> = rings.keys.iter().filter(|key| key.kind == "sign").collect();
    let lasting = sign.iter().filter(|key| key.not_after.is_none());
    let Some(first) = lasting.map(|key| key.created_at).min() else { return Vec::new() };
    // A key that has ended already is nothing to repair: whoever was refused has a new token.
    let ends_early = |end: i64| deployment.now < end && end < first.saturating_add(LEARNED);
    let early: Vec<&str> =
        sign.iter().filter(|key| key.not_after.is_some_and(ends_early)).map(|key| key.id.as_str()).collect();
    vec![if early.is_empty() {
        ok("each ends long after its successor was published")
    } else {
        fail(
            format!("{} ends before verifiers have learned of its successor", early.join(", ")),
            "do not use --force unless a key has leaked; native verifiers refuse good tokens for up to two hours",
        )
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::tests::{in_order, rings};
    use crate::keys::Rings;

    /// The level when the retired key ends so many seconds before verifiers know its successor, seen so many before its end.
    fn level(early: i64, before_its_end: i64) -> &'static str {
        let mut rings = Rings::read(&rings()).unwrap();
        let lasting = rings.keys.iter().filter(|key| key.not_after.is_none());
        let end = lasting.map(|key| key.created_at).min().unwrap() + LEARNED - early;
        rings.keys[0].not_after = Some(end);
        check(&Deployment { rings: Ok(rings), now: end - before_its_end, ..in_order() })[0].level()
    }

    #[test]
    fn a_key_that_ends_too_early_is_found() {
        assert_eq!([level(0, 60), level(1, 60)], ["ok", "fail"]);
    }

    #[test]
    fn a_key_that_has_ended_is_nothing_to_repair() {
        assert_eq!([level(1, 1), level(1, 0), level(1, -86_400)], ["fail", "ok", "ok"]);
    }
}
