//! Writes the definitions of one root into a folder, small and reproducible: the same definitions give the same bytes,
//! whether they came from a folder, a wheel or a source archive. Examples are not taken along.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use flate2::{Compression, GzBuilder};

use super::strip;
use crate::definition::Root;

/// Imports every definition of `root` into the folder `into`; returns how many there were.
///
/// Each file appears whole or not at all. A plain `.json` of the same name goes, since it would be read in place of the new file.
///
/// # Errors
/// When a definition is broken, or the folder cannot be written to; the message names the file.
pub(crate) fn import(root: &Root, into: &Path) -> anyhow::Result<usize> {
    let bases = root.bases()?;
    for base in &bases {
        let Some(found) = root.read(base)? else { continue };
        let small = strip::strip(&found.text).with_context(|| found.file.clone())?;
        let plain = into.join(format!("{base}.json"));
        let target = into.join(format!("{base}.json.gz"));
        replace(&target, &gzip(&small)?).with_context(|| target.display().to_string())?;
        if plain.is_file() {
            fs::remove_file(&plain).with_context(|| plain.display().to_string())?;
        }
    }
    Ok(bases.len())
}

/// Without name, time and system in the header. At level 9 the deflater uses no hash instructions of the processor,
/// so that every machine finds the same matches.
fn gzip(text: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::new(9));
    encoder.write_all(text)?;
    encoder.finish()
}

/// Writes beside the target and then renames.
fn replace(target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut unfinished = target.as_os_str().to_owned();
    unfinished.push(format!(".{}.tmp", std::process::id()));
    let unfinished = Path::new(&unfinished);
    let done = fs::write(unfinished, bytes).and_then(|()| fs::rename(unfinished, target));
    if done.is_err() {
        let _ = fs::remove_file(unfinished);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, bytes: &[u8]) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }

    /// A botocore data folder in small, as a folder and as the archive of a package.
    fn sources(dir: &Path) -> [Root; 2] {
        let folder = dir.join("source");
        let files: [(&str, &[u8]); 5] = [
            ("_retry.json", b"{ }"),
            ("tiny/1/service-2.json.gz", &gzip(br#"{"documentation": "x", "shapes": {}}"#).unwrap()),
            ("tiny/1/examples-1.json", b"{}"),
            ("tiny/1/notes.txt", b"text"),
            ("README.md", b"text"),
        ];
        let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, bytes) in files {
            write(&folder, path, bytes);
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            tar.append_data(&mut header, format!("package-1/data/{path}"), bytes).unwrap();
        }
        [Root::folder(folder), Root::bytes(tar.into_inner().unwrap().finish().unwrap()).unwrap()]
    }

    #[test]
    fn folder_and_archive_give_the_same_bytes_and_replace_what_was_there() {
        let dir = tempfile::tempdir().unwrap();
        let results = sources(dir.path()).map(|root| {
            let into = tempfile::tempdir().unwrap();
            write(into.path(), "tiny/1/service-2.json", b"old");
            write(into.path(), "other/1/service-2.json", b"other");
            assert_eq!(import(&root, into.path()).unwrap(), 2);
            assert!(!into.path().join("tiny/1/service-2.json").exists());
            assert!(into.path().join("other/1/service-2.json").exists());
            assert_eq!(fs::read_dir(into.path().join("tiny/1")).unwrap().count(), 1);
            let bytes = |path| fs::read(into.path().join(path)).unwrap();
            assert_eq!(Root::folder(into.path()).read("tiny/1/service-2").unwrap().unwrap().text, r#"{"shapes":{}}"#);
            (bytes("tiny/1/service-2.json.gz"), bytes("_retry.json.gz"))
        });
        assert_eq!(results[0], results[1]);
        // No name, no time, no system.
        assert_eq!(results[0].0[3..10], [0, 0, 0, 0, 0, 2, 255]);
    }

    #[test]
    fn a_broken_definition_is_named() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "tiny/1/service-2.json", b"{");
        let error = import(&Root::folder(dir.path()), &dir.path().join("into")).unwrap_err();
        assert!(format!("{error:#}").contains("service-2.json"), "{error:#}");
    }
}
