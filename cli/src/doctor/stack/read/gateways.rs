//! Which APIs of the account and region ask our authorizers, and how.

use std::collections::BTreeMap;

use aws_sdk_apigateway::types as rest;
use aws_sdk_apigatewayv2::types as http;

use super::super::{Api, Authorizer, Fact, Kind};
use super::{PAGES, Resources};
use crate::aws::{Aws, said};

/// What a REST API's authorizer does when nothing is said.
const REST_KEEPS: i32 = 300;

/// Logical ids of our functions by ARN.
type Ours = BTreeMap<String, String>;

pub(super) async fn read(aws: &Aws, resources: &Resources, ours: &Ours) -> Fact<Vec<Api>> {
    let own: Vec<&str> = resources.of_type("AWS::ApiGatewayV2::Api").iter().map(|(_, id)| id.as_str()).collect();
    let mut apis = http_apis(aws, &own, ours).await?;
    apis.extend(rest_apis(aws, ours).await?);
    Ok(apis)
}

async fn http_apis(aws: &Aws, own: &[&str], ours: &Ours) -> Fact<Vec<Api>> {
    let (client, mut apis, mut token) = (aws.http_apis(), Vec::new(), None);
    for _ in 0..PAGES {
        let page = client.get_apis().set_next_token(token).send().await.map_err(|error| said(&error))?;
        for api in page.items() {
            let id = api.api_id().unwrap_or_default();
            let authorizers = client.get_authorizers().api_id(id).send().await.map_err(|error| said(&error))?;
            let authorizers: Vec<_> = authorizers.items().iter().filter_map(|it| of_http(it, ours)).collect();
            if own.contains(&id) || !authorizers.is_empty() {
                apis.push(http_api(api, authorizers));
            }
        }
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    Ok(apis)
}

fn http_api(api: &http::Api, authorizers: Vec<Authorizer>) -> Api {
    let kind = if api.protocol_type() == Some(&http::ProtocolType::Websocket) { Kind::WebSocket } else { Kind::Http };
    let origins = api.cors_configuration().map(|cors| cors.allow_origins().to_vec()).unwrap_or_default();
    Api { name: name(api.name(), api.api_id()), kind, origins, authorizers }
}

fn of_http(authorizer: &http::Authorizer, ours: &Ours) -> Option<Authorizer> {
    Some(Authorizer {
        name: authorizer.name().unwrap_or_default().to_owned(),
        function: function(authorizer.authorizer_uri()?, ours)?,
        kept: authorizer.authorizer_result_ttl_in_seconds().unwrap_or_default(),
        identity_sources: authorizer.identity_source().to_vec(),
        payload_format: authorizer.authorizer_payload_format_version().map(str::to_owned),
        simple_responses: authorizer.enable_simple_responses() == Some(true),
    })
}

async fn rest_apis(aws: &Aws, ours: &Ours) -> Fact<Vec<Api>> {
    let (client, mut apis, mut token) = (aws.rest_apis(), Vec::new(), None);
    for _ in 0..PAGES {
        let page = client.get_rest_apis().set_position(token).send().await.map_err(|error| said(&error))?;
        for api in page.items() {
            let id = api.id().unwrap_or_default();
            let authorizers = client.get_authorizers().rest_api_id(id).send().await.map_err(|error| said(&error))?;
            let authorizers: Vec<_> = authorizers.items().iter().filter_map(|it| of_rest(it, ours)).collect();
            if !authorizers.is_empty() {
                let name = name(api.name(), api.id());
                apis.push(Api { name, kind: Kind::Rest, origins: Vec::new(), authorizers });
            }
        }
        token = page.position;
        if token.is_none() {
            break;
        }
    }
    Ok(apis)
}

fn of_rest(authorizer: &rest::Authorizer, ours: &Ours) -> Option<Authorizer> {
    let sources = authorizer.identity_source().unwrap_or_default();
    Some(Authorizer {
        name: authorizer.name().unwrap_or_default().to_owned(),
        function: function(authorizer.authorizer_uri()?, ours)?,
        kept: authorizer.authorizer_result_ttl_in_seconds().unwrap_or(REST_KEEPS),
        identity_sources: sources.split(',').map(|source| source.trim().to_owned()).collect(),
        payload_format: None,
        simple_responses: false,
    })
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
