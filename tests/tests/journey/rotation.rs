//! Rotation, as warm sandboxes see it: some hold the rings from before, some those from after.

use latchkey::{
    domain::{Random, Timestamp},
    tokens::{
        Algorithm,
        rings::{Change, Kind, Maker, State, change, list},
    },
};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    forge::Forge,
    rings::Rings,
    store::Store,
    world::{START, Settings, World},
};
use serde_json::json;

use crate::ws_message::connected;

const MAKER: Maker = Maker { algorithm: Algorithm::ES256, random: Random::SYSTEM };

/// The rings after a change of one of them.
fn changed(rings: &Rings, kind: Kind, what: Change<'_>, now: Timestamp) -> Rings {
    let mut rings = rings.clone();
    let ring = match kind {
        Kind::Sign => &mut rings.sign,
        Kind::Seal => &mut rings.seal,
        Kind::Pepper => &mut rings.pepper,
    };
    *ring = change(kind, ring, what, &MAKER, now).unwrap().ring.unwrap();
    rings
}

fn rotated(rings: &Rings, now: Timestamp) -> Rings {
    Kind::ALL.into_iter().fold(rings.clone(), |rings, kind| changed(&rings, kind, Change::Rotate, now))
}

fn without_active(rings: &Rings, kind: Kind, now: Timestamp) -> Rings {
    let ring = match kind {
        Kind::Sign => &rings.sign,
        Kind::Seal => &rings.seal,
        Kind::Pepper => &rings.pepper,
    };
    let (keys, _) = list(kind, ring).unwrap();
    let active = keys.into_iter().find(|key| key.state == State::Active).unwrap().id;
    changed(rings, kind, Change::Revoke(&active), now)
}

/// Sandboxes with these rings, on a store that others share.
fn sandboxes(store: &Store, rings: &Rings) -> World {
    World::new(store.clone(), Settings { rings: rings.clone(), ..Settings::default() })
}

fn stores() -> [Store; 2] {
    [Store::memory(), Store::dynamodb()]
}

#[tokio::test]
async fn a17_tokens_of_either_side_of_a_rotation_are_good_on_both() {
    for store in stores() {
        let rings = Rings::generate(Algorithm::ES256);
        let [old, new] = [sandboxes(&store, &rings), sandboxes(&store, &rotated(&rings, START))];
        for signer in [&old, &new] {
            let (person, tokens) = signer.registered().await;
            let session = Tokens::from(signer.login_for_session_token(&person).await).session;
            let mut refresh = tokens.refresh;
            for verifier in [&old, &new, &old] {
                assert!(verifier.authorize(&tokens.access).is_some(), "the stateless authorizer");
                assert!(verifier.authorize_session(&session).await.is_some(), "the session-authorizer");
                assert_eq!(verifier.me(&tokens.access).await.status, 200);
                assert_eq!(verifier.me(&session).await.status, 200);
                let renewed = Tokens::from(verifier.refresh(&refresh).await);
                assert!(old.authorize(&renewed.access).is_some() && new.authorize(&renewed.access).is_some());
                refresh = renewed.refresh;
                assert_eq!(verifier.login(&person).await.status, 200, "the pepper");
            }
        }
    }
}

#[tokio::test]
async fn a17_a_retired_signing_key_is_refused_when_the_last_token_it_may_have_signed_has_expired() {
    let store = Store::memory();
    let rings = Rings::generate(Algorithm::ES256);
    let [old, new] = [sandboxes(&store, &rings), sandboxes(&store, &rotated(&rings, START))];
    // An old app signs for an hour at most, for an hour at most.
    let (forge, last) = (Forge::new(&rings), START.plus(3599));
    let claims = |from: Timestamp, until: Timestamp| {
        let (iat, exp) = (from.seconds(), until.seconds());
        forge.token(&forge.header(), &Forge::claims_with(&json!({ "iat": iat, "exp": exp, "auth_time": iat })))
    };
    let honest = claims(last, last.plus(3600));
    new.set_clock(START.plus(7198));
    assert!(new.authorize(&honest).is_some());
    // Whoever has stolen the key signs on.
    let stolen = claims(START.plus(7000), START.plus(8000));
    new.set_clock(START.plus(7199));
    assert!(new.authorize(&stolen).is_some());
    new.set_clock(START.plus(7200));
    let keys = new.settings.rings.jwks();
    assert_eq!(refusal(&new, keys, &stolen), "unknown key");
    old.set_clock(START.plus(7200));
    assert_eq!(new.me(&stolen).await.problem(), "invalid-token");
}

/// Why a verifier with these keys refuses a token; it must.
fn refusal(world: &World, keys: latchkey::tokens::Jwks, token: &str) -> String {
    let audience = latchkey::tokens::Audience {
        issuer: world.settings.issuer.clone(),
        audience: world.settings.audience.clone(),
        client_id: "latchkey".to_owned(),
    };
    latchkey::tokens::Verifier::new(&audience, keys).verify(token, world.now()).unwrap_err().to_string()
}

#[tokio::test]
async fn a_retired_key_leaves_the_published_set_by_itself() {
    for store in stores() {
        let rings = Rings::generate(Algorithm::ES256);
        let world = sandboxes(&store, &rotated(&rings, START));
        let count = async || {
            let answer = world.send(latchkey_tests::exchange::Call::get("/.well-known/jwks.json")).await;
            answer.json()["keys"].as_array().unwrap().len()
        };
        world.advance(7199);
        assert_eq!(count().await, 3);
        world.advance(1);
        assert_eq!(count().await, 2, "also for verifiers that know no not_after");
    }
}

#[tokio::test]
async fn a17_a_token_of_a_retired_seal_key_is_good_until_its_session_has_ended_anyway() {
    let store = Store::memory();
    let rings = Rings::generate(Algorithm::ES256);
    let old = sandboxes(&store, &rings);
    let mut tokens = old.registered().await.1;
    let new = sandboxes(&store, &rotated(&rings, START));
    let day = 24 * 3600;
    for days in (10..30).step_by(10) {
        new.set_clock(START.plus(days * day));
        tokens = Tokens::from(new.refresh(&tokens.refresh).await);
    }
    new.set_clock(START.plus(30 * day - 1));
    tokens = Tokens::from(new.refresh(&tokens.refresh).await);
    new.set_clock(START.plus(30 * day));
    assert_eq!(new.refresh(&tokens.refresh).await.problem(), "invalid-token");
    // The key itself is good for longer than any session was ever allowed to be, and an hour: what an old app sealed last.
    let year = 366 * day;
    let sealed = |now| {
        latchkey::tokens::RefreshToken::open(&tokens.refresh, &new.settings.rings.seal(), &new.settings.issuer, now)
    };
    assert!(sealed(START.plus(year + 3599)).is_ok() && sealed(START.plus(year + 3600)).is_err());
}

#[tokio::test]
async fn g5_what_a_revoked_key_made_is_refused_at_once_and_nothing_else() {
    for store in stores() {
        let rings = Rings::generate(Algorithm::ES256);
        let leaked = sandboxes(&store, &rings);
        let (person, tokens) = leaked.registered().await;
        let session = Tokens::from(leaked.login_for_session_token(&person).await).session;

        let signs_anew = sandboxes(&store, &without_active(&rings, Kind::Sign, START));
        assert_eq!(signs_anew.me(&tokens.access).await.problem(), "invalid-token");
        assert_eq!(signs_anew.me(&session).await.status, 200);
        let renewed = Tokens::from(signs_anew.refresh(&tokens.refresh).await);
        assert_eq!(signs_anew.me(&renewed.access).await.status, 200, "whoever is signed in stays signed in");

        let seals_anew = sandboxes(&store, &without_active(&rings, Kind::Seal, START));
        assert_eq!(seals_anew.refresh(&renewed.refresh).await.problem(), "invalid-token");
        assert_eq!(seals_anew.authorize_session(&session).await, None);
        assert_eq!(seals_anew.login(&person).await.status, 200);
    }
}

#[tokio::test]
async fn a_password_of_an_older_pepper_is_good_and_is_hashed_again_once() {
    for store in stores() {
        let rings = Rings::generate(Algorithm::ES256);
        let (person, _) = sandboxes(&store, &rings).registered().await;
        let (other, _) = sandboxes(&store, &rings).registered().await;
        let rings = rotated(&rings, START);
        let new = sandboxes(&store, &rings);
        for rehashed in [1, 1] {
            assert_eq!(new.login(&person).await.status, 200);
            assert_eq!(store.calls("replace_password_hash"), rehashed);
        }
        let (keys, _) = list(Kind::Pepper, &rings.pepper).unwrap();
        let old = keys.into_iter().find(|key| key.state == State::Retired).unwrap().id;
        let without = sandboxes(&store, &changed(&rings, Kind::Pepper, Change::Revoke(&old), START));
        assert_eq!(without.login(&person).await.status, 200);
        assert_eq!(without.login(&other).await.status, 500, "of a pepper that is gone nobody can tell");
        assert_eq!(without.login(&Person::new()).await.problem(), "invalid-credentials");
    }
}

#[tokio::test]
async fn g4_after_valid_from_moved_nothing_from_before_is_accepted_and_everybody_may_sign_in_again() {
    for store in stores() {
        let rings = Rings::generate(Algorithm::ES256);
        let before = sandboxes(&store, &rings);
        let (person, tokens) = before.registered().await;
        let session = Tokens::from(before.login_for_session_token(&person).await).session;
        let at = START.plus(60);
        let rings = [Kind::Sign, Kind::Seal]
            .into_iter()
            .fold(rings, |rings, kind| changed(&rings, kind, Change::ValidFrom(at), at));
        let after = sandboxes(&store, &rings);
        after.set_clock(at);
        assert!(after.authorize(&tokens.access).is_none());
        assert_eq!(after.me(&tokens.access).await.problem(), "invalid-token");
        assert_eq!(after.me(&session).await.problem(), "invalid-token");
        assert_eq!(after.refresh(&tokens.refresh).await.problem(), "invalid-token");
        let again = Tokens::from(after.login(&person).await);
        assert!(after.authorize(&again.access).is_some() && after.refresh(&again.refresh).await.status == 200);
    }
}

#[tokio::test]
async fn g4_a_connection_from_before_valid_from_is_closed_with_its_first_frame() {
    const PING: &str = r#"{"action":"ping"}"#;
    for store in stores() {
        let rings = Rings::generate(Algorithm::ES256);
        let before = sandboxes(&store, &rings);
        let (person, tokens) = before.registered().await;
        let socket = connected(&before, &tokens).await;
        let at = START.plus(60);
        let after = sandboxes(&store, &changed(&rings, Kind::Sign, Change::ValidFrom(at), at));
        after.set_clock(at);
        let stays = connected(&after, &Tokens::from(after.login(&person).await)).await;
        assert_eq!(after.say(&socket, PING).await, None);
        assert_eq!(after.closed(), [(socket.id.clone(), "revoked-by-admin")]);
        assert_eq!(after.say(&socket, PING).await, None, "nobody knows it any more");
        assert!(after.say(&stays, PING).await.is_some());
    }
}
