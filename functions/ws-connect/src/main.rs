//! The `ws-connect` function.

use latchkey::{config::Env, http::websocket};
use latchkey_ws_connect::{handle, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let store = start(&env)?; // fails at cold start, never mid-request
    websocket::run("ws-connect", &env, async |event, now| handle(&store, event, now).await).await
}
