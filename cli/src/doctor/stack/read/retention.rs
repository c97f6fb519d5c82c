//! How long the log groups keep what is written.

use std::collections::BTreeMap;

use super::super::Fact;
use super::pages;
use crate::aws::{Aws, said};

pub(super) async fn read(aws: &Aws, stack: &str) -> Fact<BTreeMap<String, Option<i32>>> {
    let client = aws.logs();
    let groups = pages::all(async |token| {
        let request = client.describe_log_groups().log_group_name_prefix(format!("/aws/lambda/{stack}-"));
        let page = request.set_next_token(token).send().await.map_err(|error| said(&error))?;
        Ok((page.log_groups.unwrap_or_default(), page.next_token))
    });
    let kept =
        groups.await?.into_iter().map(|group| (group.log_group_name.unwrap_or_default(), group.retention_in_days));
    Ok(kept.collect())
}
