//! Expiry, backups and protection of the tables.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{PointInTimeRecoveryStatus, TimeToLiveStatus};

use super::super::{Fact, Table};
use super::Resources;
use crate::aws::{Aws, said};

pub(super) async fn read(aws: &Aws, resources: &Resources) -> BTreeMap<String, Fact<Table>> {
    let mut tables = BTreeMap::new();
    for (id, name) in resources.of_type("AWS::DynamoDB::Table") {
        tables.insert(id.clone(), table(aws, name).await);
    }
    tables
}

async fn table(aws: &Aws, name: &str) -> Fact<Table> {
    let client = aws.dynamodb();
    let expiry = client.describe_time_to_live().table_name(name).send().await.map_err(|error| said(&error))?;
    let expiry = expiry.time_to_live_description.and_then(|expiry| expiry.time_to_live_status);
    let backups = client.describe_continuous_backups().table_name(name).send().await.map_err(|error| said(&error))?;
    let backups = backups.continuous_backups_description.and_then(|backups| backups.point_in_time_recovery_description);
    let table = client.describe_table().table_name(name).send().await.map_err(|error| said(&error))?;
    Ok(Table {
        expires: matches!(expiry, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)),
        backed_up: backups.and_then(|backups| backups.point_in_time_recovery_status)
            == Some(PointInTimeRecoveryStatus::Enabled),
        protected: table.table.and_then(|table| table.deletion_protection_enabled) == Some(true),
    })
}
