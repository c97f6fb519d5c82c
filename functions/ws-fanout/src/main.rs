//! The `ws-fanout` function.

use lambda_runtime::{LambdaEvent, service_fn};
use latchkey::{config::Env, domain::time::system_clock, error::chain, telemetry::Telemetry};
use latchkey_ws_fanout::{NAME, answer, start};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let (app, telemetry) = (&start(&env)?, &Telemetry::from_env(NAME, &env)?); // fails at cold start, never mid-request
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let request_id = &event.context.request_id;
        Box::pin(answer(app, telemetry, request_id, event.payload.get(), system_clock()))
            .await
            .map_err(|error| chain(&error))
    }))
    .await
}
