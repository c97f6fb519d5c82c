//! A client that hashes passwords before it sends them, as docs/API.md tells it to.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey::domain::Password;
use serde_json::{Value, json};

use crate::{
    api::{Api, Person},
    exchange::{Answer, Call},
};

/// Asks for the salt of an address.
pub async fn ask_for_salt(api: &impl Api, email: &str) -> Answer {
    api.send(Call::post("/auth/salt", &json!({ "email": email }))).await
}

/// What a client sends for a person: asks for the salt of the address and does what the answer says.
pub async fn client_hash(api: &impl Api, person: &Person) -> String {
    let told = ask_for_salt(api, &person.email).await.json();
    assert_eq!((&told["algorithm"], &told["version"]), (&json!("argon2id"), &json!(19)), "{told}");
    let number = |member: &str| told[member].as_u64().and_then(|number| u32::try_from(number).ok()).expect("a number");
    let mut output = vec![0; number("hash_bytes") as usize];
    let params = Params::new(number("memory_kib"), number("iterations"), number("parallelism"), Some(output.len()));
    let salt = URL_SAFE_NO_PAD.decode(told["salt"].as_str().unwrap_or_default()).expect("the salt is base64url");
    let normalized = Password::parse(&person.password).expect("it is short enough");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.expect("they are in range"))
        .hash_password_into(normalized.reveal().as_bytes(), &salt, &mut output)
        .expect("a client can hash");
    URL_SAFE_NO_PAD.encode(output)
}

/// Which spellings of a password a client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `password`.
    Password,
    /// `client_hash`.
    ClientHash,
    /// Both.
    Both,
}

impl Spelling {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Password, Self::ClientHash, Self::Both];

    /// What a person sends to register or to sign in, when the hash of their password is `hash`.
    pub fn credentials(self, person: &Person, hash: &str) -> Value {
        match self {
            Self::Password => json!({ "email": person.email, "password": person.password }),
            Self::ClientHash => json!({ "email": person.email, "client_hash": hash }),
            Self::Both => json!({ "email": person.email, "password": person.password, "client_hash": hash }),
        }
    }
}
