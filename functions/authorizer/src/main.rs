//! The `authorizer` function.

use latchkey::{config::Env, http::authorizer};
use latchkey_authorizer::{identify, start};

fn main() -> Result<std::convert::Infallible, Box<dyn std::error::Error>> {
    let env = Env::from_process()?;
    let verifier = start(&env)?; // fails at cold start, never mid-request
    authorizer::run_stateless("authorizer", &env, |token, now| identify(&verifier, token, now))
}
