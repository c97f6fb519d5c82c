//! The SAM CLI: lint, build, deploy, and reading what was deployed.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::emulator::{self, Emulator};
use crate::{paths, process, tools};

/// A SAM template of the repository, and the name of its stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Project {
    /// The stack's name.
    pub(crate) stack: &'static str,
    /// Below the repository's root.
    pub(crate) template: &'static str,
}

impl Project {
    /// Where the template is.
    pub(crate) fn template(self) -> PathBuf {
        paths::root().join(self.template)
    }

    fn folder(self) -> PathBuf {
        let template = self.template();
        template.parent().map_or_else(PathBuf::new, Path::to_owned)
    }

    /// Not SAM's own `.aws-sam`: what is built here is not optimized and must not be deployed to AWS by accident.
    fn build_folder(self) -> PathBuf {
        emulator::folder().join("build").join(self.stack)
    }
}

/// The installed tools.
#[derive(Debug)]
pub(crate) struct Sam {
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
    pub(crate) fn installed() -> Result<Self> {
        Ok(Self { bin: tools::build_bin()? })
    }

    /// Lints templates as CloudFormation will see them: only there a circle between the API and its functions shows.
    pub(crate) fn lint(&self, templates: &[PathBuf]) -> Result<()> {
        let folder = emulator::folder().join("transformed");
        fs::create_dir_all(&folder).context("the folder .local/stack cannot be made")?;
        let mut transform = self.command("python3", paths::root())?;
        transform.args(["-c", include_str!("transform.py")]);
        let mut lint = self.command("cfn-lint", &folder)?;
        for template in templates {
            // Findings name this file: it should say which template it comes from.
            let source = template.strip_prefix(paths::root()).unwrap_or(template);
            let result = source.with_extension("json").to_string_lossy().replace(['/', '\\'], ".");
            transform.arg(template).arg(folder.join(&result));
            lint.arg(result);
        }
        process::run("the transform of the templates", transform)?;
        process::run("cfn-lint", lint)
    }

    /// Builds the functions for speed of building, in a target folder that nothing else uses. SAM's progress is on
    /// standard error; on standard output are commands that would deploy this to AWS.
    pub(super) fn build(&self, project: Project) -> Result<()> {
        println!("building {}", project.stack);
        let mut build = self.command("sam", &project.folder())?;
        build
            .stdout(Stdio::null())
            .env("CARGO_TARGET_DIR", paths::root().join("target/stack"))
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .arg("build")
            .arg("--template-file")
            .arg(project.template())
            .arg("--build-dir")
            .arg(project.build_folder());
        process::run(&format!("sam build of {}", project.stack), build)
    }

    /// Deploys what was built, with parameters by name. SAM prints two lines per resource: into a file.
    pub(super) fn deploy(&self, emulator: &Emulator, project: Project, parameters: &[(&str, &str)]) -> Result<()> {
        println!("deploying {}", project.stack);
        let file = emulator::folder().join(format!("{}.deploy.log", project.stack));
        let log = File::create(&file).context("the folder .local/stack is not writable")?;
        let mut deploy = self.command("sam", &project.folder())?;
        deploy
            .stdout(log.try_clone()?)
            .stderr(log)
            .envs(emulator::client_environment(&emulator.endpoint()))
            .args(["deploy", "--stack-name", project.stack, "--resolve-s3", "--no-progressbar"])
            .args(["--no-confirm-changeset", "--no-fail-on-empty-changeset"])
            .args(["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--template-file"])
            .arg(project.build_folder().join("template.yaml"))
            .arg("--parameter-overrides")
            .args(parameters.iter().map(|(name, value)| parameter(name, value)));
        process::run(&format!("sam deploy of {}", project.stack), deploy)
            .with_context(|| format!("{} says why, at its first FAILED or at its end", file.display()))
    }

    /// An output of the deployed stack; none if it is not deployed.
    pub(super) fn output(&self, emulator: &Emulator, project: Project, key: &str) -> Result<Option<String>> {
        let mut list = self.command("sam", &project.folder())?;
        list.envs(emulator::client_environment(&emulator.endpoint()));
        list.args(["list", "stack-outputs", "--output", "json", "--stack-name", project.stack]);
        let Ok(text) = process::output("sam list", list) else {
            return Ok(None);
        };
        let outputs: Vec<Output> = serde_json::from_str(&text).context("`sam list` answered no JSON")?;
        Ok(outputs.into_iter().find(|output| output.output_key == key).map(|output| output.output_value))
    }

    /// A program of the tools that knows no AWS account.
    fn command(&self, program: &str, folder: &Path) -> Result<Command> {
        let mut command = Command::new(self.bin.join(program));
        command.current_dir(folder).env("PATH", tools::path_with(&self.bin)?);
        // Account, profile and region of whoever runs this; AWS_LC_… is how a library is built.
        let account = |name: &str| name.starts_with("AWS_") && !name.starts_with("AWS_LC_");
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(account)) {
            command.env_remove(name);
        }
        command.env("AWS_DEFAULT_REGION", "us-east-1").env("SAM_CLI_TELEMETRY", "0");
        Ok(command)
    }
}

/// As `sam deploy` reads it: a value with quotes or spaces in it, such as JSON, has to be quoted.
fn parameter(name: &str, value: &str) -> String {
    format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_keeps_its_quotes() {
        assert_eq!(parameter("RouteRules", r#"{"a":"b c"}"#), r#"RouteRules="{\"a\":\"b c\"}""#);
    }
}
