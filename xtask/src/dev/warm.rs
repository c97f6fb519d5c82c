//! Invokes each function once, one after the other: simultaneous first requests can deadlock in cargo, and nobody wants
//! to wait at the first request of their own.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::watch::Gateway;
use crate::interrupt;

/// Far more than a function needs that has been built; another cargo may hold the build folder for a while.
const LIMIT: Duration = Duration::from_secs(300);

/// Waits for the answer, whatever it is: a function that answers is running.
pub fn invoke(function: &str, port: u16, gateway: &mut Gateway) -> Result<()> {
    let url = format!("http://127.0.0.1:{port}/2015-03-31/functions/{function}/invocations");
    let (sender, answer) = mpsc::channel();
    // A thread, so that Ctrl-C need not wait for it.
    thread::spawn(move || sender.send(post(&url)));
    interrupt::wait_for(&format!("{function} to answer"), LIMIT, || {
        gateway.must_be_whole()?;
        Ok(answer.try_recv().ok())
    })?
    .with_context(|| format!("{function} cannot be invoked"))?;
    gateway.has_started(function);
    Ok(())
}

fn post(url: &str) -> Result<()> {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(LIMIT)).build(),
    );
    agent.post(url).send_json(nothing_to_do())?;
    Ok(())
}

/// A request for a path that no function has and a decision for a caller without a token: nothing is read or written.
fn nothing_to_do() -> Value {
    json!({
        "version": "2.0",
        "type": "REQUEST",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {},
        "isBase64Encoded": false,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "development",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "xtask",
            },
            "requestId": "warm",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_u64,
        },
    })
}
