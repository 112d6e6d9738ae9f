//! Copies a folder to S3: only the files that changed, without holding any of them in memory, and reads them back.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use md5::{Digest, Md5};
use tucuxi::{Client, Session, Stream, value};

/// The keys that were uploaded, and the number of files that were already there.
#[derive(Debug, Default)]
pub struct Report {
    pub uploaded: Vec<String>,
    pub unchanged: usize,
}

/// Copies the files below `folder` to `bucket`. A key consists of `prefix` and the path relative to the folder.
pub fn run(session: &Session, folder: &Path, bucket: &str, prefix: &str) -> Result<Report> {
    let s3 = session.client("s3")?;
    let stored = stored(&s3, bucket, prefix)?;
    let mut report = Report::default();
    for path in files(folder)? {
        let key = format!("{prefix}{}", relative(&path, folder)?);
        let digest = md5(File::open(&path)?)?;
        if stored.get(&key) == Some(&digest) {
            report.unchanged += 1;
            continue;
        }
        // A stream of a file knows its length and can be sent again if an attempt fails.
        s3.call("put_object", value!({"Bucket": bucket, "Key": &key, "Body": Stream::open(&path)?}))?;
        verify(&s3, bucket, &key, &digest)?;
        report.uploaded.push(key);
    }
    Ok(report)
}

/// The ETags of the objects in the bucket. The ETag of an object uploaded in one part is the MD5 of its content.
fn stored(s3: &Client, bucket: &str, prefix: &str) -> Result<HashMap<String, String>> {
    let mut stored = HashMap::new();
    for object in s3.paginate("list_objects_v2", value!({"Bucket": bucket, "Prefix": prefix}))?.items() {
        let object = match object {
            Err(error) if error.name() == "NoSuchBucket" => {
                return Err(error).context(format!("create the bucket {bucket} before the first backup"));
            }
            other => other?,
        };
        let etag = String::try_from(&object["ETag"])?;
        stored.insert(String::try_from(&object["Key"])?, etag.trim_matches('"').to_owned());
    }
    Ok(stored)
}

/// Downloads the object and compares its content.
fn verify(s3: &Client, bucket: &str, key: &str, digest: &str) -> Result<()> {
    let object = s3.call("get_object", value!({"Bucket": bucket, "Key": key}))?;
    let body = object["Body"].as_stream().and_then(Stream::take).context("the response has no body")?;
    ensure!(md5(body)? == digest, "{key} differs from the file, which may have changed during the upload");
    Ok(())
}

/// The MD5 of a file or an object, read in pieces.
fn md5(mut content: impl Read) -> io::Result<String> {
    let mut md5 = Md5::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            length => md5.update(&buffer[..length]),
        }
    }
}

/// The files below a folder, sorted. Symbolic links are left out.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            match entry.file_type()? {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The path relative to the folder, with slashes.
fn relative(path: &Path, folder: &Path) -> Result<String> {
    let parts: Option<Vec<&str>> = path.strip_prefix(folder)?.iter().map(|part| part.to_str()).collect();
    Ok(parts.with_context(|| format!("{} is not UTF-8", path.display()))?.join("/"))
}
