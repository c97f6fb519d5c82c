//! `POST /auth/salt`: how a client hashes the password of an address, whether or not anybody has it.

use latchkey::{
    domain::{ClientHashing, client_hash::CLIENT_HASH_BYTES},
    error::Error,
    http::{Reply, Request, StatusCode, request},
    passwords::{
        Passwords,
        client::{ITERATIONS, MEMORY_KIB, PARALLELISM},
    },
};
use serde::{Deserialize, Serialize};

pub(crate) const PATH: &str = "/auth/salt";

#[derive(Deserialize)]
struct Body {
    email: String,
}

#[derive(Serialize)]
struct Salt {
    mode: &'static str,
    algorithm: &'static str,
    /// Of Argon2, in decimal (RFC 9106).
    version: u8,
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
    hash_bytes: usize,
    salt: String,
}

/// Answers 200 with the salt and the parameters. Reads no table, so that there is nothing whose time could tell.
pub(crate) fn handle(passwords: &Passwords, request: &Request) -> Result<Reply, Error> {
    let mode = passwords.client_hashing();
    if mode == ClientHashing::Off {
        return Err(Error::NoClientHashing);
    }
    let body: Body = request::json(request)?;
    let mut fields = request::Fields::default();
    let email = fields.email(&body.email);
    let email = fields.check(email)?;
    let salt = Salt {
        mode: mode.as_str(),
        algorithm: "argon2id",
        version: 0x13,
        memory_kib: MEMORY_KIB,
        iterations: ITERATIONS,
        parallelism: PARALLELISM,
        hash_bytes: CLIENT_HASH_BYTES,
        salt: passwords.client_salt(email.canonical())?.to_text(),
    };
    Ok(Reply::json(StatusCode::OK, &salt))
}
