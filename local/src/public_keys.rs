//! What `rotate-keys` does in a deployment: writes the public keys to where the functions read them when they start.

use anyhow::{Context, Result, anyhow};
use dynoxide::Database;
use serde_json::json;

use crate::key_files::Keys;
use crate::template::Table;

/// Writes the item `jwks` (shared/src/dynamodb/published_keys.rs), over an older one: the rings in the files are what counts.
pub fn publish(database: &Database, tables: &[Table], keys: &Keys) -> Result<()> {
    let ephemera =
        tables.iter().find(|table| table.short_name == "ephemera").context("the template has no Ephemera")?;
    let request = json!({
        "TableName": ephemera.name,
        "Item": {
            "pk": { "S": "jwks" },
            "sk": { "S": "current" },
            "document": { "S": keys.jwks },
            "revision": { "N": keys.revision.to_string() },
        },
    });
    let put = database.put_item(serde_json::from_value(request)?);
    put.map(drop).map_err(|error| anyhow!("the public keys cannot be published: {error}"))
}
