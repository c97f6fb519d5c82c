//! Who may call what: the gateway our functions, our functions AWS.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::Outcome;
use crate::cloudformation::{Template, list};

#[test]
fn the_gateway_may_call_every_function_behind_an_integration() -> Outcome {
    for template in Template::all()? {
        for (id, integration) in template.resources("AWS::ApiGatewayV2::Integration") {
            let function = &integration["IntegrationUri"]["Fn::GetAtt"][0];
            let permitted = may_be_called(&template, &json!({ "Ref": function }), &integration["ApiId"], "/*");
            assert!(permitted, "{}: nothing lets the gateway call what is behind {id}", template.name);
        }
    }
    Ok(())
}

#[test]
fn the_gateway_may_call_every_authorizer() -> Outcome {
    for template in Template::all()? {
        for (id, authorizer) in template.resources("AWS::ApiGatewayV2::Authorizer") {
            let function = &authorizer["AuthorizerUri"]["Fn::Sub"][1]["AuthorizerArn"];
            let source = format!("/authorizers/${{{id}}}");
            let permitted = may_be_called(&template, function, &authorizer["ApiId"], &source);
            assert!(permitted, "{}: nothing lets the gateway call the function of {id}", template.name);
        }
    }
    Ok(())
}

#[test]
fn every_route_of_an_example_stands_behind_one_of_the_two_authorizers() -> Outcome {
    for template in Template::all()?.into_iter().filter(|template| template.name.starts_with("examples/")) {
        let mut attached = BTreeSet::new();
        for (id, route) in template.resources("AWS::ApiGatewayV2::Route") {
            assert_eq!(route["AuthorizationType"], "CUSTOM", "{}: {id}", template.name);
            let authorizer = template.resource(route["AuthorizerId"]["Ref"].as_str().unwrap_or_default());
            let import = &authorizer["Properties"]["AuthorizerUri"]["Fn::Sub"][1]["AuthorizerArn"]["Fn::ImportValue"];
            attached.insert(import["Fn::Sub"].as_str().unwrap_or_default().to_owned());
        }
        let exported = ["${LatchkeyStack}-AuthorizerArn", "${LatchkeyStack}-SessionAuthorizerArn"];
        assert_eq!(attached, exported.map(str::to_owned).into(), "{}", template.name);
    }
    Ok(())
}

#[test]
fn an_answer_of_an_authorizer_is_asked_for_again_at_every_request() -> Outcome {
    for template in Template::all()? {
        for (id, authorizer) in template.resources("AWS::ApiGatewayV2::Authorizer") {
            assert_eq!(authorizer["AuthorizerResultTtlInSeconds"], 0, "{}: {id}", template.name);
            assert_eq!(authorizer["AuthorizerPayloadFormatVersion"], "2.0", "{}: {id}", template.name);
            assert_eq!(authorizer["EnableSimpleResponses"], true, "{}: {id}", template.name);
        }
    }
    Ok(())
}

#[test]
fn every_policy_names_its_actions_and_its_tables_or_secrets() -> Outcome {
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
                let owner = resource["Fn::GetAtt"][0].as_str().unwrap_or_default();
                let kind = &template.resource(owner)["Type"];
                let ours = kind == "AWS::DynamoDB::Table" || kind == "AWS::SecretsManager::Secret";
                assert!(ours, "{id} may reach {resource}, which is no table or secret of this stack");
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

#[test]
fn the_stateless_authorizer_may_do_nothing_at_all() -> Outcome {
    let template = Template::latchkey()?;
    assert!(statements(&template.resource("Authorizer")["Properties"]).is_empty());
    Ok(())
}

#[test]
fn the_public_function_reads_nothing_but_the_public_keys() -> Outcome {
    let template = Template::latchkey()?;
    let found = statements(&template.resource("WellKnown")["Properties"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["Action"], json!(["dynamodb:GetItem"]));
    assert_eq!(found[0]["Condition"], json!({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["jwks"] } }));
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
