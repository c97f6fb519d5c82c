//! Makes the tables that the template asks for and leaves those alone that exist.

use anyhow::{Context, Result, anyhow, ensure};
use dynoxide::Database;
use serde_json::Value as Json;

use crate::template::Table;

/// Creates every missing table and sets its time to live; an existing one must have the template's keys.
pub fn ensure(database: &Database, tables: &[Table]) -> Result<()> {
    for table in tables {
        ensure_one(database, table).with_context(|| format!("the table {} cannot be used", table.name))?;
    }
    Ok(())
}

fn ensure_one(database: &Database, table: &Table) -> Result<()> {
    match database.get_table_metadata(&table.name).map_err(in_words)? {
        Some(existing) => {
            let keys: Json = serde_json::from_str(&existing.key_schema)?;
            ensure!(
                keys == table.create["KeySchema"],
                "its keys are not those of the template any more, start with another --data folder or delete this one"
            );
        }
        None => {
            let request = serde_json::from_value(table.create.clone())?;
            database.create_table(request).map_err(in_words)?;
        }
    }
    if let Some(time_to_live) = &table.time_to_live {
        database.update_time_to_live(serde_json::from_value(time_to_live.clone())?).map_err(in_words)?;
    }
    Ok(())
}

fn in_words(error: dynoxide::DynoxideError) -> anyhow::Error {
    anyhow!("{error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn users() -> Table {
        Table {
            short_name: "users".to_owned(),
            name: "latchkey-users".to_owned(),
            create: json!({
                "TableName": "latchkey-users",
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
                "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
            }),
            time_to_live: Some(json!({
                "TableName": "latchkey-users",
                "TimeToLiveSpecification": { "AttributeName": "expires_at", "Enabled": true },
            })),
        }
    }

    #[test]
    fn a_second_start_keeps_the_table_and_its_items() -> Result<()> {
        let database = Database::memory().map_err(in_words)?;
        ensure(&database, &[users()])?;
        let item = serde_json::from_value(json!({ "TableName": "latchkey-users", "Item": { "pk": { "S": "a" } } }))?;
        database.put_item(item).map_err(in_words)?;
        ensure(&database, &[users()])?;
        let scan = serde_json::from_value(json!({ "TableName": "latchkey-users" }))?;
        assert_eq!(database.scan(scan).map_err(in_words)?.count, 1);
        Ok(())
    }

    #[test]
    fn a_table_with_other_keys_is_refused() -> Result<()> {
        let database = Database::memory().map_err(in_words)?;
        ensure(&database, &[users()])?;
        let mut other = users();
        other.create["KeySchema"][0]["AttributeName"] = json!("id");
        let message = ensure(&database, &[other]).map_err(|error| format!("{error:#}")).err().unwrap_or_default();
        assert!(message.contains("its keys are not those of the template any more"), "{message}");
        Ok(())
    }
}
