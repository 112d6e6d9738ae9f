//! The files below a folder and the objects below a prefix, by their relative paths.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use super::plan::Skipped;
use super::{Filters, Job, Location, PlanOptions, arguments};
use crate::client::Client;
use crate::error::Result;
use crate::value::{Map, Str, Value};

/// A file or an object.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub location: Location,
    pub size: u64,
    pub modified: Option<SystemTime>,
    pub etag: Option<Str>,
    /// The storage class of an object that must be restored before it can be read.
    pub archived: Option<Str>,
}

/// The entries below a folder or prefix, by their relative paths.
#[derive(Default)]
pub(super) struct Entries {
    pub by_path: BTreeMap<String, Entry>,
    pub skipped: Vec<Skipped>,
    /// How many files and folders could not be read. What is below them is unknown.
    pub unread: usize,
}

impl Entries {
    fn unread(&mut self, path: &Path, reason: impl Into<String>) {
        self.skip(path, reason);
        self.unread += 1;
    }

    fn skip(&mut self, path: &Path, reason: impl Into<String>) {
        self.skipped.push(Skipped { path: path.display().to_string(), reason: reason.into() });
    }
}

/// Lists everything below a location that the filters include. Files of a source must be readable. The limits of the job apply.
pub(super) fn entries(job: &Job, client: &Client, location: &Location, options: &PlanOptions, is_source: bool) -> Result<Entries> {
    let mut entries = Entries::default();
    match location {
        Location::Object { bucket, key } => objects(job, client, bucket, key, options, &mut entries)?,
        Location::File(folder) => {
            let (filters, follows_links) = (&options.filters, options.follow_symlinks);
            Walk { job, root: folder, filters, follows_links, is_source, entries: &mut entries }.folder(folder)?;
        }
    }
    Ok(entries)
}

fn objects(job: &Job, client: &Client, bucket: &str, prefix: &str, options: &PlanOptions, entries: &mut Entries) -> Result<()> {
    let mut token = Value::Null;
    loop {
        let mut params = Map::from_iter([("Bucket", bucket), ("Prefix", prefix)]);
        params.extend(arguments::only(&job.extra_args, arguments::OF_DELETION));
        if let Some(size) = options.page_size {
            params.insert("MaxKeys", super::signed(size));
        }
        if !token.is_null() {
            params.insert("ContinuationToken", token);
        }
        let page = job.call_with(client, "ListObjectsV2", params)?;
        for object in &page["Contents"] {
            let key = object["Key"].as_str().unwrap_or_default();
            let path = key.strip_prefix(prefix).unwrap_or(key);
            // A key that ends with a slash stands for a folder.
            if !path.is_empty() && !key.ends_with('/') && options.filters.includes(path) {
                entries.by_path.insert(path.to_owned(), of_object(bucket, key, object, "Size"));
            }
        }
        token = page["NextContinuationToken"].clone();
        if page["IsTruncated"].as_bool() != Some(true) || token.is_null() {
            return Ok(());
        }
    }
}

/// The entry of an object from a listing or a `HeadObject` response, which has the size under another name.
pub(super) fn of_object(bucket: &str, key: &str, object: &Value, size: &str) -> Entry {
    let class = object["StorageClass"].as_str().filter(|class| matches!(*class, "GLACIER" | "DEEP_ARCHIVE"));
    let is_restored = object["Restore"].as_str().is_some_and(|restore| restore.contains("ongoing-request=\"false\""));
    Entry {
        location: Location::object(bucket, key),
        size: object[size].as_int().and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        modified: object["LastModified"].as_timestamp().map(SystemTime::from),
        etag: object["ETag"].as_str().map(Str::from),
        archived: class.filter(|_| !is_restored).map(Str::from),
    }
}

/// The entry of a file, if it is a regular one.
pub(super) fn of_path(path: &Path, metadata: &fs::Metadata) -> Entry {
    Entry { location: Location::file(path), size: metadata.len(), modified: metadata.modified().ok(), etag: None, archived: None }
}

/// A walk through the files below a folder.
struct Walk<'a> {
    job: &'a Job,
    root: &'a Path,
    filters: &'a Filters,
    follows_links: bool,
    is_source: bool,
    entries: &'a mut Entries,
}

impl Walk<'_> {
    /// Reads a folder. Folders and files that cannot be read are skipped and reported. A link to a folder above it is not
    /// followed.
    fn folder(&mut self, folder: &Path) -> Result<()> {
        self.job.limits.check()?;
        let children = match fs::read_dir(folder) {
            Ok(children) => children,
            Err(error) => {
                // A destination that does not exist yet is an empty one.
                if folder != self.root || fs::symlink_metadata(folder).is_ok() {
                    self.entries.unread(folder, format!("File/Directory is not readable: {error}"));
                }
                return Ok(());
            }
        };
        for child in children {
            match child {
                Ok(child) => self.child(folder, &child)?,
                Err(error) => {
                    self.entries.unread(folder, format!("The rest of the folder is not readable: {error}"));
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn child(&mut self, folder: &Path, child: &fs::DirEntry) -> Result<()> {
        let path = child.path();
        let is_link = child.file_type().is_ok_and(|kind| kind.is_symlink());
        if is_link && (!self.follows_links || leads_above(&path, folder)) {
            return Ok(());
        }
        let Some(relative) = path.strip_prefix(self.root).ok().and_then(relative_text) else {
            self.entries.unread(&path, "Its name is not Unicode.");
            return Ok(());
        };
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => self.folder(&path)?,
            _ if !self.filters.includes(&relative) => {}
            Ok(metadata) if metadata.is_file() && self.is_source && !is_readable(&path, &metadata) => {
                self.entries.unread(&path, "File/Directory is not readable.");
            }
            Ok(metadata) if metadata.is_file() => drop(self.entries.by_path.insert(relative, of_path(&path, &metadata))),
            Ok(_) => self.entries.skip(&path, "File is character special device, block special device, FIFO, or socket."),
            Err(error) => self.entries.unread(&path, error.to_string()),
        }
        Ok(())
    }
}

/// Whether a file can be opened, which is tried only if not everybody may read it.
fn is_readable(path: &Path, metadata: &fs::Metadata) -> bool {
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o444 == 0o444 {
        return true;
    }
    let _ = metadata;
    fs::File::open(path).is_ok()
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
