//! The session cookie of browsers.

/// Its name. The prefix binds it to one host over TLS (RFC 6265bis section 4.1.3.2): no sibling domain can
/// set it.
pub const NAME: &str = "__Host-latchkey";

/// What makes it one: not for scripts, and not sent with what other sites make a browser send, but for links that are followed.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The header that sets the session cookie.
pub fn set(value: &str, max_age: u64) -> String {
    format!("{NAME}={value}; {ATTRIBUTES}; Max-Age={max_age}")
}

/// The header that removes it.
pub fn clear() -> String {
    set("", 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e3_the_cookie_has_exactly_the_attributes_of_its_prefix() {
        assert_eq!(set("v", 60), "__Host-latchkey=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
        assert_eq!(clear(), "__Host-latchkey=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
