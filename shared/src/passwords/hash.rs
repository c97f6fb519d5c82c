//! One Argon2id computation and its PHC string: `$argon2id$v=19$m=…,t=…,p=1,keyid=…$salt$hash`, with `data=…` for a client hash.

use argon2::{
    Algorithm, Argon2, AssociatedData, Block, KeyId, Params, ParamsBuilder, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};

use super::HashWork;
use crate::{error::Error, tokens::secret::Secret};

pub(super) const OUTPUT_BYTES: usize = 32;
pub(super) const SALT_BYTES: usize = 16;

/// The most work a stored hash may ask for: four times the strongest setting of ours. A planted string must not be able to
/// take the sandbox down.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_ITERATIONS: u32 = 16;

/// Begins the associated data of a client hash's hash. Associated data is hashed too: whatever is sent as a password, its hash is
/// never that of a client hash.
const CLIENT_MARK: &[u8] = b"client-hash";

/// What a hash is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A password.
    Password,
    /// A client hash, under a salt of this pepper.
    ClientHash { salt_pepper: u32 },
}

impl Kind {
    fn to_data(self) -> Result<AssociatedData, Error> {
        let data = match self {
            Self::Password => Vec::new(),
            Self::ClientHash { salt_pepper } => [CLIENT_MARK, &salt_pepper.to_be_bytes()].concat(),
        };
        AssociatedData::new(&data).map_err(|_| foreign("data"))
    }

    fn from_data(data: &[u8]) -> Result<Self, Error> {
        if data.is_empty() {
            return Ok(Self::Password);
        }
        let id = data.strip_prefix(CLIENT_MARK).and_then(|id| id.try_into().ok()).ok_or_else(|| foreign("data"))?;
        Ok(Self::ClientHash { salt_pepper: u32::from_be_bytes(id) })
    }
}

/// Everything a hash is made of, except what is hashed and the pepper.
pub(super) struct Recipe {
    kind: Kind,
    params: Params,
    salt: [u8; SALT_BYTES],
}

/// A hash as it is stored.
pub(super) struct Stored {
    pub(super) recipe: Recipe,
    pub(super) hash: [u8; OUTPUT_BYTES],
}

fn foreign(what: &str) -> Error {
    Error::Internal(format!("a stored password hash is none of ours: {what}"))
}

impl Stored {
    /// Reads a stored string. Whatever we would not have written is refused before any work.
    pub(super) fn from_phc(stored: &str) -> Result<Self, Error> {
        let phc = PasswordHash::new(stored).map_err(|_| foreign("not a PHC string"))?;
        if phc.algorithm != Algorithm::Argon2id.ident() || phc.version != Some(Version::V0x13.into()) {
            return Err(foreign("not Argon2id version 19"));
        }
        let params = Params::try_from(&phc).map_err(|_| foreign("parameters"))?;
        let reasonable = params.m_cost() <= MAX_MEMORY_KIB && params.t_cost() <= MAX_ITERATIONS && params.p_cost() == 1;
        if !reasonable || params.keyid().len() != 4 {
            return Err(foreign("parameters out of bounds"));
        }
        let salt = phc.salt.and_then(|salt| salt.as_ref().try_into().ok()).ok_or_else(|| foreign("salt"))?;
        let kind = Kind::from_data(params.data())?;
        let hash = phc.hash.and_then(|hash| hash.as_bytes().try_into().ok()).ok_or_else(|| foreign("hash"))?;
        Ok(Self { recipe: Recipe { kind, params, salt }, hash })
    }
}

impl Recipe {
    pub(super) fn new(kind: Kind, work: HashWork, pepper_id: u32, salt: [u8; SALT_BYTES]) -> Result<Self, Error> {
        let keyid = KeyId::new(&pepper_id.to_be_bytes()).map_err(|_| foreign("keyid"))?;
        let mut params = ParamsBuilder::new();
        params.m_cost(work.memory_kib).t_cost(work.iterations).p_cost(1).keyid(keyid).output_len(OUTPUT_BYTES);
        params.data(kind.to_data()?);
        let params = params.build().map_err(|error| Error::Internal(format!("Argon2 parameters: {error}")))?;
        Ok(Self { kind, params, salt })
    }

    pub(super) fn to_phc(&self, output: &[u8]) -> Result<String, Error> {
        let broken = |_| Error::Internal("the hash has no PHC form".into());
        let phc = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).map_err(|_| foreign("parameters"))?,
            salt: Some(Salt::new(&self.salt).map_err(broken)?),
            hash: Some(Output::new(output).map_err(broken)?),
        };
        Ok(phc.to_string())
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn pepper_id(&self) -> u32 {
        self.params.keyid().try_into().map_or(0, u32::from_be_bytes)
    }

    pub(super) fn is_weaker_than(&self, work: HashWork) -> bool {
        self.params.m_cost() < work.memory_kib || self.params.t_cost() < work.iterations
    }

    pub(super) fn run(
        &self,
        input: &[u8],
        pepper: &Secret,
        arena: &mut Vec<Block>,
    ) -> Result<[u8; OUTPUT_BYTES], Error> {
        let broken = |error| Error::Internal(format!("Argon2: {error}"));
        let argon2 = Argon2::new_with_secret(pepper.reveal(), Algorithm::Argon2id, Version::V0x13, self.params.clone())
            .map_err(broken)?;
        if arena.len() < self.params.block_count() {
            arena.resize(self.params.block_count(), Block::default());
        }
        let mut output = [0; OUTPUT_BYTES];
        argon2.hash_password_into_with_memory(input, &self.salt, &mut output, &mut arena[..]).map_err(broken)?;
        Ok(output)
    }
}
