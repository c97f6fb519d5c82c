//! The same routes everywhere: the template, the router of `cargo lambda watch`, the contract.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value as Json;

use crate::Outcome;
use crate::cloudformation::{Template, root};

/// `GET /auth/me`, and the function that answers it or what the contract calls it.
type Routes = BTreeMap<String, String>;

/// Together every path: the second pattern does not match the root.
const CATCH_ALL: [&str; 2] = ["/", "/{*path}"];

#[test]
fn the_template_and_the_watch_router_send_the_same_routes_to_the_same_functions() -> Outcome {
    assert_eq!(of_template(&Template::latchkey()?), of_router()?);
    Ok(())
}

#[test]
fn the_contract_describes_exactly_these_routes() -> Outcome {
    let mut template: BTreeSet<String> = of_template(&Template::latchkey()?).into_keys().collect();
    template.remove("$default");
    let contract = of_contract()?;
    assert_eq!(template, contract.keys().cloned().collect());
    let names: BTreeSet<_> = contract.values().collect();
    assert_eq!(names.len(), contract.len(), "an `operationId` names one operation (OpenAPI 3.1, section 4.8.10)");
    Ok(())
}

#[test]
fn what_no_route_matches_is_answered_with_our_own_problem_document() -> Outcome {
    let routes = of_template(&Template::latchkey()?);
    assert_eq!(routes.get("$default").map(String::as_str), Some("well-known"));
    Ok(())
}

#[test]
fn every_folder_of_functions_is_deployed_under_its_own_name() -> Outcome {
    let template = Template::latchkey()?;
    let mut deployed = BTreeSet::new();
    for id in template.functions().into_keys() {
        let metadata = &template.resource(id)["Metadata"];
        assert_eq!(metadata["BuildMethod"], "rust-cargolambda", "{id}");
        assert_eq!(metadata["BuildProperties"]["Binary"], template.operation(id), "{id}");
        deployed.insert(template.operation(id));
    }
    let mut folders = BTreeSet::new();
    for folder in fs::read_dir(root().join("functions"))? {
        folders.insert(folder?.file_name().to_string_lossy().into_owned());
    }
    assert_eq!(deployed, folders);
    Ok(())
}

fn of_template(template: &Template) -> Routes {
    let routes = template.resources("AWS::ApiGatewayV2::Route").into_values();
    let routes = routes.filter(|route| !template.is_websocket(&route["ApiId"]));
    routes.map(|route| (text(&route["RouteKey"]), answers(template, route))).collect()
}

/// Route, integration, function: the operation at the end of that chain.
fn answers(template: &Template, route: &Json) -> String {
    let target = text(&route["Target"]["Fn::Sub"]);
    let integration = target.trim_start_matches("integrations/${").trim_end_matches('}');
    let function = template.integrated(&template.resource(integration)["Properties"]);
    template.operation(function)
}

fn of_router() -> Outcome<Routes> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()?;
    let metadata: Json = serde_json::from_slice(&cargo.stdout)?;
    let router = metadata["metadata"]["lambda"]["watch"]["router"].as_object().ok_or("Cargo.toml has no router")?;
    let mut routes = Routes::new();
    for (path, entries) in router {
        // A function instead of a list takes every method: what nothing else matches.
        if CATCH_ALL.contains(&path.as_str()) {
            routes.insert("$default".to_owned(), text(entries));
        }
        for entry in entries.as_array().into_iter().flatten() {
            let method = text(&entry["method"]);
            assert_eq!(method, method.to_uppercase(), "{path}: the router compares methods letter by letter");
            routes.insert(format!("{method} {path}"), text(&entry["function"]));
        }
    }
    Ok(routes)
}

/// Its routes, each with its `operationId`.
fn of_contract() -> Outcome<Routes> {
    let contract: Json = serde_json::from_slice(&fs::read(root().join("functions/well-known/src/openapi.json"))?)?;
    let paths = contract["paths"].as_object().ok_or("the contract has no paths")?;
    let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let mut routes = Routes::new();
    for (path, item) in paths {
        // Beside methods, a path may hold parameters, a summary, servers.
        for method in methods.iter().filter(|method| item.get(method).is_some()) {
            routes.insert(format!("{} {path}", method.to_uppercase()), text(&item[method]["operationId"]));
        }
    }
    Ok(routes)
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
