//! Reads the tables out of a SAM template: the template is the one place that says what they look like.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value as Json, json};
use serde_norway::Value as Yaml;

/// What DynamoDB's CreateTable takes under the same name. Everything else of the resource (backups, encryption,
/// deletion protection, tags) means nothing on one machine.
const CREATE_TABLE_PROPERTIES: [&str; 6] = [
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "ProvisionedThroughput",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
];

/// One `AWS::DynamoDB::Table` of the template.
#[derive(Debug, PartialEq)]
pub struct Table {
    /// The logical id in lower case: `users`.
    pub short_name: String,
    /// The name of the table: `latchkey-users`.
    pub name: String,
    /// The body of a CreateTable request.
    pub create: Json,
    /// The body of an UpdateTimeToLive request, where the template asks for one.
    pub time_to_live: Option<Json>,
}

/// Every table of the template at `path`, in the template's order.
pub fn read(path: &Path) -> Result<Vec<Table>> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let tables = parse(&text).with_context(|| format!("{} cannot be used", path.display()))?;
    ensure!(!tables.is_empty(), "{} has no AWS::DynamoDB::Table", path.display());
    Ok(tables)
}

fn parse(text: &str) -> Result<Vec<Table>> {
    let document: Yaml = serde_norway::from_str(text)?;
    let resources = document.get("Resources").and_then(Yaml::as_mapping).context("it has no Resources")?;
    resources
        .iter()
        .filter(|(_, resource)| resource.get("Type").and_then(Yaml::as_str) == Some("AWS::DynamoDB::Table"))
        .map(|(id, resource)| {
            let id = id.as_str().context("a resource has no name")?;
            table(id, resource).with_context(|| format!("its table {id} is not understood"))
        })
        .collect()
}

fn table(id: &str, resource: &Yaml) -> Result<Table> {
    let properties = resource.get("Properties").context("it has no Properties")?;
    let short_name = id.to_lowercase();
    let name = format!("latchkey-{short_name}");
    let mut create = Map::from_iter([("TableName".to_owned(), json!(name))]);
    for property in CREATE_TABLE_PROPERTIES {
        if let Some(value) = properties.get(property) {
            create.insert(property.to_owned(), literal(property, value)?);
        }
    }
    if let Some(stream) = properties.get("StreamSpecification") {
        create.insert("StreamSpecification".to_owned(), stream_specification(stream)?);
    }
    let time_to_live = properties
        .get("TimeToLiveSpecification")
        .map(|ttl| literal("TimeToLiveSpecification", ttl))
        .transpose()?
        .map(|ttl| json!({ "TableName": name, "TimeToLiveSpecification": ttl }));
    Ok(Table { short_name, name, create: Json::Object(create), time_to_live })
}

/// CloudFormation implies what the API wants to hear: that the stream is enabled.
fn stream_specification(value: &Yaml) -> Result<Json> {
    let mut stream = literal("StreamSpecification", value)?;
    if let Some(fields) = stream.as_object_mut() {
        fields.insert("StreamEnabled".to_owned(), json!(true));
    }
    Ok(stream)
}

/// A property without CloudFormation functions: nothing here could evaluate a `!Ref`.
fn literal(property: &str, value: &Yaml) -> Result<Json> {
    ensure!(!has_function(value), "{property} must be written out, without a CloudFormation function");
    Ok(serde_json::to_value(value)?)
}

fn has_function(value: &Yaml) -> bool {
    match value {
        Yaml::Tagged(_) => true,
        Yaml::Sequence(items) => items.iter().any(has_function),
        Yaml::Mapping(fields) => fields.iter().any(|(name, field)| {
            name.as_str().is_some_and(|name| name == "Ref" || name.starts_with("Fn::")) || has_function(field)
        }),
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
Resources:
  Login: { Type: AWS::Serverless::Function, Properties: { Handler: bootstrap } }
  Sessions:
    Type: AWS::DynamoDB::Table
    Properties:
      DeletionProtectionEnabled: !If [Protected, true, false]
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_IMAGE }
      TimeToLiveSpecification: { AttributeName: expires_at, Enabled: true }
";

    #[test]
    fn a_table_is_named_after_its_logical_id_and_keeps_keys_stream_and_ttl() -> Result<()> {
        let tables = parse(TEMPLATE)?;
        assert_eq!(tables.len(), 1);
        assert_eq!(tables[0].short_name, "sessions");
        assert_eq!(
            tables[0].create,
            json!({
                "TableName": "latchkey-sessions",
                "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
                "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
            })
        );
        let time_to_live = tables[0].time_to_live.as_ref().context("no TTL")?;
        assert_eq!(time_to_live["TimeToLiveSpecification"]["AttributeName"], "expires_at");
        Ok(())
    }

    #[test]
    fn a_key_schema_behind_a_function_is_refused_with_its_table_and_property() {
        let text = TEMPLATE.replace("[{ AttributeName: pk, KeyType: HASH }]", "!Ref Keys");
        let message = parse(&text).map_err(|error| format!("{error:#}")).err().unwrap_or_default();
        assert!(message.contains("its table Sessions is not understood: KeySchema must be written out"), "{message}");
    }
}
