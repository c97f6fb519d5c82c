//! REST APIs. Their methods and gateway responses are read as they are configured; a stage may still serve what it was
//! deployed with.

use std::collections::HashMap;

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types::{self, AuthorizerType};

use super::super::pages;
use super::{Ours, function, name, refused};
use crate::doctor::stack::{Api, Authorizer, Fact, Kind, Origin};

/// What an authorizer does when nothing is said.
const KEEPS: i32 = 300;
/// The most that there can be on a page.
const PER_PAGE: i32 = 500;
/// Ways in which a header of the answer is set to the caller's own origin, whichever that is.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html>
const ECHOES: [&str; 2] = ["method.request.header.origin", "method.request.multivalueheader.origin"];

/// Those that ask our functions.
pub(super) async fn read(client: &Client, ours: &Ours) -> Fact<Vec<Api>> {
    let all = pages::all(async |token| {
        let page = client.get_rest_apis().set_position(token).send().await.map_err(refused("/restapis"))?;
        Ok((page.items.unwrap_or_default(), page.position))
    });
    let mut apis = Vec::new();
    for api in all.await? {
        let id = api.id().unwrap_or_default();
        let path = format!("/restapis/{id}/authorizers");
        let authorizers = client.get_authorizers().rest_api_id(id).send().await.map_err(refused(&path))?;
        let asked = |authorizer: &types::Authorizer| function(authorizer.authorizer_uri()?, ours);
        let asking = authorizers.items().iter().filter_map(|authorizer| Some((authorizer, asked(authorizer)?)));
        let asking: Vec<_> = asking.collect();
        if !asking.is_empty() {
            let methods = methods(client, id).await;
            let authorizers = asking.into_iter().map(|(authorizer, function)| of(authorizer, function, &methods));
            apis.push(Api {
                name: name(api.name(), api.id()),
                kind: Kind::Rest,
                authorizers: authorizers.collect(),
                origins: origins(client, id, methods).await,
            });
        }
    }
    Ok(apis)
}

fn of(authorizer: &types::Authorizer, function: String, methods: &Fact<Vec<Method>>) -> Authorizer {
    let sources = authorizer.identity_source().unwrap_or_default();
    let is_behind = |method: &&Method| method.settings.authorizer_id() == authorizer.id();
    let route = |method: &Method| method.route.clone();
    Authorizer {
        name: authorizer.name().unwrap_or_default().to_owned(),
        function,
        kept: authorizer.authorizer_result_ttl_in_seconds().unwrap_or(KEEPS),
        identity_sources: sources.split(',').map(|source| source.trim().to_owned()).collect(),
        payload_format: None,
        simple_responses: false,
        names_no_route: authorizer.r#type() == Some(&AuthorizerType::Token),
        routes: methods.as_ref().map(|all| all.iter().filter(is_behind).map(route).collect()).map_err(Clone::clone),
    }
}

/// A method of a resource.
struct Method {
    /// `GET /notes/{id}`.
    route: String,
    settings: types::Method,
}

async fn methods(client: &Client, api: &str) -> Fact<Vec<Method>> {
    let path = format!("/restapis/{api}/resources");
    let resources = pages::all(async |token| {
        let request = client.get_resources().rest_api_id(api).embed("methods").limit(PER_PAGE);
        let page = request.set_position(token).send().await.map_err(refused(&path))?;
        Ok((page.items.unwrap_or_default(), page.position))
    });
    let mut all = Vec::new();
    for resource in resources.await? {
        let path = resource.path.unwrap_or_default();
        let methods = resource.resource_methods.unwrap_or_default().into_iter();
        all.extend(methods.map(|(method, settings)| Method { route: format!("{method} {path}"), settings }));
    }
    all.sort_by(|one, other| one.route.cmp(&other.route));
    Ok(all)
}

/// The origins in headers that are set to a text, or to the caller's own.
async fn origins(client: &Client, api: &str, methods: Fact<Vec<Method>>) -> Fact<Vec<Origin>> {
    let mut origins: Vec<Origin> = methods?.iter().flat_map(of_answers).collect();
    let path = format!("/restapis/{api}/gatewayresponses");
    // A list that AWS never cuts into pages.
    let responses = client.get_gateway_responses().rest_api_id(api).send().await.map_err(refused(&path))?;
    // The others repeat what DEFAULT_4XX and DEFAULT_5XX say.
    for response in responses.items().iter().filter(|response| !response.default_response()) {
        let kind = response.response_type().map_or("?", types::GatewayResponseType::as_str);
        origins.extend(origin(response.response_parameters(), "gatewayresponse", &format!("gateway response {kind}")));
    }
    Ok(origins)
}

/// What the gateway adds to answers of integrations, mocks for `OPTIONS` among them.
fn of_answers(method: &Method) -> Vec<Origin> {
    let responses = method.settings.method_integration().and_then(|integration| integration.integration_responses());
    let headers = responses.into_iter().flat_map(HashMap::values).map(types::IntegrationResponse::response_parameters);
    headers.filter_map(|headers| origin(headers, "method.response", &method.route)).collect()
}

fn origin(headers: Option<&HashMap<String, String>>, of: &str, place: &str) -> Option<Origin> {
    let name = format!("{of}.header.access-control-allow-origin");
    let (_, value) = headers?.iter().find(|(header, _)| header.eq_ignore_ascii_case(&name))?;
    let pattern = match value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')) {
        Some(text) => text.to_owned(),
        None if ECHOES.iter().any(|echo| value.eq_ignore_ascii_case(echo)) => "* (the caller's own origin)".to_owned(),
        // Of a variable or an integration: known to nobody before there is an answer.
        None => return None,
    };
    Some(Origin { pattern, place: place.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_text_or_the_callers_own_and_nothing_that_only_an_answer_knows() {
        let pattern = |name: &str, value: &str| {
            let headers = HashMap::from([(name.to_owned(), value.to_owned())]);
            origin(Some(&headers), "gatewayresponse", "here").map(|origin| origin.pattern)
        };
        let header = "gatewayresponse.header.Access-Control-Allow-Origin";
        assert_eq!(pattern(header, "'*'").as_deref(), Some("*"));
        assert_eq!(pattern(header, "'https://app.example.com'").as_deref(), Some("https://app.example.com"));
        assert!(pattern(header, "method.request.header.Origin").unwrap().starts_with('*'));
        for value in ["integration.response.header.origin", "stageVariables.origin", "method.request.header.host", "'"]
        {
            assert_eq!(pattern(header, value), None, "{value}");
        }
        assert_eq!(pattern("gatewayresponse.header.vary", "'*'"), None);
    }
}
