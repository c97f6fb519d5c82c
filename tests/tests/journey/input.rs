//! What people send as email and password: the edges of what is accepted.

use latchkey_tests::{
    api::{Api, Person},
    exchange::{Answer, Call},
    world::World,
};

async fn register(world: &World, email: &str, password: &str) -> Answer {
    world.register(&Person { email: email.to_owned(), password: password.to_owned() }).await
}

fn reason(answer: &Answer) -> (u16, String, String) {
    (answer.status, answer.text("/errors/0/pointer"), answer.text("/errors/0/detail"))
}

#[tokio::test]
async fn c3_passwords_have_fifteen_to_256_characters_of_any_kind() {
    let long = |chars: usize| "violet steam anchor, ".repeat(20).chars().take(chars).collect::<String>();
    let accepted = [
        "vioIet st3am an".to_owned(), // 15
        long(64),
        long(256),
        "🦀🍎🚲🎻🐙🌋🧭🪗🦉🎈🧊🪁🍋🐝🪐".to_owned(), // 15 code points in 60 bytes
        "   v i o l e t   ".to_owned(),
        "violet\0steam\0anchor".to_owned(),
    ];
    let refused = [
        ("violet st3am a".to_owned(), "must have at least 15 characters"),
        (long(257), "must have at most 256 characters"),
    ];
    for world in World::on_each_store() {
        for password in &accepted {
            let person = Person::new().with_password(password);
            assert_eq!(world.register(&person).await.status, 201, "{password}");
            assert_eq!(world.login(&person).await.status, 200, "{password}");
        }
        for (password, detail) in &refused {
            let answer = world.register(&Person::new().with_password(password)).await;
            assert_eq!(reason(&answer), (422, "/password".to_owned(), (*detail).to_owned()));
        }
    }
}

#[tokio::test]
async fn c3_a_password_is_the_same_however_a_keyboard_composes_it() {
    for world in World::on_each_store() {
        let composed = Person::new().with_password("une baleine \u{e9}chou\u{e9}e");
        assert_eq!(world.register(&composed).await.status, 201);
        let decomposed = composed.with_password("une baleine e\u{301}choue\u{301}e");
        assert_eq!(world.login(&decomposed).await.status, 200);
        for other in [
            "une baleine echouee",
            "une baleine \u{e9}chou\u{e9}e ",
            "Une baleine \u{e9}chou\u{e9}e",
            "une baleine \u{e9}chou\u{e9}e\0",
        ] {
            assert_eq!(world.login(&composed.with_password(other)).await.status, 401, "{other}");
        }
    }
}

#[tokio::test]
async fn c4_passwords_that_share_their_first_72_bytes_differ() {
    for world in World::on_each_store() {
        let person = Person::new().with_password(&format!("{}a", "violet steam".repeat(6)));
        assert_eq!(world.register(&person).await.status, 201);
        assert_eq!(world.login(&person.with_password(&format!("{}b", "violet steam".repeat(6)))).await.status, 401);
    }
}

#[tokio::test]
async fn c4_a_huge_password_or_body_is_refused_before_anything_is_done() {
    for world in World::on_each_store() {
        for path in ["/auth/register", "/auth/login"] {
            for size in [33 << 10, 1 << 20, 10 << 20] {
                let answer =
                    world.send(Call::post(path, &Person::new().with_password(&"x".repeat(size)).credentials())).await;
                assert_eq!((answer.status, answer.problem().as_str()), (413, "body-too-large"));
            }
            let answer =
                world.send(Call::post(path, &Person::new().with_password(&"x".repeat(30 << 10)).credentials())).await;
            assert_eq!(reason(&answer), (422, "/password".to_owned(), "must have at most 256 characters".to_owned()));
        }
        assert_eq!(world.store.all_calls(), 0, "not even an attempt was counted, so nothing was hashed");
    }
}

#[tokio::test]
async fn c5_passwords_that_attackers_try_first_are_refused_with_the_reason() {
    for world in World::on_each_store() {
        for password in
            ["passwordpassword", "123456789012345", "qwertyuiopasdfgh", "iloveyouiloveyou", "aaaaaaaaaaaaaaaaaaaa"]
        {
            let (status, pointer, detail) = reason(&register(&world, &Person::new().email, password).await);
            assert_eq!((status, pointer.as_str()), (422, "/password"));
            assert!(detail.starts_with("is too easy to guess"), "{password}: {detail}");
        }
        for password in ["grace.hopper@example.com", "Grace.Hopper@Example.com 1"] {
            let answer = register(&world, "grace.hopper@example.com", password).await;
            assert_eq!(
                reason(&answer),
                (422, "/password".to_owned(), "must not contain your email address".to_owned())
            );
        }
        assert_eq!(world.store.calls("create_user"), 0);
    }
}

#[tokio::test]
async fn c6_every_spelling_of_an_email_is_one_account_or_none() {
    for world in World::on_each_store() {
        assert_eq!(register(&world, "mike@b\u{fc}cher.example", "violet steam anchor").await.status, 201);
        for same in [
            "MIKE@B\u{dc}CHER.example",
            "mike@xn--bcher-kva.example",
            "mike@bu\u{308}cher.example",
            "mike@ｂ\u{fc}cher.example",
        ] {
            assert_eq!(register(&world, same, "violet steam anchor").await.problem(), "email-taken", "{same}");
        }
        for lookalike in
            ["mıke@bücher.example", "mi\u{212a}e@bücher.example", "oﬃce@bücher.example", "ｍike@bücher.example"]
        {
            assert_eq!(register(&world, lookalike, "violet steam anchor").await.status, 422, "{lookalike}");
        }
        assert_eq!(register(&world, "mike@buecher.example", "violet steam anchor").await.status, 201);
    }
}

#[tokio::test]
async fn c7_what_could_reach_two_mailboxes_or_a_header_is_no_email() {
    let long =
        format!("a@{}.com", ["b".repeat(63), "c".repeat(63), "d".repeat(63), "e".repeat(63), "f".repeat(59)].join("."));
    assert_eq!(long.len(), 321);
    let refused = [
        "a@b.com\r\nBcc: c@d.com",
        "a@b.com\n",
        "\"a b\"@c.com",
        "a@b.com,c@d.com",
        "a@b.com;c@d.com",
        "a@b@c.com",
        "a@b\u{ff20}c.com",
        &long,
    ];
    for world in World::on_each_store() {
        for email in refused {
            let answer = register(&world, email, "violet steam anchor").await;
            let detail = "is not an email address of the form name@example.com";
            assert_eq!(reason(&answer), (422, "/email".to_owned(), detail.to_owned()), "{email}");
        }
        assert_eq!(world.store.all_calls(), 0);
    }
}
