//! The definitions that the crate carries inside itself: the files of its folder `data/`, gzipped as they lie there.
//! The last [`Root`](super::Root) of every search.

/// Paths relative to `data/` with the files' bytes, sorted by path; the build script writes it.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/definitions.rs"));

/// The bytes of a file.
pub(crate) fn get(path: &str) -> Option<&'static [u8]> {
    FILES.binary_search_by_key(&path, |(path, _)| path).ok().map(|i| FILES[i].1)
}

/// The paths that begin so, in order.
pub(crate) fn paths(start: &str) -> impl Iterator<Item = &str> {
    let first = FILES.partition_point(|(path, _)| *path < start);
    FILES[first..].iter().map(|(path, _)| *path).take_while(move |path| path.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_holds_the_shared_files() {
        assert!(FILES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for kind in super::super::path::SHARED {
            assert!(get(&format!("{kind}.json.gz")).is_some(), "{kind}");
        }
        assert_eq!(paths("").count(), FILES.len());
        assert!(get("s3").is_none());
    }

    #[test]
    fn paths_are_those_of_one_folder() {
        let paths: Vec<_> = paths("sts/").collect();
        assert!(paths.contains(&"sts/2011-06-15/service-2.json.gz"));
        assert!(paths.iter().all(|path| path.starts_with("sts/")));
    }
}
