//! The `ws-message` function.

use latchkey::{config::Env, http::websocket, startup::Kept};
use latchkey_ws_message::{handle, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let app = Kept::start("ws-message", &env, start).await?; // fails at cold start, never mid-request
    websocket::run("ws-message", &env, async |event, now| handle(&*app.at(now).await?, event, now).await).await
}
