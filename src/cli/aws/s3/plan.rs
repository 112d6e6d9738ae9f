//! What `s3 cp`, `mv`, `rm`, and `sync` have to do: the entries of a source, and the tasks that result.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use super::Line;
use super::filters::Filters;
use super::listing::pages;
use super::location::Location;
use crate::Client;
use crate::cli::failure::{Failure, Result};

/// A file or an object.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub location: Location,
    pub size: u64,
    pub modified: Option<SystemTime>,
}

/// The entries below a folder or prefix, by their relative paths, and those that were skipped with the reason.
#[derive(Default)]
pub(super) struct Entries {
    pub by_path: BTreeMap<String, Entry>,
    pub skipped: Vec<String>,
    /// How many files and folders of the source could not be read. What is below them is unknown.
    pub unread: usize,
}

impl Entries {
    fn unread(&mut self, reason: String) {
        self.skipped.push(reason);
        self.unread += 1;
    }
}

/// Lists everything below a location.
pub(super) fn entries(line: &Line, client: &Client, location: &Location, filters: &Filters) -> Result<Entries> {
    let mut entries = Entries::default();
    match location {
        Location::S3 { bucket, key } => objects(line, client, bucket, key, filters, &mut entries)?,
        Location::Local(folder) => files(folder, folder, line.has("no-follow-symlinks"), filters, &mut entries),
        Location::Pipe => return Err(Failure::usage("Streaming currently is only compatible with non-recursive cp commands")),
    }
    Ok(entries)
}

fn objects(line: &Line, client: &Client, bucket: &str, prefix: &str, filters: &Filters, entries: &mut Entries) -> Result<()> {
    for page in pages(client, line, bucket, prefix, false)? {
        for object in &page?["Contents"] {
            let key = object["Key"].as_str().unwrap_or_default();
            let path = key.strip_prefix(prefix).unwrap_or(key);
            // A key that ends with a slash stands for a folder.
            if path.is_empty() || key.ends_with('/') || !filters.include(path) {
                continue;
            }
            let entry = Entry {
                location: Location::S3 { bucket: bucket.to_owned(), key: key.to_owned() },
                size: object["Size"].as_int().and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
                modified: object["LastModified"].as_timestamp().map(SystemTime::from),
            };
            entries.by_path.insert(path.to_owned(), entry);
        }
    }
    Ok(())
}

/// Reads a folder. What cannot be read is skipped and reported; a link to a folder above it is not followed.
fn files(root: &Path, folder: &Path, ignores_links: bool, filters: &Filters, entries: &mut Entries) {
    let children = match fs::read_dir(folder) {
        Ok(children) => children,
        Err(error) => {
            // A destination that does not exist yet is an empty one.
            if folder != root || fs::symlink_metadata(folder).is_ok() {
                entries.unread(format!("Skipping folder {}. {error}", folder.display()));
            }
            return;
        }
    };
    for child in children {
        let child = match child {
            Ok(child) => child,
            Err(error) => {
                entries.unread(format!("Skipping the rest of folder {}. {error}", folder.display()));
                return;
            }
        };
        let path = child.path();
        let is_link = child.file_type().is_ok_and(|kind| kind.is_symlink());
        if is_link && (ignores_links || leads_above(&path, folder)) {
            continue;
        }
        let Some(relative) = path.strip_prefix(root).ok().and_then(relative_text) else {
            entries.unread(format!("Skipping file {}. Its name is not Unicode.", path.display()));
            continue;
        };
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => files(root, &path, ignores_links, filters, entries),
            Ok(metadata) if metadata.is_file() && filters.include(&relative) => {
                let entry = Entry { location: Location::Local(path), size: metadata.len(), modified: metadata.modified().ok() };
                entries.by_path.insert(relative, entry);
            }
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => entries.skipped.push(format!(
                "Skipping file {}. File is character special device, block special device, FIFO, or socket.",
                path.display()
            )),
            Err(error) if filters.include(&relative) => entries.unread(format!("Skipping file {}. {error}", path.display())),
            Err(_) => {}
        }
    }
}

/// Whether a link leads to a folder that contains it, which would never end.
fn leads_above(link: &Path, folder: &Path) -> bool {
    match (fs::canonicalize(link), fs::canonicalize(folder)) {
        (Ok(target), Ok(folder)) => folder.starts_with(target),
        _ => false,
    }
}

/// A relative path with slashes.
fn relative_text(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

/// The file for a relative key below a folder.
///
/// # Errors
/// The reason why the key is not the name of a file below the folder.
pub(super) fn file_below(folder: &Path, key: &str) -> std::result::Result<PathBuf, String> {
    // Segments that a file system drops (`a//b`, `a/./b`) would make two keys one file.
    let is_plain = |segment: &str| !matches!(segment, "" | "." | "..");
    let path = Path::new(key);
    let is_safe = !key.contains('\0') && key.split('/').all(is_plain) && path.components().all(|part| matches!(part, Component::Normal(_)));
    if is_safe { Ok(folder.join(path)) } else { Err(format!("Skipping object {key:?}. Its key is not a file name below the destination.")) }
}

/// Whether `sync` transfers an entry that exists in both places.
pub(super) fn differs(line: &Line, source: &Entry, target: &Entry) -> bool {
    if source.size != target.size {
        return true;
    }
    if line.has("size-only") {
        return false;
    }
    let seconds = |entry: &Entry| entry.modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok()).map(|age| age.as_secs());
    match (seconds(source), seconds(target)) {
        (Some(source_time), Some(target_time)) => {
            let downloads = matches!(target.location, Location::Local(_));
            if downloads && line.has("exact-timestamps") { source_time != target_time } else { source_time > target_time }
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_leave_the_folder_are_rejected() {
        let folder = Path::new("/target");
        assert_eq!(file_below(folder, "a/b.txt").unwrap(), Path::new("/target/a/b.txt"));
        for key in ["../x", "a/../../x", "/etc/passwd", "a\0b", "", "./x", "a//b", "a/./b", "a/../b"] {
            assert!(file_below(folder, key).unwrap_err().starts_with("Skipping object"), "{key:?}");
        }
    }
}
