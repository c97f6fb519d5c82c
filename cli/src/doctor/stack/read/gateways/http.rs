//! HTTP and WebSocket APIs.

use aws_sdk_apigatewayv2::Client;
use aws_sdk_apigatewayv2::types;

use super::super::pages;
use super::{Ours, function, name, refused};
use crate::doctor::stack::{Api, Authorizer, Fact, Kind, Origin};

/// Those that ask our functions, and those in `own`.
pub(super) async fn read(client: &Client, own: &[&str], ours: &Ours) -> Fact<Vec<Api>> {
    let all = pages::all(async |token| {
        let page = client.get_apis().set_next_token(token).send().await.map_err(refused("/apis"))?;
        Ok((page.items.unwrap_or_default(), page.next_token))
    });
    let mut apis = Vec::new();
    for api in all.await? {
        let id = api.api_id().unwrap_or_default();
        let authorizers = authorizers(client, id, ours).await?;
        if own.contains(&id) || !authorizers.is_empty() {
            apis.push(of(&api, authorizers));
        }
    }
    Ok(apis)
}

fn of(api: &types::Api, authorizers: Vec<Authorizer>) -> Api {
    let kind = if api.protocol_type() == Some(&types::ProtocolType::Websocket) { Kind::WebSocket } else { Kind::Http };
    let patterns = api.cors_configuration().map(|cors| cors.allow_origins()).unwrap_or_default();
    let origin = |pattern: &String| Origin { pattern: pattern.clone(), place: "its CORS settings".to_owned() };
    let origins = Ok(patterns.iter().map(origin).collect());
    Api { name: name(api.name(), api.api_id()), kind, origins, authorizers }
}

async fn authorizers(client: &Client, api: &str, ours: &Ours) -> Fact<Vec<Authorizer>> {
    let path = format!("/apis/{api}/authorizers");
    let all = client.get_authorizers().api_id(api).send().await.map_err(refused(&path))?;
    let asked = |authorizer: &types::Authorizer| function(authorizer.authorizer_uri()?, ours);
    let asking = all.items().iter().filter_map(|authorizer| Some((authorizer, asked(authorizer)?)));
    let asking: Vec<_> = asking.collect();
    if asking.is_empty() {
        return Ok(Vec::new());
    }
    let routes = routes(client, api).await;
    Ok(asking.into_iter().map(|(authorizer, function)| authorizer_of(authorizer, function, &routes)).collect())
}

fn authorizer_of(authorizer: &types::Authorizer, function: String, routes: &Fact<Vec<types::Route>>) -> Authorizer {
    let is_behind = |route: &&types::Route| route.authorizer_id() == authorizer.authorizer_id();
    let key = |route: &types::Route| route.route_key().unwrap_or_default().to_owned();
    Authorizer {
        name: authorizer.name().unwrap_or_default().to_owned(),
        function,
        kept: authorizer.authorizer_result_ttl_in_seconds().unwrap_or_default(),
        identity_sources: authorizer.identity_source().to_vec(),
        payload_format: authorizer.authorizer_payload_format_version().map(str::to_owned),
        simple_responses: authorizer.enable_simple_responses() == Some(true),
        names_no_route: false,
        routes: routes.as_ref().map(|all| all.iter().filter(is_behind).map(key).collect()).map_err(Clone::clone),
    }
}

async fn routes(client: &Client, api: &str) -> Fact<Vec<types::Route>> {
    let path = format!("/apis/{api}/routes");
    pages::all(async |token| {
        let page = client.get_routes().api_id(api).set_next_token(token).send().await.map_err(refused(&path))?;
        Ok((page.items.unwrap_or_default(), page.next_token))
    })
    .await
}
