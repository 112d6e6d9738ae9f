//! The definitions that the crate embeds: all files of `data/` in one, `data/definitions.bin`, which `definitions embed` writes.
//!
//! The file begins with [`MAGIC`], the number of entries and the length of their paths, followed by the paths, sorted and joined, and
//! by four numbers for each entry: the end of its path, the start and the length of its content after this table, and the length of
//! the inflated content. The numbers have 32 bits, the lowest byte first. Entries with the same content share it.
//!
//! The content is deflated; if there is an entry `<kind>.dictionary`, that is the dictionary of all files of this kind, which resemble
//! each other. A service is embedded in [`Parts`] instead, with 0 as the length of the inflated content.
//!
//! Everything is found in place: nothing is read or adjusted when a program starts.

use super::parts::{Parts, dictionary, inflate};
use super::path;
use crate::error::Result;

static FILE: &[u8] = include_bytes!("../../data/definitions.bin");

/// The first bytes of the file.
pub(crate) const MAGIC: &[u8] = b"TXD1";
const TABLE_ENTRY: usize = 16;

/// An embedded file.
#[derive(Clone, Copy)]
pub(super) enum Content {
    Parts(&'static [u8]),
    Text { path: &'static str, deflated: &'static [u8], length: usize },
}

/// Returns the path of the dictionary for a kind of definition. It is not the path of a definition.
pub(crate) fn dictionary_path(kind: &str) -> String {
    format!("{kind}.dictionary")
}

/// Returns the file with this path.
pub(super) fn file(path: &str) -> Option<Content> {
    let i = partition_point(|known| known < path);
    (i < count() && path_of(i) == path).then(|| content(i))
}

/// Returns the paths that begin with `start`, in order.
pub(super) fn paths<'s>(start: &'s str) -> impl Iterator<Item = &'s str> {
    let first = partition_point(|path| path < start);
    (first..count()).map(|i| -> &'s str { path_of(i) }).take_while(move |path| path.starts_with(start))
}

impl Content {
    /// Returns the text of the file.
    ///
    /// # Errors
    /// Returns `InvalidDefinition` if the file is damaged.
    pub(super) fn text(self) -> Result<String> {
        match self {
            Content::Parts(bytes) => Parts::open(bytes)?.text(),
            Content::Text { path, deflated, length } => {
                let kind = path.rsplit_once('/').map_or(path, |(_, name)| name);
                let shared = path::base(kind).and_then(|kind| file(&dictionary_path(kind)));
                let shared = shared.map(Content::text).transpose()?.unwrap_or_default();
                inflate(deflated, length, dictionary(&shared))
            }
        }
    }
}

fn number(at: usize) -> usize {
    FILE[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize)
}

fn count() -> usize {
    number(MAGIC.len())
}

const PATHS: usize = MAGIC.len() + 8;

fn paths_length() -> usize {
    number(MAGIC.len() + 4)
}

/// A number of an entry in the table.
fn field(i: usize, field: usize) -> usize {
    number(PATHS + paths_length() + i * TABLE_ENTRY + 4 * field)
}

fn path_of(i: usize) -> &'static str {
    let start = if i == 0 { 0 } else { field(i - 1, 0) };
    std::str::from_utf8(&FILE[PATHS + start..PATHS + field(i, 0)]).unwrap_or_default()
}

fn content(i: usize) -> Content {
    let contents = &FILE[PATHS + paths_length() + count() * TABLE_ENTRY..];
    let bytes = &contents[field(i, 1)..][..field(i, 2)];
    match field(i, 3) {
        0 => Content::Parts(bytes),
        length => Content::Text { path: path_of(i), deflated: bytes, length },
    }
}

/// Returns the number of paths before the first one for which `is_before` is false.
fn partition_point(is_before: impl Fn(&str) -> bool) -> usize {
    let (mut low, mut high) = (0, count());
    while low < high {
        let middle = low.midpoint(high);
        if is_before(path_of(middle)) { low = middle + 1 } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Root;

    #[test]
    fn paths_are_sorted_and_limited_to_a_folder() {
        assert!(FILE.starts_with(MAGIC));
        assert!(paths("").is_sorted_by(|a, b| a < b));
        assert_eq!(paths("").count(), count());
        for kind in path::SHARED {
            assert!(file(&format!("{kind}.json")).is_some(), "{kind}");
        }
        assert!(file("s3").is_none() && file("zzz").is_none());
        let sts: Vec<_> = paths("sts/").collect();
        assert!(sts.contains(&"sts/2011-06-15/service-2.json"));
        assert!(sts.iter().all(|path| path.starts_with("sts/")));
    }

    #[test]
    fn every_file_of_the_data_folder_is_embedded_unchanged() {
        let folder = Root::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/data"));
        let embedded: Vec<_> = paths("").filter_map(path::base).collect();
        assert!(embedded.len() > 2000, "{}", embedded.len());
        for base in &embedded {
            let text = folder.read(base).unwrap().unwrap_or_else(|| panic!("data has no {base}")).text;
            assert!(file(&format!("{base}.json")).unwrap().text().unwrap() == text, "{base}: run `definitions embed`");
        }
        let services = folder.services("service-2").unwrap();
        let versions = services.iter().map(|service| folder.versions(service, "service-2").unwrap().len()).sum::<usize>();
        assert_eq!(embedded.iter().filter(|base| base.ends_with("/service-2")).count(), versions);
    }
}
