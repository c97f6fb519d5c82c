//! A function behind Latchkey's authorizers, whatever kind of API is in front.

mod notes;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Value>| notes::answer(&event.payload).map_err(Error::from))).await
}
