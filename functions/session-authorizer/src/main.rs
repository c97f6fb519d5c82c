//! The `session-authorizer` function.

use latchkey::{config::Env, http::authorizer, startup::Kept};
use latchkey_session_authorizer::{identify, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let app = Kept::start("session-authorizer", &env, start).await?; // fails at cold start, never mid-request
    authorizer::run("session-authorizer", &env, async |token, now| identify(&*app.at(now).await?, token, now).await)
        .await
}
