//! Writes the definitions of a folder to one file, as the crate embeds them; `definition::embedded` describes and reads it.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context as _;

use super::service_parts::{deflate, divide};
use crate::definition::Root;
use crate::definition::embedded::{MAGIC, dictionary_path};
use crate::definition::parts::dictionary;

/// At most so many files of a kind are tried as its dictionary.
const CANDIDATES: usize = 24;

/// Returns the file with all definitions of `root`.
///
/// # Errors
/// If a definition cannot be read or divided; the message names it.
pub(crate) fn embed(root: &Root) -> anyhow::Result<Vec<u8>> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for base in root.bases()? {
        let found = root.read_merged(&base)?.with_context(|| format!("{base} disappeared"))?;
        texts.insert(base, found.text);
    }
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (base, text) in &texts {
        if let Some((_, kind)) = base.rsplit_once('/').filter(|(_, kind)| *kind != "service-2") {
            kinds.entry(kind).or_default().push(text);
        }
    }
    let mut files = BTreeMap::new();
    let mut dictionaries: HashMap<&str, &str> = HashMap::new();
    for (kind, texts) in kinds {
        if let Some(best) = best_dictionary(&texts)? {
            dictionaries.insert(kind, best);
            files.insert(dictionary_path(kind), (deflate(best.as_bytes(), &[])?, best.len()));
        }
    }
    for (base, text) in &texts {
        let content = match base.rsplit_once('/') {
            Some((_, "service-2")) => (divide(text).with_context(|| base.clone())?, 0),
            Some((_, kind)) => (deflate(text.as_bytes(), dictionary(dictionaries.get(kind).unwrap_or(&"")))?, text.len()),
            None => (deflate(text.as_bytes(), &[])?, text.len()),
        };
        files.insert(format!("{base}.json"), content);
    }
    Ok(join(&files))
}

/// Returns the text with which the others become smallest, if there is one that is worth its own length.
fn best_dictionary<'t>(texts: &[&'t str]) -> anyhow::Result<Option<&'t str>> {
    let size =
        |dictionary: &[u8]| -> anyhow::Result<usize> { texts.iter().map(|text| Ok(deflate(text.as_bytes(), dictionary)?.len())).sum() };
    let mut best = (size(&[])?, None);
    for candidate in texts.iter().step_by(texts.len().div_ceil(CANDIDATES)) {
        let size = size(dictionary(candidate))? + deflate(candidate.as_bytes(), &[])?.len();
        if size < best.0 {
            best = (size, Some(*candidate));
        }
    }
    Ok(best.1)
}

/// Joins deflated files, each with the length of the inflated content.
fn join(files: &BTreeMap<String, (Vec<u8>, usize)>) -> Vec<u8> {
    let (mut paths, mut table, mut contents) = (String::new(), Vec::new(), Vec::new());
    let mut stored: HashMap<(&[u8], usize), usize> = HashMap::new();
    for (path, (content, inflated)) in files {
        paths.push_str(path);
        let start = *stored.entry((content, *inflated)).or_insert_with(|| {
            contents.extend_from_slice(content);
            contents.len() - content.len()
        });
        table.extend([paths.len(), start, content.len(), *inflated].map(|number| (number as u32).to_le_bytes()).concat());
    }
    let numbers = [files.len(), paths.len()].map(|number| (number as u32).to_le_bytes()).concat();
    [MAGIC, &numbers, paths.as_bytes(), &table, &contents].concat()
}
