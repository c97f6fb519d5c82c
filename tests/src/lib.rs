//! Test harness: the product from outside, in this process or as built functions, and what it stands on.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "test harness: whatever is wrong here ends the test with the words given"
)]

pub mod anything;
pub mod api;
pub mod asking;
pub mod authorizer_event;
pub mod client_hash;
pub mod deployment;
pub mod exchange;
pub mod fault_proxy;
pub mod forge;
pub mod front;
pub mod issuer;
pub mod journey;
pub mod lambda;
pub mod live;
pub mod local_dynamodb;
pub mod parallel;
pub mod policy;
pub mod rings;
pub mod rooms;
pub mod rules;
pub mod runtime_api;
pub mod secrets_manager;
pub mod store;
pub mod world;
