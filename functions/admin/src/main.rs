//! The `admin` function.

use lambda_runtime::{LambdaEvent, service_fn};
use latchkey::{config::Env, domain::time::system_clock, telemetry::Telemetry};
use latchkey_admin::{answer, start};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let store = &start(&env)?; // fails at cold start, never mid-request
    let telemetry = &Telemetry::from_env("admin", &env)?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let request_id = &event.context.request_id;
        let answer = answer(store, telemetry, request_id, event.payload.get(), system_clock()).await;
        Ok::<_, std::convert::Infallible>(answer)
    }))
    .await
}
