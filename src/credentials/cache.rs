//! Cache files that outlive the process: tokens and temporary credentials, in the format of botocore and the AWS CLI.
//!
//! A file is written under a temporary name and renamed, so that no reader sees half of it; only its owner may read it. A
//! file that cannot be read counts as absent.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use ring::digest;

use crate::error::Result;
use crate::text::encoding::hex;
use crate::text::json::json_text;
use crate::text::random;
use crate::value::{Map, Value};

/// The greatest size, in bytes, of a file that holds a token or credentials.
const LARGEST: u64 = 1024 * 1024;

/// Reads a file that holds a token or credentials. Only regular files are opened: opening a pipe would block until
/// another process writes to it.
///
/// # Errors
/// If the file does not exist, is not a regular file, or is larger than 1 MiB.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut content = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is larger than 1 MiB"));
    }
    Ok(content)
}

/// Like [`read`], for text.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the file is not UTF-8"))
}

/// Returns the map in a cache file; `None` if there is no file, or no JSON object in it.
pub(super) fn load(folder: &Path, key: &str) -> Option<Map> {
    let json: serde_json::Value = serde_json::from_slice(&read(&path_of(folder, key)).ok()?).ok()?;
    match Value::from(json) {
        Value::Map(map) => Some(map),
        _ => None,
    }
}

/// Whether a cache file exists, readable or not.
pub(super) fn contains(folder: &Path, key: &str) -> bool {
    path_of(folder, key).exists()
}

/// Writes a map to its cache file. A file that cannot be written is not an error: what it would hold is valid, and only
/// has to be fetched again by the next process.
pub(super) fn store(folder: &Path, key: &str, entry: Map) {
    let _ = save(folder, key, entry);
}

/// Writes a map to its cache file.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn save(folder: &Path, key: &str, entry: Map) -> io::Result<()> {
    let content = json_text(&Value::Map(entry), true).map_err(io::Error::other)?;
    write(folder, &path_of(folder, key), content.as_bytes())
}

/// The name of a cache file: the SHA-1 of the identity as JSON with sorted keys.
pub(super) fn key_of(identity: Map, spaced: bool) -> Result<String> {
    Ok(sha1(&json_text(&sorted(identity.into()), spaced)?))
}

/// SHA-1 in hexadecimal.
pub(crate) fn sha1(text: &str) -> String {
    hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref())
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Map(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
            Value::Map(entries.into_iter().map(|(name, value)| (name, sorted(value))).collect())
        }
        Value::List(list) => list.iter().cloned().map(sorted).collect(),
        other => other,
    }
}

fn path_of(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("{key}.json"))
}

fn write(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    private_folder().create(folder)?;
    let draft = folder.join(format!("{}.tmp", hex(&random::bytes::<8>())));
    let written = (|| {
        let mut file = private_file().open(&draft)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    })();
    if written.is_err() {
        // The draft may not exist; the first error is the one that counts.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn private_folder() -> DirBuilder {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder
}

fn private_file() -> OpenOptions {
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn key(identity: Value, spaced: bool) -> String {
        key_of(identity.as_map().unwrap().clone(), spaced).unwrap()
    }

    #[test]
    fn keys_match_botocores() {
        let role = value!({"RoleArn": "arn:aws:iam::123456789012:role/R"});
        assert_eq!(key(role, true), "c03ce438bc208f6214854d85d3ca930ff73e3004");
        let role = value!({"RoleArn": "arn:aws:iam::123456789012:role/R2", "RoleSessionName": "mysess", "DurationSeconds": 900,
                           "ExternalId": "ext"});
        assert_eq!(key(role, true), "0ef76929b2b31b3a2fb56854b8f31bacc0def3fb");
        let legacy = value!({"startUrl": "https://d-123.awsapps.com/start", "roleName": "Admin Role", "accountId": "111122223333"});
        assert_eq!(key(legacy, false), "9d62678fd9488aafe093db788c460cb728c08c75");
        assert_eq!(sha1("corp"), "ee0bfd2552fbd840c02cc48b6e823320543c450f");
    }

    #[test]
    fn files_are_private_and_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("a/b");
        assert_eq!(load(&folder, "k"), None);
        for n in [1, 2] {
            store(&folder, "k", value!({"n": n, "t": "é"}).as_map().unwrap().clone());
        }
        assert_eq!(fs::read_to_string(folder.join("k.json")).unwrap(), r#"{"n": 2, "t": "\u00e9"}"#);
        assert_eq!(load(&folder, "k").map(Value::Map), Some(value!({"n": 2, "t": "é"})));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(folder.join("k.json")).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(folder.join("k.json"), "{").unwrap();
        assert_eq!(load(&folder, "k"), None);
    }

    #[test]
    fn files_are_read_up_to_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k.json");
        fs::write(&path, vec![b' '; 1024 * 1024]).unwrap();
        assert_eq!(read(&path).unwrap().len(), 1024 * 1024);
        fs::write(&path, vec![b' '; 1024 * 1024 + 1]).unwrap();
        assert_eq!(read(&path).unwrap_err().to_string(), "the file is larger than 1 MiB");
        assert_eq!(load(folder.path(), "k"), None);
        assert_eq!(read(folder.path()).unwrap_err().to_string(), "not a regular file");
    }
}
