//! The `ws-ticket` function.

use latchkey::{config::Env, http, startup::Kept};
use latchkey_ws_ticket::{handle, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let app = Kept::start("ws-ticket", &env, start).await?; // fails at cold start, never mid-request
    http::run("ws-ticket", &env, async |request, now| handle(&*app.at(now).await?, request, now).await).await
}
