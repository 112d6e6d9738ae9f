//! The places from which a session reads further definitions.

use std::path::{Path, PathBuf};

use crate::definition::Root;
use crate::error::{Error, ErrorKind, Result};

/// A place with definitions: a folder, an archive, the bytes of an archive, or an opened [`Root`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DefinitionsAt {
    /// A folder, or a file that is an archive.
    Path(PathBuf),
    /// An archive.
    Bytes(Vec<u8>),
    /// An opened place.
    Root(Root),
}

impl DefinitionsAt {
    pub(super) fn open(self) -> Result<Root> {
        match self {
            DefinitionsAt::Path(path) if path.exists() => Root::open(path),
            DefinitionsAt::Path(path) => {
                let message = format!("No definitions at {}: no such folder or file.", path.display());
                Err(Error::new(ErrorKind::DataNotFound, message))
            }
            DefinitionsAt::Bytes(bytes) => Root::bytes(bytes),
            DefinitionsAt::Root(root) => Ok(root),
        }
    }
}

impl From<&str> for DefinitionsAt {
    fn from(path: &str) -> DefinitionsAt {
        DefinitionsAt::Path(path.into())
    }
}

impl From<String> for DefinitionsAt {
    fn from(path: String) -> DefinitionsAt {
        DefinitionsAt::Path(path.into())
    }
}

impl From<&Path> for DefinitionsAt {
    fn from(path: &Path) -> DefinitionsAt {
        DefinitionsAt::Path(path.into())
    }
}

impl From<PathBuf> for DefinitionsAt {
    fn from(path: PathBuf) -> DefinitionsAt {
        DefinitionsAt::Path(path)
    }
}

impl From<&[u8]> for DefinitionsAt {
    fn from(archive: &[u8]) -> DefinitionsAt {
        DefinitionsAt::Bytes(archive.to_vec())
    }
}

impl From<Vec<u8>> for DefinitionsAt {
    fn from(archive: Vec<u8>) -> DefinitionsAt {
        DefinitionsAt::Bytes(archive)
    }
}

impl From<Root> for DefinitionsAt {
    fn from(root: Root) -> DefinitionsAt {
        DefinitionsAt::Root(root)
    }
}
