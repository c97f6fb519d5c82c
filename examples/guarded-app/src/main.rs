//! A function of your own behind Latchkey's guard: it greets who is signed in, and never sees anybody else.

use lambda_http::{Error, Request, run, service_fn, tower::Layer};
use latchkey::guard::Guard;

mod greeting;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let guard = Guard::from_env()?;
    run(guard.layer(service_fn(async |request: Request| greeting::answer(&request)))).await
}
