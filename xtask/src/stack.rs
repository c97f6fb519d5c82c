//! `cargo xtask stack`: the real `template.yaml`, built and deployed by SAM into an AWS emulator on this machine.

pub(crate) mod emulator;
pub(crate) mod sam;
mod urls;

use std::fs;

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use serde_json::Value;

use crate::{cargo, paths, process};
use emulator::Emulator;
use sam::{Project, Sam};
use urls::Urls;

/// What to do with the stack.
#[derive(Debug, Subcommand)]
pub(crate) enum StackCommand {
    /// Build, lint, deploy, and print the URLs. Running it again deploys what has changed.
    Up(UpOptions),
    /// Stop the emulator and forget everything in it.
    Down,
    /// Print the URL of the running API and, a line each, those of the APIs behind its authorizers (HTTP, REST, WebSocket,
    /// AppSync) and of the application with the guard in it.
    Url,
}

/// How to start it.
#[derive(Debug, Args)]
pub(crate) struct UpOptions {
    /// Enforce IAM policies, as AWS does.
    #[arg(long)]
    auth: bool,
    /// Where the emulator listens, on this machine only.
    #[arg(long, default_value_t = 4566)]
    port: u16,
}

const LATCHKEY: Project = Project { stack: "latchkey", template: "template.yaml" };
const HTTP_API: Project = Project { stack: "protected-api", template: "examples/protected-api/template.yaml" };
const REST_API: Project = Project { stack: "protected-rest", template: "examples/protected-api/rest.yaml" };
const WEBSOCKET_API: Project =
    Project { stack: "protected-websocket", template: "examples/protected-api/websocket.yaml" };
const APPSYNC_API: Project = Project { stack: "protected-appsync", template: "examples/protected-api/appsync.yaml" };
const GUARDED_APP: Project = Project { stack: "guarded-app", template: "examples/guarded-app/template.yaml" };
const NOT_RUNNING: &str = "no stack runs: start one with `cargo xtask stack up`";
/// Where examples/chat serves its page.
const CHAT_ORIGIN: &str = "http://localhost:9002";
/// What the APIs behind it allow whom; a parameter of Latchkey.
const RULES: &str = "examples/protected-api/rules.json";
const PROJECTS: [Project; 6] = [LATCHKEY, HTTP_API, REST_API, WEBSOCKET_API, APPSYNC_API, GUARDED_APP];

/// Does it.
pub(crate) fn run(command: StackCommand) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the stack runs the functions' Linux binaries as they are: use Linux or WSL2");
    match command {
        StackCommand::Up(options) => up(&options),
        StackCommand::Down => emulator::stop(),
        StackCommand::Url => urls().map(|urls| print!("{urls}")),
    }
}

fn up(options: &UpOptions) -> Result<()> {
    let sam = Sam::installed()?;
    sam.lint(&PROJECTS.map(Project::template))?;
    let emulator = Emulator::ensure(options.port, options.auth)?;
    let urls = build_and_deploy(&sam, &emulator)
        .context("the stack is not complete (the emulator still runs: `cargo xtask stack down` stops it)")?;
    urls.save()?;
    make_rooms()?;
    print!("{}", urls.introduction());
    Ok(())
}

/// The rooms of examples/chat, made as an operator makes them.
fn make_rooms() -> Result<()> {
    [("lobby", "Lobby"), ("tea", "Tea")].iter().try_for_each(|(id, name)| make_room(id, name))
}

/// One that is for everybody.
pub(crate) fn make_room(id: &str, name: &str) -> Result<()> {
    let emulator = Emulator::running()?.context(NOT_RUNNING)?;
    let put = ["latchkey", "rooms", "put", id, "--name", name, "--everybody", "--reason", "a place to talk"];
    let mut put = cargo::command(&put);
    put.env("AWS_ENDPOINT_URL", emulator.endpoint()).env("AWS_REGION", "us-east-1");
    put.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").env("NO_PROXY", "localhost");
    process::run("latchkey rooms put", put)
}

/// Where Latchkey answers.
pub(crate) fn api_url() -> Result<String> {
    Ok(urls()?.api)
}

/// The issuer has to be a URL that resolves on this machine, and it contains the API's id, which the first deployment
/// decides. So Latchkey is deployed twice, unless it was there before.
fn build_and_deploy(sam: &Sam, emulator: &Emulator) -> Result<Urls> {
    for project in PROJECTS {
        sam.build(project)?;
    }
    let api = match sam.output(emulator, LATCHKEY, "ApiId")? {
        Some(api) => api,
        None => {
            sam.deploy(emulator, LATCHKEY, &[("Protect", "false")])?;
            sam.output(emulator, LATCHKEY, "ApiId")?.context("template.yaml has no output ApiId")?
        }
    };
    let api = emulator.api_url(&api, "$default");
    let rules = rules().context(RULES)?;
    let origin = emulator.endpoint();
    let live = sam.output(emulator, LATCHKEY, "LiveId")?.context("template.yaml has no output LiveId")?;
    let live = emulator.api_url(&live, "live").replacen("http", "ws", 1);
    let known = [
        ("Protect", "false"),
        ("PublicUrl", api.as_str()),
        ("PublicOrigin", &origin),
        ("LiveUrl", &live),
        ("AllowedOrigins", CHAT_ORIGIN),
        ("RouteRules", &rules),
    ];
    sam.deploy(emulator, LATCHKEY, &known)?;
    let deployed = |project| deploy_example(sam, emulator, project, &[]);
    let guarded_app = deploy_example(sam, emulator, GUARDED_APP, &[("PublicOrigin", &origin)])?;
    Ok(Urls {
        api,
        http_api: emulator.api_url(&deployed(HTTP_API)?, "$default"),
        rest_api: emulator.api_url(&deployed(REST_API)?, "live"),
        websocket_api: emulator.api_url(&deployed(WEBSOCKET_API)?, "live").replacen("http", "ws", 1),
        appsync_api: emulator.graphql_url(&deployed(APPSYNC_API)?),
        guarded_app: emulator.api_url(&guarded_app, "$default"),
    })
}

/// As short as they can be: parameters have at most 4096 bytes.
fn rules() -> Result<String> {
    let rules: Value = serde_json::from_str(&fs::read_to_string(paths::root().join(RULES))?)?;
    Ok(rules.to_string())
}

/// An API that trusts Latchkey; its id.
fn deploy_example(sam: &Sam, emulator: &Emulator, project: Project, others: &[(&str, &str)]) -> Result<String> {
    sam.deploy(emulator, project, &[&[("LatchkeyStack", LATCHKEY.stack)], others].concat())?;
    sam.output(emulator, project, "ApiId")?.with_context(|| format!("{} has no output ApiId", project.template))
}

fn urls() -> Result<Urls> {
    ensure!(Emulator::running()?.is_some(), NOT_RUNNING);
    Urls::saved()
}
