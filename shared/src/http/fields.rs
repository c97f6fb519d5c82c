//! The fields of a body, and all that is wrong with them.

use lambda_http::Request;

use super::site;
use crate::{
    domain::{ClientHash, ClientHashing, DisplayName, Email, Password, Proof},
    error::{Error, FieldError},
    operations::Transport,
};

const MISSING: &str = "is missing";

/// The fields of a body, parsed one by one so that the caller is told about all of them at once.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// An email.
    pub fn email(&mut self, text: &str) -> Option<Email> {
        self.keep("/email", Email::parse(text))
    }

    /// A password.
    pub fn password(&mut self, text: &str) -> Option<Password> {
        self.keep("/password", Password::parse(text))
    }

    /// A password as the deployment takes it, of a body with these two members. `at` and `sent` are about the password first, the
    /// client hash second.
    pub fn proof(&mut self, hashing: ClientHashing, at: [&'static str; 2], sent: [Option<&str>; 2]) -> Option<Proof> {
        let ([at_password, at_hash], [password, hash]) = (at, sent);
        let refused = match (hashing, password, hash) {
            (ClientHashing::Off, _, Some(_)) => Some((at_hash, "this deployment takes passwords")),
            (ClientHashing::Required, Some(_), _) => {
                Some((at_password, "this deployment takes client hashes: see POST /auth/salt"))
            }
            (ClientHashing::Required, None, None) => Some((at_hash, MISSING)),
            (ClientHashing::Off | ClientHashing::Transition, None, None) => Some((at_password, MISSING)),
            _ => None,
        };
        if let Some((at, why)) = refused {
            self.0.push(FieldError::new(at, why));
            return None;
        }
        let password = password.map(|text| self.keep(at_password, Password::parse(text)));
        let client_hash = hash.and_then(|text| self.keep(at_hash, ClientHash::parse(text)));
        match password {
            Some(password) => Some(Proof::Password { password: password?, client_hash }),
            None => client_hash.map(Proof::ClientHash),
        }
    }

    /// A name that may be absent.
    pub fn name(&mut self, text: Option<&str>) -> Option<DisplayName> {
        text.and_then(|text| self.keep("/name", DisplayName::parse(text)))
    }

    /// The transport, `token` by default. A cookie is for deployments that share an origin with their pages.
    ///
    /// # Errors
    /// [`Error::CrossSiteRequest`] when a page of elsewhere asks for a cookie.
    pub fn transport(&mut self, request: &Request, text: Option<&str>) -> Result<Transport, Error> {
        Ok(match text {
            None | Some("token") => Transport::Token,
            Some("session") => Transport::Session,
            Some("cookie") if site::public_origin(request).is_some() => {
                site::require_same_origin(request)?;
                Transport::Cookie
            }
            Some(_) => {
                let offered = if site::public_origin(request).is_some() {
                    "must be token, session or cookie"
                } else {
                    "must be token or session: cookies need the deployment's PublicOrigin"
                };
                self.0.push(FieldError::new("/transport", offered));
                Transport::Token
            }
        })
    }

    /// Ends the parsing: the parsed values, or everything that is wrong.
    ///
    /// # Errors
    /// [`Error::InvalidInput`].
    pub fn check<T>(self, parsed: Option<T>) -> Result<T, Error> {
        match parsed {
            Some(parsed) if self.0.is_empty() => Ok(parsed),
            _ => Err(Error::InvalidInput(self.0)),
        }
    }

    /// The field at `pointer`, parsed by its own type.
    pub fn keep<T, E: ToString>(&mut self, pointer: &'static str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.0.push(FieldError::new(pointer, error))).ok()
    }
}
