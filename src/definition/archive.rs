//! Definition archives: reads the data folder in a `.tar.gz`, a `.zip`, or a wheel into memory. Nothing is extracted to disk.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::path::{self, DefinitionPath};
use super::zip;
use crate::error::{Error, ErrorKind, Result};

/// The files in the data folder of an archive, by path relative to it. Gzipped files remain gzipped.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The maximum size of a file that is kept, gzipped or not.
const MAX_FILE: u64 = 128 << 20;
/// The maximum total size of the files that are kept.
const MAX_TOTAL: u64 = 512 << 20;
/// The maximum size of an inflated tar, most of which is skipped. This stops gzip bombs.
const MAX_TAR: u64 = 1 << 30;

/// Reads an archive. `archive` is its name in errors.
pub(crate) fn read(bytes: &[u8], archive: &str) -> Result<Files> {
    let mut reader = Reader { files: BTreeMap::new(), total: 0, archive };
    match bytes {
        [0x1f, 0x8b, ..] => read_tar(bytes, &mut reader)?,
        [b'P', b'K', 3, 4, ..] => read_zip(bytes, &mut reader)?,
        _ => return Err(reader.broken("it is neither a .tar.gz nor a .zip")),
    }
    let Some(root) = data_root(reader.files.keys()) else {
        return Err(reader.broken("it contains no definitions (<service>/<api-version>/<kind>.json)"));
    };
    Ok(reader.files.into_iter().filter_map(|(name, bytes)| Some((below(&name, &root)?.to_owned(), bytes))).collect())
}

fn read_tar(bytes: &[u8], reader: &mut Reader) -> Result<()> {
    let broken = |archive: &str, e: std::io::Error| Error::new(ErrorKind::InvalidDefinition, format!("{archive}: {e}")).with_source(e);
    let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes).take(MAX_TAR));
    for entry in archive.entries().map_err(|e| broken(reader.archive, e))? {
        let entry = entry.map_err(|e| broken(reader.archive, e))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type().is_file() {
            reader.keep(&name, entry)?;
        }
    }
    if archive.into_inner().limit() == 0 {
        return Err(reader.broken("too large for a definition archive"));
    }
    Ok(())
}

fn read_zip(bytes: &[u8], reader: &mut Reader) -> Result<()> {
    let archive = reader.archive;
    zip::read(bytes, |name, content| Ok(reader.keep(name, content)?)).map_err(|e| match e {
        Failure::Archive(e) => Error::new(ErrorKind::InvalidDefinition, format!("{archive}: {e}")).with_source(e),
        Failure::File(e) => e,
    })
}

/// The archive is damaged, or a file in it cannot be kept.
enum Failure {
    Archive(std::io::Error),
    File(Error),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Archive(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::File(error)
    }
}

/// The files that were read, by path in the archive.
struct Reader<'a> {
    files: Files,
    total: u64,
    archive: &'a str,
}

impl Reader<'_> {
    fn keep(&mut self, name: &str, content: impl Read) -> Result<()> {
        if !path::is_safe(name) || !is_wanted(name) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        content.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|e| self.broken(&format!("{name}: {e}")).with_source(e))?;
        self.total += bytes.len() as u64;
        if bytes.len() as u64 > MAX_FILE || self.total > MAX_TOTAL {
            return Err(self.broken(&format!("{name}: too large for a definition archive")));
        }
        self.files.insert(name.to_owned(), bytes);
        Ok(())
    }

    fn broken(&self, why: &str) -> Error {
        Error::new(ErrorKind::InvalidDefinition, format!("{}: {why}", self.archive))
    }
}

/// Returns whether a file may be a definition that a call needs. Examples are documentation.
fn is_wanted(name: &str) -> bool {
    DefinitionPath::split(name).is_some_and(|(_, path)| !path.is_documentation())
}

/// Returns the folder with the most service definitions, or otherwise the topmost folder with a shared file. An archive may
/// contain several: botocore's source has small ones among its tests.
fn data_root<'a>(names: impl Iterator<Item = &'a String>) -> Option<String> {
    let mut services: HashMap<&str, usize> = HashMap::new();
    let mut shared: Option<&str> = None;
    for name in names {
        match DefinitionPath::split(name) {
            Some((root, path)) if path.service.is_some() => *services.entry(root).or_default() += 1,
            Some((root, _)) if shared.is_none_or(|s| depth(root) < depth(s)) => shared = Some(root),
            _ => {}
        }
    }
    let most = services.into_iter().max_by_key(|(root, count)| (*count, std::cmp::Reverse((depth(root), *root))));
    most.map(|(root, _)| root).or(shared).map(str::to_owned)
}

fn depth(folder: &str) -> usize {
    if folder.is_empty() { 0 } else { 1 + folder.matches('/').count() }
}

/// Returns the path of a definition below the data folder `root`, if it is in that folder.
fn below<'a>(name: &'a str, root: &str) -> Option<&'a str> {
    let (folder, _) = DefinitionPath::split(name)?;
    (folder == root).then(|| name[folder.len()..].trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_data_folder_is_the_root() {
        let root = |names: &[&str]| data_root(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>().iter());
        assert_eq!(
            root(&[
                "p/tests/data/a/1/service-2.json",
                "p/data/a/1/service-2.json.gz",
                "p/data/b/1/waiters-2.json",
                "p/data/endpoints.json"
            ]),
            Some("p/data".to_owned())
        );
        assert_eq!(root(&["a/1/service-2.json"]), Some(String::new()));
        assert_eq!(root(&["x/y/endpoints.json", "x/endpoints.json"]), Some("x".to_owned()));
        assert_eq!(root(&["README.md"]), None);
    }

    #[test]
    fn a_file_outside_the_root_is_omitted() {
        assert_eq!(below("p/data/a/1/service-2.json", "p/data"), Some("a/1/service-2.json"));
        assert_eq!(below("p/database/a/1/service-2.json", "p/data"), None);
        assert_eq!(below("a/service-2.json", ""), None);
        assert_eq!(below("endpoints.json", ""), Some("endpoints.json"));
    }
}
