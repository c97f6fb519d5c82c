//! Pages that may connect. No cookie opens a connection, so nothing rides on a page's behalf; a token that got into a strange page
//! is refused there all the same.

use crate::{
    config::Env,
    error::{Error, Refusal},
};

/// The origins of `LATCHKEY_PUBLIC_ORIGIN` and `LATCHKEY_ALLOWED_ORIGINS`, the ones that may call the API from a browser.
#[derive(Debug, Clone, Default)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Reads them. One that is no origin is nobody's.
    pub fn from_env(env: &Env) -> Self {
        let listed = env.text("LATCHKEY_ALLOWED_ORIGINS", "").split(',').map(str::trim);
        let all = listed.chain(env.get("LATCHKEY_PUBLIC_ORIGIN"));
        Self(all.filter(|origin| !origin.is_empty()).map(str::to_owned).collect())
    }

    /// Whether whoever says to come from `origin` may connect; whoever says nothing is no page.
    ///
    /// # Errors
    /// [`Error::InvalidToken`].
    pub fn check(&self, origin: Option<&str>) -> Result<(), Error> {
        let is_listed = |origin: &str| self.0.iter().any(|listed| listed == origin || listed == "*");
        if origin.is_none_or(is_listed) { Ok(()) } else { Err(Refusal("a page of another origin").into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e5_a_page_is_of_a_listed_origin_letter_by_letter() {
        let settings = [
            ("LATCHKEY_PUBLIC_ORIGIN", "https://app.example.com"),
            ("LATCHKEY_ALLOWED_ORIGINS", "https://one.example.com, https://two.example.com"),
        ];
        let env = Env::new(settings.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap();
        let origins = Origins::from_env(&env);
        for good in
            [None, Some("https://app.example.com"), Some("https://one.example.com"), Some("https://two.example.com")]
        {
            assert!(origins.check(good).is_ok(), "{good:?}");
        }
        for bad in [
            "",
            "null",
            "*",
            "http://app.example.com",
            "https://app.example.com.evil.example",
            "https://evil.example/https://app.example.com",
            "https://sub.app.example.com",
            "https://app.example.com:443",
        ] {
            assert!(origins.check(Some(bad)).is_err(), "{bad}");
        }
        assert!(Origins::default().check(Some("https://app.example.com")).is_err());
    }
}
