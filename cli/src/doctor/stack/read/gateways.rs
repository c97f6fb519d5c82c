//! Which APIs of the account and region ask our authorizers, and how.

mod http;
mod rest;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Debug;

use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};

use super::super::{Api, Fact};
use super::Resources;
use crate::aws::{Aws, said};

/// Logical ids of our functions by ARN.
type Ours = BTreeMap<String, String>;

pub(super) async fn read(aws: &Aws, resources: &Resources, ours: &Ours) -> Fact<Vec<Api>> {
    let own: Vec<&str> = resources.of_type("AWS::ApiGatewayV2::Api").iter().map(|(_, id)| id.as_str()).collect();
    let mut apis = http::read(&aws.http_apis(), &own, ours).await?;
    apis.extend(rest::read(&aws.rest_apis(), ours).await?);
    Ok(apis)
}

/// What AWS said, and the permission that it takes: AWS does not always name it.
fn refused<E, R>(path: &str) -> impl FnOnce(SdkError<E, R>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
    R: Debug + 'static,
{
    move |error| format!("{} (it takes apigateway:GET on {path})", said(&error))
}

/// The function in `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN>/invocations`, where the ARN may end in
/// a version or an alias.
fn function(uri: &str, ours: &Ours) -> Option<String> {
    let asked = uri.split_once("/functions/")?.1.strip_suffix("/invocations")?;
    let is_asked = |arn: &str| asked.strip_prefix(arn).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    ours.iter().find(|(arn, _)| is_asked(arn)).map(|(_, id)| id.clone())
}

fn name(name: Option<&str>, id: Option<&str>) -> String {
    format!("{} ({})", name.unwrap_or("nameless"), id.unwrap_or("no id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_authorizer_that_asks_our_very_function_is_ours() {
        let arn = "arn:aws:lambda:eu-central-1:1:function:latchkey-Authorizer";
        let ours = Ours::from([(arn.to_owned(), "Authorizer".to_owned())]);
        let asks = |arn: &str| {
            let path = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions";
            function(&format!("{path}/{arn}/invocations"), &ours)
        };
        assert_eq!(asks(arn), Some("Authorizer".to_owned()));
        assert_eq!(asks(&format!("{arn}:live")), Some("Authorizer".to_owned()));
        assert_eq!(asks(&format!("{arn}-of-somebody-else")), None);
        assert_eq!(function(arn, &ours), None);
    }
}
