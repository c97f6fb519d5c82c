//! The `ws-fanout` function.

use latchkey::{config::Env, streams, telemetry::Telemetry};
use latchkey_ws_fanout::{NAME, answer, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let (app, telemetry) = (start(&env)?, Telemetry::from_env(NAME, &env)?); // fails at cold start, never mid-request
    streams::run(async |batch| answer(&app, &telemetry, batch).await).await
}
