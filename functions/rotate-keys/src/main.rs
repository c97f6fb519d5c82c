//! The `rotate-keys` function.

use lambda_runtime::{LambdaEvent, service_fn};
use latchkey::config::Env;
use latchkey_rotate_keys::{Event, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = &Env::from_process()?;
    let serve = |event: LambdaEvent<Event>| handle(env, event.payload, event.context.request_id);
    lambda_runtime::run(service_fn(serve)).await
}
