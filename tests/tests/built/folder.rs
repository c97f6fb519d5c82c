//! Rings in files.

use std::{fs, path::PathBuf};

use latchkey::domain::Random;

/// A folder that is gone with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let number: [u8; 8] = Random::SYSTEM.draw().unwrap();
        let folder = std::env::temp_dir().join(format!("latchkey-tests-{:x}", u64::from_be_bytes(number)));
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    /// Where a file of this name would be.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// A new file with this text, as the value of a setting.
    pub(crate) fn file(&self, text: &str) -> String {
        let number: [u8; 8] = Random::SYSTEM.draw().unwrap();
        let path = self.0.join(format!("{:x}.json", u64::from_be_bytes(number)));
        fs::write(&path, text).unwrap();
        format!("file:{}", path.display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
