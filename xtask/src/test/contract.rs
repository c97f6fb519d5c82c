//! Schemathesis against the contract that `dev` serves: no 5xx, no undocumented answer. tests/contract has what it is told.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::running_dev::{Dev, free_port};
use crate::{paths, process, tools};

/// A limit that answered everything with 429 would hide the rest; that of networks is high in `dev` anyway. Where clients may hash,
/// every operation does something.
const SETTINGS: [(&str, &str); 3] = [
    ("LATCHKEY_ATTEMPTS_PER_ACCOUNT", "100000"),
    ("LATCHKEY_CLIENT_HASHING", "transition"),
    ("LATCHKEY_LOG_LEVEL", "error"),
];

/// How often each status was answered, by operation.
type Answers = BTreeMap<String, BTreeMap<u16, u32>>;

/// Makes requests from the contract and holds the answers against it.
pub fn check() -> Result<()> {
    let schemathesis = tools::schemathesis()?;
    let folder = paths::root().join("target/contract");
    fs::create_dir_all(&folder).context("the folder target/contract cannot be made")?;
    let (contract, answers) = (folder.join("openapi.json"), folder.join("answers.json"));
    let _ = fs::remove_file(&answers);
    let port = free_port()?;
    let dev = Dev::start(port, None, &SETTINGS)?;
    let url = format!("http://localhost:{port}");
    // Handed over as a file: Schemathesis does not test the operation that it reads the contract from.
    let served = ureq::get(format!("{url}/openapi.json")).call()?.body_mut().read_to_string()?;
    fs::write(&contract, &served)?;
    let mut run = Command::new(schemathesis);
    run.current_dir(paths::root().join("tests/contract"))
        .arg("run")
        .arg(&contract)
        .args(["--url", &url])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LATCHKEY_URL", &url)
        .env("ANSWERS", &answers);
    process::run("Schemathesis", run)?;
    dev.stop()?;
    every_operation_succeeded(&serde_json::from_str(&served)?, &serde_json::from_slice(&fs::read(&answers)?)?)
}

/// A run that only ever met refusals has seen little of the contract.
fn every_operation_succeeded(contract: &Value, answers: &Answers) -> Result<()> {
    let operations = operations(contract);
    ensure!(!operations.is_empty(), "the contract describes no operation");
    let succeeded = |operation: &&String| {
        answers.get(*operation).is_some_and(|statuses| statuses.keys().any(|status| (200..400).contains(status)))
    };
    let untested: Vec<_> = operations.iter().filter(|operation| !succeeded(operation)).collect();
    ensure!(untested.is_empty(), "never answered with success, and so not tested: {untested:?}");
    let requests: u32 = answers.values().flat_map(BTreeMap::values).sum();
    println!("{} operations, {requests} requests, and each operation has succeeded", operations.len());
    Ok(())
}

/// `GET /auth/me`, as Schemathesis writes it.
fn operations(contract: &Value) -> Vec<String> {
    let paths = contract["paths"].as_object().into_iter().flatten();
    let of_path = |(path, item): (&String, &Value)| {
        let members = item.as_object().into_iter().flatten();
        let methods = members.filter(|(_, operation)| operation.get("responses").is_some());
        methods.map(|(method, _)| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.flat_map(of_path).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_run_in_which_an_operation_never_succeeded_fails() -> Result<()> {
        let contract = json!({ "paths": {
            "/a": { "parameters": [], "get": { "responses": {} } },
            "/b": { "post": { "responses": {} } }
        } });
        let run = |answers| every_operation_succeeded(&contract, &serde_json::from_value(answers)?);
        run(json!({ "GET /a": { "200": 1 }, "POST /b": { "401": 5, "303": 1 } }))?;
        for answers in
            [json!({}), json!({ "GET /a": { "200": 1 } }), json!({ "GET /a": { "200": 1 }, "POST /b": { "401": 9 } })]
        {
            assert!(run(answers).is_err());
        }
        assert!(every_operation_succeeded(&json!({ "paths": {} }), &Answers::new()).is_err());
        Ok(())
    }
}
