//! The least an authorizer could be: speaks the Runtime API over one connection and checks the signature with the crypto
//! library. No runtime, no parser, no claims, no log: what the real one costs beyond this is the price of being right.

use latchkey_bare_loop::{Failure, key, runtime_api::RuntimeApi, token};

fn main() -> Result<(), Failure> {
    let key = key::from_jwks(&std::env::var("LATCHKEY_JWKS")?)?;
    let mut api = RuntimeApi::connect(&std::env::var("AWS_LAMBDA_RUNTIME_API")?)?;
    loop {
        let (id, event) = api.next_event()?;
        let authorized = token::of_event(event).is_some_and(|token| token::is_signed(token, &key));
        api.answer(&id, if authorized { r#"{"isAuthorized":true}"# } else { r#"{"isAuthorized":false}"# })?;
    }
}
