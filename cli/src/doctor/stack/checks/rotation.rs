//! Keys are rotated as often as the deployment says.

use super::Deployment;
use super::rings::KINDS;
use crate::doctor::verdict::{Verdict, fail, ok, warn};

const DAY: i64 = 86_400;
/// Days by which the schedule may be late.
const LATE: i64 = 1;

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let Ok(rings) = &deployment.rings else { return Vec::new() };
    let Some(days) = deployment.rotation_days else {
        return vec![warn(
            "the stack has no parameter KeyRotationDays",
            "deploy a version that rotates keys by itself",
        )];
    };
    let verdicts = KINDS.iter().filter_map(|kind| {
        // Each rotation draws a next key: its age is the time since the last one.
        let next = rings.keys.iter().find(|key| key.kind == *kind && key.state == "next")?;
        let age = (deployment.now - next.created_at) / DAY;
        Some(if age > days + LATE {
            fail(
                format!("{kind}: last rotated {age} days ago, should be every {days}"),
                "the schedule does not run or fails: look at the log of rotate-keys, then `latchkey keys rotate`",
            )
        } else {
            ok(format!("{kind}: rotated {age} days ago, every {days}"))
        })
    });
    verdicts.collect()
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
        assert_eq!(levels(NOW + 31 * DAY), ["fail", "fail", "fail"]);
    }

    #[test]
    fn a_stack_that_does_not_rotate_is_found() {
        assert_eq!(check(&Deployment { rotation_days: None, ..in_order() })[0].level(), "warn");
    }
}
