//! Where objects and files are, and which file belongs to a key.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::text::invalid;

/// An object or a file, or a prefix or folder with everything below it.
///
/// ```
/// use tucuxi::Location;
///
/// let photos: Location = "s3://river/photos/".parse()?;
/// assert_eq!(photos, Location::object("river", "photos/"));
/// let folder: Location = "photos".parse()?;
/// assert_eq!(folder.to_string(), "photos");
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// An object, or a prefix of keys.
    Object {
        /// The name of a bucket, or the ARN of an access point.
        bucket: String,
        /// The key or prefix. An empty prefix is the whole bucket.
        key: String,
    },
    /// A file or folder.
    File(PathBuf),
}

impl Location {
    /// Returns the location of an object or prefix.
    pub fn object(bucket: impl Into<String>, key: impl Into<String>) -> Location {
        Location::Object { bucket: bucket.into(), key: key.into() }
    }

    /// Returns the location of a file or folder.
    pub fn file(path: impl Into<PathBuf>) -> Location {
        Location::File(path.into())
    }

    /// The location with a slash at the end of a prefix, so that `photos` does not include `photos-old/`.
    pub(crate) fn as_folder(&self) -> Location {
        match self {
            Location::Object { bucket, key } if !key.is_empty() && !key.ends_with('/') => {
                Location::object(bucket.as_str(), format!("{key}/"))
            }
            other => other.clone(),
        }
    }
}

impl FromStr for Location {
    type Err = Error;

    /// Reads `s3://bucket/key`; any other text is a path.
    fn from_str(text: &str) -> Result<Location> {
        let Some(rest) = text.strip_prefix("s3://") else { return Ok(Location::file(text)) };
        let (bucket, key) = split_bucket(rest);
        if bucket.is_empty() {
            return Err(invalid(format!("Invalid S3 location {text}: the bucket is missing.")));
        }
        Ok(Location::object(bucket, key))
    }
}

/// The bucket, or the access point's ARN, and the key.
fn split_bucket(rest: &str) -> (&str, &str) {
    if rest.starts_with("arn:") {
        let mut ends = rest.match_indices(['/', ':']).filter(|(at, _)| rest[..*at].contains(":accesspoint")).map(|(at, _)| at);
        let end = ends.nth(1).unwrap_or(rest.len());
        return (&rest[..end], rest[end..].trim_start_matches('/'));
    }
    rest.split_once('/').unwrap_or((rest, ""))
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Object { bucket, key } => write!(f, "s3://{bucket}/{key}"),
            Location::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// The file for a relative key below a folder.
///
/// # Errors
/// The reason why the key is not the name of a file below the folder.
pub(crate) fn file_below(folder: &Path, key: &str) -> std::result::Result<PathBuf, String> {
    // Segments that a file system drops (`a//b`, `a/./b`) would make two keys one file.
    let is_plain = |segment: &str| !matches!(segment, "" | "." | "..");
    let path = Path::new(key);
    let is_safe = !key.contains('\0') && key.split('/').all(is_plain) && path.components().all(|part| matches!(part, Component::Normal(_)));
    if is_safe { Ok(folder.join(path)) } else { Err(format!("Skipping object {key:?}. Its key is not a file name below the destination.")) }
}

/// The folder that the downloads of a plan must not leave.
pub(super) struct TargetFolder {
    root: PathBuf,
    /// The folders below it that exist and have been checked.
    ready: Mutex<HashSet<PathBuf>>,
}

impl TargetFolder {
    pub(super) fn new(root: &Path) -> TargetFolder {
        TargetFolder { root: root.to_owned(), ready: Mutex::default() }
    }

    /// Creates the folder of a file.
    ///
    /// # Errors
    /// `ParamValidation` if the file is not below the root, or a symbolic link on the way leaves it; `Stream` if a folder cannot
    /// be created.
    pub(super) fn prepare(&self, file: &Path) -> Result<()> {
        let folder = file.parent().unwrap_or(file);
        let ready = || self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if file.file_name().is_some() && ready().contains(folder) {
            return Ok(());
        }
        prepare_below(&self.root, file)?;
        ready().insert(folder.to_owned());
        Ok(())
    }
}

fn prepare_below(root: &Path, file: &Path) -> Result<()> {
    let outside = || invalid(format!("{} is not below the folder {}.", file.display(), root.display()));
    let relative = file.strip_prefix(root).map_err(|_| outside())?;
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(outside());
    }
    let of_folder = |path: &Path| super::of_file(path);
    fs::create_dir_all(root).map_err(of_folder(root))?;
    let Some(folder) = relative.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let target = root.join(folder);
    // The deepest folder that exists decides: what is created below it has no links.
    let existing =
        target.ancestors().take_while(|path| path.starts_with(root)).find(|path| fs::symlink_metadata(path).is_ok()).unwrap_or(root);
    let (real, real_root) = (fs::canonicalize(existing).map_err(of_folder(existing))?, fs::canonicalize(root).map_err(of_folder(root))?);
    if !real.starts_with(&real_root) {
        return Err(invalid(format!("{} is not below the folder {}: a symbolic link leaves it.", file.display(), root.display())));
    }
    fs::create_dir_all(&target).map_err(of_folder(&target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_and_keys_are_separated() {
        let parse = |text: &str| text.parse::<Location>().unwrap();
        assert_eq!(parse("s3://b"), Location::object("b", ""));
        assert_eq!(parse("s3://b/a/b"), Location::object("b", "a/b"));
        let arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/ap";
        assert_eq!(parse(&format!("s3://{arn}/k/e")), Location::object(arn, "k/e"));
        assert_eq!("s3://".parse::<Location>().unwrap_err().kind(), crate::error::ErrorKind::ParamValidation);
        assert_eq!(parse("s3://b/a").as_folder(), Location::object("b", "a/"));
    }

    #[test]
    fn keys_that_leave_the_folder_are_rejected() {
        let folder = Path::new("/target");
        assert_eq!(file_below(folder, "a/b.txt").unwrap(), Path::new("/target/a/b.txt"));
        for key in ["../x", "a/../../x", "/etc/passwd", "a\0b", "", "./x", "a//b", "a/./b", "a/../b"] {
            assert!(file_below(folder, key).unwrap_err().starts_with("Skipping object"), "{key:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_that_leave_the_folder_are_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
        fs::create_dir_all(root.join("inner")).unwrap();
        fs::create_dir_all(&outside).unwrap();
        std::os::unix::fs::symlink(&outside, root.join("away")).unwrap();
        std::os::unix::fs::symlink("inner", root.join("near")).unwrap();
        prepare_below(&root, &root.join("near/x/f")).unwrap();
        assert!(root.join("inner/x").is_dir());
        for file in [root.join("away/f"), root.join("away/new/f"), outside.join("f"), root.join("../outside/f")] {
            let error = prepare_below(&root, &file).unwrap_err();
            assert!(error.message().contains("is not below the folder"), "{error}");
        }
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    }
}
