//! The `ws-disconnect` function.

use latchkey::{config::Env, http::websocket};
use latchkey_ws_disconnect::{handle, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let store = start(&env)?; // fails at cold start, never mid-request
    websocket::run("ws-disconnect", &env, async |event, _| handle(&store, event).await).await
}
