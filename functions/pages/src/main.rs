//! The `pages` function.

use latchkey::{config::Env, http, startup::Kept};
use latchkey_pages::{handle, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let app = Kept::start("pages", &env, start).await?; // fails at cold start, never mid-request
    http::run("pages", &env, async |request, now| handle(&*app.at(now).await?, request, now).await).await
}
