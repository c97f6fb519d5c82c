//! What happens when the operating system gives no random bytes: nothing secret is made of anything else.

use latchkey::domain::{Random, random::NoRandomness};
use latchkey_tests::{
    api::{Api, Person},
    world::{Settings, World},
};

#[tokio::test]
async fn without_random_bytes_nothing_is_made_and_nobody_is_signed_in() {
    let exhausted = Settings { random: Random::from_fn(|_| Err(NoRandomness)), ..Settings::default() };
    for world in World::on_each_store() {
        let broken = World::new(world.store.clone(), exhausted.clone());
        let person = Person::new();
        for _ in 0..2 {
            let answer = broken.register(&person).await;
            assert_eq!(
                (answer.status, answer.json()["type"].as_str()),
                (503, Some("urn:latchkey:problem:unavailable"))
            );
        }
        assert_eq!(world.register(&person).await.status, 201, "the email is free: there is no half account");
        assert_eq!(broken.login(&person).await.status, 503);
        assert_eq!(world.login(&person).await.status, 200);
    }
}
