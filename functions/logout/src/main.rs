//! The `logout` function.

use latchkey::{config::Env, http};
use latchkey_logout::{handle, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let app = start(&env).await?; // fails at cold start, never mid-request
    http::run("logout", &env, async |request, now| handle(&app, request, now).await).await
}
