//! The `authorizer` function.

use latchkey::{config::Env, http::authorizer};
use latchkey_authorizer::{NAME, identify, start};

fn main() -> Result<std::convert::Infallible, Box<dyn std::error::Error>> {
    let env = Env::from_process()?;
    let app = start(&env)?; // fails at cold start, never mid-request
    authorizer::run_stateless(NAME, &env, |token, now| identify(&app, token, now))
}
