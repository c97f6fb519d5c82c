//! The AWS account of the deployed stack, as an operator's tools see it.

use std::{thread, time::Duration};

use latchkey_tests::exchange::Call;
use serde_json::{Value, json};

const STACK: &str = "latchkey";

/// Longer than any deployment of what is built already.
const DEPLOYMENT: Duration = Duration::from_secs(120);

pub(crate) struct Account {
    agent: ureq::Agent,
    pub(crate) endpoint: String,
}

impl Account {
    /// The one behind the URL of an API in it.
    pub(crate) fn behind(url: &str) -> Self {
        let (endpoint, _) = url.split_once("/_aws/").expect("the stack is emulated");
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build();
        Self { agent: agent.into(), endpoint: endpoint.to_owned() }
    }

    /// Invokes the function that rotates.
    pub(crate) fn act(&self, event: &Value) -> Value {
        self.invoke("RotateKeys", event)
    }

    /// Writes that the credentials of all connections of a user expired long ago.
    pub(crate) fn expire_connections(&self, user_id: &str) {
        let tables = self.dynamodb("ListTables", &json!({}));
        let mut tables = tables["TableNames"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let table = tables.find(|name| name.starts_with(&format!("{STACK}-Connections"))).expect("it is deployed");
        let values = json!({ ":pk": { "S": format!("user#{user_id}") } });
        let query =
            json!({ "TableName": table, "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": values });
        let connections = self.dynamodb("Query", &query);
        let connections = connections["Items"].as_array().filter(|items| !items.is_empty());
        for item in connections.expect("the user has connections") {
            let key = json!({ "pk": item["pk"], "sk": item["sk"] });
            let values = json!({ ":past": { "N": "1" } });
            let update = json!({ "TableName": table, "Key": key, "UpdateExpression": "SET good_until = :past", "ExpressionAttributeValues": values });
            self.dynamodb("UpdateItem", &update);
            let id = item["sk"]["S"].as_str().unwrap_or_default().trim_start_matches("connection#");
            let due = json!({ "pk": { "S": "expiring" }, "sk": { "S": format!("0000000001#{user_id}#{id}") } });
            self.dynamodb("PutItem", &json!({ "TableName": table, "Item": due }));
        }
    }

    fn dynamodb(&self, action: &str, request: &Value) -> Value {
        let call = Call::new("POST", "/").text("application/x-amz-json-1.0", &request.to_string());
        let call = call.header("x-amz-target", &format!("DynamoDB_20120810.{action}"));
        let (status, body) = self.send("dynamodb", &call);
        assert_eq!(status, 200, "{action}: {body}");
        serde_json::from_str(&body).expect("an answer is JSON")
    }

    /// Has the function for administrators do something to a user, and asserts that it did.
    pub(crate) fn administer(&self, action: &str, user_id: &str, more: &Value) -> Value {
        let mut payload = json!({ "action": action, "user_id": user_id, "actor": "e2e", "reason": "a test" });
        for (name, value) in more.as_object().into_iter().flatten() {
            payload[name] = value.clone();
        }
        let answer = self.invoke("Admin", &payload);
        assert_eq!(answer["problem"], Value::Null, "{action}: {answer}");
        answer
    }

    /// Makes a room for everybody.
    pub(crate) fn put_room(&self, room: &str) {
        let payload = json!({
            "action": "put-room", "actor": "e2e", "reason": "a test",
            "room": room, "name": room, "everybody": true, "roles": [],
        });
        let answer = self.invoke("Admin", &payload);
        assert_eq!(answer["room"]["id"], room, "{answer}");
    }

    fn invoke(&self, id: &str, payload: &Value) -> Value {
        let path = format!("/2015-03-31/functions/{}/invocations", self.function(id));
        let (status, body) = self.send("lambda", &Call::post(&path, payload));
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).expect("an answer is JSON")
    }

    /// The public keys in the environment of a function, as text.
    pub(crate) fn told(&self, id: &str) -> String {
        let path = format!("/2015-03-31/functions/{}/configuration", self.function(id));
        let configuration: Value = serde_json::from_str(&self.send("lambda", &Call::get(&path)).1).expect("it is JSON");
        configuration["Environment"]["Variables"]["LATCHKEY_JWKS"].as_str().unwrap_or_default().to_owned()
    }

    /// Deploys the same template again, with these parameters and otherwise the same.
    pub(crate) fn deploy(&self, changed: &[(&str, &str)]) {
        let parameters = between(&self.cloudformation("DescribeStacks", ""), "<ParameterKey>", "</ParameterKey>");
        let mut query = String::from("&UsePreviousTemplate=true&Capabilities.member.1=CAPABILITY_IAM");
        query.push_str("&Capabilities.member.2=CAPABILITY_AUTO_EXPAND");
        for (number, name) in (1..).zip(parameters) {
            let value = changed.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
            let value = value.map_or("UsePreviousValue=true".to_owned(), |value| format!("ParameterValue={value}"));
            let member = format!("&Parameters.member.{number}");
            query.push_str(&format!("{member}.ParameterKey={name}{member}.{value}"));
        }
        self.cloudformation("UpdateStack", &query);
        let mut waited = Duration::ZERO;
        while self.status() != "UPDATE_COMPLETE" {
            assert!(waited < DEPLOYMENT, "the deployment is {}", self.status());
            let pause = Duration::from_millis(200);
            thread::sleep(pause);
            waited += pause;
        }
    }

    fn status(&self) -> String {
        between(&self.cloudformation("DescribeStacks", ""), "<StackStatus>", "</StackStatus>").remove(0)
    }

    fn cloudformation(&self, action: &str, query: &str) -> String {
        let form = format!("Action={action}&Version=2010-05-15&StackName={STACK}{query}");
        let call = Call::new("POST", "/").text("application/x-www-form-urlencoded", &form);
        let (status, body) = self.send("cloudformation", &call);
        assert_eq!(status, 200, "{body}");
        body
    }

    /// The name of a function, of which CloudFormation adds some letters.
    fn function(&self, id: &str) -> String {
        let list: Value =
            serde_json::from_str(&self.send("lambda", &Call::get("/2015-03-31/functions")).1).expect("it is JSON");
        let names = list["Functions"].as_array().into_iter().flatten();
        let mut names = names.filter_map(|function| function["FunctionName"].as_str());
        let name = names.find(|name| name.starts_with(&format!("{STACK}-{id}")));
        name.expect("the function is deployed").to_owned()
    }

    /// The emulator sends a request to the service in its scope, and believes whoever calls itself its root user.
    fn send(&self, service: &str, call: &Call) -> (u16, String) {
        let scope = format!("Credential=test/20960101/us-east-1/{service}/aws4_request");
        let mut request = ureq::http::Request::builder()
            .method(call.method.as_str())
            .uri(format!("{}{}", self.endpoint, call.path))
            .header("authorization", format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"))
            .header("x-amz-date", "20960101T000000Z");
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let request = request.body(call.body.clone().unwrap_or_default()).expect("the call is a request");
        let mut response = self.agent.run(request).expect("the account answers");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("answers are text"))
    }
}

/// Every text between two others.
fn between(text: &str, before: &str, after: &str) -> Vec<String> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).map(str::to_owned).collect()
}
