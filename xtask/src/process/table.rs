//! What `ps` shows (Linux and macOS).

use std::process::Command;

use anyhow::Result;

/// One process.
#[derive(Debug)]
pub struct Entry {
    /// Its id.
    pub id: u32,
    /// Who started it.
    pub parent: u32,
    /// Its command line.
    pub command: String,
}

/// Every process that has not ended.
pub fn all() -> Result<Vec<Entry>> {
    let mut ps = Command::new("ps");
    ps.args(["-A", "-o", "pid=,ppid=,stat=,args="]);
    Ok(super::output("ps", ps)?.lines().filter_map(entry).collect())
}

/// A zombie has ended; only its parent has not asked about it yet.
fn entry(line: &str) -> Option<Entry> {
    let mut words = line.split_whitespace();
    let (id, parent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let ended = words.next()?.starts_with('Z');
    let command = words.collect::<Vec<_>>().join(" ");
    (!ended).then_some(Entry { id, parent, command })
}

/// Everything that `parent` has started, and what that has started.
pub fn descendants(parent: u32) -> Result<Vec<Entry>> {
    let mut rest = all()?;
    let mut found: Vec<Entry> = Vec::new();
    loop {
        let is_ours = |entry: &mut Entry| entry.parent == parent || found.iter().any(|one| one.id == entry.parent);
        let next: Vec<Entry> = rest.extract_if(.., is_ours).collect();
        if next.is_empty() {
            return Ok(found);
        }
        found.extend(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_ps_is_an_entry_unless_the_process_is_a_zombie() {
        let entry = entry(" 12  1 Ss   target/debug/login --now").map(|entry| (entry.id, entry.parent, entry.command));
        assert_eq!(entry, Some((12, 1, "target/debug/login --now".to_owned())));
        assert!(super::entry(" 13  1 Z    [login] <defunct>").is_none());
    }
}
