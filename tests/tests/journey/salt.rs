//! `POST /auth/salt`.

use latchkey::{domain::ClientHashing, passwords::HashWork};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    assert_answer,
    client_hash::ask_for_salt,
    exchange::Call,
    world::{Settings, World},
};
use serde_json::json;

use crate::{client_hash::hashing, password::change, straddling::NEW_PASSWORD};

#[tokio::test]
async fn everybody_is_told_how_clients_hash() {
    for (mode, name) in [(ClientHashing::Transition, "transition"), (ClientHashing::Required, "required")] {
        for world in World::on_each_store_with(hashing(mode)) {
            let mut answer = ask_for_salt(&world, "ada@example.com").await;
            let salt = answer.text("/salt");
            assert_eq!(salt.len(), 22, "{salt}");
            answer.body = answer.body.replace(&salt, "[salt]").replace(name, "[mode]");
            assert_answer!(answer, @r#"
            200
            cache-control: no-store
            content-type: application/json
            x-content-type-options: nosniff

            {
              "algorithm": "argon2id",
              "hash_bytes": 32,
              "iterations": 2,
              "memory_kib": 19456,
              "mode": "[mode]",
              "parallelism": 1,
              "salt": "[salt]",
              "version": 19
            }
            "#);
        }
    }
}

#[tokio::test]
async fn where_clients_send_passwords_there_is_no_salt() {
    for world in World::on_each_store() {
        assert_answer!(ask_for_salt(&world, "ada@example.com").await, @r#"
        404
        cache-control: no-store
        content-type: application/problem+json
        x-content-type-options: nosniff

        {
          "detail": "Clients of this deployment send passwords.",
          "status": 404,
          "title": "There is nothing here.",
          "type": "urn:latchkey:problem:not-found"
        }
        "#);
    }
}

#[tokio::test]
async fn c1_the_salt_of_an_address_never_changes_whatever_becomes_of_its_account() {
    for world in World::on_each_store_with(hashing(ClientHashing::Transition)) {
        let old = World::new(world.store.clone(), Settings::default());
        let person = Person::new();
        let before = ask_for_salt(&world, &person.email).await;
        let tokens = Tokens::from(old.register(&person).await);
        assert_eq!(ask_for_salt(&world, &person.email).await, before, "after its making");
        assert_eq!(world.login(&person).await.status, 200);
        assert_eq!(ask_for_salt(&world, &person.email).await, before, "after it moved");
        world.send(Call::patch("/auth/me", &json!({ "name": "Ada" })).bearer(&tokens.access)).await;
        assert_eq!(ask_for_salt(&world, &person.email).await, before, "after its renaming");
        let changed = world.send(change(&person, NEW_PASSWORD).bearer(&tokens.access)).await;
        assert_eq!(ask_for_salt(&world, &person.email).await, before, "after a change of its password");
        let deleted = world.send(Call::delete("/auth/me").bearer(&changed.text("/access_token"))).await;
        assert_eq!((deleted.status, ask_for_salt(&world, &person.email).await), (204, before.clone()), "after its end");
        world.register(&person).await;
        assert_eq!(ask_for_salt(&world, &person.email).await, before, "after its second making");
        let work = HashWork { memory_kib: 128, iterations: 2 };
        let stronger = Settings { work, ..hashing(ClientHashing::Required) };
        let required = World::new(world.store.clone(), stronger);
        assert_eq!(ask_for_salt(&required, &person.email).await.text("/salt"), before.text("/salt"));
    }
}

#[tokio::test]
async fn every_address_has_a_salt_of_its_own_and_its_spellings_share_it() {
    for world in World::on_each_store_with(hashing(ClientHashing::Transition)) {
        let salt = async |email: &str| ask_for_salt(&world, email).await.text("/salt");
        let ada = salt("ada@b\u{fc}cher.example").await;
        for same in ["ADA@B\u{dc}CHER.example", "ada@xn--bcher-kva.example", "ada@bu\u{308}cher.example"] {
            assert_eq!(salt(same).await, ada, "{same}");
        }
        for other in ["ade@b\u{fc}cher.example", "ada@buecher.example", "ada+1@b\u{fc}cher.example"] {
            assert_ne!(salt(other).await, ada, "{other}");
        }
        assert_eq!(world.store.all_calls(), 0, "no table is asked, so none can tell");
    }
}

#[tokio::test]
async fn what_is_no_address_has_no_salt() {
    for world in World::on_each_store_with(hashing(ClientHashing::Transition)) {
        let answer = ask_for_salt(&world, "nobody").await;
        assert_eq!((answer.status, answer.text("/errors/0/pointer")), (422, "/email".to_owned()));
        for body in ["", "{}", "[]", r#"{"email":1}"#, r#"{"email":null}"#] {
            let answer = world.send(Call::new("POST", "/auth/salt").text("application/json", body)).await;
            assert_eq!(answer.problem(), "malformed-body", "{body}");
        }
        let form = Call::form("/auth/salt", latchkey_tests::world::ORIGIN, &[("email", "ada@example.com")]);
        assert_eq!(world.send(form).await.problem(), "unsupported-media-type");
    }
}
