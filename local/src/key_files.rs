//! Key rings in files: made once, never overwritten, readable by their owner only.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use tempfile::NamedTempFile;

use crate::rings::{self, Kind};

/// Where the rings are, and what may be published of them.
#[derive(Debug)]
pub struct Keys {
    /// Signs access tokens.
    pub sign: PathBuf,
    /// Seals refresh and session tokens.
    pub seal: PathBuf,
    /// Peppers passwords.
    pub pepper: PathBuf,
    /// The public half of the signing ring, as a JWKS document.
    pub jwks: String,
    /// Of two such documents the later one has the greater one.
    pub revision: u64,
}

/// Reads the rings in `directory`/keys, and makes those that are missing.
pub fn ensure(directory: &Path, algorithm: &str) -> Result<Keys> {
    let folder = directory.join("keys");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let (sign, sign_ring) = ensure_one(&folder, Kind::Sign, algorithm)?;
    let (seal, _) = ensure_one(&folder, Kind::Seal, algorithm)?;
    let (pepper, _) = ensure_one(&folder, Kind::Pepper, algorithm)?;
    let (jwks, revision) = rings::public_jwks(&sign_ring)?;
    Ok(Keys { sign, seal, pepper, jwks, revision })
}

fn ensure_one(folder: &Path, kind: Kind, algorithm: &str) -> Result<(PathBuf, String)> {
    let path = folder.join(format!("{}.json", kind.as_str()));
    if !path.exists() {
        let ring = rings::generate(kind, algorithm)?;
        write_new(folder, &path, &ring).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let ring = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    rings::check(kind, &ring).map_err(|error| {
        anyhow!(
            "{} is not a usable key ring ({error:#}): put a copy of it back, or delete it to have a new one made, \
             which makes everything worthless that was made with the old one",
            path.display()
        )
    })?;
    Ok((path, ring))
}

/// Whole or not at all, and never over a file that somebody else has just made. Temporary files have mode 0600.
fn write_new(folder: &Path, path: &Path, text: &str) -> Result<()> {
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_are_made_once_and_only_for_their_owner() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let first = ensure(folder.path(), "ES256")?;
        let second = ensure(folder.path(), "ES256")?;
        assert_eq!(first.jwks, second.jwks);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&first.pepper)?.permissions().mode() & 0o777, 0o600);
        }
        Ok(())
    }

    #[test]
    fn a_truncated_ring_is_named_and_left_as_it_is() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let seal = ensure(folder.path(), "ES256")?.seal;
        fs::write(&seal, "{\"version\":1")?;
        let message = ensure(folder.path(), "ES256").map_err(|error| error.to_string()).err().unwrap_or_default();
        assert!(message.contains("seal.json is not a usable key ring"), "{message}");
        assert_eq!(fs::read_to_string(&seal)?, "{\"version\":1");
        Ok(())
    }
}
