//! The main journey.

use latchkey_tests::{
    deployment::{Deployment, Environment},
    journey::main_journey,
    world::World,
};

#[tokio::test]
async fn a_person_registers_signs_in_renews_and_leaves() {
    for world in World::on_each_store() {
        main_journey(&world).await;
    }
}

#[tokio::test]
async fn a_person_does_the_same_with_the_built_functions() {
    main_journey(&Deployment::new(Environment::local())).await;
}
