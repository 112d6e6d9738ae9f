//! `s3 ls`, `mb`, `rb`, `presign`, `cat`, and `du`.

use std::io::{self, Write};
use std::time::Duration;

use super::Line;
use super::location::in_s3;
use super::run;
use crate::Client;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::{Map, Value};

/// Lists buckets, or the objects and common prefixes under a prefix.
pub(super) fn ls(line: &Line) -> Result<()> {
    let client = line.client()?;
    let word = line.words.positional.first().map_or("", String::as_str);
    let word = word.strip_prefix("s3://").unwrap_or(word);
    if word.is_empty() {
        return buckets(&client);
    }
    // The scheme may be left out, but not be wrong.
    let (bucket, prefix) = if word.starts_with("s3:") { in_s3(word) } else { in_s3(&format!("s3://{word}")) }?;
    let (mut count, mut size) = (0, 0);
    let mut found = false;
    for page in pages(&client, line, &bucket, &prefix, !line.has("recursive"))? {
        let page = page?;
        let lines = |out: &mut dyn Write| -> io::Result<()> {
            for common in &page["CommonPrefixes"] {
                found = true;
                let name = common["Prefix"].as_str().unwrap_or_default();
                writeln!(out, "{:>30} {}", "PRE", name.strip_prefix(parent(&prefix)).unwrap_or(name))?;
            }
            for object in &page["Contents"] {
                found = true;
                let key = object["Key"].as_str().unwrap_or_default();
                let bytes = object["Size"].as_int().unwrap_or(0);
                count += 1;
                size += bytes;
                let name = if line.has("recursive") { key } else { key.strip_prefix(parent(&prefix)).unwrap_or(key) };
                writeln!(out, "{} {:>10} {name}", time(&object["LastModified"]), shown_size(bytes, line.has("human-readable")))?;
            }
            Ok(())
        };
        printed(output::print(lines))?;
    }
    if line.has("summarize") {
        let size = shown_size(size, line.has("human-readable"));
        printed(output::print(|out| writeln!(out, "\nTotal Objects: {count}\n   Total Size: {size}")))?;
    }
    // As with the AWS CLI, a prefix without objects is exit code 1, an empty bucket is not.
    if !found && !prefix.is_empty() {
        return Err(Failure { message: String::new(), code: 1 });
    }
    Ok(())
}

fn buckets(client: &Client) -> Result<()> {
    for page in client.paginate("list_buckets", ())? {
        let page = page?;
        let lines =
            |out: &mut dyn Write| {
                page["Buckets"].as_list().into_iter().flatten().try_for_each(|bucket| {
                    writeln!(out, "{} {}", time(&bucket["CreationDate"]), bucket["Name"].as_str().unwrap_or_default())
                })
            };
        printed(output::print(lines))?;
    }
    Ok(())
}

/// The pages of a listing.
pub(super) fn pages(client: &Client, line: &Line, bucket: &str, prefix: &str, delimited: bool) -> Result<crate::Paginator> {
    let mut params = Map::from_iter([("Bucket", bucket), ("Prefix", prefix)]);
    if delimited {
        params.insert("Delimiter", "/");
    }
    if let Some(words) = line.values("request-payer") {
        params.insert("RequestPayer", words.first().map_or("requester", String::as_str));
    }
    let pages = client.paginate("list_objects_v2", params)?;
    Ok(match line.number("page-size")? {
        Some(size) => pages.page_size(size),
        None => pages,
    })
}

/// The part of a prefix up to its last slash.
fn parent(prefix: &str) -> &str {
    &prefix[..prefix.rfind('/').map_or(0, |at| at + 1)]
}

fn time(value: &Value) -> String {
    let text = value.as_timestamp().map(|time| time.to_string()).unwrap_or_default();
    text.get(..19).unwrap_or(&text).replace('T', " ")
}

/// A size in bytes, or in the largest unit that leaves at least one.
fn shown_size(bytes: i64, is_human: bool) -> String {
    if !is_human {
        return bytes.to_string();
    }
    if bytes == 1 {
        return "1 Byte".to_owned();
    }
    let units = ["Bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} Bytes") } else { format!("{size:.1} {}", units[unit]) }
}

/// `mb`: creates a bucket.
pub(super) fn mb(line: &Line) -> Result<()> {
    let (bucket, _) = in_s3(&line.positional(1)?[0])?;
    create_bucket(&line.client()?, &bucket).map_err(|error| failed("make_bucket", &bucket, error))?;
    printed(output::lines([format!("make_bucket: {bucket}")]))
}

/// Creates a bucket in the client's region.
///
/// # Errors
/// The failure of the call.
pub(in crate::cli::aws) fn create_bucket(client: &Client, bucket: &str) -> crate::error::Result<Value> {
    let mut params = value!({"Bucket": bucket});
    if let Some(region) = client.region().filter(|region| *region != "us-east-1") {
        params["CreateBucketConfiguration"] = value!({"LocationConstraint": region});
    }
    interrupt::call(client, "create_bucket", params)
}

/// Removes a bucket; with `--force` its objects first.
pub(super) fn rb(line: &Line) -> Result<()> {
    let (bucket, key) = in_s3(&line.positional(1)?[0])?;
    if !key.is_empty() {
        return Err(Failure::usage("Please specify a valid bucket name only. E.g. s3://bucket"));
    }
    let client = line.client()?;
    if line.has("force") {
        run::remove_all(line, &bucket)?;
    }
    client.call("delete_bucket", value!({"Bucket": bucket.as_str()})).map_err(|error| failed("remove_bucket", &bucket, error))?;
    printed(output::lines([format!("remove_bucket: {bucket}")]))
}

fn failed(what: &str, bucket: &str, error: crate::Error) -> Failure {
    Failure { message: format!("{what} failed: s3://{bucket} {error}"), code: 1 }
}

/// Prints a presigned URL.
pub(super) fn presign(line: &Line) -> Result<()> {
    let (bucket, key) = in_s3(&line.positional(1)?[0])?;
    let seconds = match line.text("expires-in") {
        Some(text) => text.parse().map_err(|_| Failure::usage(format!("argument --expires-in: invalid int value: '{text}'")))?,
        None => 3600,
    };
    let url = line.client()?.presign("get_object", value!({"Bucket": bucket, "Key": key}), Duration::from_secs(seconds))?;
    printed(output::lines([url]))
}

/// Writes an object to standard output.
pub(super) fn cat(line: &Line) -> Result<()> {
    let (bucket, key) = in_s3(&line.positional(1)?[0])?;
    run::to_stdout(&run::new_transfer(line)?, &bucket, &key)
}

/// Prints the total size of a prefix.
pub(super) fn du(line: &Line) -> Result<()> {
    let word = &line.positional(1)?[0];
    let (bucket, prefix) = in_s3(word)?;
    let client = line.client()?;
    let mut size = 0;
    for page in pages(&client, line, &bucket, &prefix, false)? {
        size += page?["Contents"].as_list().into_iter().flatten().filter_map(|object| object["Size"].as_int()).sum::<i64>();
    }
    printed(output::lines([format!("{}\t{word}", shown_size(size, line.has("human-readable")))]))
}

/// The result of printing. A reader that closed the pipe wants no more lines, which is no failure.
pub(super) fn printed(done: anyhow::Result<()>) -> Result<()> {
    match done {
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => Ok(()),
        done => done.map_err(|error| Failure::general(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_on_request() {
        assert_eq!(
            [0, 1, 1023, 1024, 1_572_864].map(|size| shown_size(size, true)),
            ["0 Bytes", "1 Byte", "1023 Bytes", "1.0 KiB", "1.5 MiB"]
        );
        assert_eq!(shown_size(1024, false), "1024");
    }

    #[test]
    fn the_parent_of_a_prefix_ends_with_a_slash() {
        assert_eq!(["a", "a/", "a/b", ""].map(parent), ["", "a/", "a/", ""]);
    }
}
