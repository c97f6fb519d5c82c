//! The line that says where everything is.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, absolute};

use anyhow::Result;
use serde::Serialize;

use crate::key_files::Keys;
use crate::template::Table;

/// What whoever started this process needs in order to configure the functions.
#[derive(Debug, Serialize)]
struct Ready<'a> {
    endpoint: String,
    tables: BTreeMap<&'a str, &'a str>,
    keys: BTreeMap<&'static str, String>,
}

/// One line of JSON.
pub fn line(address: SocketAddr, tables: &[Table], keys: &Keys) -> Result<String> {
    let ready = Ready {
        endpoint: format!("http://{address}"),
        tables: tables.iter().map(|table| (table.short_name.as_str(), table.name.as_str())).collect(),
        keys: BTreeMap::from([
            ("sign", source(&keys.sign)?),
            ("seal", source(&keys.seal)?),
            ("pepper", source(&keys.pepper)?),
        ]),
    };
    Ok(serde_json::to_string(&ready)?)
}

/// The value of a `LATCHKEY_*_KEYS` variable. Absolute: functions may run in another folder.
fn source(path: &Path) -> Result<String> {
    Ok(format!("file:{}", absolute(path)?.display()))
}
