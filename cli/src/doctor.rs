//! `latchkey doctor`: is this issuer what verifiers need, and this deployment what operators want?
//!
//! Facts are fetched first; each check is a function of facts alone, in a file of its own.

mod issuer;
mod report;
mod stack;
mod verdict;

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::functions::Stack;
use crate::http::Http;
use crate::options::Manner;
use crate::target::{self, Target};
use issuer::Issuer;
use report::Report;
use stack::Deployment;

/// What to check.
#[derive(Debug, clap::Args)]
pub struct DoctorOptions {
    /// The issuer, exactly as verifiers are given it [default: the stack's output Issuer, or the development server].
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

/// Checks the issuer and, where a stack is meant, the stack; exit code 1 when something is wrong.
///
/// `--issuer` alone looks at the issuer and needs no AWS.
pub async fn run(options: DoctorOptions, target: &target::TargetOptions, manner: &Manner) -> Result<ExitCode> {
    let stack_is_meant = target.stack.is_some() || options.issuer.is_none();
    let mut report = Report::default();
    match target.target() {
        Target::Dev(url) => {
            let issuer = options.issuer.unwrap_or(url);
            report.add(issuer::checks::all(&Issuer::ask(&http(manner), &issuer)));
        }
        Target::Stack(name) if stack_is_meant => {
            let stack = Stack::named(name, manner).await?;
            let mut deployment = Deployment::read(&stack).await?;
            let url = options.issuer.or_else(|| deployment.issuer.clone());
            let url = url.context("the stack has no output Issuer: say --issuer")?;
            let issuer = Issuer::ask(&http(manner), &url);
            deployment.asked = Some(url);
            deployment.published = issuer.key_set();
            report.add(issuer::checks::all(&issuer));
            report.add(stack::checks::all(&deployment));
        }
        Target::Stack(_) => {
            let url = options.issuer.unwrap_or_default();
            report.add(issuer::checks::all(&Issuer::ask(&http(manner), &url)));
        }
    }
    report.print(manner.json)
}

fn http(manner: &Manner) -> Http {
    Http::new(manner.patience())
}
