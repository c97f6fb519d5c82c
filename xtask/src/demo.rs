//! `cargo xtask demo`: a user's life with Latchkey, each exchange printed as a person wants to read it.

mod administrator;
mod authorizer;
mod exchange;
mod story;

use std::time::Duration;

use anyhow::{Result, anyhow, ensure};

use administrator::Administrator;
use authorizer::Authorizer;
use exchange::Server;
use story::Story;

/// Whom to talk to.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The API.
    #[arg(long, default_value = "http://localhost:9000")]
    pub url: String,
    /// Where functions are invoked directly (`/2015-03-31/functions/…`); by default the API's URL, if it serves that.
    #[arg(long, value_name = "URL")]
    pub invoke_url: Option<String>,
    /// The authorizer's name at the invoke URL.
    #[arg(long, value_name = "NAME", default_value = "authorizer")]
    pub authorizer: String,
    /// The name there of the function for administrators.
    #[arg(long, value_name = "NAME", default_value = "admin")]
    pub admin: String,
    /// How long a refresh token stays good after it was used: `dev` prints it, a deployment has 30 unless it says otherwise.
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    pub grace_seconds: u64,
}

/// Tells the story; fails at the first answer that does not belong into it.
pub fn run(options: &Options) -> Result<()> {
    let url = options.url.trim_end_matches('/');
    println!("Latchkey at {url}");
    let invoke_url = options.invoke_url.as_deref().unwrap_or(url).trim_end_matches('/');
    let authorizer = Authorizer::find(invoke_url, &options.authorizer)?;
    ensure!(
        authorizer.is_some() || options.invoke_url.is_none(),
        "{invoke_url} invokes no function called {}",
        options.authorizer
    );
    let mut story = Story {
        server: Server::at(url),
        authorizer,
        administrator: Administrator::find(invoke_url, &options.admin)?,
        grace: Duration::from_secs(options.grace_seconds),
        email: format!("demo.{}@example.com", random_hex()?),
        password: format!("correct horse {}", random_hex()?),
    };
    story.tell()?;
    println!("\nThe end: everything answered as it should.");
    Ok(())
}

fn random_hex() -> Result<String> {
    let number = getrandom::u64().map_err(|error| anyhow!("no random bytes: {error}"))?;
    Ok(format!("{number:016x}"))
}
