//! Which Latchkey is meant: a stack on AWS, or a development server.

/// The name of the stack in samconfig.toml.
const STACK: &str = "latchkey";
/// Where `cargo xtask dev` serves.
pub const DEVELOPMENT: &str = "http://localhost:9000";

/// `--stack` and `--dev`.
#[derive(Debug, clap::Args)]
pub struct TargetOptions {
    /// The deployed stack, in the account and region of your AWS environment or profile [default: latchkey].
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "dev")]
    pub stack: Option<String>,
    /// A development server instead of a stack [default URL: http://localhost:9000].
    #[arg(long, global = true, value_name = "URL", num_args = 0..=1, default_missing_value = DEVELOPMENT, value_parser = url)]
    pub dev: Option<String>,
}

/// Where the functions are.
#[derive(Debug, PartialEq)]
pub enum Target {
    /// A CloudFormation stack, by name.
    Stack(String),
    /// The URL of a development server, without a trailing slash.
    Dev(String),
}

impl TargetOptions {
    /// The one that is named; the stack `latchkey` when none is.
    pub fn target(&self) -> Target {
        match &self.dev {
            Some(url) => Target::Dev(url.clone()),
            None => Target::Stack(self.stack.clone().unwrap_or_else(|| STACK.to_owned())),
        }
    }
}

/// An http(s) URL, without a trailing slash.
fn url(text: &str) -> Result<String, String> {
    if !["http://", "https://"].iter().any(|scheme| text.starts_with(scheme)) {
        return Err("a URL begins with http:// or https://; write --dev last or --dev=URL".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn target(line: &str) -> Option<Target> {
        let words = std::iter::once("latchkey").chain(line.split(' '));
        crate::options::Options::try_parse_from(words).ok().map(|options| options.target.target())
    }

    #[test]
    fn the_stack_latchkey_is_meant_unless_another_target_is_named() {
        assert_eq!(target("keys list"), Some(Target::Stack("latchkey".to_owned())));
        assert_eq!(target("keys list --stack blue"), Some(Target::Stack("blue".to_owned())));
        assert_eq!(target("--stack blue keys list"), Some(Target::Stack("blue".to_owned())));
        assert_eq!(target("keys list --dev"), Some(Target::Dev("http://localhost:9000".to_owned())));
        let other = Some(Target::Dev("http://localhost:9150".to_owned()));
        assert_eq!(target("keys list --dev http://localhost:9150/"), other);
        assert_eq!(target("--dev=http://localhost:9150 keys list"), other);
    }

    #[test]
    fn two_targets_and_a_word_that_is_no_url_are_refused() {
        assert_eq!(target("keys list --dev --stack blue"), None);
        assert_eq!(target("--dev keys list"), None);
    }
}
