//! Where the data is: a folder that one process owns at a time, or memory and a folder that goes away.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use dynoxide::Database;
use tempfile::TempDir;

/// A place for tables and key rings, held as long as this value lives.
#[derive(Debug)]
pub enum Directory {
    /// Kept, and locked against a second server.
    Kept {
        /// The folder.
        path: PathBuf,
        /// Its lock file; the lock ends with the process, however that ends.
        _lock: File,
    },
    /// Deleted at the end.
    Ephemeral(TempDir),
}

impl Directory {
    /// Makes `path` if it is missing and locks it; without a path, a folder that is deleted at the end.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            let folder = TempDir::with_prefix("latchkey-").context("no temporary folder can be made")?;
            return Ok(Directory::Ephemeral(folder));
        };
        fs::create_dir_all(path).with_context(|| format!("the folder {} cannot be made", path.display()))?;
        let lock = File::create(path.join("lock"))
            .with_context(|| format!("the folder {} cannot be written to", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Directory::Kept { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!("another server is using {}: stop it first", path.display()),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("the folder {} cannot be locked", path.display()))
            }
        }
    }

    /// The folder that holds the key rings.
    pub fn path(&self) -> &Path {
        match self {
            Directory::Kept { path, .. } => path,
            Directory::Ephemeral(folder) => folder.path(),
        }
    }

    /// The tables: in a file of a kept folder, else in memory.
    pub fn database(&self) -> Result<Database> {
        let Directory::Kept { path, .. } = self else {
            return Database::memory().map_err(|error| anyhow!("no database can be opened in memory: {error}"));
        };
        let file = path.join("tables.sqlite");
        let text = file.to_str().with_context(|| format!("{} is not UTF-8", file.display()))?;
        Database::new(text).map_err(|error| {
            anyhow!("{} is not a usable database ({error}): put a copy of it back, or delete it to start empty", text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_on_the_same_folder_is_refused() -> Result<()> {
        let folder = TempDir::new()?;
        let first = Directory::open(Some(folder.path()))?;
        let message = Directory::open(Some(folder.path())).map_err(|error| error.to_string()).err().unwrap_or_default();
        assert!(message.contains("another server is using"), "{message}");
        drop(first);
        Directory::open(Some(folder.path()))?;
        Ok(())
    }

    #[test]
    fn a_database_file_full_of_something_else_is_named_in_one_sentence() -> Result<()> {
        let folder = TempDir::new()?;
        fs::write(folder.path().join("tables.sqlite"), "not a database, and long enough to be looked at".repeat(40))?;
        let directory = Directory::open(Some(folder.path()))?;
        let message = directory.database().map_err(|error| error.to_string()).err().unwrap_or_default();
        assert!(message.contains("is not a usable database"), "{message}");
        Ok(())
    }
}
