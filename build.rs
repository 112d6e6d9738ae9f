//! Writes the table of the definitions that the crate carries: each file below `data/` by its path, in order.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=data");
    let data = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("data");
    let mut files = Vec::new();
    collect(&data, "", &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for path in &files {
        let file = data.join(path);
        writeln!(table, "({path:?}, include_bytes!({file:?})),").expect("a string takes everything");
    }
    table.push_str("]\n");
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo sets it")).join("definitions.rs");
    fs::write(target, table)
}

/// The definition files in a folder and below it, by their paths from the top.
fn collect(folder: &Path, path: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}{name}/"), files)?;
        } else if name.ends_with(".json.gz") {
            files.push(format!("{path}{name}"));
        }
    }
    Ok(())
}
