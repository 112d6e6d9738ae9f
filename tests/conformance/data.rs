//! The location of the data, and how its files are read.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use tucuxi::Value;

use crate::tagged::json;

/// The folder of the conformance data, which may not exist.
pub fn folder() -> PathBuf {
    match std::env::var_os("TUCUXI_CONFORMANCE") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance"),
    }
}

/// The `.json` files of a folder with their names, in order.
pub fn json_files(folder: &Path) -> Vec<(String, Value)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    paths.sort();
    paths.iter().map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), json(&fs::read_to_string(path).unwrap()))).collect()
}

/// The text of a gzipped file.
pub fn gunzip(path: &Path) -> String {
    let mut text = String::new();
    GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

/// The `id` of a line, found without reading all of it into values.
pub fn id(line: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Line {
        id: String,
    }
    serde_json::from_str::<Line>(line).unwrap().id
}
