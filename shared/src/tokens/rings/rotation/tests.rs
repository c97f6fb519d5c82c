use super::*;
use crate::{
    domain::{Random, Timestamp},
    error::Refusal,
    tokens::{
        Algorithm, Jwks, SealRing, SessionToken, SignRing,
        rings::{Change, KeyInfo, Maker, change, generate, list},
        sealed::Seed,
    },
};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const MAKER: Maker = Maker { algorithm: Algorithm::ES256, random: Random::SYSTEM };

fn fresh(kind: Kind) -> String {
    generate(kind, &MAKER, NOW).unwrap()
}

/// The ring after a change that changes something.
fn after(kind: Kind, ring: &str, what: Change<'_>, now: Timestamp) -> String {
    change(kind, ring, what, &MAKER, now).unwrap().ring.unwrap()
}

fn keys(kind: Kind, ring: &str) -> Vec<KeyInfo> {
    list(kind, ring).unwrap().0
}

fn id_of(kind: Kind, ring: &str, state: State) -> String {
    let mut found = keys(kind, ring).into_iter().filter(|key| key.state == state).map(|key| key.id);
    let id = found.next().unwrap();
    assert_eq!(found.next(), None, "one key is {state:?}");
    id
}

/// The ring as an earlier version made it: without a next key and without a revision.
fn of_earlier_version(kind: Kind) -> String {
    let mut ring: serde_json::Value = serde_json::from_str(&fresh(kind)).unwrap();
    ring["keys"].as_array_mut().unwrap().truncate(1);
    ring.as_object_mut().unwrap().remove("revision");
    ring.to_string()
}

#[test]
fn a_first_ring_has_an_active_key_and_a_next_one() {
    for kind in Kind::ALL {
        let states: Vec<_> = keys(kind, &fresh(kind)).iter().map(|key| (key.state, key.created_at)).collect();
        assert_eq!(states, [(State::Active, NOW.seconds()), (State::Next, NOW.seconds())], "{kind:?}");
    }
}

#[test]
fn a_ring_without_a_next_key_is_given_one_and_a_whole_ring_is_left_alone() {
    for kind in Kind::ALL {
        let old = of_earlier_version(kind);
        let whole = after(kind, &old, Change::Ensure, NOW.plus(5));
        assert_eq!(id_of(kind, &whole, State::Active), id_of(kind, &old, State::Active), "{kind:?}");
        assert_eq!(keys(kind, &whole)[1].created_at, NOW.seconds() + 5);
        let again = change(kind, &whole, Change::Ensure, &MAKER, NOW.plus(10_000_000)).unwrap();
        assert!(again.ring.is_none() && again.moved.is_empty(), "{kind:?}");
    }
}

#[test]
fn people_are_told_how_long_a_key_is_still_too_young() {
    for (age, wait) in [(0, "3 h 0 min"), (1, "3 h 0 min"), (60, "2 h 59 min"), (PUBLISHED_BEFORE_USE - 1, "0 h 1 min")]
    {
        let early = change(Kind::Sign, &fresh(Kind::Sign), Change::Rotate, &MAKER, NOW.plus(age)).unwrap_err();
        assert!(early.to_string().ends_with(&format!(" may become active in {wait}")), "{early}");
    }
}

#[test]
fn next_becomes_active_once_it_has_been_published_for_three_hours() {
    for kind in Kind::ALL {
        let ring = fresh(kind);
        let early = change(kind, &ring, Change::Rotate, &MAKER, NOW.plus(PUBLISHED_BEFORE_USE - 1)).unwrap_err();
        assert!(matches!(early, ChangeError::NotDue { wait: 1 }), "{kind:?}: {early}");
        let then = NOW.plus(PUBLISHED_BEFORE_USE);
        let rotated = after(kind, &ring, Change::Rotate, then);
        assert_eq!(id_of(kind, &rotated, State::Active), id_of(kind, &ring, State::Next), "{kind:?}");
        assert_eq!(id_of(kind, &rotated, State::Retired), id_of(kind, &ring, State::Active), "{kind:?}");
        assert!(!keys(kind, &ring).iter().any(|key| key.id == id_of(kind, &rotated, State::Next)), "{kind:?}");
    }
}

#[test]
fn force_does_not_wait() {
    for kind in Kind::ALL {
        let ring = fresh(kind);
        let rotated = after(kind, &ring, Change::ForceRotate, NOW);
        assert_eq!(id_of(kind, &rotated, State::Active), id_of(kind, &ring, State::Next), "{kind:?}");
    }
}

#[test]
fn a_schedule_takes_the_pepper_along_once_a_year() {
    let month = NOW.plus(30 * 24 * 3600);
    for (kind, due) in [(Kind::Sign, true), (Kind::Seal, true), (Kind::Pepper, false)] {
        assert_eq!(change(kind, &fresh(kind), Change::RotateIfDue, &MAKER, month).is_ok(), due, "{kind:?}");
    }
    let pepper = fresh(Kind::Pepper);
    let is_due = |now| change(Kind::Pepper, &pepper, Change::RotateIfDue, &MAKER, now).is_ok();
    assert_eq!((is_due(NOW.plus(PEPPER_PERIOD - 1)), is_due(NOW.plus(PEPPER_PERIOD))), (false, true));
}

#[test]
fn each_kind_retires_at_its_own_time() {
    let times = [(Kind::Sign, Some(7200)), (Kind::Seal, Some(3600 + MAX_SESSION_SECONDS)), (Kind::Pepper, None)];
    for (kind, stays) in times {
        let rotated = after(kind, &fresh(kind), Change::ForceRotate, NOW);
        let retired = keys(kind, &rotated).into_iter().find(|key| key.state == State::Retired).unwrap();
        assert_eq!(retired.not_after, stays.map(|stays| NOW.seconds() + stays), "{kind:?}");
        let Some(stays) = stays else { continue };
        let holds_it = |now| keys(kind, &after(kind, &rotated, Change::ForceRotate, now)).contains(&retired);
        assert!(holds_it(NOW.plus(stays - 1)) && !holds_it(NOW.plus(stays)), "{kind:?}: dropped when its time is over");
    }
}

#[test]
fn a_pepper_stays_whatever_happens_until_it_is_revoked() {
    let first = fresh(Kind::Pepper);
    let old = id_of(Kind::Pepper, &first, State::Active);
    let mut ring = first;
    for years in 1..=5 {
        ring = after(Kind::Pepper, &ring, Change::Rotate, NOW.plus(years * PEPPER_PERIOD));
    }
    assert!(keys(Kind::Pepper, &ring).iter().any(|key| key.id == old));
    ring = after(Kind::Pepper, &ring, Change::Revoke(&old), NOW.plus(6 * PEPPER_PERIOD));
    assert!(!keys(Kind::Pepper, &ring).iter().any(|key| key.id == old));
}

#[test]
fn g5_a_revoked_key_is_gone_whatever_its_state_and_the_ring_is_whole() {
    for kind in Kind::ALL {
        let ring = after(kind, &fresh(kind), Change::ForceRotate, NOW);
        let next = id_of(kind, &ring, State::Next);
        for state in [State::Next, State::Active, State::Retired] {
            let id = id_of(kind, &ring, state);
            let revoked = after(kind, &ring, Change::Revoke(&id), NOW);
            assert!(!keys(kind, &revoked).iter().any(|key| key.id == id), "{kind:?} {state:?}");
            id_of(kind, &revoked, State::Next);
            let expected = if state == State::Active { next.clone() } else { id_of(kind, &ring, State::Active) };
            assert_eq!(id_of(kind, &revoked, State::Active), expected, "{kind:?} {state:?}");
        }
        let unknown = change(kind, &ring, Change::Revoke("0"), &MAKER, NOW).unwrap_err();
        assert!(matches!(unknown, ChangeError::UnknownKey), "{kind:?}");
    }
}

#[test]
fn the_only_key_of_an_earlier_version_can_be_revoked() {
    for kind in Kind::ALL {
        let old = of_earlier_version(kind);
        let revoked = after(kind, &old, Change::Revoke(&id_of(kind, &old, State::Active)), NOW);
        assert_ne!(id_of(kind, &revoked, State::Active), id_of(kind, &old, State::Active), "{kind:?}");
        id_of(kind, &revoked, State::Next);
    }
}

#[test]
fn g4_valid_from_moves_on_and_not_into_the_future() {
    let ring = after(Kind::Seal, &fresh(Kind::Seal), Change::ValidFrom(NOW), NOW);
    assert_eq!(SealRing::parse(&ring).unwrap().valid_from(), NOW);
    let set = |at| change(Kind::Seal, &ring, Change::ValidFrom(at), &MAKER, NOW.plus(10));
    assert!(matches!(set(NOW.minus(1)), Err(ChangeError::ValidFrom { .. })));
    assert!(set(NOW).unwrap().ring.is_none(), "as it was");
    assert!(set(NOW.plus(10)).unwrap().ring.is_some());
    assert!(matches!(set(NOW.plus(11)), Err(ChangeError::ValidFrom { .. })));
}

#[test]
fn every_change_has_a_greater_revision_also_within_one_second_and_when_the_clock_steps_back() {
    let mut ring = fresh(Kind::Sign);
    let mut before = SignRing::parse(&ring).unwrap().revision();
    for now in [NOW, NOW, NOW.minus(1000), NOW.plus(1000)] {
        ring = after(Kind::Sign, &ring, Change::ForceRotate, now);
        let revision = SignRing::parse(&ring).unwrap().revision();
        assert!(revision > before);
        assert_eq!(Jwks::parse(&SignRing::parse(&ring).unwrap().public_jwks()).unwrap().revision(), revision);
        before = revision;
    }
}

#[test]
fn a_ring_too_large_for_a_secret_is_refused_in_a_sentence() {
    let mut ring = fresh(Kind::Seal);
    let error = loop {
        match change(Kind::Seal, &ring, Change::ForceRotate, &MAKER, NOW) {
            Ok(changed) => ring = changed.ring.unwrap(),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ChangeError::TooLarge) && ring.len() <= 65_536, "{error}");
    let retired = keys(Kind::Seal, &ring).into_iter().find(|key| key.state == State::Retired).unwrap();
    assert!(change(Kind::Seal, &ring, Change::Revoke(&retired.id), &MAKER, NOW).is_ok(), "there is a way out");
}

#[test]
fn what_is_listed_and_what_happened_holds_no_secret() {
    let ring = fresh(Kind::Seal);
    let secrets = ring.split("\"secret\":\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let changed = change(Kind::Seal, &ring, Change::ForceRotate, &MAKER, NOW).unwrap();
    let told = format!("{:?} {:?}", keys(Kind::Seal, &ring), changed.moved);
    secrets.for_each(|secret| assert!(!told.contains(secret)));
}

/// A session token sealed with the active key of `ring`.
fn sealed(ring: &SealRing) -> String {
    let ([user, session], seed) = ([[7; 16]; 2], Seed::from_random([7; 16]));
    let (user_id, session_id) =
        (crate::domain::UserId::from_bytes(user), crate::domain::SessionId::from_bytes(session));
    let token = SessionToken { user_id, session_id, seed, key_id: ring.active_id() };
    token.seal(ring, "https://auth.example.com").unwrap().reveal().to_owned()
}

#[test]
fn a17_a_retired_seal_key_proves_until_a_second_before_its_end() {
    let ring = fresh(Kind::Seal);
    let token = sealed(&SealRing::parse(&ring).unwrap());
    let rotated = SealRing::parse(&after(Kind::Seal, &ring, Change::ForceRotate, NOW)).unwrap();
    let open = |now| SessionToken::open(&token, &rotated, "https://auth.example.com", now).map(drop);
    let end = NOW.plus(3600 + MAX_SESSION_SECONDS);
    assert_eq!(open(end.minus(1)), Ok(()));
    assert_eq!(open(end), Err(Refusal("unknown seal key")));
}

/// Rings rotated as soon as they may be, and functions that hold whichever ring there was within the last hour.
#[test]
fn a17_whatever_ring_of_the_last_hour_seals_any_other_of_the_last_hour_proves_it() {
    let mut rings = vec![(0, fresh(Kind::Seal))];
    for turn in 1..=6 {
        let (_, last) = rings.last().unwrap();
        let at = turn * PUBLISHED_BEFORE_USE;
        rings.push((at, after(Kind::Seal, last, Change::Rotate, NOW.plus(at))));
    }
    let end = rings.last().unwrap().0 + 2 * MAX_KEPT_SECONDS;
    let held = |at: u64| {
        // Every ring that was current at some moment from an hour ago until now.
        let current = rings.partition_point(|(from, _)| *from <= at) - 1;
        let oldest = rings.partition_point(|(from, _)| from + MAX_KEPT_SECONDS <= at).saturating_sub(1);
        rings[oldest..=current].iter().map(|(_, ring)| SealRing::parse(ring).unwrap()).collect::<Vec<_>>()
    };
    for at in (0..end).step_by(1799) {
        for maker in held(at) {
            for judge in held(at) {
                let opened = SessionToken::open(&sealed(&maker), &judge, "https://auth.example.com", NOW.plus(at));
                assert!(opened.is_ok(), "second {at}");
            }
        }
    }
}

#[test]
fn a_ring_of_a_later_version_can_be_used_whatever_else_it_holds() {
    for kind in Kind::ALL {
        let mut ring: serde_json::Value = serde_json::from_str(&fresh(kind)).unwrap();
        ring["hint"] = "new".into();
        ring["keys"][0]["hint"] = "new".into();
        assert!(kind.check(&ring.to_string()).is_ok(), "{kind:?}");
        ring["version"] = 2.into();
        assert!(kind.check(&ring.to_string()).is_err(), "{kind:?}: unless it says that it cannot");
    }
}
