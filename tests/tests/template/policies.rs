//! The policy of a function is exactly what its ports do: a function's `handle` names the ports it uses, and each port is a
//! few calls to DynamoDB. One call too few fails on AWS, one too many is a right nobody needs.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;

use crate::Outcome;
use crate::access::statements;
use crate::cloudformation::{Template, list, root};

/// What each port of `shared/src/ports/` calls, as table and action, or what else it reaches. Parts of a transaction count one by one.
const PORTS: [(&str, &[&str]); 49] = [
    ("ReserveAttempt", &["Ephemera UpdateItem"]),
    ("ClearAttempts", &["Ephemera DeleteItem"]),
    ("CreateUser", &["Users PutItem"]),
    ("FindAccount", &["Users BatchGetItem", "Ephemera BatchGetItem", "Users Query"]),
    ("FindAccountById", &["Users Query"]),
    ("FindUser", &["Users GetItem"]),
    ("FindUserByEmail", &["Users GetItem"]),
    ("SetGrants", &["Users UpdateItem"]),
    ("EnableUser", &["Users UpdateItem"]),
    ("DisableUser", &["Users UpdateItem", "Ephemera PutItem"]),
    ("RenameUser", &["Users UpdateItem"]),
    ("ReplacePasswordHash", &["Users UpdateItem"]),
    ("ChangePassword", &["Users UpdateItem", "Ephemera PutItem"]),
    ("DeleteUser", &["Users DeleteItem", "Ephemera PutItem"]),
    ("RaiseEpoch", &["Users UpdateItem", "Ephemera PutItem"]),
    ("CreateSession", &["Sessions PutItem"]),
    ("FindSession", &["Sessions BatchGetItem", "Users BatchGetItem"]),
    ("ListSessions", &["Sessions Query"]),
    ("RotateSession", &["Sessions UpdateItem"]),
    ("SlideSession", &["Sessions UpdateItem"]),
    ("EndSession", &["Sessions UpdateItem", "Ephemera PutItem"]),
    (
        "OpenConnection",
        &["Connections PutItem", "Sessions ConditionCheckItem", "Users ConditionCheckItem", "Ephemera PutItem"],
    ),
    ("FindConnection", &["Connections GetItem"]),
    ("ListConnections", &["Connections Query"]),
    ("ProlongConnection", &["Connections UpdateItem", "Connections PutItem"]),
    ("NoteResume", &["Connections UpdateItem"]),
    ("ForgetConnection", &["Connections DeleteItem"]),
    ("ListDue", &["Connections Query"]),
    ("ForgetDue", &["Connections DeleteItem"]),
    ("FindEpoch", &["Users GetItem"]),
    ("PutRoom", &["Rooms PutItem"]),
    ("FindRooms", &["Rooms BatchGetItem"]),
    ("JoinRoom", &["Users ConditionCheckItem", "Rooms ConditionCheckItem", "Rooms PutItem"]),
    ("LeaveRoom", &["Rooms DeleteItem", "Rooms Query"]),
    ("ListRooms", &["Rooms Query"]),
    ("FindMember", &["Rooms BatchGetItem", "Users BatchGetItem"]),
    ("KeepMessage", &["Rooms Query", "Rooms PutItem", "Rooms GetItem"]),
    ("ReadMessages", &["Rooms Query"]),
    ("ExpireMessage", &["Rooms UpdateItem"]),
    ("Listen", &["Rooms ConditionCheckItem", "Rooms PutItem"]),
    ("StopListening", &["Rooms DeleteItem"]),
    ("Silence", &["Rooms ConditionCheckItem", "Rooms DeleteItem"]),
    ("ListListeners", &["Rooms Query"]),
    ("SendFrame", &["Live POST ManageConnections"]),
    ("HangUp", &["Live POST ManageConnections", "Live DELETE ManageConnections"]),
    ("AnnounceEnding", &["default PutEvents"]),
    ("ReadFeed", &["Ephemera Query"]),
    ("FindPublishedKeys", &["Ephemera GetItem"]),
    ("PublishKeys", &["Ephemera UpdateItem"]),
];

#[test]
fn every_function_may_do_what_its_ports_do_and_nothing_else() -> Outcome {
    let template = Template::latchkey()?;
    for id in template.functions().into_keys() {
        let operation = template.operation(id);
        assert_eq!(allowed(&template, id), needed(&operation)?, "{operation}");
    }
    Ok(())
}

/// Ephemera holds the public keys beside counters and the feed: whoever may write one must not reach another.
#[test]
fn rights_on_the_table_of_public_keys_end_at_the_beginning_of_a_partition_key() -> Outcome {
    let template = Template::latchkey()?;
    let mut purposes = BTreeSet::new();
    for id in template.functions().into_keys() {
        for statement in statements(&template.resource(id)["Properties"]) {
            if !list(&statement["Resource"]).iter().any(|resource| resource["Fn::GetAtt"][0] == "Ephemera") {
                continue;
            }
            let conditions = statement["Condition"].as_object().into_iter().flatten();
            let keys: Vec<_> = conditions.flat_map(|(_, condition)| list(&condition["dynamodb:LeadingKeys"])).collect();
            assert_eq!(keys.len(), 1, "{id}: a statement about Ephemera names one beginning of keys");
            for action in list(&statement["Action"]).iter().filter(|_| keys[0] == "jwks") {
                purposes.insert(format!("{} {}", action.as_str().unwrap_or_default(), template.operation(id)));
            }
        }
    }
    let readers =
        ["check", "logout", "me", "pages", "sessions", "well-known", "ws-authorizer", "ws-message", "ws-ticket"]
            .map(|operation| format!("dynamodb:GetItem {operation}"));
    let expected = readers.into_iter().chain(["dynamodb:UpdateItem rotate-keys".to_owned()]).collect();
    assert_eq!(purposes, expected);
    Ok(())
}

/// Table and action of every call to DynamoDB that the policy of `function` allows.
fn allowed(template: &Template, function: &str) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for statement in statements(&template.resource(function)["Properties"]) {
        for action in list(&statement["Action"]) {
            let (service, action) = action.as_str().and_then(|action| action.split_once(':')).unwrap_or_default();
            for resource in list(&statement["Resource"]) {
                let owner = match (service, &resource["Fn::GetAtt"][1]) {
                    // A stream is read by the service that feeds the function.
                    ("dynamodb", attribute) if attribute == "Arn" => resource["Fn::GetAtt"][0].as_str(),
                    ("execute-api" | "events", _) => resource["Fn::Sub"].as_str().map(reached),
                    _ => continue,
                };
                calls.insert(format!("{} {action}", owner.unwrap_or_default()));
            }
        }
    }
    calls
}

/// The API of an ARN of connections and what may be done with them, the name of an ARN of a bus.
fn reached(arn: &str) -> &str {
    let methods = [("POST", "Live POST"), ("DELETE", "Live DELETE")];
    let by = |method: &str| arn.ends_with(&format!(":${{Live}}/live/{method}/@connections/*"));
    let api = methods.iter().find(|(method, _)| by(method)).map(|(_, name)| *name);
    api.or_else(|| arn.split_once(":event-bus/").map(|(_, bus)| bus)).unwrap_or(arn)
}

/// Who speaks on a connection puts when it expires, and changes connections. It has no use for putting one.
#[test]
fn whoever_hears_frames_puts_no_connection() -> Outcome {
    let template = Template::latchkey()?;
    let puts: Vec<_> = statements(&template.resource("WsMessage")["Properties"])
        .into_iter()
        .filter(|statement| statement["Action"].to_string().contains("dynamodb:PutItem"))
        .filter(|statement| statement["Resource"]["Fn::GetAtt"][0] == "Connections")
        .collect();
    assert_eq!(puts.len(), 1);
    let condition = json!({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["expiring"] } });
    assert_eq!((&puts[0]["Action"], &puts[0]["Condition"]), (&json!(["dynamodb:PutItem"]), &condition));
    Ok(())
}

/// The calls of every port that the function imports.
fn needed(operation: &str) -> Outcome<BTreeSet<String>> {
    let source = fs::read_to_string(root().join("functions").join(operation).join("src/lib.rs"))?;
    let mut needed = BTreeSet::new();
    for port in imported_ports(&source) {
        let known = PORTS.iter().find(|(name, _)| *name == port);
        let (_, port_calls) =
            known.ok_or_else(|| format!("say in this file what the port {port} of {operation} calls"))?;
        needed.extend(calls(port_calls));
    }
    Ok(needed)
}

/// `A` and `B` of `ports::{A, B}`, and `A` of `ports::A`.
fn imported_ports(source: &str) -> Vec<&str> {
    let Some((_, import)) = source.split_once("ports::") else { return Vec::new() };
    let names = match import.strip_prefix('{') {
        Some(several) => several.split('}').next(),
        None => import.split([',', ';', '}']).next(),
    };
    let names = names.unwrap_or_default().split(',').map(str::trim);
    names.filter(|name| !name.is_empty()).collect()
}

fn calls(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
