//! Roots: the places where definitions are searched. A root is a folder, an archive, or the files embedded in the crate.
//!
//! The loader searches its roots in order. A root knows nothing about the others and does not cache what it reads from a folder.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use super::archive::{self, Files};
use super::embedded;
use super::parts::Parts;
use super::path::{self, DefinitionPath};
#[cfg(feature = "cli")]
use super::sdk_extras;
use crate::error::{Error, ErrorKind, Result};

/// A place where definitions are searched: a folder or an archive in the layout of botocore and boto3,
/// `<service>/<api-version>/<kind>.json` or `.json.gz`.
///
/// ```no_run
/// use tucuxi::Definitions;
/// use tucuxi::unversioned::definition::Root;
///
/// // A newer botocore, as downloaded from a package index, takes precedence over the embedded definitions.
/// let definitions = Definitions::new([Root::open("botocore-1.44.5-py3-none-any.whl")?]);
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Root(Storage);

#[derive(Clone)]
enum Storage {
    Folder(PathBuf),
    Archive { name: Arc<str>, files: Arc<Files> },
    Embedded,
}

/// If both files exist, the first one is read.
const EXTENSIONS: [&str; 2] = [".json", ".json.gz"];
/// The maximum size of an inflated definition. The largest one, with all its documentation, has a tenth of it.
const MAX_TEXT: usize = 128 << 20;
/// The best compression ratio of deflate. A file that claims more is not trusted.
const MAX_RATIO: usize = 1032;

impl Root {
    /// Creates a root from a folder. A path that does not exist or is not a folder is skipped in every search.
    pub fn folder(path: impl Into<PathBuf>) -> Root {
        Root(Storage::Folder(path.into()))
    }

    /// Opens a folder or an archive: a `.tar.gz`, a `.zip`, or a Python wheel.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if the path is a file that cannot be read or is not such an archive.
    pub fn open(path: impl Into<PathBuf>) -> Result<Root> {
        let path = path.into();
        if !path.is_file() {
            return Ok(Root::folder(path));
        }
        let name = path.display().to_string();
        let bytes = fs::read(&path).map_err(|e| unreadable(&name, e))?;
        Root::archive(&bytes, &name)
    }

    /// Creates a root from the bytes of an archive (`.tar.gz`, `.zip`, wheel). The data folder can be anywhere in it.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if the archive is damaged, is too large, or contains no definitions.
    pub fn bytes(archive: impl AsRef<[u8]>) -> Result<Root> {
        Root::archive(archive.as_ref(), "definition archive")
    }

    fn archive(bytes: &[u8], name: &str) -> Result<Root> {
        let files = Arc::new(archive::read(bytes, name)?);
        Ok(Root(Storage::Archive { name: name.into(), files }))
    }

    /// Returns the root of the embedded definitions.
    pub(crate) fn embedded() -> &'static Root {
        &Root(Storage::Embedded)
    }

    /// Reads `<base>.json`, or otherwise `<base>.json.gz`.
    pub(crate) fn read(&self, base: &str) -> Result<Option<Found>> {
        for extension in EXTENSIONS {
            let path = format!("{base}{extension}");
            let file = || self.name_of(&path);
            let text = match &self.0 {
                Storage::Embedded => embedded::file(&path).map(|content| content.text().map_err(|e| e.with_place(&file()))).transpose()?,
                _ => self.bytes_of(&path)?.map(|bytes| text(bytes, &file())).transpose()?,
            };
            if let Some(text) = text {
                return Ok(Some(Found { text, file: file() }));
            }
        }
        Ok(None)
    }

    /// Returns whether `<base>.json` or `<base>.json.gz` exists.
    pub(crate) fn has(&self, base: &str) -> bool {
        EXTENSIONS.iter().map(|extension| format!("{base}{extension}")).any(|path| match &self.0 {
            Storage::Folder(folder) => folder.join(path).is_file(),
            Storage::Archive { files, .. } => files.contains_key(&path),
            Storage::Embedded => embedded::file(&path).is_some(),
        })
    }

    /// Returns the services that have a definition of this kind in any version.
    pub(crate) fn services(&self, kind: &str) -> Result<BTreeSet<String>> {
        let Storage::Folder(folder) = &self.0 else {
            return Ok(self.owners("", kind).map(|(service, _)| service.to_owned()).collect());
        };
        let mut services = BTreeSet::new();
        for service in folders_in(folder)? {
            if !self.versions(&service, kind)?.is_empty() {
                services.insert(service);
            }
        }
        Ok(services)
    }

    /// Returns the API versions in which a service has a definition of this kind.
    pub(crate) fn versions(&self, service: &str, kind: &str) -> Result<BTreeSet<String>> {
        let start = format!("{service}/");
        let Storage::Folder(folder) = &self.0 else {
            return Ok(self.owners(&start, kind).map(|(_, version)| version.to_owned()).collect());
        };
        let mut versions = folders_in(&folder.join(service))?;
        versions.retain(|version| self.has(&format!("{start}{version}/{kind}")));
        Ok(versions)
    }

    /// Returns service and version of every file of this kind whose path begins with `start`. Files in memory are sorted by path.
    fn owners<'a>(&'a self, start: &'a str, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let paths: Box<dyn Iterator<Item = &'a str> + 'a> = match &self.0 {
            Storage::Folder(_) => Box::new(std::iter::empty()),
            Storage::Archive { files, .. } => {
                let from = files.range::<str, _>((Bound::Included(start), Bound::Unbounded));
                Box::new(from.map(|(path, _)| path.as_str()).take_while(move |path| path.starts_with(start)))
            }
            Storage::Embedded => Box::new(embedded::paths(start)),
        };
        paths.filter_map(DefinitionPath::split).filter(move |(_, path)| path.kind == kind).filter_map(|(_, path)| path.service)
    }

    fn bytes_of(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>> {
        match &self.0 {
            Storage::Folder(folder) => match fs::read(folder.join(path)) {
                Ok(bytes) => Ok(Some(bytes.into())),
                Err(e) if is_absent(&e) => Ok(None),
                Err(e) => Err(unreadable(&self.name_of(path), e)),
            },
            Storage::Archive { files, .. } => Ok(files.get(path).map(Cow::from)),
            Storage::Embedded => Ok(None),
        }
    }

    /// Returns the name of a file for error messages.
    fn name_of(&self, path: &str) -> String {
        match &self.0 {
            Storage::Folder(folder) => folder.join(path).display().to_string(),
            Storage::Archive { name, .. } => format!("{name}: {path}"),
            Storage::Embedded => format!("built-in {path}"),
        }
    }
}

/// The text of a definition, and the name of its file.
pub(crate) struct Found {
    pub text: String,
    pub file: String,
}

/// Returns the embedded definition in parts, and the name of its file for error messages.
///
/// # Errors
/// Returns [`ErrorKind::InvalidDefinition`] if it is damaged.
pub(super) fn embedded_parts(base: &str) -> Result<Option<(Parts<'static>, String)>> {
    let path = format!("{base}.json");
    let Some(embedded::Content::Parts(bytes)) = embedded::file(&path) else { return Ok(None) };
    let file = Root::embedded().name_of(&path);
    Ok(Some((Parts::open(bytes).map_err(|e| e.with_place(&file))?, file)))
}

/// For the importer.
#[cfg(feature = "cli")]
impl Root {
    /// Returns the paths of all definitions without extension, in order.
    pub(crate) fn bases(&self) -> Result<BTreeSet<String>> {
        let names = match &self.0 {
            Storage::Folder(folder) => walk(folder)?,
            Storage::Archive { files, .. } => files.keys().cloned().collect(),
            Storage::Embedded => embedded::paths("").map(str::to_owned).collect(),
        };
        let wanted = |name: &String| {
            let (root, path) = DefinitionPath::split(name)?;
            (root.is_empty() && !path.is_documentation()).then(|| path::base(name).map(str::to_owned))?
        };
        Ok(names.iter().filter_map(wanted).collect())
    }

    /// Reads a definition, merged with its SDK additions in this root.
    pub(crate) fn read_merged(&self, base: &str) -> Result<Option<Found>> {
        let Some(mut found) = self.read(base)? else { return Ok(None) };
        if let Some(additions) = self.read(&path::extras(base))? {
            sdk_extras::merge_files(&mut found, &additions)?;
        }
        Ok(Some(found))
    }
}

/// Returns the files at the first and third levels of a folder, where definitions are stored.
#[cfg(feature = "cli")]
fn walk(folder: &Path) -> Result<Vec<String>> {
    let mut names = names_in(folder, false)?.into_iter().collect::<Vec<_>>();
    for service in folders_in(folder)? {
        for version in folders_in(&folder.join(&service))? {
            let files = names_in(&folder.join(&service).join(&version), false)?;
            names.extend(files.into_iter().map(|file| format!("{service}/{version}/{file}")));
        }
    }
    Ok(names)
}

fn folders_in(folder: &Path) -> Result<BTreeSet<String>> {
    names_in(folder, true)
}

/// Returns the names of the folders or the files in a folder, except those that no definition can have.
fn names_in(folder: &Path, folders: bool) -> Result<BTreeSet<String>> {
    let fail = |e| unreadable(&folder.display().to_string(), e);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if is_absent(&e) => return Ok(BTreeSet::new()),
        Err(e) => return Err(fail(e)),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let entry = entry.map_err(fail)?;
        if let Ok(name) = entry.file_name().into_string()
            && path::is_name(&name)
            && entry.path().is_dir() == folders
        {
            names.insert(name);
        }
    }
    Ok(names)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory)
}

/// Converts bytes to text. Gzip is recognized by its first two bytes.
fn text(bytes: Cow<'_, [u8]>, file: &str) -> Result<String> {
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) { inflate(&bytes, file)? } else { bytes.into_owned() };
    String::from_utf8(bytes).map_err(|e| broken(file, "not UTF-8").with_source(e))
}

/// Inflates gzip. The file ends with the length of its content, so memory is allocated once.
fn inflate(bytes: &[u8], file: &str) -> Result<Vec<u8>> {
    let promised = bytes.last_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize);
    let mut text = Vec::with_capacity(promised.min(MAX_TEXT).min(bytes.len().saturating_mul(MAX_RATIO)));
    MultiGzDecoder::new(bytes)
        .take(MAX_TEXT as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|e| broken(file, &format!("not gzip: {e}")).with_source(e))?;
    if text.len() > MAX_TEXT {
        return Err(broken(file, "too large for a definition"));
    }
    Ok(text)
}

fn broken(file: &str, why: &str) -> Error {
    Error::new(ErrorKind::InvalidDefinition, format!("{file}: {why}"))
}

fn unreadable(file: &str, error: io::Error) -> Error {
    Error::new(ErrorKind::InvalidDefinition, format!("{file}: {error}")).with_source(error)
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Storage::Folder(folder) => write!(f, "{}", folder.display()),
            Storage::Archive { name, files } => write!(f, "{name} ({} files)", files.len()),
            Storage::Embedded => f.write_str("built-in"),
        }
    }
}
