//! The `rotate-keys` function.

use lambda_runtime::{LambdaEvent, service_fn};
use latchkey::config::Env;
use latchkey_rotate_keys::{Event, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = &Env::from_process()?;
    // In a box: the compiler gives up on a future in which so many others are nested.
    let serve = |event: LambdaEvent<Event>| Box::pin(handle(env, event.payload, event.context.request_id));
    lambda_runtime::run(service_fn(serve)).await
}
