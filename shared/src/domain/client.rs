//! Who is calling, as far as the gateway vouches for it.

use std::net::IpAddr;

/// Longest user agent that is kept. Browsers send 100 to 250 characters; more is noise or an attack on the log.
const MAX_USER_AGENT_CHARS: usize = 256;

/// The device and place behind a request: shown to the user in the list of sessions, and what attempts are counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The address the gateway saw. Never from `X-Forwarded-For`, which the caller writes.
    pub address: IpAddr,
    /// The `User-Agent`, cut to 256 characters and freed of control characters.
    pub user_agent: Option<String>,
}

impl Client {
    /// Describes the caller; the user agent is untrusted text and is cleaned here.
    pub fn new(address: IpAddr, unverified_user_agent: Option<&str>) -> Self {
        let clean =
            |text: &str| text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT_CHARS).collect::<String>();
        Self { address, user_agent: unverified_user_agent.map(clean).filter(|text| !text.is_empty()) }
    }

    /// The network attempts are counted by: the address itself, or the /64 that one IPv6 customer is given.
    pub fn network(&self) -> String {
        match self.address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_loses_line_breaks_and_its_tail() {
        let client = Client::new([127, 0, 0, 1].into(), Some(&format!("a\r\n\u{1b}[31m{}", "b".repeat(100_000))));
        let kept = client.user_agent.unwrap();
        assert_eq!(kept.chars().count(), MAX_USER_AGENT_CHARS);
        assert!(!kept.contains(char::is_control));
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        let network = |text: &str| Client::new(text.parse().unwrap(), None).network();
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }
}
