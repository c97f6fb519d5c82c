//! The revocation feed as a verifier reads it: whatever it is sent, it never panics and never forgets what has ended.

use latchkey::{
    domain::{FeedEntry, SessionId, feed::TOLD_SECONDS},
    published::{Bound, document::Bucket, feed::Feed},
    tokens::{AccessClaims, Audience, Verifier},
};
use latchkey_tests::{
    anything::{any_json, config},
    api::{Api, Tokens},
    asking::{
        Asking,
        Verdict::{In, Out},
    },
    store::Store,
    world::{ISSUER, START},
};
use proptest::{
    prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof},
    prop_assert, prop_assert_eq, proptest,
};
use serde_json::{Value, json};

use super::somewhere;

/// What a good token says, and a document that names its session as ended.
fn ended() -> (AccessClaims, Value) {
    somewhere(|here| {
        let audience =
            Audience { issuer: ISSUER.to_owned(), audience: "latchkey".to_owned(), client_id: "latchkey".to_owned() };
        let verifier = Verifier::new(&audience, here.world.settings.rings.jwks());
        let claims = verifier.verify(&here.tokens.access, START).unwrap();
        let session: SessionId = here.tokens.session_id.parse().unwrap();
        let entry = FeedEntry::session(session, START, START.plus(TOLD_SECONDS));
        let kids: Vec<_> = here.world.settings.rings.jwks().key_ids(START).map(str::to_owned).collect();
        let document = json!({
            "now": START.seconds(), "bucket_seconds": 10, "valid_from": 0, "kids": kids, "after": 0,
            "closed": entry.bucket - 4, "buckets": [Bucket::pack(entry.bucket, [&entry])],
        });
        (claims, document)
    })
}

/// A feed that knows of one ended session.
fn knowing(document: &Value) -> Feed {
    let mut feed = Feed::default();
    feed.read(document.to_string().as_bytes(), START).unwrap();
    feed
}

const PLACES: [&str; 12] = [
    "",
    "/now",
    "/bucket_seconds",
    "/valid_from",
    "/kids",
    "/kids/0",
    "/after",
    "/closed",
    "/buckets",
    "/buckets/0/bucket",
    "/buckets/0/sessions",
    "/next",
];

/// Values that are nearly right.
fn near() -> impl Strategy<Value = Value> {
    let number = prop_oneof![any::<u64>(), 399_999_990..400_000_010_u64, 3_999_999_990..4_000_000_010_u64, 0..20_u64];
    prop_oneof![any_json(), number.prop_map(Value::from), "[A-Za-z0-9_=-]{0,40}".prop_map(Value::from)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_feed_of_any_bytes_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".*") {
        let (claims, document) = ended();
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let mut feed = knowing(&document);
            prop_assert!(feed.read(bytes, START).is_err());
            prop_assert!(feed.judge(&claims.subject, &claims.key_id).is_err());
        }
    }

    #[test]
    fn a_document_changed_anywhere_is_refused_or_makes_nothing_good_again(place in 0..PLACES.len(), value in near(), later in 0..4_u64) {
        let (claims, document) = ended();
        let mut feed = knowing(&document);
        let asked = feed.question().split_once('=').map_or(0, |(_, after)| after.parse::<u64>().unwrap());
        let mut changed = document.clone();
        changed["after"] = json!(asked);
        changed["next"] = Value::Null;
        *changed.pointer_mut(PLACES[place]).unwrap() = value;
        let _ = feed.read(changed.to_string().as_bytes(), START.plus(later));
        prop_assert!(feed.judge(&claims.subject, &claims.key_id).is_err(), "{changed}");
    }

    #[test]
    fn bucket_lists_of_any_text_are_whole_entries_or_none(sessions in "[A-Za-z0-9_-]{0,64}|.*", users in "[A-Za-z0-9_-]{0,64}|.*") {
        let bucket = Bucket { bucket: 1, sessions: sessions.as_str().into(), users: users.as_str().into() };
        // 3 bytes are 4 characters.
        if let Ok(names) = bucket.sessions() {
            prop_assert_eq!(names.len() * 8, sessions.len() * 3 / 4);
        }
        if let Ok(names) = bucket.users() {
            prop_assert_eq!(names.count() * 16, users.len() * 3 / 4);
        }
    }
}

/// What can happen between an authorizer and its issuer.
#[derive(Debug, Clone)]
enum Happening {
    Wait(u64),
    End(usize),
    EndAll,
    Ask,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        3 => (0..30_u64).prop_map(Happening::Wait),
        2 => (0..4_usize).prop_map(Happening::End),
        1 => Just(Happening::EndAll),
        4 => Just(Happening::Ask),
    ];
    prop::collection::vec(one, 1..25)
}

proptest! {
    // Each case is a world of its own, and shorter than an access token's life.
    #![proptest_config(ProptestConfig { cases: 48, ..config() })]

    #[test]
    fn whatever_happens_when_exactly_those_who_have_ended_are_refused_within_the_bound(happenings in happenings()) {
        let asking = Asking::for_revocations(Store::memory(), Bound { max_age: 5, stale: 0 });
        let (person, first) = asking.run(asking.world.registered());
        let login = || Tokens::from(asking.run(asking.world.login(&person)));
        let mut sessions = vec![(first, true), (login(), true), (login(), true), (login(), true)];
        for happening in happenings {
            match happening {
                Happening::Wait(seconds) => asking.world.advance(seconds),
                Happening::End(which) => {
                    asking.run(asking.world.logout(&sessions[which].0.refresh));
                    sessions[which].1 = false;
                }
                Happening::EndAll => {
                    for (tokens, live) in sessions.iter_mut().filter(|(_, live)| *live) {
                        asking.run(asking.world.logout(&tokens.refresh));
                        *live = false;
                    }
                    sessions[0] = (login(), true);
                }
                Happening::Ask => { sessions.iter().for_each(|(tokens, _)| { asking.verdict(&tokens.access); }); }
            }
        }
        asking.world.advance(8);
        for (tokens, live) in sessions {
            prop_assert_eq!(asking.verdict(&tokens.access), if live { In } else { Out });
        }
    }
}
