//! Zip archives of folders and files, for commands that upload them.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

use crate::cli::failure::{Failure, Result};

/// A folder, or a file, as an archive, without the files whose names `is_kept` refuses. The archive depends on names,
/// permissions, and contents only.
///
/// # Errors
/// If a file cannot be read.
pub(super) fn of_path(path: &Path, is_kept: impl Fn(&str) -> bool) -> Result<Vec<u8>> {
    let of_path = |error: io::Error| Failure::general(format!("{}: {error}", path.display()));
    let mut archive = zip::ZipWriter::new(tempfile::tempfile().map_err(of_path)?);
    let mut names = Vec::new();
    let root = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    list(path, root, &mut names).map_err(of_path)?;
    names.retain(|(name, _)| is_kept(name));
    names.sort();
    for (name, source) in &names {
        let mut file = File::open(source).map_err(of_path)?;
        let options = SimpleFileOptions::default().unix_permissions(permissions(&file)).large_file(true);
        archive.start_file(name.as_str(), options).map_err(|error| of_path(error.into()))?;
        io::copy(&mut file, &mut archive).map_err(of_path)?;
    }
    let mut file = archive.finish().map_err(|error| of_path(error.into()))?;
    file.rewind().map_err(of_path)?;
    let mut content = Vec::new();
    file.read_to_end(&mut content).map_err(of_path)?;
    Ok(content)
}

/// The files below a path, by their names in the archive.
fn list(path: &Path, root: &Path, names: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            list(&entry?.path(), root, names)?;
        }
        return Ok(());
    }
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<&str> = relative.iter().filter_map(|part| part.to_str()).collect();
    names.push((parts.join("/"), path.to_owned()));
    Ok(())
}

#[cfg(unix)]
fn permissions(file: &File) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().map_or(0o644, |metadata| metadata.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn permissions(_: &File) -> u32 {
    0o755
}
