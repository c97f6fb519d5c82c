//! The `ws-authorizer` function.

use latchkey::{config::Env, http::websocket::authorizer, startup::Kept};
use latchkey_ws_authorizer::{NAME, decide, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let app = Kept::start(NAME, &env, start).await?; // fails at cold start, never mid-request
    authorizer::run(NAME, &env, async |shown, origin, now| decide(&*app.at(now).await?, shown, origin, now)).await
}
