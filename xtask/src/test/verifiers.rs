//! Verifiers that others wrote, each with a token of a real sign-in: tests/verifiers, in front of `dev` behind https, once
//! per signing algorithm.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::running_dev::{Dev, free_port};
use crate::cargo::{self, Part};
use crate::process::{self, Group};
use crate::tools::Node;
use crate::{paths, tools};

const ALGORITHMS: [&str; 3] = ["RS256", "ES256", "EdDSA"];
/// Its own, so that a verifier that takes every audience does not pass.
const AUDIENCE: &str = "verifiers";
const IN_JAVASCRIPT: [&str; 3] = ["aws-jwt-verify.test.mjs", "jose.test.mjs", "openid-client.test.mjs"];
/// What `npm ci` reads, and what the tests import of each other.
const BESIDE: [&str; 4] = ["package.json", "package-lock.json", ".npmrc", "given.mjs"];

/// All of them.
pub fn check() -> Result<()> {
    let verifiers = Verifiers::installed()?;
    process::run("the build of latchkey-tls-proxy", cargo::build(&["build", "--quiet"], Part::TlsProxy))?;
    ALGORITHMS.into_iter().try_for_each(|algorithm| verifiers.judge(algorithm).context(algorithm))
}

/// What is needed to run them.
struct Verifiers {
    node: Node,
    python: PathBuf,
    folder: PathBuf,
}

impl Verifiers {
    /// In `.tools/verifiers`, with copies of the tests in JavaScript: they find their packages beside themselves only.
    fn installed() -> Result<Self> {
        let (source, folder) =
            (paths::root().join("tests/verifiers"), paths::root().join(".tools/verifiers/javascript"));
        fs::create_dir_all(&folder).context("the folder .tools is not writable")?;
        for file in IN_JAVASCRIPT.into_iter().chain(BESIDE) {
            fs::copy(source.join(file), folder.join(file)).with_context(|| format!("tests/verifiers/{file}"))?;
        }
        let node = Node::installed()?;
        node.install(&folder)?;
        Ok(Self { node, python: tools::verifiers_python()?, folder })
    }

    /// Signs somebody in where tokens are signed with `algorithm`, and asks each.
    fn judge(&self, algorithm: &str) -> Result<()> {
        let (port, https) = (free_port()?, free_port()?);
        let issuer = format!("https://localhost:{https}");
        let settings = [
            ("LATCHKEY_ISSUER", &*issuer),
            ("LATCHKEY_AUDIENCE", AUDIENCE),
            ("LATCHKEY_SIGNING_ALGORITHM", algorithm),
            ("LATCHKEY_LOG_LEVEL", "warn"),
        ];
        let authority = self.folder.join("authority.pem");
        let _proxy = start_proxy(https, port, &authority)?;
        let dev = Dev::start(port, None, &settings)?;
        let (_, token) = dev.paste_lines()?;
        for mut command in [self.javascript()?, self.python()] {
            command
                .envs(settings)
                .env("LATCHKEY_ACCESS_TOKEN", &token)
                .env("NODE_EXTRA_CA_CERTS", &authority)
                .env("SSL_CERT_FILE", &authority);
            process::run("a verifier's test", command)?;
        }
        dev.stop()
    }

    fn javascript(&self) -> Result<Command> {
        let mut node = self.node.command("node")?;
        node.current_dir(&self.folder)
            .args(["--test", "--test-reporter=spec", "--disable-warning=ExperimentalWarning"])
            .args(IN_JAVASCRIPT);
        Ok(node)
    }

    fn python(&self) -> Command {
        let mut python = Command::new(&self.python);
        python.current_dir(paths::root().join("tests/verifiers")).args([
            "-B",
            "-m",
            "unittest",
            "--verbose",
            "test_pyjwt",
        ]);
        python
    }
}

/// Until the value is dropped.
fn start_proxy(port: u16, to: u16, authority: &Path) -> Result<Group> {
    let mut command = Command::new(paths::tls_proxy());
    command.args(["--port", &port.to_string(), "--to", &to.to_string(), "--authority"]).arg(authority);
    command.stdout(Stdio::piped());
    let mut group = Group::start("latchkey-tls-proxy", command)?;
    let pipe = group.child().stdout().take().context("latchkey-tls-proxy has no standard output")?;
    let mut line = String::new();
    BufReader::new(pipe).read_line(&mut line)?;
    ensure!(line == "ready\n", "latchkey-tls-proxy ended without being ready");
    Ok(group)
}
