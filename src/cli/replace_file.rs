//! A file that is replaced as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::interrupt;

/// A file under construction. It takes its place when it is complete; if it is dropped before, the previous file stays.
pub(crate) struct ReplaceFile {
    file: File,
    /// The draft and its target; `None` if the target is not a regular file and is written directly.
    rename: Option<(PathBuf, PathBuf)>,
}

impl ReplaceFile {
    /// Starts a file next to its target, so that an unusable path fails before anything else happens. A target that is
    /// not a regular file (a pipe, a device) is opened and written directly; a symbolic link stays one.
    pub(crate) fn create(path: &Path) -> io::Result<ReplaceFile> {
        ReplaceFile::open(path, false)
    }

    /// As [`create`](ReplaceFile::create), for a secret: on Unix only the owner can read the file (mode 0600), whatever the
    /// permissions of the previous file were.
    pub(crate) fn create_private(path: &Path) -> io::Result<ReplaceFile> {
        ReplaceFile::open(path, true)
    }

    fn open(path: &Path, is_private: bool) -> io::Result<ReplaceFile> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let existing = fs::metadata(&target).ok();
        if existing.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a directory"));
        }
        if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
            let file = fs::OpenOptions::new().write(true).open(&target)?;
            return Ok(ReplaceFile { file, rename: None });
        }
        if existing.is_some() {
            // A file that may not be written must not be replaced either.
            fs::OpenOptions::new().append(true).open(&target)?;
        }
        let mut name = target.file_name().map_or_else(Default::default, |name| name.to_owned());
        name.push(format!(".{}.tmp", std::process::id()));
        let draft = target.with_file_name(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if is_private {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let file = options.open(&draft)?;
        interrupt::add_draft(&draft);
        let replaced = ReplaceFile { file, rename: Some((draft, target)) };
        if let Some(existing) = existing.filter(|_| !is_private) {
            replaced.file.set_permissions(existing.permissions())?;
        }
        Ok(replaced)
    }

    /// Puts the complete file in its place.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        if let Some((draft, target)) = self.rename.take() {
            let renamed = fs::rename(&draft, &target);
            interrupt::forget_draft(&draft);
            if renamed.is_err() {
                let _ = fs::remove_file(&draft);
            }
            return renamed;
        }
        Ok(())
    }
}

impl Write for ReplaceFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for ReplaceFile {
    fn drop(&mut self) {
        if let Some((draft, _)) = &self.rename {
            // The draft is incomplete; the error that matters is the one that ended it.
            let _ = fs::remove_file(draft);
            interrupt::forget_draft(draft);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        fs::write(&path, "old").unwrap();
        let mut dropped = ReplaceFile::create(&path).unwrap();
        dropped.write_all(b"half").unwrap();
        drop(dropped);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        let mut finished = ReplaceFile::create(&path).unwrap();
        finished.write_all(b"new").unwrap();
        finished.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(ReplaceFile::create(&folder.path().join("no/out")).err().unwrap().kind(), io::ErrorKind::NotFound);
        assert_eq!(ReplaceFile::create(folder.path()).err().unwrap().kind(), io::ErrorKind::IsADirectory);
    }

    #[cfg(unix)]
    #[test]
    fn links_permissions_and_devices_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let [path, link] = ["out", "link"].map(|name| folder.path().join(name));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        let mut file = ReplaceFile::create(&link).unwrap();
        file.write_all(b"new").unwrap();
        file.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), fs::metadata(&path).unwrap().permissions().mode() & 0o777),
            ("new", 0o640)
        );
        let mut secret = ReplaceFile::create_private(&path).unwrap();
        secret.write_all(b"secret").unwrap();
        secret.finish().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let mut device = ReplaceFile::create(Path::new("/dev/null")).unwrap();
        device.write_all(b"x").unwrap();
        device.finish().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
