//! The `well-known` function.

use latchkey::{config::Env, http};
use latchkey_well_known::{handle, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let app = start(&env).await?; // fails at cold start, never mid-request
    http::run("well-known", &env, async |request, now| handle(&app, request, now).await).await
}
