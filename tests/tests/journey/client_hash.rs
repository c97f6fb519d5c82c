//! Clients that hash passwords before they send them: every mode of the deployment, every spelling, every kind of account.

use latchkey::domain::ClientHashing;
use latchkey_tests::{
    api::{Api, Person, Tokens},
    client_hash::{Spelling, client_hash},
    exchange::{Answer, Call},
    store::Store,
    world::{ORIGIN, Settings, World},
};
use serde_json::{Value, json};

use crate::{
    changes::stored,
    straddling::{Happening, NEW_PASSWORD, assert_dead, let_happen},
};

use ClientHashing::{Off, Required, Transition};

/// The settings of a deployment in this mode.
pub(crate) fn hashing(client_hashing: ClientHashing) -> Settings {
    Settings { client_hashing, ..Settings::default() }
}

/// The same accounts in another mode.
fn in_mode(store: &Store, mode: ClientHashing) -> World {
    World::new(store.clone(), hashing(mode))
}

/// What is known of an address.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Nobody,
    Plain,
    Moved,
}

const KINDS: [Kind; 3] = [Kind::Nobody, Kind::Plain, Kind::Moved];

/// Somebody of this kind, and the hash of their password.
async fn somebody(store: &Store, kind: Kind) -> (Person, String) {
    let (person, transition) = (Person::new(), in_mode(store, Transition));
    match kind {
        Kind::Nobody => {}
        Kind::Plain => assert_eq!(in_mode(store, Off).register(&person).await.status, 201),
        Kind::Moved => assert_eq!(transition.register(&person).await.status, 201),
    }
    if kind != Kind::Nobody {
        assert_eq!(kind_of(store, &person).await, kind);
    }
    let hash = client_hash(&transition, &person).await;
    (person, hash)
}

/// What is stored of them.
async fn kind_of(store: &Store, person: &Person) -> Kind {
    let hash = stored(store, person).await.password_hash;
    if hash.starts_with("$argon2id$v=19$m=8,t=1,p=1,keyid=") && hash.contains(",data=") {
        return Kind::Moved;
    }
    assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1,keyid=") && !hash.contains(",data="), "{hash}");
    Kind::Plain
}

async fn login(world: &World, body: &Value) -> Answer {
    world.send(Call::post("/auth/login", body)).await
}

/// Status and, of a 422, where.
fn outcome(answer: &Answer) -> (u16, String) {
    (answer.status, answer.text("/errors/0/pointer"))
}

#[tokio::test]
async fn signing_in_depends_on_the_mode_the_spelling_and_the_password_alone() {
    for world in World::on_each_store() {
        for mode in ClientHashing::ALL {
            let world = in_mode(&world.store, mode);
            for (kind, spelling) in KINDS.into_iter().flat_map(|kind| Spelling::ALL.map(|spelling| (kind, spelling))) {
                let (person, hash) = somebody(&world.store, kind).await;
                let refused = match (mode, spelling) {
                    (Off, Spelling::ClientHash | Spelling::Both) => Some("/client_hash"),
                    (Required, Spelling::Password | Spelling::Both) => Some("/password"),
                    _ => None,
                };
                let is_known = match spelling {
                    Spelling::Password | Spelling::Both => kind != Kind::Nobody,
                    Spelling::ClientHash => kind == Kind::Moved,
                };
                let right = match refused {
                    Some(pointer) => (422, pointer.to_owned()),
                    None => (if is_known { 200 } else { 401 }, String::new()),
                };
                let case = format!("{mode:?}, {kind:?}, {spelling:?}");

                let guess = person.with_password("not their password");
                let guessed = client_hash(&in_mode(&world.store, Transition), &guess).await;
                let wrong = login(&world, &spelling.credentials(&guess, &guessed)).await;
                assert_eq!(wrong.status, if refused.is_some() { 422 } else { 401 }, "wrong: {case}");
                let answer = login(&world, &spelling.credentials(&person, &hash)).await;
                assert_eq!(outcome(&answer), right, "right: {case}");

                if kind != Kind::Nobody {
                    let now = match (answer.status, mode) {
                        (200, Off) => Kind::Plain,
                        (200, Transition | Required) => Kind::Moved,
                        _ => kind,
                    };
                    assert_eq!(kind_of(&world.store, &person).await, now, "afterwards: {case}");
                }
            }
        }
    }
}

#[tokio::test]
async fn who_moved_signs_in_by_either_spelling_and_is_written_no_more() {
    for world in World::on_each_store_with(hashing(Transition)) {
        let (person, hash) = somebody(&world.store, Kind::Plain).await;
        assert_eq!(login(&world, &Spelling::ClientHash.credentials(&person, &hash)).await.status, 401);
        assert_eq!(login(&world, &Spelling::Both.credentials(&person, &hash)).await.status, 200);
        for spelling in Spelling::ALL {
            assert_eq!(login(&world, &spelling.credentials(&person, &hash)).await.status, 200, "{spelling:?}");
        }
        assert_eq!(world.store.calls("replace_password_hash"), 1);
    }
}

#[tokio::test]
async fn who_moved_comes_back_where_client_hashing_is_off_again() {
    for world in World::on_each_store_with(hashing(Transition)) {
        let (person, _) = somebody(&world.store, Kind::Moved).await;
        let off = in_mode(&world.store, Off);
        assert_eq!(off.login(&person.with_password("not their password")).await.status, 401);
        assert_eq!(kind_of(&world.store, &person).await, Kind::Moved);
        assert_eq!(off.login(&person).await.status, 200);
        assert_eq!(kind_of(&world.store, &person).await, Kind::Plain);
        assert_eq!(off.login(&person).await.status, 200);
    }
}

#[tokio::test]
async fn registering_takes_what_signing_in_takes() {
    for world in World::on_each_store() {
        for (mode, spelling) in
            ClientHashing::ALL.into_iter().flat_map(|mode| Spelling::ALL.map(|spelling| (mode, spelling)))
        {
            let (world, (person, hash)) = (in_mode(&world.store, mode), somebody(&world.store, Kind::Nobody).await);
            let answer = world.send(Call::post("/auth/register", &spelling.credentials(&person, &hash))).await;
            let (expected, kind) = match (mode, spelling) {
                (Off, Spelling::Password) => ((201, ""), Kind::Plain),
                (Off, _) => ((422, "/client_hash"), Kind::Nobody),
                (Transition, _) | (Required, Spelling::ClientHash) => ((201, ""), Kind::Moved),
                (Required, _) => ((422, "/password"), Kind::Nobody),
            };
            assert_eq!(outcome(&answer), (expected.0, expected.1.to_owned()), "{mode:?} {spelling:?}");
            if kind != Kind::Nobody {
                assert_eq!(kind_of(&world.store, &person).await, kind);
                assert_eq!(login(&world, &spelling.credentials(&person, &hash)).await.status, 200);
            }
        }
    }
}

#[tokio::test]
async fn a_password_beside_its_hash_is_judged_and_a_hash_alone_cannot_be() {
    for world in World::on_each_store_with(hashing(Transition)) {
        let weak = Person::new().with_password("passwordpassword");
        let hash = client_hash(&world, &weak).await;
        let register = async |spelling: Spelling| {
            outcome(&world.send(Call::post("/auth/register", &spelling.credentials(&weak, &hash))).await)
        };
        assert_eq!(register(Spelling::Both).await, (422, "/password".to_owned()));
        assert_eq!(register(Spelling::ClientHash).await, (201, String::new()));
    }
}

#[tokio::test]
async fn c1_a_hash_that_is_not_that_of_the_password_beside_it_is_told_alike_whoever_has_the_address() {
    for world in World::on_each_store_with(hashing(Transition)) {
        let mut told = Vec::new();
        for kind in KINDS {
            let (person, _) = somebody(&world.store, kind).await;
            let planted = client_hash(&world, &person.with_password("a second secret of mine")).await;
            let answer = login(&world, &Spelling::Both.credentials(&person, &planted)).await;
            assert_eq!(outcome(&answer), (422, "/client_hash".to_owned()), "{kind:?}");
            assert_eq!(answer.text("/errors/0/detail"), "is not that of the password");
            let planted = json!({ "email": person.email, "client_hash": planted });
            assert_eq!(login(&world, &planted).await.status, 401, "{kind:?}");
            if kind != Kind::Nobody {
                assert_eq!(kind_of(&world.store, &person).await, kind);
            }
            told.push(answer);
        }
        assert_eq!([&told[1], &told[2]], [&told[0]; 2]);
        let person = Person::new();
        let other = client_hash(&world, &Person::new().with_password(&person.password)).await;
        let answer = world.send(Call::post("/auth/register", &Spelling::Both.credentials(&person, &other))).await;
        assert_eq!(outcome(&answer), (422, "/client_hash".to_owned()), "the salt of another address");
    }
}

#[tokio::test]
async fn what_is_missing_or_no_hash_is_told_where() {
    let hash = "A".repeat(43);
    for world in World::on_each_store() {
        for mode in ClientHashing::ALL {
            let world = in_mode(&world.store, mode);
            let missing = if mode == Required { "/client_hash" } else { "/password" };
            for path in ["/auth/login", "/auth/register"] {
                let send = async |body: Value| outcome(&world.send(Call::post(path, &body)).await);
                assert_eq!(send(json!({ "email": "ada@example.com" })).await, (422, missing.to_owned()), "{mode:?}");
                let null = json!({ "email": "ada@example.com", "password": null, "client_hash": null });
                assert_eq!(send(null).await, (422, missing.to_owned()), "{mode:?}");
                for bad in ["", &hash[1..], &format!("{hash}A"), &format!("{}B", &hash[1..]), &"ü".repeat(43)] {
                    let answer = send(json!({ "email": "ada@example.com", "client_hash": bad })).await;
                    assert_eq!(answer, (422, "/client_hash".to_owned()), "{mode:?}: {bad}");
                }
                let number = Call::post(path, &json!({ "email": "ada@example.com", "client_hash": 1 }));
                assert_eq!(world.send(number).await.problem(), "malformed-body");
            }
        }
        assert_eq!(world.store.calls("reserve_attempt"), 0, "nothing was counted, and so nothing hashed");
    }
}

#[tokio::test]
async fn b13_what_is_stored_signs_nobody_in_and_a_hash_is_no_password() {
    for world in World::on_each_store_with(hashing(Transition)) {
        for kind in [Kind::Plain, Kind::Moved] {
            let (person, hash) = somebody(&world.store, kind).await;
            let dumped = stored(&world.store, &person).await.password_hash;
            let output = dumped.rsplit('$').next().unwrap().replace('+', "-").replace('/', "_");
            assert_eq!(output.len(), 43);
            let as_hash = |hash: &str| json!({ "email": person.email, "client_hash": hash });
            let as_password = |password: &str| json!({ "email": person.email, "password": password });
            for body in [as_hash(&output), as_password(&output), as_password(&dumped), as_password(&hash)] {
                assert_eq!(login(&world, &body).await.status, 401, "{kind:?} {body}");
            }
        }
        let (somebody, hash) = somebody(&world.store, Kind::Moved).await;
        let odd = Person::new().with_password(&hash);
        assert_eq!(in_mode(&world.store, Off).register(&odd).await.status, 201);
        let as_hash = json!({ "email": odd.email, "client_hash": hash });
        assert_eq!(login(&world, &as_hash).await.status, 401, "a password that reads like a hash is none");
        let elsewhere = json!({ "email": odd.email, "client_hash": client_hash(&world, &somebody).await });
        assert_eq!(login(&world, &elsewhere).await.status, 401);
    }
}

#[tokio::test]
async fn g3_a_change_of_the_password_wins_over_a_move_that_straddles_it() {
    for world in World::on_each_store_with(hashing(Transition)) {
        let (person, _) = somebody(&world.store, Kind::Plain).await;
        let_happen(&world, Happening::PasswordChange, &person, "replace_password_hash");
        assert_dead(&world, world.login(&person).await).await;
        assert!(world.store.interrupted());
        assert_eq!(world.login(&person).await.status, 401);
        assert_eq!(world.login(&person.with_password(NEW_PASSWORD)).await.status, 200);
    }
}

#[tokio::test]
async fn where_hashes_are_required_the_forms_of_our_pages_still_send_passwords_and_move_accounts() {
    for world in World::on_each_store_with(hashing(Required)) {
        let (person, hash) = somebody(&world.store, Kind::Plain).await;
        let by_hash = Spelling::ClientHash.credentials(&person, &hash);
        assert_eq!(login(&world, &by_hash).await.status, 401);
        let form = |path: &str, person: &Person| {
            world.send(Call::form(path, ORIGIN, &[("email", &person.email), ("password", &person.password)]))
        };
        assert_eq!(form("/auth/login", &person.with_password("not their password")).await.status, 401);
        assert_eq!(form("/auth/login", &person).await.status, 303);
        assert_eq!(kind_of(&world.store, &person).await, Kind::Moved);
        assert_eq!(login(&world, &by_hash).await.status, 200);

        let newcomer = Person::new();
        let registered = form("/auth/register", &newcomer).await;
        assert_eq!(registered.status, 303);
        let hash = client_hash(&world, &newcomer).await;
        assert_eq!(login(&world, &Spelling::ClientHash.credentials(&newcomer, &hash)).await.status, 200);

        let fields = [
            ("action", "change-password"),
            ("current_password", newcomer.password.as_str()),
            ("new_password", NEW_PASSWORD),
        ];
        let cookie = format!("__Host-latchkey={}", registered.cookie().unwrap());
        assert_eq!(world.send(Call::form("/auth/account", ORIGIN, &fields).cookie(&cookie)).await.status, 303);
        let changed = newcomer.with_password(NEW_PASSWORD);
        let hash = client_hash(&world, &changed).await;
        assert_eq!(login(&world, &Spelling::ClientHash.credentials(&changed, &hash)).await.status, 200);
    }
}

/// Sends a change of the password as a client of this spelling does.
async fn change(world: &World, spelling: Spelling, [current, new]: [&Person; 2], access: &str) -> Answer {
    let mut body = json!({});
    for (which, person) in [("current", current), ("new", new)] {
        let hash = client_hash(&in_mode(&world.store, Transition), person).await;
        let sent = spelling.credentials(person, &hash);
        for member in ["password", "client_hash"] {
            if let Some(value) = sent.get(member) {
                body[format!("{which}_{member}")] = value.clone();
            }
        }
    }
    world.send(Call::post("/auth/me/password", &body).bearer(access)).await
}

#[tokio::test]
async fn c12_a_password_is_changed_in_every_spelling_that_the_mode_takes() {
    for world in World::on_each_store() {
        for (mode, spelling) in
            ClientHashing::ALL.into_iter().flat_map(|mode| Spelling::ALL.map(|spelling| (mode, spelling)))
        {
            let world = in_mode(&world.store, mode);
            let (person, _) = somebody(&world.store, Kind::Moved).await;
            let tokens = Tokens::from(in_mode(&world.store, Transition).login(&person).await);
            let new = person.with_password(NEW_PASSWORD);
            let changed = change(&world, spelling, [&person, &new], &tokens.access).await;
            let case = format!("{mode:?} {spelling:?}");
            let expected = match (mode, spelling) {
                (Off, Spelling::Password) | (Transition, _) | (Required, Spelling::ClientHash) => (200, ""),
                (Off, Spelling::ClientHash | Spelling::Both) => (422, "/current_client_hash"),
                (Required, Spelling::Password | Spelling::Both) => (422, "/current_password"),
            };
            assert_eq!(outcome(&changed), (expected.0, expected.1.to_owned()), "{case}");
            let status = async |person: &Person| in_mode(&world.store, Transition).login(person).await.status;
            let statuses = (status(&person).await, status(&new).await);
            assert_eq!(statuses, if changed.status == 200 { (401, 200) } else { (200, 401) }, "{case}");
        }
    }
}

#[tokio::test]
async fn what_is_no_change_is_told_where_in_every_spelling() {
    for world in World::on_each_store_with(hashing(Transition)) {
        let (person, hash) = somebody(&world.store, Kind::Moved).await;
        let tokens = Tokens::from(world.login(&person).await);
        let same = async |spelling| outcome(&change(&world, spelling, [&person; 2], &tokens.access).await);
        assert_eq!(same(Spelling::Password).await, (422, "/new_password".to_owned()));
        assert_eq!(same(Spelling::Both).await, (422, "/new_password".to_owned()));
        assert_eq!(same(Spelling::ClientHash).await, (422, "/new_client_hash".to_owned()));

        let send = async |body: Value| {
            outcome(&world.send(Call::post("/auth/me/password", &body).bearer(&tokens.access)).await)
        };
        let passwords = json!({ "current_password": person.password, "new_password": NEW_PASSWORD });
        for member in ["current_client_hash", "new_client_hash"] {
            let mut wrong = passwords.clone();
            wrong[member] = json!("A".repeat(43));
            assert_eq!(send(wrong).await, (422, format!("/{member}")));
        }
        for missing in ["current_password", "new_password"] {
            let mut body = passwords.clone();
            body[missing].take();
            assert_eq!(send(body).await, (422, format!("/{missing}")));
        }
        let wrong = json!({ "current_client_hash": "A".repeat(43), "new_client_hash": hash });
        assert_eq!(send(wrong).await, (401, String::new()));
    }
}

#[tokio::test]
async fn an_account_is_deleted_with_whichever_spelling_the_mode_takes() {
    for world in World::on_each_store() {
        for mode in [Transition, Required] {
            let world = in_mode(&world.store, mode);
            let (person, hash) = somebody(&world.store, Kind::Moved).await;
            let body = Spelling::ClientHash.credentials(&person, &hash);
            let tokens = Tokens::from(login(&world, &body).await);
            world.advance(601);
            let delete = async |body: Value| {
                let call = Call::delete("/auth/me").bearer(&tokens.access);
                outcome(&world.send(if body.is_null() { call } else { call.json(&body) }).await)
            };
            assert_eq!(delete(Value::Null).await, (401, String::new()), "nothing is missing: it is too late");
            assert_eq!(delete(json!({})).await, (401, String::new()));
            assert_eq!(delete(json!({ "client_hash": "A".repeat(43) })).await, (401, String::new()));
            let password = delete(json!({ "password": "not their password" })).await;
            let refused = if mode == Required { (422, "/password".to_owned()) } else { (401, String::new()) };
            assert_eq!(password, refused);
            assert_eq!(delete(body.clone()).await, (204, String::new()));
            assert_eq!(login(&world, &body).await.status, 401);
        }
    }
}
