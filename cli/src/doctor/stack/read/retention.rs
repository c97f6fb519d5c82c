//! How long the log groups keep what is written.

use std::collections::BTreeMap;

use super::super::Fact;
use super::PAGES;
use crate::aws::{Aws, said};

pub(super) async fn read(aws: &Aws, stack: &str) -> Fact<BTreeMap<String, Option<i32>>> {
    let (client, mut groups, mut token) = (aws.logs(), BTreeMap::new(), None);
    for _ in 0..PAGES {
        let request = client.describe_log_groups().log_group_name_prefix(format!("/aws/lambda/{stack}-"));
        let page = request.set_next_token(token).send().await.map_err(|error| said(&error))?;
        for group in page.log_groups() {
            groups.insert(group.log_group_name().unwrap_or_default().to_owned(), group.retention_in_days());
        }
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    Ok(groups)
}
