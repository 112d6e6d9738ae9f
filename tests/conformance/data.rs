//! Where the data lies, and how it is read.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use tucuxi::{Timestamp, Value};

/// The folder of the conformance data; it need not be there.
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

/// Plain JSON, in order.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The `id` of a line, found without reading all of it into values.
pub fn id(line: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Line {
        id: String,
    }
    serde_json::from_str::<Line>(line).unwrap().id
}

/// Bytes in base64.
pub fn bytes(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap_or_default()).unwrap()
}

/// Tagged JSON as a value; what has no meaning outside Python stays as it is.
pub fn untag(value: &Value) -> Value {
    match value {
        Value::List(list) => list.iter().map(untag).collect(),
        Value::Map(map) => {
            let mut entries = map.iter();
            if let (Some((tag, inner)), None) = (entries.next(), entries.next())
                && let Some(value) = tagged(tag, inner)
            {
                return value;
            }
            let mut untagged = tucuxi::Map::new();
            for (key, value) in map.iter() {
                untagged.insert(key.clone(), untag(value));
            }
            untagged.into()
        }
        other => other.clone(),
    }
}

fn tagged(tag: &str, inner: &Value) -> Option<Value> {
    Some(match tag {
        "$bytes" => bytes(inner).into(),
        "$timestamp" => Timestamp::parse(inner.as_str()?).unwrap().into(),
        "$float" => inner.as_str()?.replace("Infinity", "inf").parse::<f64>().unwrap().into(),
        _ => return None,
    })
}
