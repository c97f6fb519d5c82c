//! Email addresses, and which of them are the same.

/// RFC 5321 section 4.5.3.1.
const MAX_LOCAL_BYTES: usize = 64;
/// RFC 5321 section 4.5.3.1, less the angle brackets.
const MAX_ADDRESS_BYTES: usize = 254;

/// An email address that can be written to.
///
/// The local part is what people can type everywhere: an ASCII dot-atom (RFC 5322 section 3.2.3). Quoted local parts,
/// comments, lists and non-ASCII local parts are refused rather than normalized, so that no two spellings that a mail server
/// treats differently ever become one account (dotless i, Kelvin sign, ligatures). The domain may be international and is
/// kept in its ASCII form (UTS #46).
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    address: String,
    canonical: String,
}

/// A text that is no email address we can write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not an email address of the form name@example.com")]
pub struct InvalidEmail;

impl Email {
    /// Parses an address, exactly as it was sent: nothing is trimmed.
    ///
    /// # Errors
    /// [`InvalidEmail`], for whatever reason.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        // A domain in Unicode is at most four times as long as its ASCII form; what is longer cannot fit.
        if text.len() > 4 * MAX_ADDRESS_BYTES {
            return Err(InvalidEmail);
        }
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail)?;
        let domain = ascii_domain(domain)?;
        let address = format!("{local}@{domain}");
        if !is_dot_atom(local) || local.len() > MAX_LOCAL_BYTES || address.len() > MAX_ADDRESS_BYTES {
            return Err(InvalidEmail);
        }
        let canonical = address.to_ascii_lowercase();
        Ok(Self { address, canonical })
    }

    /// Where mail goes: the local part as it was written, the domain in ASCII.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The form by which an address is unique: all lower case.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

/// Addresses are personal data: they stay out of logs, also by accident.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email")
    }
}

fn ascii_domain(domain: &str) -> Result<String, InvalidEmail> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| InvalidEmail)?;
    let top = ascii.rsplit_once('.').ok_or(InvalidEmail)?.1;
    // A numeric or empty last label is an IP address or a root domain: no mail goes there.
    let writable = !top.is_empty() && !top.bytes().all(|byte| byte.is_ascii_digit());
    if writable { Ok(ascii) } else { Err(InvalidEmail) }
}

fn is_dot_atom(local: &str) -> bool {
    let is_atext = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Result<String, InvalidEmail> {
        Email::parse(text).map(|email| email.canonical)
    }

    #[test]
    fn case_does_not_make_another_account_and_mail_goes_where_it_was_written() {
        let email = Email::parse("Ada.Lovelace+x@EXAMPLE.com").unwrap();
        assert_eq!(email.address(), "Ada.Lovelace+x@example.com");
        assert_eq!(email.canonical(), "ada.lovelace+x@example.com");
    }

    #[test]
    fn c6_an_international_domain_has_one_form() {
        assert_eq!(canonical("a@BÜCHER.example"), canonical("a@xn--bcher-kva.example"));
        assert_eq!(canonical("a@bu\u{308}cher.example"), canonical("a@bücher.example"));
        assert_eq!(canonical("a@ｅｘａｍｐｌｅ.com"), canonical("a@example.com"));
    }

    #[test]
    fn c6_lookalikes_of_a_local_part_are_refused_not_folded() {
        for text in [
            "mıke@example.com",
            "mi\u{212A}e@example.com",
            "oﬃce@example.com",
            "ｍike@example.com",
            "mike\u{200d}@example.com",
        ] {
            assert_eq!(canonical(text), Err(InvalidEmail), "{text}");
        }
    }

    #[test]
    fn c7_what_could_reach_two_mailboxes_or_a_header_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("a@{}.com", ["b".repeat(63), "c".repeat(63), "d".repeat(63), "e".repeat(63)].join("."));
        let refused = [
            "",
            "@",
            "a@",
            "@b.com",
            "a",
            "a@b",
            "a@b@c.com",
            "a@b.com,c@d.com",
            "a@b.com\r\nBcc: c@d.com",
            "a b@c.com",
            " a@b.com",
            "a@b.com ",
            "\"a b\"@c.com",
            "a(comment)@b.com",
            ".a@b.com",
            "a.@b.com",
            "a..b@c.com",
            "a@b..com",
            "a@b.com.",
            "a@-b.com",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a＠b.com",
            "a@b\u{ff20}c.com",
            "a\0@b.com",
            "a@b_c.com",
            &long_local,
            &long,
            &"x".repeat(1_000_000),
        ];
        for text in refused {
            assert_eq!(canonical(text), Err(InvalidEmail), "{text:.40}");
        }
    }

    #[test]
    fn c7_the_longest_address_fits_and_one_more_does_not() {
        let address = |domain_bytes: usize| {
            let labels = ["b".repeat(63), "c".repeat(63), "d".repeat(domain_bytes - 2 * 64 - 4)].join(".");
            format!("{}@{labels}.com", "a".repeat(64))
        };
        assert!(Email::parse(&address(189)).is_ok());
        assert_eq!(Email::parse(&address(190)), Err(InvalidEmail));
    }

    #[test]
    fn an_address_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Email::parse("ada@example.com")), "Ok(Email)");
    }
}
