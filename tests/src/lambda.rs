//! Lambda's API for functions that change the environment of others: as much of it as they may use.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html>

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use serde_json::{Value, json};
use tiny_http::{Method, Request, Response, Server};

/// An account with functions in it, until its last clone is dropped.
#[derive(Clone)]
pub struct Lambda {
    server: Arc<Server>,
    account: Arc<Mutex<Account>>,
}

#[derive(Default)]
struct Account {
    functions: BTreeMap<String, Function>,
    /// What the next requests are answered instead.
    refusals: VecDeque<u16>,
    writes: usize,
}

struct Function {
    variables: Value,
    revision: u64,
}

impl Lambda {
    /// An account with these functions, each with one variable of its own.
    pub fn with(functions: &[&str]) -> Self {
        let function = |name: &&str| {
            ((*name).to_owned(), Function { variables: json!({ "LATCHKEY_LOG_LEVEL": "info" }), revision: 1 })
        };
        let account = Account { functions: functions.iter().map(function).collect(), ..Account::default() };
        let server = Server::http("127.0.0.1:0").expect("a port is free");
        let lambda = Self { server: Arc::new(server), account: Arc::new(Mutex::new(account)) };
        let (server, account) = (Arc::downgrade(&lambda.server), Arc::clone(&lambda.account));
        thread::spawn(move || {
            while let Some(server) = server.upgrade() {
                let patience = std::time::Duration::from_millis(50);
                if let Ok(Some(request)) = server.recv_timeout(patience) {
                    answer(request, &mut account.lock().unwrap_or_else(PoisonError::into_inner));
                }
            }
        });
        lambda
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.server_addr())
    }

    /// The environment of a function.
    pub fn variables(&self, name: &str) -> Value {
        self.account().functions[name].variables.clone()
    }

    /// Writes the environment of a function, as a deployment does.
    pub fn deploy(&self, name: &str, variables: Value) {
        let mut account = self.account();
        let function = account.functions.get_mut(name).expect("the function exists");
        *function = Function { variables, revision: function.revision + 1 };
    }

    /// Takes a function away.
    pub fn delete(&self, name: &str) {
        self.account().functions.remove(name);
    }

    /// Answers the next requests with these statuses; 412 means that somebody else writes between a reading and a writing.
    pub fn refuse(&self, statuses: &[u16]) {
        self.account().refusals.extend(statuses);
    }

    /// How often an environment was written.
    pub fn writes(&self) -> usize {
        self.account().writes
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(mut request: Request, account: &mut Account) {
    let mut body = String::new();
    request.as_reader().read_to_string(&mut body).expect("a request is text");
    let (status, body) = handle(&request, &body, account);
    let _ = request.respond(Response::from_string(body.to_string()).with_status_code(status));
}

fn handle(request: &Request, body: &str, account: &mut Account) -> (u16, Value) {
    let signed = request.headers().iter().any(|header| {
        header.field.equiv("authorization")
            && header.value.as_str().contains("/lambda/aws4_request, SignedHeaders=content-type;host;")
    });
    assert!(signed, "{} is not signed for Lambda", request.url());
    if let Some(status) = account.refusals.pop_front() {
        return (status, json!({ "Message": "refused" }));
    }
    let name =
        request.url().strip_prefix("/2015-03-31/functions/").and_then(|rest| rest.strip_suffix("/configuration"));
    let Some(function) = name.and_then(|name| account.functions.get_mut(name)) else {
        return (404, json!({ "Message": "Function not found" }));
    };
    if *request.method() == Method::Put {
        let change: Value = serde_json::from_str(body).expect("a change is JSON");
        if change["RevisionId"] != json!(function.revision.to_string()) {
            return (412, json!({ "Message": "The RevisionId provided does not match the latest RevisionId" }));
        }
        *function = Function { variables: change["Environment"]["Variables"].clone(), revision: function.revision + 1 };
        account.writes += 1;
    }
    let revision = function.revision.to_string();
    (200, json!({ "FunctionName": name, "RevisionId": revision, "Environment": { "Variables": function.variables } }))
}
