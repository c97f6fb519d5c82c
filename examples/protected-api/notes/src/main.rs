//! `GET /notes` and `GET /live-notes`: answers whoever one of Latchkey's authorizers let through with their own notes.

mod notes;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Value>| Ok::<_, Error>(notes::answer(&event.payload)))).await
}
