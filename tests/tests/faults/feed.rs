//! The revocation feed when the table cannot be read: none, rather than half of it or an old one.

use latchkey::{
    config::Env,
    domain::{EndCause, Timestamp},
    dynamodb::DynamoDb,
    http::{Reply, Site, serve::answer},
    ports::{EndSession, ReadFeed, StoreError},
    telemetry::Telemetry,
};
use latchkey_tests::{exchange::Call, fault_proxy::Fault, local_dynamodb::local_dynamodb};
use latchkey_well_known::{WellKnown, handle};

use crate::{
    fixtures::{NOW, ending, session},
    proxied, store_with,
};

/// Requests for all of the feed: the shards of two hours.
const ALL: usize = 32;

#[tokio::test]
async fn f1_a_feed_of_which_one_shard_cannot_be_read_is_unavailable() {
    let direct = local_dynamodb().store();
    direct.end_session(&ending(&session(&direct).await, EndCause::Logout)).await.unwrap();
    assert_eq!(direct.read_feed(0, NOW).await.unwrap().len(), 1);
    let (store, _proxy) = proxied(vec![Fault::Pass; ALL - 1], Fault::internal());
    assert!(matches!(store.read_feed(0, NOW).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn f1_a_shard_that_is_read_at_the_second_try_is_read() {
    let direct = local_dynamodb().store();
    direct.end_session(&ending(&session(&direct).await, EndCause::Logout)).await.unwrap();
    let store = store_with([Fault::throttled(), Fault::Refuse, Fault::internal()]);
    assert_eq!(store.read_feed(0, NOW).await.unwrap().len(), 1);
}

async fn feed(app: &WellKnown<DynamoDb>, now: Timestamp) -> Reply {
    let telemetry = Telemetry::from_env("test", &Env::new([]).unwrap()).unwrap();
    let event = Call::get("/.well-known/revocations").event().to_string();
    answer(&telemetry, &Site::default(), "request", &event, async |request, _| handle(app, request, now).await).await
}

#[tokio::test]
async fn f4_without_the_table_there_is_no_feed_rather_than_an_old_one() {
    let (store, _proxy) = proxied(vec![Fault::Pass; ALL + 1], Fault::internal());
    let app = WellKnown::new(store, "https://auth.example.com".to_owned()).unwrap();
    assert_eq!(feed(&app, NOW).await.status(), 200);
    assert_eq!(feed(&app, NOW.plus(1)).await.status(), 200, "a second later nothing is read");
    assert_eq!(feed(&app, NOW.plus(2)).await.status(), 503);
    assert_eq!(feed(&app, NOW.minus(1)).await.status(), 503, "a clock that was set back makes nothing fresh");
}
