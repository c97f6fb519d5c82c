//! A stack on AWS: who is asked, in which order, signed, and never twice.

use std::process::Command;

use serde_json::{Value, json};

use crate::server::{Reply, Request, Server};
use crate::{Said, command, finish, latchkey};

const ARN: &str = "arn:aws:sts::123456789012:assumed-role/Operator/ada";
const USER: &str =
    r#"{"user":{"id":"0b9f","email":"ada@example.com","created_at":"2026-01-01T12:00:00Z","disabled":true,"epoch":1}}"#;

/// CloudFormation and STS as AWS answers them, and Lambda as `invoke` says.
pub fn aws(invoke: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |request, _| {
        let xml = |body: String| Reply::of(200, "text/xml", body);
        if request.body.contains("Action=GetCallerIdentity") {
            let result = format!(
                "<GetCallerIdentityResult><Account>123456789012</Account><Arn>{ARN}</Arn></GetCallerIdentityResult>"
            );
            return xml(format!(
                r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">{result}</GetCallerIdentityResponse>"#
            ));
        }
        if request.body.contains("Action=DescribeStackResource") {
            let id = request.body.split('&').find_map(|field| field.strip_prefix("LogicalResourceId=")).unwrap();
            let detail = format!(
                "<StackResourceDetail><PhysicalResourceId>latchkey-{id}-1X</PhysicalResourceId></StackResourceDetail>"
            );
            let result = format!("<DescribeStackResourceResult>{detail}</DescribeStackResourceResult>");
            return xml(format!(
                r#"<DescribeStackResourceResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">{result}</DescribeStackResourceResponse>"#
            ));
        }
        invoke(request)
    })
}

/// `latchkey <words>` with an account that `server` plays.
pub fn stack(server: &Server, words: &[&str]) -> Said {
    finish(stack_command(server, words))
}

/// The same, to be run.
pub fn stack_command(server: &Server, words: &[&str]) -> Command {
    let mut command = command(words);
    command.env("AWS_ENDPOINT_URL", &server.url).env("AWS_REGION", "eu-central-1");
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    command
}

fn invocations(server: &Server) -> Vec<Request> {
    server.requests().into_iter().filter(|request| request.path.ends_with("/invocations")).collect()
}

#[test]
fn a_function_is_found_by_its_logical_id_and_told_whose_credentials_call() {
    let server = aws(|_| Reply::json(200, USER));
    let said = stack(&server, &["users", "disable", "0b9f", "--reason", "left", "--stack", "blue"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("disabled  yes\n"), "{}", said.out);
    let [call] = &invocations(&server)[..] else { panic!("{:?}", server.requests()) };
    assert_eq!(call.path, "/2015-03-31/functions/latchkey-Admin-1X/invocations");
    assert!(call.headers["authorization"].starts_with("AWS4-HMAC-SHA256 Credential=test/"));
    let payload = json!({ "action": "disable-user", "user_id": "0b9f", "reason": "left", "actor": ARN });
    assert_eq!(serde_json::from_str::<Value>(&call.body).unwrap(), payload);
    assert!(server.requests().iter().any(|request| request.body.contains("StackName=blue")));
}

#[test]
fn a_call_that_failed_is_not_repeated() {
    let server =
        aws(|_| Reply::json(503, json!({ "message": "try again" })).with("x-amzn-errortype", "ServiceException"));
    let said = stack(&server, &["keys", "rotate", "--actor", "ada"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("ServiceException: try again"), "{}", said.err);
    assert_eq!(invocations(&server).len(), 1);
}

#[test]
fn a_function_that_fails_or_may_not_be_called_is_told_in_one_line() {
    let failing =
        aws(|_| Reply::json(200, json!({ "errorMessage": "no ring" })).with("x-amz-function-error", "Unhandled"));
    let said = stack(&failing, &["keys", "list"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("latchkey-RotateKeys-1X failed") && said.err.contains("no ring"), "{}", said.err);

    let denied = aws(|_| {
        Reply::json(403, json!({ "Message": "not authorized to perform: lambda:InvokeFunction" }))
            .with("x-amzn-errortype", "AccessDeniedException")
    });
    let said = stack(&denied, &["keys", "list"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("AccessDeniedException: not authorized"), "{}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
}

#[test]
fn a_shell_without_region_or_credentials_is_told_so() {
    let said = latchkey(&["keys", "list"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("AWS_REGION"), "{}", said.err);

    let mut without_credentials = command(&["keys", "list"]);
    without_credentials.env("AWS_REGION", "eu-central-1");
    let said = finish(without_credentials);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("credentials"), "{}", said.err);
}

/// As CloudFormation says no.
fn denied(code: &str, message: &str) -> Reply {
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    Reply::of(400, "text/xml", format!("<ErrorResponse>{error}</ErrorResponse>"))
}

/// A stack with one table and one function, in an account where nothing else may be read.
fn unreadable_stack() -> Server {
    const NAMESPACE: &str = r#"xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/""#;
    Server::start(|request, _| {
        let xml = |action: &str, result: &str| {
            let body =
                format!("<{action}Response {NAMESPACE}><{action}Result>{result}</{action}Result></{action}Response>");
            Reply::of(200, "text/xml", body)
        };
        if request.body.contains("Action=DescribeStacks") {
            let output = "<member><OutputKey>Issuer</OutputKey><OutputValue>http://127.0.0.1:1</OutputValue></member>";
            return xml("DescribeStacks", &format!("<Stacks><member><Outputs>{output}</Outputs></member></Stacks>"));
        }
        if request.body.contains("Action=ListStackResources") {
            let resource = |id: &str, kind: &str| {
                format!(
                    "<member><LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>{id}-1X</PhysicalResourceId><ResourceType>{kind}</ResourceType></member>"
                )
            };
            let users = resource("Users", "AWS::DynamoDB::Table");
            let authorizer = resource("Authorizer", "AWS::Lambda::Function");
            let list = format!("<StackResourceSummaries>{users}{authorizer}</StackResourceSummaries>");
            return xml("ListStackResources", &list);
        }
        if request.body.contains("Action=DescribeStackResource") {
            return denied("AccessDenied", "you may not");
        }
        Reply::json(403, json!({ "message": "you may not" })).with("x-amzn-errortype", "AccessDeniedException")
    })
}

#[test]
fn what_the_doctor_may_not_look_at_is_a_failure() {
    let said = stack(&unreadable_stack(), &["doctor", "--json"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    let checks: Vec<_> = report["checks"].as_array().unwrap().iter().collect();
    for name in ["backups", "deletion", "rings", "authorizer's keys", "kept answers", "logs"] {
        let check = checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(check["level"], "fail", "{check}");
        assert!(check["found"].as_str().unwrap().contains("AccessDenied"), "{check}");
    }
    let issuer = checks.iter().find(|check| check["check"] == "stack's issuer").unwrap();
    assert_eq!((&issuer["level"], &issuer["found"]), (&json!("ok"), &json!("http://127.0.0.1:1")));
}

#[test]
fn a_stack_that_is_not_there_is_named() {
    let server = Server::start(|_, _| denied("ValidationError", "Stack with id blue does not exist"));
    for words in [&["doctor", "--stack", "blue"][..], &["keys", "list", "--stack", "blue", "--actor", "ada"]] {
        let said = stack(&server, words);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
        assert!(said.err.contains("the stack blue: ValidationError: Stack with id blue"), "{}", said.err);
    }
}
