//! A stub of DynamoDB over TLS that refuses every reservation of an attempt.

use anyhow::{Result, bail};

use crate::{
    fixture::Fixture,
    tls::{self, Reply},
};

/// A transaction whose first condition did not hold: the account's counter has reached its limit.
const REFUSAL: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]","CancellationReasons":[{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"},{"Code":"None"}]}"#;
/// As DynamoDB sends them.
pub(crate) const HEADERS: &str = "content-type: application/x-amz-json-1.0\r\n\
    x-amzn-requestid: 4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG\r\n";

/// Listens until this program ends; the port.
pub(crate) fn start(fixture: &Fixture) -> Result<u16> {
    tls::start(fixture, |request| {
        if !request.body.starts_with(b"{\"TransactItems\"") {
            bail!("{}: {}", request.line, String::from_utf8_lossy(&request.body));
        }
        Ok(Reply { status: "400 Bad Request", headers: HEADERS, body: REFUSAL.into() })
    })
}
