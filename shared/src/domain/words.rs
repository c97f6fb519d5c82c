//! What a user may do, in words: roles and scopes.

/// Most words of one kind. Whoever needs more wants groups that an application keeps itself.
const MAX_WORDS: usize = 32;
/// Longest word, in characters.
const MAX_WORD_CHARS: usize = 64;
/// Longest list with its spaces, in characters. Roles and scopes together then take at most 2 KiB of the 8 KB that REST and
/// WebSocket APIs allow an authorizer's whole answer, policy included, and an access token stays below half of its 8 KiB.
const MAX_CHARS: usize = 1024;

/// Words of one kind, each once, in the order they were given. A word is a scope token of RFC 6749, section 3.3: printable
/// ASCII without a space, `"` or `\`. So it means the same in a claim, in a header, and in a list separated by spaces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(Vec<String>);

/// Words that cannot be given to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWords {
    /// One of them is no word.
    #[error("each must have 1 to 64 characters of printable ASCII other than space, quote and backslash")]
    NoWord,
    /// There are too many of them.
    #[error("must be at most 32, and at most 1024 characters in all")]
    TooMany,
}

impl Words {
    /// Parses words; one that is repeated counts once.
    ///
    /// # Errors
    /// [`InvalidWords`] when one of them is no word, or they do not fit into tokens and contexts.
    pub fn parse(texts: Vec<String>) -> Result<Self, InvalidWords> {
        let mut words: Vec<String> = Vec::new();
        for text in texts {
            if !is_word(&text) {
                return Err(InvalidWords::NoWord);
            }
            if !words.contains(&text) {
                words.push(text);
            }
            if words.len() > MAX_WORDS {
                return Err(InvalidWords::TooMany);
            }
        }
        if words.join(" ").len() > MAX_CHARS { Err(InvalidWords::TooMany) } else { Ok(Self(words)) }
    }

    /// The words.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

fn is_word(text: &str) -> bool {
    let is_allowed = |byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    (1..=MAX_WORD_CHARS).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse<const N: usize>(texts: [&str; N]) -> Result<Vec<String>, InvalidWords> {
        Words::parse(texts.map(str::to_owned).into()).map(|words| words.as_slice().to_vec())
    }

    #[test]
    fn words_keep_their_order_and_count_once() {
        assert_eq!(parse(["notes:read", "admin", "notes:read"]).unwrap(), ["notes:read", "admin"]);
        assert_eq!(parse([]).unwrap(), [""; 0]);
        assert!(parse(["!", "#[", "]~", "https://api.example.com/notes.read", &"x".repeat(64)]).is_ok());
    }

    #[test]
    fn a14_what_is_no_scope_token_is_no_word() {
        let long = "x".repeat(65);
        for bad in ["", " ", "a b", "a\tb", "a\nb", "\"", "\\", "\u{7f}", "é", "\u{1f511}", "a\0", &long] {
            assert_eq!(parse(["admin", bad]), Err(InvalidWords::NoWord), "{bad:?}");
        }
    }

    #[test]
    fn a14_a_list_is_bounded_in_number_and_in_length() {
        let numbered = |count: usize| Words::parse((0..count).map(|number| format!("{number}")).collect());
        assert!(numbered(32).is_ok());
        assert_eq!(numbered(33), Err(InvalidWords::TooMany));
        assert!(Words::parse(vec!["admin".to_owned(); 100_000]).is_ok());
        let of_63_chars = |count: usize| Words::parse((0..count).map(|number| format!("{number:063}")).collect());
        assert!(of_63_chars(16).is_ok(), "16 of them and 15 spaces: 1023 characters");
        assert_eq!(of_63_chars(17), Err(InvalidWords::TooMany));
    }
}
