//! The `rotate-keys` function.

use lambda_runtime::{LambdaEvent, service_fn};
use latchkey::config::Env;
use latchkey_rotate_keys::handle;
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = &Env::from_process()?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| {
        // In a box: the compiler gives up on a future in which so many others are nested.
        Box::pin(async move { handle(env, event.payload.get(), &event.context.request_id).await })
    }))
    .await
}
