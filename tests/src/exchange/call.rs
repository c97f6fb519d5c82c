//! A call, as the event that API Gateway makes of it.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// The address that calls come from unless they say otherwise.
const SOURCE: &str = "198.51.100.7";

/// The browser that calls come from unless they say otherwise.
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64)";

/// A request.
#[derive(Debug, Clone)]
pub struct Call {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
    /// The headers, names in lower case as the gateway writes them.
    pub headers: BTreeMap<String, String>,
    /// The cookies, which the gateway takes out of the headers.
    pub cookies: Vec<String>,
    /// The body; in base64 if `is_base64` says so.
    pub body: Option<String>,
    /// Whether the event claims that the body is base64.
    pub is_base64: bool,
    /// The address of the caller.
    pub source: String,
}

impl Call {
    /// A call without a body.
    pub fn new(method: &str, path_and_query: &str) -> Self {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: BTreeMap::from([("user-agent".to_owned(), USER_AGENT.to_owned())]),
            cookies: Vec::new(),
            body: None,
            is_base64: false,
            source: SOURCE.to_owned(),
        }
    }

    /// A GET.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A POST of JSON.
    pub fn post(path: &str, body: &Value) -> Self {
        Self::new("POST", path).json(body)
    }

    /// A DELETE.
    pub fn delete(path: &str) -> Self {
        Self::new("DELETE", path)
    }

    /// A PATCH with JSON.
    pub fn patch(path: &str, body: &Value) -> Self {
        Self::new("PATCH", path).json(body)
    }

    /// With a body of JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }

    /// With a body of any kind.
    #[must_use]
    pub fn text(mut self, content_type: &str, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self.header("content-type", content_type)
    }

    /// A form that a page of the API's own origin sends, in base64 as the gateway hands it on.
    pub fn form(path: &str, origin: &str, fields: &[(&str, &str)]) -> Self {
        let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let call = Self::new("POST", path).text("application/x-www-form-urlencoded", &body.join("&"));
        call.in_base64().same_origin(origin)
    }

    /// With the body in base64, as the gateway sends what it does not take for text.
    #[must_use]
    pub fn in_base64(mut self) -> Self {
        self.body = self.body.map(|body| STANDARD.encode(body));
        self.is_base64 = true;
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With a cookie, `name=value`.
    #[must_use]
    pub fn cookie(mut self, cookie: &str) -> Self {
        self.cookies.push(cookie.to_owned());
        self
    }

    /// As a browser sends it for a page of `origin`, which is the API's own.
    #[must_use]
    pub fn same_origin(self, origin: &str) -> Self {
        self.header("origin", origin).header("sec-fetch-site", "same-origin")
    }

    /// With a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// From another address.
    #[must_use]
    pub fn from(mut self, source: &str) -> Self {
        self.source = source.to_owned();
        self
    }

    /// The event of an HTTP API, payload 2.0.
    pub fn event(&self) -> Value {
        let mut event = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "requestContext": self.request_context(),
            "isBase64Encoded": self.is_base64,
        });
        if let Some(body) = &self.body {
            event["body"] = json!(body);
        }
        if !self.cookies.is_empty() {
            event["cookies"] = json!(self.cookies);
        }
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        let query: BTreeMap<_, _> = pairs.collect();
        if !query.is_empty() {
            event["queryStringParameters"] = json!(query);
        }
        event
    }

    /// What the gateway says about the call itself.
    fn request_context(&self) -> Value {
        json!({
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": "abcdef1234.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abcdef1234",
            "http": {
                "method": self.method,
                "path": self.path,
                "protocol": "HTTP/1.1",
                "sourceIp": self.source,
                "userAgent": self.headers.get("user-agent"),
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1_583_348_638_390_u64,
        })
    }
}
