//! What a gateway makes of a policy: the rules of IAM, as far as they matter here.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

use serde_json::Value;

/// Whether a policy document allows a request with this ARN: some statement allows it and none denies it.
pub fn allows(policy: &Value, arn: &str) -> bool {
    let matches = |effect: &str| {
        let statements = policy["Statement"].as_array().into_iter().flatten();
        let of_effect = statements.filter(|statement| statement["Effect"] == effect);
        let mut resources = of_effect.flat_map(|statement| statement["Resource"].as_array().into_iter().flatten());
        resources.any(|resource| covers(resource.as_str().unwrap_or_default().as_bytes(), arn.as_bytes()))
    };
    matches("Allow") && !matches("Deny")
}

/// `*` is any text, slashes and none at all included; `?` is one character.
fn covers(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) if covers(rest, text) => true,
        (Some((b'*', _)), Some((_, text))) => covers(pattern, text),
        (Some((one, rest)), Some((other, text))) => (*one == b'?' || one == other) && covers(rest, text),
        _ => false,
    }
}
