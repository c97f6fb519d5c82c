//! The `authorizer` function.

use latchkey::{config::Env, http::authorizer};
use latchkey_authorizer::{identify, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let env = Env::from_process()?;
    let verifier = start(&env)?; // fails at cold start, never mid-request
    authorizer::run("authorizer", &env, async |token, now| identify(&verifier, token, now)).await
}
