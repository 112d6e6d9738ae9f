//! A root: one place to look for definitions, whatever it is made of (a folder, an archive, what the crate carries).
//! The loader asks its roots in order; a root knows nothing of the others, and keeps nothing of what it read from a folder.

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
use super::path::{self, DefinitionPath};
use crate::error::{Error, ErrorKind, Result};

/// A place to look for definitions: a folder or an archive in the layout that botocore and boto3 use,
/// `<service>/<api-version>/<kind>.json` or `.json.gz`.
///
/// ```no_run
/// use tucuxi::Definitions;
/// use tucuxi::unversioned::definition::Root;
///
/// // A newer botocore as it comes from the package index, before the definitions that the crate carries.
/// let definitions = Definitions::new([Root::open("botocore-1.44.5-py3-none-any.whl")?]);
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Root(Place);

#[derive(Clone)]
enum Place {
    Folder(PathBuf),
    Archive { name: Arc<str>, files: Arc<Files> },
    Embedded,
}

/// Of two files with the same base the first is read.
const EXTENSIONS: [&str; 2] = [".json", ".json.gz"];
/// A definition must inflate to no more than this; the largest with all its documentation has a tenth of it.
const LARGEST_TEXT: usize = 128 << 20;
/// Deflate cannot do better than this, so a promise of more is not believed.
const BEST_RATIO: usize = 1032;

impl Root {
    /// A folder. One that is not there, or is no folder, is passed over whenever something is looked for.
    pub fn folder(path: impl Into<PathBuf>) -> Root {
        Root(Place::Folder(path.into()))
    }

    /// A folder, or an archive: `.tar.gz`, `.zip` or a Python wheel.
    ///
    /// # Errors
    /// `InvalidDefinition` when a file is there that cannot be read or is no such archive.
    pub fn open(path: impl Into<PathBuf>) -> Result<Root> {
        let path = path.into();
        if !path.is_file() {
            return Ok(Root::folder(path));
        }
        let name = path.display().to_string();
        let bytes = fs::read(&path).map_err(|e| unreadable(&name, e))?;
        Root::archive(&bytes, &name)
    }

    /// The bytes of an archive (`.tar.gz`, `.zip`, wheel). What comes before the data folder in its paths does not matter.
    ///
    /// # Errors
    /// `InvalidDefinition` when it is broken, too large, or holds no definitions.
    pub fn bytes(archive: impl AsRef<[u8]>) -> Result<Root> {
        Root::archive(archive.as_ref(), "definition archive")
    }

    fn archive(bytes: &[u8], name: &str) -> Result<Root> {
        let files = Arc::new(archive::read(bytes, name)?);
        Ok(Root(Place::Archive { name: name.into(), files }))
    }

    /// What the crate carries.
    pub(crate) fn embedded() -> &'static Root {
        &Root(Place::Embedded)
    }

    /// The text at `<base>.json`, else at `<base>.json.gz`, with the name of the file.
    pub(crate) fn read(&self, base: &str) -> Result<Option<Found>> {
        for extension in EXTENSIONS {
            let path = format!("{base}{extension}");
            if let Some(bytes) = self.bytes_of(&path)? {
                let file = self.name_of(&path);
                return Ok(Some(Found { text: text(bytes, &file)?, file }));
            }
        }
        Ok(None)
    }

    /// Whether there is something to read at `base`.
    pub(crate) fn has(&self, base: &str) -> bool {
        EXTENSIONS.iter().map(|extension| format!("{base}{extension}")).any(|path| match &self.0 {
            Place::Folder(folder) => folder.join(path).is_file(),
            Place::Archive { files, .. } => files.contains_key(&path),
            Place::Embedded => embedded::get(&path).is_some(),
        })
    }

    /// The services that have the kind in some version.
    pub(crate) fn services(&self, kind: &str) -> Result<BTreeSet<String>> {
        let Place::Folder(folder) = &self.0 else {
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

    /// The API versions in which the service has the kind.
    pub(crate) fn versions(&self, service: &str, kind: &str) -> Result<BTreeSet<String>> {
        let start = format!("{service}/");
        let Place::Folder(folder) = &self.0 else {
            return Ok(self.owners(&start, kind).map(|(_, version)| version.to_owned()).collect());
        };
        let mut versions = folders_in(&folder.join(service))?;
        versions.retain(|version| self.has(&format!("{start}{version}/{kind}")));
        Ok(versions)
    }

    /// The service and version of every file of the kind whose path begins so; what lies in memory is sorted by path.
    fn owners<'a>(&'a self, start: &'a str, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let paths: Box<dyn Iterator<Item = &'a str> + 'a> = match &self.0 {
            Place::Folder(_) => Box::new(std::iter::empty()),
            Place::Archive { files, .. } => {
                let from = files.range::<str, _>((Bound::Included(start), Bound::Unbounded));
                Box::new(from.map(|(path, _)| path.as_str()).take_while(move |path| path.starts_with(start)))
            }
            Place::Embedded => Box::new(embedded::paths(start)),
        };
        paths.filter_map(DefinitionPath::split).filter(move |(_, path)| path.kind == kind).filter_map(|(_, path)| path.service)
    }

    fn bytes_of(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>> {
        match &self.0 {
            Place::Folder(folder) => match fs::read(folder.join(path)) {
                Ok(bytes) => Ok(Some(bytes.into())),
                Err(e) if is_absent(&e) => Ok(None),
                Err(e) => Err(unreadable(&self.name_of(path), e)),
            },
            Place::Archive { files, .. } => Ok(files.get(path).map(Cow::from)),
            Place::Embedded => Ok(embedded::get(path).map(Cow::from)),
        }
    }

    /// A file's name for errors.
    fn name_of(&self, path: &str) -> String {
        match &self.0 {
            Place::Folder(folder) => folder.join(path).display().to_string(),
            Place::Archive { name, .. } => format!("{name}: {path}"),
            Place::Embedded => format!("built-in {path}"),
        }
    }
}

/// A definition's text, and the file that it was in.
pub(crate) struct Found {
    pub text: String,
    pub file: String,
}

/// What the importer needs.
#[cfg(feature = "cli")]
impl Root {
    /// Everything there is, in order: the files' paths without extension.
    pub(crate) fn bases(&self) -> Result<BTreeSet<String>> {
        let names = match &self.0 {
            Place::Folder(folder) => walk(folder)?,
            Place::Archive { files, .. } => files.keys().cloned().collect(),
            Place::Embedded => embedded::paths("").map(str::to_owned).collect(),
        };
        let wanted = |name: &String| {
            let (root, path) = DefinitionPath::split(name)?;
            (root.is_empty() && !path.is_documentation()).then(|| path::base(name).map(str::to_owned))?
        };
        Ok(names.iter().filter_map(wanted).collect())
    }
}

/// The files on the top and on the third floor of a folder, where definitions lie.
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

/// The folders or the files in a folder, without those whose names no definition can have.
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

/// The bytes as text; gzipped ones are recognized by their first two bytes.
fn text(bytes: Cow<'_, [u8]>, file: &str) -> Result<String> {
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) { inflate(&bytes, file)? } else { bytes.into_owned() };
    String::from_utf8(bytes).map_err(|e| broken(file, "not UTF-8").with_source(e))
}

/// Room is made once: a gzip file ends in the length of its content.
fn inflate(bytes: &[u8], file: &str) -> Result<Vec<u8>> {
    let promised = bytes.last_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize);
    let mut text = Vec::with_capacity(promised.min(LARGEST_TEXT).min(bytes.len().saturating_mul(BEST_RATIO)));
    MultiGzDecoder::new(bytes)
        .take(LARGEST_TEXT as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|e| broken(file, &format!("not gzip: {e}")).with_source(e))?;
    if text.len() > LARGEST_TEXT {
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

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Folder(folder) => write!(f, "{}", folder.display()),
            Place::Archive { name, files } => write!(f, "{name} ({} files)", files.len()),
            Place::Embedded => f.write_str("built-in"),
        }
    }
}
