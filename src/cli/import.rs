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
