//! One published key, as it came.

use serde_json::Value;

/// Members of a private key: RFC 7518, sections 6.2.2, 6.3.2 and 6.4, RFC 8037, section 2.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A JSON Web Key (RFC 7517), whatever is in it.
#[derive(Clone, Debug)]
pub struct Jwk(pub Value);

impl Jwk {
    /// A member that is text and not empty.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.0.get(member)?.as_str().filter(|text| !text.is_empty())
    }

    /// How to name it to a person.
    pub fn name(&self) -> &str {
        self.text("kid").unwrap_or("without kid")
    }

    /// The second from which our verifiers refuse it.
    pub fn not_after(&self) -> Option<i64> {
        self.0.get("not_after")?.as_i64()
    }

    /// Whether it is good for anything at `now`.
    pub fn is_in_time(&self, now: i64) -> bool {
        self.not_after().is_none_or(|end| now < end)
    }

    /// The length of an RSA modulus. It is written without leading zeros (RFC 7518, section 6.3.1.1), 6 bits a character.
    pub fn rsa_bits(&self) -> Option<usize> {
        let modulus = self.text("n").filter(|_| self.text("kty") == Some("RSA"))?;
        Some(modulus.len() * 6 / 8 * 8)
    }

    /// Members that nobody may see.
    pub fn private_members(&self) -> Vec<&'static str> {
        PRIVATE.into_iter().filter(|member| self.0.get(*member).is_some()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_length_of_a_modulus_is_that_of_its_text() {
        let bits = |length: usize| Jwk(json!({ "kty": "RSA", "n": "x".repeat(length) })).rsa_bits();
        assert_eq!([bits(171), bits(342), bits(512), bits(683)], [Some(1024), Some(2048), Some(3072), Some(4096)]);
        assert_eq!(Jwk(json!({ "kty": "EC", "n": "x" })).rsa_bits(), None);
    }
}
