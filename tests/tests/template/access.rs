//! Who may call what: the gateway our functions, our functions AWS.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::Outcome;
use crate::cloudformation::{Template, list};

#[test]
fn the_gateway_may_call_every_function_behind_an_integration() -> Outcome {
    for template in Template::all()? {
        for (id, integration) in template.resources("AWS::ApiGatewayV2::Integration") {
            let function = json!({ "Ref": template.integrated(integration) });
            let routes = if template.is_websocket(&integration["ApiId"]) {
                template.routes_to(id)
            } else {
                vec!["/*".to_owned()]
            };
            let permitted =
                routes.iter().all(|route| may_be_called(&template, &function, &integration["ApiId"], route));
            assert!(permitted, "{}: nothing lets the gateway call what is behind {id}", template.name);
        }
    }
    Ok(())
}

#[test]
fn the_gateway_may_call_every_authorizer() -> Outcome {
    for template in Template::all()? {
        for (id, authorizer) in template.resources("AWS::ApiGatewayV2::Authorizer") {
            if authorizer["AuthorizerType"] == "JWT" {
                continue; // The gateway's own: it calls no function.
            }
            let function = &authorizer["AuthorizerUri"]["Fn::Sub"][1]["AuthorizerArn"];
            let source = format!("/authorizers/${{{id}}}");
            let permitted = may_be_called(&template, function, &authorizer["ApiId"], &source);
            assert!(permitted, "{}: nothing lets the gateway call the function of {id}", template.name);
        }
    }
    Ok(())
}

#[test]
fn every_route_of_an_example_stands_behind_an_authorizer() -> Outcome {
    let template = Template::read("examples/protected-api/template.yaml")?;
    let mut attached = BTreeSet::new();
    for (id, route) in template.resources("AWS::ApiGatewayV2::Route") {
        let authorizer = &template.resource(route["AuthorizerId"]["Ref"].as_str().unwrap_or_default())["Properties"];
        let import = match route["AuthorizationType"].as_str() {
            Some("CUSTOM") => &authorizer["AuthorizerUri"]["Fn::Sub"][1]["AuthorizerArn"]["Fn::ImportValue"],
            Some("JWT") => &authorizer["JwtConfiguration"]["Issuer"]["Fn::ImportValue"],
            _ => panic!("{id} is open"),
        };
        attached.insert(import["Fn::Sub"].as_str().unwrap_or_default().to_owned());
    }
    let exported = ["AuthorizerArn", "Issuer", "SessionAuthorizerArn"].map(|name| format!("${{LatchkeyStack}}-{name}"));
    assert_eq!(attached, exported.into());
    Ok(())
}

#[test]
fn an_answer_of_an_authorizer_is_asked_for_again_at_every_request() -> Outcome {
    for template in Template::all()? {
        for (id, authorizer) in template.resources("AWS::ApiGatewayV2::Authorizer") {
            if authorizer["AuthorizerType"] == "JWT" || template.is_websocket(&authorizer["ApiId"]) {
                // The gateway's own, and that of a WebSocket API: no answers are kept. The latter has no identity source.
                assert!(authorizer["AuthorizerType"] == "JWT" || authorizer["IdentitySource"] == json!([]), "{id}");
                continue;
            }
            assert_eq!(authorizer["AuthorizerResultTtlInSeconds"], 0, "{}: {id}", template.name);
            // Payload 1.0 is answered with a policy, 2.0 with a simple response.
            let is_simple = authorizer["EnableSimpleResponses"] == true;
            assert_eq!(authorizer["AuthorizerPayloadFormatVersion"] == "2.0", is_simple, "{}: {id}", template.name);
        }
    }
    Ok(())
}

#[test]
fn e4_only_pages_of_listed_origins_may_call_and_never_with_cookies() -> Outcome {
    let template = Template::latchkey()?;
    let cors = &template.resource("Api")["Properties"]["CorsConfiguration"]["Fn::If"];
    assert_eq!((&cors[0], &cors[2]), (&json!("HasAllowedOrigins"), &json!({ "Ref": "AWS::NoValue" })));
    assert_eq!(cors[1]["AllowOrigins"], json!({ "Ref": "AllowedOrigins" }));
    assert!(cors[1].get("AllowCredentials").is_none());
    Ok(())
}

/// API Gateway takes `*` and `https://*` for every origin, and compares the others as a whole.
#[test]
fn e4_an_origin_is_listed_as_a_whole() -> Outcome {
    let template = Template::latchkey()?;
    for parameter in ["AllowedOrigins", "PublicOrigin"] {
        let pattern = template.section("Parameters")[parameter]["AllowedPattern"].as_str().unwrap_or_default();
        let pattern = regex_lite::Regex::new(pattern)?;
        for origin in ["", "https://app.example.com", "https://app.example.com:8443", "http://localhost:3000"] {
            assert!(pattern.is_match(origin), "{parameter}: {origin}");
        }
        for origin in [
            "*",
            "https://*",
            "https://*.example.com",
            "null",
            "http://app.example.com",
            "http://localhost.example.com",
            "https://app.example.com/",
            "https://app.example.com https://b.example.com",
            "app.example.com",
        ] {
            assert!(!pattern.is_match(origin), "{parameter}: {origin}");
        }
    }
    Ok(())
}

#[test]
fn every_policy_names_its_actions_and_its_tables_secrets_or_functions() -> Outcome {
    let template = Template::latchkey()?;
    for (id, function) in template.functions() {
        for statement in statements(function) {
            assert_eq!(statement["Effect"], "Allow", "{id}");
            for action in list(&statement["Action"]) {
                let named = action.as_str().is_some_and(|action| !action.contains('*') && action.contains(':'));
                assert!(named, "{id} may {action}");
            }
            let resources = list(&statement["Resource"]);
            assert!(!resources.is_empty(), "{id} has a statement about nothing");
            for resource in resources {
                let arn = resource["Fn::Sub"].as_str().unwrap_or_default();
                let stream_of = arn.strip_prefix("${").and_then(|arn| arn.strip_suffix(".Arn}/stream/*"));
                let owner = resource["Fn::GetAtt"][0].as_str().or(stream_of).unwrap_or_default();
                let kind = &template.resource(owner)["Type"];
                let ours = [
                    "AWS::DynamoDB::Table",
                    "AWS::SecretsManager::Secret",
                    "AWS::Serverless::Function",
                    "AWS::SQS::Queue",
                ];
                let connections = [":${Live}/live/POST/@connections/*", ":${Live}/live/DELETE/@connections/*"];
                // The connections of our API, and the account's own bus, which is nobody's resource.
                if connections.iter().any(|end| arn.ends_with(end)) || arn.ends_with(":event-bus/default") {
                    continue;
                }
                assert!(ours.iter().any(|ours| kind == ours), "{id} may reach {resource}, which is not of this stack");
            }
        }
    }
    Ok(())
}

#[test]
fn a_function_can_read_the_keys_it_is_told_of_and_no_others() -> Outcome {
    let template = Template::latchkey()?;
    for (id, function) in template.functions() {
        let told: BTreeSet<String> = ["LATCHKEY_SIGN_KEYS", "LATCHKEY_SEAL_KEYS", "LATCHKEY_PEPPER_KEYS"]
            .iter()
            .filter_map(|name| function["Environment"]["Variables"].get(name))
            .map(Json::to_string)
            .collect();
        let readable: BTreeSet<String> = statements(function)
            .into_iter()
            .filter(|statement| list(&statement["Action"]).contains(&&json!("secretsmanager:GetSecretValue")))
            .flat_map(|statement| list(&statement["Resource"]))
            .map(Json::to_string)
            .collect();
        assert_eq!(told, readable, "{id}");
    }
    Ok(())
}

/// Every function that is told of a ring, and every one that reads the public keys, is replaced by a revocation; and what may be
/// changed is exactly that.
#[test]
fn a_revocation_reaches_every_function_that_holds_keys_and_changes_no_other() -> Outcome {
    let template = Template::latchkey()?;
    let rotate_keys = &template.resource("RotateKeys")["Properties"];
    let variables = &rotate_keys["Environment"]["Variables"];
    let named = |value: &Json| value["Ref"].as_str().unwrap_or_default().to_owned();
    let restarted: BTreeSet<String> =
        list(&variables["LATCHKEY_KEY_HOLDERS"]["Fn::Join"][1]).into_iter().map(named).collect();
    let holds_keys = |function: &Json| {
        let variables = &function["Environment"]["Variables"];
        variables.as_object().into_iter().flatten().any(|(name, _)| name.ends_with("_KEYS"))
    };
    let functions = template.functions();
    // Whoever reads the public keys from the table keeps them for minutes.
    let reads_public_keys = |function: &Json| function["Policies"].to_string().contains("\"jwks\"");
    let holders = functions.iter().filter(|(_, function)| reads_public_keys(function) || holds_keys(function));
    let holders: BTreeSet<String> = holders.map(|(id, _)| (*id).to_owned()).filter(|id| id != "RotateKeys").collect();
    assert_eq!(restarted, holders);

    let mut changeable = BTreeSet::new();
    for statement in statements(rotate_keys) {
        if list(&statement["Action"]).contains(&&json!("lambda:UpdateFunctionConfiguration")) {
            let functions = list(&statement["Resource"]).into_iter();
            changeable.extend(functions.filter_map(|function| function["Fn::GetAtt"][0].as_str().map(str::to_owned)));
        }
    }
    assert_eq!(variables["LATCHKEY_AUTHORIZER_FUNCTION"], json!({ "Ref": "Authorizer" }));
    assert_eq!(changeable, restarted.into_iter().chain(["Authorizer".to_owned()]).collect());
    Ok(())
}

/// The schedule and the end of a deployment, with events that the function understands.
#[test]
fn only_the_schedule_and_the_end_of_a_deployment_may_invoke_the_function_that_rotates() -> Outcome {
    let template = Template::latchkey()?;
    let target = &template.resource("KeyRotation")["Properties"]["Target"];
    assert_eq!(target["Input"], r#"{"action":"rotate","actor":"schedule"}"#);
    let rule = &template.resource("KeysAfterDeployment")["Properties"];
    assert_eq!(rule["Targets"][0]["Input"], r#"{"action":"publish","actor":"deployment"}"#);
    assert_eq!(rule["EventPattern"]["detail"]["stack-id"], json!([{ "Ref": "AWS::StackId" }]));
    let permissions = template.resources("AWS::Lambda::Permission");
    let permitted = permissions.values().filter(|permission| permission["FunctionName"]["Ref"] == "RotateKeys");
    let sources: Vec<_> = permitted.map(|permission| permission["SourceArn"].clone()).collect();
    assert_eq!(sources, [json!({ "Fn::GetAtt": ["KeysAfterDeployment", "Arn"] })]);
    let arn = json!({ "Fn::GetAtt": ["RotateKeys", "Arn"] });
    let role = &template.resource("KeyRotationRole")["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0];
    assert_eq!((&target["Arn"], &role["Resource"], &rule["Targets"][0]["Arn"]), (&arn, &arn, &arn));
    Ok(())
}

#[test]
fn the_stateless_authorizer_may_do_nothing_at_all() -> Outcome {
    let template = Template::latchkey()?;
    assert!(statements(&template.resource("Authorizer")["Properties"]).is_empty());
    Ok(())
}

#[test]
fn the_public_function_reads_nothing_but_the_public_keys_and_the_feed() -> Outcome {
    let template = Template::latchkey()?;
    let found = statements(&template.resource("WellKnown")["Properties"]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["Action"], json!(["dynamodb:GetItem"]));
    assert_eq!(found[0]["Condition"], json!({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["jwks"] } }));
    assert_eq!(found[1]["Action"], json!(["dynamodb:Query"]));
    assert_eq!(found[1]["Condition"], json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["feed#*"] } }));
    Ok(())
}

/// Whoever may invoke it administers every account: IAM alone decides, and nothing of ours may.
#[test]
fn nothing_leads_to_the_function_for_administrators() -> Outcome {
    for template in Template::all()? {
        for kind in ["Permission", "Url", "EventSourceMapping", "EventInvokeConfig"] {
            for (id, resource) in template.resources(&format!("AWS::Lambda::{kind}")) {
                assert!(!resource.to_string().contains("Admin"), "{}: {id} leads to it", template.name);
            }
        }
        for (id, integration) in template.resources("AWS::ApiGatewayV2::Integration") {
            assert!(!integration.to_string().contains("Admin"), "{}: {id} leads to it", template.name);
        }
    }
    let template = Template::latchkey()?;
    let function = &template.resource("Admin")["Properties"];
    assert!(function["Events"].is_null() && function["FunctionUrlConfig"].is_null());
    assert!(function["Environment"].is_null(), "it holds no key");
    assert_eq!(template.section("Outputs")["AdminFunction"]["Value"], json!({ "Ref": "Admin" }));
    Ok(())
}

/// What the policy of a function says.
pub(crate) fn statements(function: &Json) -> Vec<&Json> {
    list(&function["Policies"]).into_iter().flat_map(|policy| list(&policy["Statement"])).collect()
}

/// Whether a permission lets `api`, and only that one, call `function`; `source` ends the ARN of what calls.
fn may_be_called(template: &Template, function: &Json, api: &Json, source: &str) -> bool {
    let source = format!(":${{{}}}{source}", api["Ref"].as_str().unwrap_or_default());
    template.resources("AWS::Lambda::Permission").into_values().any(|permission| {
        permission["FunctionName"] == *function
            && permission["Action"] == "lambda:InvokeFunction"
            && permission["Principal"] == "apigateway.amazonaws.com"
            && permission["SourceArn"]["Fn::Sub"].as_str().is_some_and(|arn| arn.ends_with(&source))
    })
}

#[test]
fn both_authorizers_are_told_the_same_rules_and_carriers() -> Outcome {
    let template = Template::latchkey()?;
    for id in ["Authorizer", "SessionAuthorizer"] {
        let function = template.resource(id);
        let variables = &function["Properties"]["Environment"]["Variables"];
        assert_eq!(variables["LATCHKEY_RULES"]["Fn::If"][1]["Ref"], "RouteRules", "{id}");
        assert_eq!(variables["LATCHKEY_CARRIERS"]["Ref"], "TokenCarriers", "{id}");
    }
    Ok(())
}
