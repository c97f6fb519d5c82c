//! The ARN of a request to an API, read strictly: what is derived from it must never be wider than it.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html>

use std::fmt;

/// API Gateway refuses longer ones with 414.
const MAX_BYTES: usize = 1600;

/// `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`, or `…/STAGE/$connect` of a WebSocket API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) struct MethodArn<'a> {
    /// Everything to the stage, without the slash after it.
    pub(in crate::http) stage: &'a str,
    /// `METHOD/PATH` or `$connect`. The path is as the caller wrote it.
    pub(in crate::http) request: &'a str,
}

impl<'a> MethodArn<'a> {
    /// Reads an ARN in which no part but the path can hold anything that a policy takes for a pattern.
    pub(in crate::http) fn parse(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        let head = [fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?];
        let [arn, partition, service, region, account] = head;
        let mut parts = fields.next()?.splitn(3, '/');
        let (api, stage, request) = (parts.next()?, parts.next()?, parts.next()?);
        let is_named = |text: &str| !text.is_empty() && text.bytes().all(is_name);
        let well_formed = text.len() <= MAX_BYTES
            && (arn, service) == ("arn", "execute-api")
            && [partition, region, api].into_iter().all(is_named)
            && account.len() == 12
            && account.bytes().all(|byte| byte.is_ascii_digit())
            && (is_named(stage) || stage == "$default")
            && is_request(request);
        let stage = text.strip_suffix(request)?.strip_suffix('/')?;
        well_formed.then_some(Self { stage, request })
    }

    /// Whether a policy that names this ARN means this one request.
    pub(super) fn is_literal(&self) -> bool {
        !self.request.contains(['*', '?', '$'])
    }

    /// Method and path segments as they stand, if every segment is plain: not empty (but for the root), and nothing in it that
    /// the gateway could read in another way or a policy take for a pattern.
    pub(super) fn plain_segments(&self) -> Option<Vec<&'a str>> {
        let segments: Vec<_> = self.request.split('/').collect();
        let is_root = matches!(segments[..], [_, ""]);
        (is_root || segments.iter().all(|segment| is_plain(segment))).then_some(segments)
    }
}

impl fmt::Display for MethodArn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.stage, self.request)
    }
}

/// Names of partitions, regions, APIs and stages.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn is_request(request: &str) -> bool {
    let is_method = |method: &str| !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    request == "$connect" || request.split_once('/').is_some_and(|(method, _)| is_method(method))
}

/// A path segment that means itself and nothing else, to the gateway and in a policy: unreserved characters (RFC 3986 section
/// 2.3) and two that paths often have, but no dots alone.
pub(super) fn is_plain(segment: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':' | b'@');
    !segment.is_empty() && segment.bytes().all(is_plain) && !matches!(segment, "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGE: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod";

    fn segments(request: &str) -> Option<Vec<&str>> {
        let request = MethodArn { stage: STAGE, request };
        request.plain_segments()
    }

    #[test]
    fn a15_the_stage_ends_before_the_request_whatever_the_path_holds() {
        for request in
            ["GET/", "GET/notes", "GET/a/b:c/*?$", "$connect", "PATCH//", "GET/arn:aws:execute-api:x:y:z/prod/GET"]
        {
            let text = format!("{STAGE}/{request}");
            assert_eq!(MethodArn::parse(&text), Some(MethodArn { stage: STAGE, request }));
            assert_eq!(MethodArn { stage: STAGE, request }.to_string(), text);
        }
        let china = "arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/$default/GET/";
        assert!(MethodArn::parse(china).is_some());
    }

    #[test]
    fn a15_segments_are_plain_or_nothing() {
        assert_eq!(segments("GET/"), Some(vec!["GET", ""]));
        assert_eq!(segments("GET/a/b.c"), Some(vec!["GET", "a", "b.c"]));
        for request in
            ["GET/a/", "GET//a", "GET//", "GET/a/..", "GET/.", "GET/%61", "GET/*", "GET/a?", "GET/$x", "GET/\u{e9}"]
        {
            assert_eq!(segments(request), None, "{request}");
        }
    }
}
