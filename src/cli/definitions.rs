//! `tucuxi definitions`: work on the definition files.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use flate2::{Compression, GzBuilder};

use super::endpoint_parts::{Endpoints, endpoint_prefix};
use super::replace_file::ReplaceFile;
use super::{embed, output, strip};
use crate::definition::Root;

/// Work on the service definitions.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(Import),
    #[command(hide = true)]
    Embed(Embed),
}

/// Write all definitions of a folder to the file that the crate embeds. It is for the developers of tucuxi.
#[derive(Args)]
struct Embed {
    /// A folder with imported definitions.
    folder: PathBuf,
    /// The file to write.
    file: PathBuf,
}

/// Import definitions from botocore or boto3, without their documentation.
///
/// Imported definitions replace existing ones of the same service, version, and kind; all others stay.
#[derive(Args)]
struct Import {
    /// A `data` folder of botocore or boto3, a wheel of either, or a source archive (.tar.gz). Later sources take precedence.
    #[arg(required = true)]
    source: Vec<PathBuf>,
    /// The folder to write to. The default is ~/.aws/models, which every session searches before the built-in definitions.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Command::Import(import) => run_import(import),
        Command::Embed(Embed { folder, file }) => {
            let bytes = embed::embed(&Root::folder(&folder))?;
            replace(&file, &bytes).with_context(|| file.display().to_string())?;
            output::lines([format_args!("{}: {} bytes written", file.display(), bytes.len())])
        }
    }
}

fn run_import(Import { source, into }: Import) -> anyhow::Result<()> {
    let into = into.or_else(models).context("there is no home directory; use --into")?;
    for path in source {
        anyhow::ensure!(path.exists(), "{}: no such file or folder", path.display());
        let files = import(&Root::open(&path)?, &into)?;
        anyhow::ensure!(files > 0, "{}: no definitions here (<service>/<api-version>/<kind>.json)", path.display());
        output::lines([format_args!("{}: {files} definition files written to {}", path.display(), into.display())])?;
    }
    Ok(())
}

fn models() -> Option<PathBuf> {
    Some(std::env::home_dir()?.join(".aws").join("models"))
}

/// Imports every definition of `root` into the folder `into`, and returns their number. The files are small and reproducible:
/// the same definitions give the same bytes, whether they come from a folder, a wheel, or a source archive. Examples are
/// omitted, and SDK additions are merged into the definitions.
///
/// Each file is written as a whole or not at all. A plain `.json` with the same name is removed, because it would be read
/// instead of the new file.
///
/// # Errors
/// If a definition is invalid or the folder cannot be written; the message names the file.
fn import(root: &Root, into: &Path) -> anyhow::Result<usize> {
    let bases = root.bases()?;
    let mut files = 0;
    for base in &bases {
        let definition = base.strip_suffix(".sdk-extras");
        if definition.is_some_and(|definition| bases.contains(definition)) {
            continue;
        }
        let Some(found) = root.read_merged(base)? else { continue };
        let small = strip::strip(&found.text).with_context(|| found.file.clone())?;
        write_definition(into, base, &small)?;
        remove(&into.join(format!("{base}.sdk-extras.json.gz")))?;
        remove(&into.join(format!("{base}.sdk-extras.json")))?;
        files += 1;
    }
    divide_endpoints(into)?;
    Ok(files)
}

/// Writes the parts of `endpoints.json` that the library reads instead of the whole file: the partitions, and the entries of each
/// service that is in the same folder.
fn divide_endpoints(into: &Path) -> anyhow::Result<()> {
    let root = Root::folder(into);
    let Some(found) = root.read("endpoints")? else { return Ok(()) };
    let endpoints = Endpoints::parse(&found.text).with_context(|| found.file.clone())?;
    write_definition(into, "endpoint-partitions", &endpoints.partitions()?)?;
    for base in root.bases()? {
        let Some(folder) = base.strip_suffix("/service-2") else { continue };
        let Some(found) = root.read(&base)? else { continue };
        let prefix = endpoint_prefix(&found.text).with_context(|| found.file.clone())?;
        write_definition(into, &format!("{folder}/endpoints-1"), &endpoints.of_service(&prefix)?)?;
    }
    Ok(())
}

/// Writes a definition, compressed, and removes a plain file of the same name.
fn write_definition(into: &Path, base: &str, text: &[u8]) -> anyhow::Result<()> {
    let plain = into.join(format!("{base}.json"));
    let target = into.join(format!("{base}.json.gz"));
    replace(&target, &gzip(text)?).with_context(|| target.display().to_string())?;
    remove(&plain)
}

/// Removes a file if it exists.
fn remove(file: &Path) -> anyhow::Result<()> {
    if file.is_file() {
        fs::remove_file(file).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// Writes no name, time, or system into the header. At level 9 the compressor uses no hash instructions of the processor, so
/// that every machine finds the same matches.
fn gzip(text: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::new(9));
    encoder.write_all(text)?;
    encoder.finish()
}

/// Replaces a file as a whole; its folder is created if necessary.
fn replace(target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = ReplaceFile::create(target)?;
    file.write_all(bytes)?;
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, bytes: &[u8]) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }

    /// A small botocore data folder, as a folder and as the archive of a package.
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
    fn folder_and_archive_give_the_same_bytes_and_replace_existing_files() {
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
    fn additions_are_merged() {
        let dir = tempfile::tempdir().unwrap();
        let (source, into) = (dir.path().join("source"), dir.path().join("into"));
        write(&source, "tiny/1/service-2.json", br#"{"metadata": {"a": 1}, "shapes": {}}"#);
        write(&source, "tiny/1/service-2.sdk-extras.json", br#"{"merge": {"metadata": {"b": 2}}}"#);
        write(&into, "tiny/1/service-2.sdk-extras.json", b"old");
        assert_eq!(import(&Root::folder(&source), &into).unwrap(), 1);
        let text = r#"{"metadata":{"a":1,"b":2},"shapes":{}}"#;
        assert_eq!(Root::folder(&into).read("tiny/1/service-2").unwrap().unwrap().text, text);
        assert!(!into.join("tiny/1/service-2.sdk-extras.json").exists());
    }

    #[test]
    fn endpoints_are_divided_by_service() {
        let dir = tempfile::tempdir().unwrap();
        let source = dir.path().join("source");
        write(&source, "tiny/1/service-2.json", br#"{"metadata": {"endpointPrefix": "small"}, "shapes": {}}"#);
        let endpoints = br#"{"partitions": [{"partition": "aws", "dnsSuffix": "d", "services": {"small": {"x": 1}, "other": {}}}]}"#;
        write(&source, "endpoints.json", endpoints);
        let into = dir.path().join("into");
        import(&Root::folder(source), &into).unwrap();
        let text = |base| Root::folder(&into).read(base).unwrap().unwrap().text;
        assert_eq!(text("endpoint-partitions"), r#"{"partitions":[{"dnsSuffix":"d","partition":"aws"}]}"#);
        assert_eq!(text("tiny/1/endpoints-1"), r#"{"partitions":[{"partition":"aws","services":{"small":{"x":1}}}]}"#);
        assert!(text("endpoints").contains("other"));
    }

    #[test]
    fn an_invalid_definition_is_named() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "tiny/1/service-2.json", b"{");
        let error = import(&Root::folder(dir.path()), &dir.path().join("into")).unwrap_err();
        assert!(format!("{error:#}").contains("service-2.json"), "{error:#}");
    }
}
