//! A machine whose clock is wrong.

use std::process::Command;

use latchkey_tests::{
    authorizer_event::{KINDS, Kind},
    forge::Forge,
};
use serde_json::{Value, json};

use crate::{folder::Folder, judges::Judges};

/// Both authorizers, on a machine whose clock stands at `seconds` since 1970.
fn judges_at(folder: &Folder, seconds: i64) -> Judges {
    let library = folder.path(&format!("clock{seconds}.so"));
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", &format!("-DSECONDS={seconds}"), "-o", &library]);
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/built/clock.c");
    assert!(compiler.arg(source).status().unwrap().success(), "Rust's linker is a C compiler, and it compiles this");
    Judges::with(&[("LD_PRELOAD", &library)])
}

fn event(judges: &Judges, kind: Kind, now: i64) -> String {
    let claims = Forge::claims_with(&json!({ "iat": now, "exp": now + 900, "auth_time": now }));
    kind.about(&judges.forge.token(&judges.forge.header(), &claims)).to_string()
}

#[test]
fn a18_whatever_kind_of_api_asks_nothing_is_decided_by_a_clock_before_1970_or_before_this_product() {
    let folder = Folder::new();
    let later = 2_000_000_000;
    let judges = judges_at(&folder, later);
    for kind in KINDS {
        assert!(kind.lets_in(&judges.decide(event(&judges, kind, later).as_bytes())), "{kind:?}: it is the clock");
    }
    for now in [-1, 0, 1_700_000_000] {
        let judges = judges_at(&folder, now);
        for kind in KINDS {
            let event = event(&judges, kind, now);
            for outcome in [judges.decide(event.as_bytes()), judges.decide_session(event.as_bytes())] {
                let said = outcome.map_err(|report: Value| report["errorMessage"].clone());
                assert_eq!(said, Err(json!("a dependency is unavailable")), "{kind:?} at {now}");
            }
        }
    }
}
