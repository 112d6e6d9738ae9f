//! Files that outlive the process: tokens and temporary credentials, in the form that botocore and the AWS CLI read.
//!
//! A file is written under another name first and then moved, so that nobody reads half of it; only its owner may
//! read it. What cannot be read counts as not there.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use ring::digest;

use crate::error::{Error, ErrorKind, Result};
use crate::text::encoding::hex;
use crate::text::json::json_text;
use crate::text::random;
use crate::value::{Map, Value};

/// The map in a file; `None` where there is no file, or no JSON object in it.
pub(super) fn load(folder: &Path, key: &str) -> Option<Map> {
    let text = fs::read(file(folder, key)).ok()?;
    let json: serde_json::Value = serde_json::from_slice(&text).ok()?;
    Value::from(json).as_map().cloned()
}

/// Whether there is a file, readable or not.
pub(super) fn contains(folder: &Path, key: &str) -> bool {
    file(folder, key).exists()
}

/// Writes the map to its file.
pub(super) fn store(folder: &Path, key: &str, entry: Map) -> Result<()> {
    let text = json_text(&Value::Map(entry), true)?;
    let path = file(folder, key);
    write(folder, &path, text.as_bytes()).map_err(|error| {
        let message = format!("The cache file {} cannot be written: {error}", path.display());
        Error::new(ErrorKind::CredentialRetrieval, message).with_source(error)
    })
}

/// The name of the file for something: the SHA-1 of its JSON with sorted keys.
pub(super) fn key_of(identity: Map, spaced: bool) -> Result<String> {
    Ok(sha1(&json_text(&sorted(identity.into()), spaced)?))
}

/// SHA-1 in hexadecimal.
pub(super) fn sha1(text: &str) -> String {
    hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref())
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(text: &str) -> String {
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

fn file(folder: &Path, key: &str) -> std::path::PathBuf {
    folder.join(format!("{key}.json"))
}

fn write(folder: &Path, path: &Path, text: &[u8]) -> io::Result<()> {
    private_folder().create(folder)?;
    let draft = folder.join(format!("{}.tmp", hex(&random::bytes::<8>())));
    let written = (|| {
        let mut file = private_file().open(&draft)?;
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    })();
    if written.is_err() {
        // The draft may not even be there; the error that counts is the first one.
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
    fn keys_are_botocore_s() {
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
    fn files_are_their_owner_s_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("a/b");
        assert_eq!(load(&folder, "k"), None);
        for n in [1, 2] {
            store(&folder, "k", value!({"n": n, "t": "é"}).as_map().unwrap().clone()).unwrap();
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
}
