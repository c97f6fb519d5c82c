//! Running it: logs, bounds, what other stacks import, and that it can be deployed at all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use latchkey::domain::{
    connection::{HANDSHAKE_SECONDS, MAX_CONNECTION_SECONDS},
    feed::LATE_SECONDS,
};

use crate::Outcome;
use crate::access::statements;
use crate::cloudformation::{Template, list, root};

#[test]
fn every_function_has_a_log_group_of_its_own_that_does_not_grow_for_ever() -> Outcome {
    for template in Template::all()? {
        let mut taken = BTreeSet::new();
        for (id, function) in template.functions() {
            let group = function["LoggingConfig"]["LogGroup"]["Ref"].as_str().unwrap_or_default();
            assert_eq!(template.resource(group)["Type"], "AWS::Logs::LogGroup", "{}: {id}", template.name);
            assert!(!template.resource(group)["Properties"]["RetentionInDays"].is_null(), "{}: {id}", template.name);
            assert!(taken.insert(group), "{}: {id} shares its log group", template.name);
        }
    }
    Ok(())
}

#[test]
fn parameters_refuse_what_would_be_unsafe() -> Outcome {
    let template = Template::latchkey()?;
    let bounds = |name: &str| {
        let parameter = &template.section("Parameters")[name];
        (parameter["MinValue"].as_i64(), parameter["Default"].as_i64(), parameter["MaxValue"].as_i64())
    };
    assert_eq!(bounds("AccessTokenSeconds"), (Some(300), Some(900), Some(3600)));
    assert_eq!(bounds("RefreshGraceSeconds"), (Some(10), Some(30), Some(300)));
    assert_eq!(bounds("PasswordMinLength"), (Some(8), Some(15), Some(64)));
    let (weakest, default, _) = bounds("Argon2MemoryKib");
    assert_eq!((weakest, default), (Some(19456), Some(19456)));
    Ok(())
}

#[test]
fn concurrency_is_reserved_only_for_hashing_and_only_when_asked() -> Outcome {
    let template = Template::latchkey()?;
    let asked =
        json!({ "Fn::If": ["HasHashingConcurrency", { "Ref": "HashingConcurrency" }, { "Ref": "AWS::NoValue" }] });
    assert_eq!(template.section("Parameters")["HashingConcurrency"]["Default"], "");
    for (id, function) in template.functions() {
        let hashes = function["MemorySize"] == json!({ "Ref": "HashingMemorySize" });
        let expected = if hashes { &asked } else { &Json::Null };
        assert_eq!(&function["ReservedConcurrentExecutions"], expected, "{id}");
    }
    Ok(())
}

#[test]
fn other_stacks_can_import_what_they_need_to_attach() -> Outcome {
    let template = Template::latchkey()?;
    for name in [
        "AuthorizerArn",
        "SessionAuthorizerArn",
        "Issuer",
        "Audience",
        "JwksUrl",
        "ApiUrl",
        "LiveUrl",
        "AdminFunction",
        "UnclosedConnections",
    ] {
        let export = &template.section("Outputs")[name]["Export"]["Name"]["Fn::Sub"];
        assert_eq!(*export, format!("${{AWS::StackName}}-{name}"));
    }
    Ok(())
}

#[test]
fn no_deployment_writes_public_keys_and_none_waits_an_hour_for_them() -> Outcome {
    let template = Template::latchkey()?;
    assert_eq!(template.resource("Keys")["Type"], "Custom::LatchkeyKeys");
    assert_eq!(template.resource("Keys")["Properties"]["ServiceTimeout"], 60);
    for (id, function) in template.functions() {
        let jwks = function["Environment"]["Variables"].get("LATCHKEY_JWKS");
        assert!(jwks.is_none(), "{id}: a redeployment would bring back keys of earlier");
    }
    Ok(())
}

/// `sam validate --lint` does not see a circle, because SAM's own templates hide it until they are transformed.
#[test]
fn no_resource_waits_for_itself() -> Outcome {
    for template in Template::all()? {
        let mut waiting = dependencies(&template);
        while !waiting.is_empty() {
            let ready: BTreeSet<String> =
                waiting.iter().filter(|(_, needs)| needs.is_empty()).map(|(id, _)| id.clone()).collect();
            assert!(!ready.is_empty(), "{}: these wait for each other: {:?}", template.name, waiting.keys());
            waiting.retain(|id, _| !ready.contains(id));
            waiting.values_mut().for_each(|needs| needs.retain(|id| !ready.contains(id)));
        }
    }
    Ok(())
}

fn dependencies(template: &Template) -> BTreeMap<String, BTreeSet<String>> {
    let resources = template.section("Resources").as_object().into_iter().flatten();
    let ids: BTreeSet<String> = resources.clone().map(|(id, _)| id.clone()).collect();
    resources
        .map(|(id, resource)| {
            let mut needs = named_in(resource);
            if resource["Type"] == "AWS::Serverless::Function" {
                needs.extend(named_in(&template.section("Globals")["Function"]));
            }
            (id.clone(), needs.intersection(&ids).cloned().collect())
        })
        .collect()
}

/// Every name in a `Ref`, `GetAtt`, `Sub` or `DependsOn` below `value`.
fn named_in(value: &Json) -> BTreeSet<String> {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    match value {
        Json::Object(fields) => {
            let here = fields.iter().flat_map(|(name, field)| match name.as_str() {
                "Ref" | "DependsOn" => text(field).into_iter().collect(),
                "Fn::GetAtt" => text(&field[0]).into_iter().collect(),
                "Fn::Sub" => placeholders(field.as_str().or(field[0].as_str()).unwrap_or_default()),
                _ => Vec::new(),
            });
            here.chain(fields.values().flat_map(named_in)).collect()
        }
        Json::Array(items) => items.iter().flat_map(named_in).collect(),
        _ => BTreeSet::new(),
    }
}

/// `a` and `b` of `${a}-${b.Arn}`.
fn placeholders(pattern: &str) -> Vec<String> {
    let inside = pattern.split("${").skip(1).filter_map(|rest| rest.split(['.', '}']).next());
    inside.map(str::to_owned).collect()
}

#[test]
fn whoever_floods_the_api_does_not_keep_verifiers_from_keys_and_feed_and_guards_from_check() -> Outcome {
    let template = Template::latchkey()?;
    let stage = template.resource("ApiStage");
    let settings = &stage["Properties"]["RouteSettings"];
    for (route, id) in [
        ("GET /.well-known/jwks.json", "JwksRoute"),
        ("GET /.well-known/revocations", "RevocationsRoute"),
        ("GET /auth/check", "CheckRoute"),
    ] {
        assert_eq!(settings[route]["ThrottlingRateLimit"]["Ref"], "VerifierRequestsPerSecond", "{route}");
        assert_eq!(settings[route]["ThrottlingBurstLimit"]["Ref"], "VerifierRequestsPerSecond", "{route}");
        assert_eq!(template.resource(id)["Properties"]["RouteKey"], route);
        assert!(list(&stage["DependsOn"]).contains(&&json!(id)), "the settings of {route} need the route");
    }
    Ok(())
}

/// A schedule invokes without waiting, and Lambda itself would repeat what fails beside the next look.
#[test]
fn a_look_that_fails_is_not_repeated_beside_the_next() -> Outcome {
    let template = Template::latchkey()?;
    assert_eq!(template.resource("WsExpire")["Properties"]["EventInvokeConfig"], json!({ "MaximumRetryAttempts": 0 }));
    let schedule = &template.resource("ConnectionExpiry")["Properties"];
    assert_eq!(schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"], 0);
    assert_eq!(schedule["ScheduleExpression"], "rate(1 minute)");
    assert!(template.resource("WsExpire")["Properties"]["Timeout"].as_u64().is_some_and(|seconds| seconds < 60));
    Ok(())
}

#[test]
fn frames_have_a_throttle_of_their_own_beside_that_of_handshakes() -> Outcome {
    let template = Template::latchkey()?;
    let default = |name: &str| template.section("Parameters")[name]["Default"].as_u64();
    assert_eq!((default("FramesPerSecond"), default("FrameBurst")), (Some(1000), Some(2000)));
    let stage = template.resource("LiveStage");
    let throttle = |rate: &str, burst: &str| json!({ "ThrottlingRateLimit": { "Ref": rate }, "ThrottlingBurstLimit": { "Ref": burst } });
    let properties = &stage["Properties"];
    assert_eq!(properties["DefaultRouteSettings"], throttle("RequestsPerSecond", "RequestBurst"));
    assert_eq!(properties["RouteSettings"], json!({ "$default": throttle("FramesPerSecond", "FrameBurst") }));
    assert_eq!(template.resource("WsMessageRoute")["Properties"]["RouteKey"], "$default");
    assert_eq!(stage["DependsOn"], "WsMessageRoute", "the settings of a route need the route");
    Ok(())
}

#[test]
fn whatever_ends_sessions_has_written_it_before_its_bucket_of_the_feed_closes() -> Outcome {
    let template = Template::latchkey()?;
    for (id, function) in template.functions() {
        let tells = statements(function).iter().any(|statement| {
            let (actions, keys) = (statement["Action"].to_string(), statement["Condition"].to_string());
            actions.contains("PutItem") && keys.contains("feed#")
        });
        let seconds = function["Timeout"].as_u64().or(template.section("Globals")["Function"]["Timeout"].as_u64());
        // `admin` runs longer, and tells the feed before anything that takes long.
        assert!(!tells || id == "Admin" || seconds.is_some_and(|seconds| seconds < LATE_SECONDS), "{id}");
    }
    Ok(())
}

#[test]
fn what_a_stream_cannot_deliver_is_tried_again_in_parts_and_kept() -> Outcome {
    let template = Template::latchkey()?;
    let mappings = template.resources("AWS::Lambda::EventSourceMapping");
    let tables: BTreeSet<_> =
        mappings.values().map(|mapping| mapping["EventSourceArn"]["Fn::GetAtt"][0].as_str()).collect();
    assert_eq!(tables, BTreeSet::from([Some("Rooms"), Some("Sessions"), Some("Users")]));
    // A table that was restored has another stream than the one that the stack made.
    let streams = |function: &str| -> Vec<Json> {
        let reading = statements(&template.resource(function)["Properties"])
            .into_iter()
            .filter(|statement| statement["Action"].to_string().contains("dynamodb:GetRecords"));
        reading.map(|statement| statement["Resource"].clone()).collect()
    };
    let of_sessions_and_users =
        json!([{ "Fn::Sub": "${Sessions.Arn}/stream/*" }, { "Fn::Sub": "${Users.Arn}/stream/*" }]);
    assert_eq!(streams("SessionEnded"), [of_sessions_and_users]);
    assert_eq!(streams("WsFanout"), [json!({ "Fn::Sub": "${Rooms.Arn}/stream/*" })]);
    for (id, mapping) in mappings {
        let (function, told) = match id {
            "StoredMessages" => ("WsFanout", json!([["INSERT"]])),
            "ChangedMembers" => ("WsFanout", json!([["INSERT", "REMOVE"]])),
            "EndedSessions" => ("SessionEnded", json!([["MODIFY"], ["REMOVE"]])),
            _ => ("SessionEnded", json!([["MODIFY", "REMOVE"]])),
        };
        assert_eq!(mapping["FunctionName"]["Ref"], function, "{id}");
        // A failure waits two seconds: together longer than a handshake may last.
        assert!(mapping["MaximumRetryAttempts"].as_u64() >= Some(HANDSHAKE_SECONDS / 2 + 1), "{id}");
        assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{id}");
        assert_eq!(mapping["BisectBatchOnFunctionError"], true, "{id}");
        assert_eq!(mapping["StartingPosition"], "TRIM_HORIZON", "{id} would pass over what happens while it is made");
        assert_eq!(mapping["MaximumRecordAgeInSeconds"].as_u64(), Some(MAX_CONNECTION_SECONDS), "{id}");
        let queue = mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0].as_str();
        assert_eq!(template.resource(queue.unwrap_or_default())["Type"], "AWS::SQS::Queue", "{id}");
        let filters = list(&mapping["FilterCriteria"]["Filters"]).into_iter().map(|filter| {
            let pattern: Json = serde_json::from_str(filter["Pattern"].as_str().unwrap_or_default())?;
            Ok(pattern["eventName"].clone())
        });
        assert_eq!(Json::Array(filters.collect::<Outcome<_>>()?), told, "{id}");
    }
    Ok(())
}

/// Whoever restores accounts has to stop everything that reads or writes them: the runbook names it.
#[test]
fn the_runbook_stops_every_function_that_reaches_accounts() -> Outcome {
    let template = Template::latchkey()?;
    let runbook = std::fs::read_to_string(root().join("docs/RUNBOOK.md"))?;
    let (_, rest) = runbook.split_once("1. Stop every function that reads or writes accounts").ok_or("no such step")?;
    let (_, names) = rest.split_once("for `").ok_or("it names nothing")?;
    let names = names.split_once(". ").map_or("", |(names, _)| names);
    let stopped: BTreeSet<_> = format!("`{names}").split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let reaches = |function: &Json| {
        let statements = statements(function);
        statements.iter().any(|statement| {
            list(&statement["Resource"]).iter().any(|resource| resource["Fn::GetAtt"] == json!(["Users", "Arn"]))
        })
    };
    let functions = template.functions();
    let expected = functions.iter().filter(|(_, function)| reaches(function)).map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(stopped, expected);
    Ok(())
}
