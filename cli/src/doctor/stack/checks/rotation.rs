//! Keys are rotated as often as the deployment says.

use super::Deployment;
use super::rings::KINDS;
use crate::doctor::verdict::{Verdict, fail, ok, warn};

const DAY: i64 = 86_400;
/// Days by which the schedule may be late.
const LATE: i64 = 1;
/// Days after which the schedule takes a pepper along: `PEPPER_PERIOD` in shared/src/tokens/rings/rotation.rs.
const PEPPER: i64 = 365;

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let Ok(rings) = &deployment.rings else { return Vec::new() };
    let Some(days) = deployment.rotation_days else {
        return vec![warn(
            "the stack has no parameter KeyRotationDays",
            "deploy a version that rotates keys by itself",
        )];
    };
    if days == 0 {
        return vec![warn(
            "keys are never rotated: KeyRotationDays is 0",
            "rotate them yourself with `latchkey keys rotate`, or deploy with KeyRotationDays=30",
        )];
    }
    let verdicts = KINDS.iter().filter_map(|kind| {
        // Each rotation draws a next key: its age is the time since the last one.
        let next = rings.keys.iter().find(|key| key.kind == *kind && key.state == "next")?;
        Some(verdict(kind, (deployment.now - next.created_at) / DAY, days))
    });
    verdicts.collect()
}

fn verdict(kind: &str, age: i64, days: i64) -> Verdict {
    // The schedule comes every so many days, and takes a pepper along when it has become due since.
    let (period, limit) = if kind == "pepper" { (PEPPER, PEPPER + days) } else { (days, days) };
    if age > limit + LATE {
        return fail(
            format!("{kind}: last rotated {age} days ago, should be every {period}"),
            "the schedule does not run or fails: look at the log of rotate-keys, then `latchkey keys rotate`",
        );
    }
    ok(format!("{kind}: rotated {age} days ago, every {period}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::NOW;
    use crate::doctor::stack::tests::in_order;

    #[test]
    fn a_rotation_that_is_more_than_a_day_late_fails() {
        let levels = |now| check(&Deployment { now, ..in_order() }).iter().map(Verdict::level).collect::<Vec<_>>();
        assert_eq!(levels(NOW + 30 * DAY), ["ok", "ok", "ok"]);
        assert_eq!(levels(NOW + 31 * DAY), ["fail", "fail", "ok"]);
    }

    #[test]
    fn a_pepper_is_due_once_a_year_and_goes_with_the_next_rotation_after_that() {
        let level = |age, days| verdict("pepper", age, days).level();
        assert_eq!([level(365 + 30 + LATE, 30), level(365 + 30 + LATE + 1, 30)], ["ok", "fail"]);
        assert_eq!([level(365 + 365 + LATE, 365), level(365 + 365 + LATE + 1, 365)], ["ok", "fail"]);
    }

    #[test]
    fn a_stack_that_does_not_rotate_is_found() {
        for rotation_days in [None, Some(0)] {
            let verdicts = check(&Deployment { rotation_days, now: NOW + 1000 * DAY, ..in_order() });
            assert_eq!(verdicts.iter().map(Verdict::level).collect::<Vec<_>>(), ["warn"]);
        }
    }
}
