//! A ring in a file, for development.

use std::{
    fs::{File, OpenOptions, read_to_string, remove_file, rename},
    io::{Error, ErrorKind, Write},
};

use super::{Held, Replaced};

pub(super) fn read(path: &str) -> Result<String, String> {
    read_to_string(path).map_err(|error| in_words(&error))
}

/// Compare and swap: only one process at a time looks and writes, and a reader sees the old ring or the new one whole.
pub(super) fn replace(path: &str, read: &str, ring: &str) -> Result<Replaced, String> {
    swap(path, read, ring).map_err(|error| in_words(&error))
}

fn swap(path: &str, read: &str, ring: &str) -> Result<Replaced, Error> {
    // Held until it is dropped, or the process ends.
    let lock = File::create(format!("{path}.lock"))?;
    lock.lock()?;
    if read_to_string(path)? != read {
        return Ok(Replaced::Lost);
    }
    let candidate = format!("{path}.new");
    let mut file = for_its_owner(&candidate)?;
    file.write_all(ring.as_bytes())?;
    file.sync_all()?;
    rename(&candidate, path)?;
    Ok(Replaced::Done(Held { ring: ring.to_owned(), version: ring.to_owned() }))
}

/// A new file that nobody else may read; one that a process left behind in the middle is made anew.
fn for_its_owner(path: &str) -> Result<File, Error> {
    match remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn in_words(error: &Error) -> String {
    error.kind().to_string()
}
