//! The SAM CLI: lint, build, deploy, and reading what was deployed.

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::emulator::{self, Emulator};
use crate::{paths, process, tools};

/// A folder with a `template.yaml`, and the name of its stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Project {
    /// The stack's name.
    pub(super) stack: &'static str,
    /// Below the repository's root.
    pub(super) folder: &'static str,
}

impl Project {
    fn folder(self) -> PathBuf {
        paths::root().join(self.folder)
    }

    /// Not SAM's own `.aws-sam`: what is built here is not optimized and must not be deployed to AWS by accident.
    fn build_folder(self) -> PathBuf {
        emulator::folder().join("build").join(self.stack)
    }
}

/// The installed tools.
#[derive(Debug)]
pub(super) struct Sam {
    bin: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    output_key: String,
    output_value: String,
}

impl Sam {
    /// Installs them if they are missing.
    pub(super) fn installed() -> Result<Self> {
        Ok(Self { bin: tools::build_bin()? })
    }

    /// Lints the template as CloudFormation will see it: only there a circle between the API and its functions shows.
    pub(super) fn lint(&self, project: Project) -> Result<()> {
        let mut transform = self.command("python3", project)?;
        transform.args(["-c", include_str!("transform.py"), "template.yaml"]);
        let name = format!("the transform of {}", project.folder().join("template.yaml").display());
        let transformed = process::output(&name, transform)?;
        let folder = emulator::folder();
        let file = folder.join(format!("{}.transformed.json", project.stack));
        fs::create_dir_all(&folder).context("the folder .local/stack cannot be made")?;
        fs::write(&file, transformed).context("the folder .local/stack is not writable")?;
        let mut lint = self.command("cfn-lint", project)?;
        lint.arg(&file);
        process::run(&format!("cfn-lint of {}", file.display()), lint)
    }

    /// Builds the functions for speed of building, in a target folder that nothing else uses. SAM's progress is on
    /// standard error; on standard output are commands that would deploy this to AWS.
    pub(super) fn build(&self, project: Project) -> Result<()> {
        println!("building {}", project.stack);
        let mut build = self.command("sam", project)?;
        build
            .stdout(Stdio::null())
            .env("CARGO_TARGET_DIR", paths::root().join("target/stack"))
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .args(["build", "--build-dir"])
            .arg(project.build_folder());
        process::run(&format!("sam build of {}", project.stack), build)
    }

    /// Deploys what was built; each of `parameters` is `Name=value`. SAM prints two lines per resource: into a file.
    pub(super) fn deploy(&self, emulator: &Emulator, project: Project, parameters: &[&str]) -> Result<()> {
        println!("deploying {} with {}", project.stack, parameters.join(" "));
        let file = emulator::folder().join(format!("{}.deploy.log", project.stack));
        let log = File::create(&file).context("the folder .local/stack is not writable")?;
        let mut deploy = self.command("sam", project)?;
        deploy
            .stdout(log.try_clone()?)
            .stderr(log)
            .envs(emulator::client_environment(&emulator.endpoint()))
            .args(["deploy", "--stack-name", project.stack, "--resolve-s3", "--no-progressbar"])
            .args(["--no-confirm-changeset", "--no-fail-on-empty-changeset"])
            .args(["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--template-file"])
            .arg(project.build_folder().join("template.yaml"))
            .arg("--parameter-overrides")
            .args(parameters);
        process::run(&format!("sam deploy of {}", project.stack), deploy)
            .with_context(|| format!("{} says why, at its first FAILED or at its end", file.display()))
    }

    /// An output of the deployed stack; none if it is not deployed.
    pub(super) fn output(&self, emulator: &Emulator, project: Project, key: &str) -> Result<Option<String>> {
        let mut list = self.command("sam", project)?;
        list.envs(emulator::client_environment(&emulator.endpoint()));
        list.args(["list", "stack-outputs", "--output", "json", "--stack-name", project.stack]);
        let Ok(text) = process::output("sam list", list) else {
            return Ok(None);
        };
        let outputs: Vec<Output> = serde_json::from_str(&text).context("`sam list` answered no JSON")?;
        Ok(outputs.into_iter().find(|output| output.output_key == key).map(|output| output.output_value))
    }

    /// A program of the tools, in the project's folder, that knows no AWS account.
    fn command(&self, program: &str, project: Project) -> Result<Command> {
        let mut command = Command::new(self.bin.join(program));
        command.current_dir(project.folder()).env("PATH", tools::path_with(&self.bin)?);
        // Account, profile and region of whoever runs this; AWS_LC_… is how a library is built.
        let account = |name: &str| name.starts_with("AWS_") && !name.starts_with("AWS_LC_");
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(account)) {
            command.env_remove(name);
        }
        command.env("AWS_DEFAULT_REGION", "us-east-1").env("SAM_CLI_TELEMETRY", "0");
        Ok(command)
    }
}
