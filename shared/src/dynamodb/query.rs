//! Queries, page by page.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;

use super::{DynamoDb, failure, item::Attributes, meter::Kind, retry};
use crate::ports::Stored;

impl DynamoDb {
    /// One page, and where the next begins if there may be one.
    pub(super) async fn page(&self, request: QueryFluentBuilder) -> Stored<(Vec<Attributes>, Option<Attributes>)> {
        self.meter.count(Kind::Read);
        let page = request.send().await.map_err(|error| failure::explain("Query", &error))?;
        self.meter.add(Kind::Read, page.consumed_capacity());
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key))
    }

    /// All pages, within the time one request may take.
    pub(super) async fn pages(&self, verb: &'static str, request: QueryFluentBuilder) -> Stored<Vec<Attributes>> {
        retry::bounded(verb, async {
            let (mut items, mut position) = (Vec::new(), None);
            loop {
                let (page, next) = self.page(request.clone().set_exclusive_start_key(position)).await?;
                items.extend(page);
                position = next;
                if position.is_none() {
                    return Ok(items);
                }
            }
        })
        .await
    }
}
