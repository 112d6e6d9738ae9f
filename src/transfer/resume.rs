//! State files of interrupted transfers: what was transferred, of which version of the source, and what is done.
//!
//! The state of an upload is the ID of its multipart upload; S3 knows the parts. The state of a download is a header and a
//! line for each part that is in the temporary file. A line that is cut off is ignored: its part is fetched again.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use super::of_file;
use crate::error::Result;
use crate::http::{Checksum, ChecksumAlgorithm};
use crate::value;
use crate::value::{Str, Value};

const VERSION: i64 = 1;

/// The state file of an upload.
#[derive(Clone)]
pub(super) struct UploadState {
    path: PathBuf,
    /// What the state must be of. A file that was modified has another identity.
    identity: Value,
}

impl UploadState {
    pub(super) fn of(
        folder: &Path,
        source: &Path,
        metadata: &fs::Metadata,
        part_size: u64,
        bucket: &str,
        key: &str,
    ) -> Result<UploadState> {
        let source = fs::canonicalize(source).map_err(of_file(source))?;
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |age| age.as_nanos());
        let identity = value!({
            "version": VERSION,
            "bucket": bucket,
            "key": key,
            "file": source.display().to_string(),
            "size": metadata.len(),
            "modified": modified.to_string(),
            "part_size": part_size,
        });
        let path = state_path(folder, "upload", &[bucket, key, &source.display().to_string()])?;
        Ok(UploadState { path, identity })
    }

    /// The ID of the multipart upload, if the state is of the unchanged file.
    pub(super) fn load(&self) -> Option<Str> {
        let state = read_json(&self.path)?;
        (state["of"] == self.identity).then(|| state["upload_id"].as_str().map(Str::from))?
    }

    /// The ID of the multipart upload of an earlier version of the file.
    pub(super) fn stale(&self) -> Option<Str> {
        let state = read_json(&self.path)?;
        state["upload_id"].as_str().map(Str::from)
    }

    pub(super) fn save(&self, id: &str) -> Result<()> {
        let state = value!({"of": self.identity.clone(), "upload_id": id});
        fs::write(&self.path, state.to_json_text(false)).map_err(of_file(&self.path))
    }

    pub(super) fn remove(&self) {
        // A state that stays behind names an upload that S3 no longer has, which is noticed.
        let _ = fs::remove_file(&self.path);
    }
}

/// The state file of a download, open for more parts.
pub(super) struct DownloadState {
    path: PathBuf,
    /// The temporary file with the parts.
    pub temporary: PathBuf,
    /// The parts that it has, with their checksums.
    pub done: BTreeMap<u64, Option<String>>,
    log: Mutex<File>,
}

impl DownloadState {
    /// Opens the state of a download, or begins one with a new temporary file. `identity` says which version of the object
    /// it is, and how it is cut into parts.
    pub(super) fn open(folder: &Path, target: &Path, identity: &Value, temporary: impl FnOnce() -> PathBuf) -> Result<DownloadState> {
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let parent = fs::canonicalize(parent).map_err(of_file(parent))?;
        let target = parent.join(target.file_name().unwrap_or_default());
        let bucket_and_key = [identity["bucket"].as_str().unwrap_or_default(), identity["key"].as_str().unwrap_or_default()];
        let path = state_path(folder, "download", &[bucket_and_key[0], bucket_and_key[1], &target.display().to_string()])?;
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut lines = text.lines();
        let header = lines.next().and_then(|line| Value::from_json_text(line).ok()).unwrap_or_default();
        let earlier = header["temporary"].as_str().map(PathBuf::from);
        if header["version"].as_int() == Some(VERSION)
            && header["of"] == *identity
            && let Some(temporary) = earlier.clone().filter(|path| is_draft_of(path, &target) && path.is_file())
        {
            let mut done = BTreeMap::new();
            for part in lines.filter_map(|line| Value::from_json_text(line).ok()) {
                if let Some(number) = part["part"].as_int().and_then(|number| u64::try_from(number).ok()) {
                    done.insert(number, part["checksum"].as_str().map(str::to_owned));
                }
            }
            let mut log = OpenOptions::new().append(true).open(&path).map_err(of_file(&path))?;
            // The last line may have been cut off.
            log.write_all(b"\n").map_err(of_file(&path))?;
            return Ok(DownloadState { path, temporary, done, log: Mutex::new(log) });
        }
        // Parts of another version of the object are worthless.
        if let Some(stale) = earlier.filter(|path| is_draft_of(path, &target)) {
            let _ = fs::remove_file(stale);
        }
        let temporary = temporary();
        let temporary = parent.join(temporary.file_name().unwrap_or_default());
        let mut log = File::create(&path).map_err(of_file(&path))?;
        let header = value!({"version": VERSION, "of": identity.clone(), "temporary": temporary.display().to_string()});
        log.write_all(format!("{}\n", header.to_json_text(false)).as_bytes()).map_err(of_file(&path))?;
        Ok(DownloadState { path, temporary, done: BTreeMap::new(), log: Mutex::new(log) })
    }

    /// Notes a part whose content is in the temporary file.
    pub(super) fn note(&self, part: u64, checksum: Option<&str>) -> Result<()> {
        let line = format!("{}\n", value!({"part": part, "checksum": checksum}).to_json_text(false));
        self.log.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes()).map_err(of_file(&self.path))
    }

    pub(super) fn remove(&self) {
        // A state without its temporary file is ignored.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether a path of a state file is a temporary file of the target, so that a damaged state cannot name another file.
fn is_draft_of(path: &Path, target: &Path) -> bool {
    let names = path.file_name().and_then(|name| name.to_str()).zip(target.file_name().and_then(|name| name.to_str()));
    path.parent() == target.parent()
        && names.is_some_and(|(name, target)| {
            name.rsplit_once('.').is_some_and(|(stem, suffix)| {
                target.starts_with(stem) && suffix.len() == 8 && suffix.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        })
}

fn state_path(folder: &Path, kind: &str, names: &[&str]) -> Result<PathBuf> {
    fs::create_dir_all(folder).map_err(of_file(folder))?;
    let mut checksum = Checksum::new(ChecksumAlgorithm::Sha256);
    for name in names {
        checksum.update(name.as_bytes());
        checksum.update(&[0]);
    }
    let name: String = checksum.finish().chars().filter(char::is_ascii_alphanumeric).take(32).collect();
    Ok(folder.join(format!("{kind}-{name}.json")))
}

fn read_json(path: &Path) -> Option<Value> {
    Value::from_json_text(&fs::read_to_string(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_state_is_continued_only_for_the_same_version_and_its_own_draft() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("photo.jpg");
        let identity = |etag: &str| value!({"bucket": "river", "key": "photo.jpg", "etag": etag, "size": 30, "part_size": 10});
        let states = folder.path().join("states");
        let open =
            |etag: &str| DownloadState::open(&states, &target, &identity(etag), || folder.path().join("photo.jpg.0011aabb")).unwrap();
        let state = open("a");
        fs::write(&state.temporary, "x").unwrap();
        state.note(2, Some("AAAA")).unwrap();
        // A process that is killed while it writes leaves half a line.
        state.log.lock().unwrap().write_all(b"{\"part\":1,\"che").unwrap();
        let state = open("a");
        assert_eq!(state.done, BTreeMap::from([(2, Some("AAAA".to_owned()))]));
        state.note(0, None).unwrap();
        assert_eq!(open("a").done.into_keys().collect::<Vec<_>>(), [0, 2]);
        let changed = open("b");
        assert!(changed.done.is_empty() && !changed.temporary.exists());
        for (name, expected) in
            [("photo.jpg.0011aabb", true), ("photo.jpg.0011aabx", false), ("other.0011aabb", false), ("photo.jpg", false)]
        {
            assert_eq!(is_draft_of(&folder.path().join(name), &target), expected, "{name}");
        }
    }
}
