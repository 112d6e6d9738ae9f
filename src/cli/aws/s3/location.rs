//! The arguments of the commands of `s3`: `s3://bucket/key`, local paths, and `-` for standard input or output.

use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, Result};

/// Where objects or files are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Location {
    S3 { bucket: String, key: String },
    Local(PathBuf),
    Pipe,
}

impl Location {
    pub(super) fn parse(word: &str) -> Result<Location> {
        if word == "-" {
            return Ok(Location::Pipe);
        }
        match word.strip_prefix("s3://") {
            Some(rest) => {
                let (bucket, key) = split_bucket(rest);
                if bucket.is_empty() {
                    return Err(Failure::usage(format!("Invalid S3 location {word}: the bucket is missing.")));
                }
                Ok(Location::S3 { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            None => Ok(Location::Local(crate::cli::aws::files::expand(word))),
        }
    }

    /// A bucket and a key, for commands that only work on S3.
    pub(super) fn in_s3(word: &str) -> Result<(String, String)> {
        match Location::parse(word)? {
            Location::S3 { bucket, key } => Ok((bucket, key)),
            _ => Err(Failure::usage(format!("Invalid argument {word}: an S3 location of the form s3://bucket/key is expected."))),
        }
    }
}

/// The bucket, or the access point's ARN, and the key.
fn split_bucket(rest: &str) -> (&str, &str) {
    if rest.starts_with("arn:") {
        let mut slashes = rest.match_indices(['/', ':']).filter(|(at, _)| rest[..*at].contains(":accesspoint")).map(|(at, _)| at);
        let end = slashes.nth(1).unwrap_or(rest.len());
        return (&rest[..end], rest[end..].trim_start_matches('/'));
    }
    rest.split_once('/').unwrap_or((rest, ""))
}

/// A local path as the AWS CLI prints it: relative to the current folder, with `./` for a file in that folder.
pub(super) fn shown(path: &Path) -> String {
    let relative = std::env::current_dir().ok().and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_owned));
    let path = relative.unwrap_or_else(|| path.to_owned());
    let is_bare = path.parent().is_some_and(|folder| folder.as_os_str().is_empty());
    if is_bare { format!("./{}", path.display()) } else { path.display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_and_keys_are_separated() {
        let s3 = |word: &str| Location::in_s3(word).unwrap();
        assert_eq!(s3("s3://b"), ("b".to_owned(), String::new()));
        assert_eq!(s3("s3://b/a/b"), ("b".to_owned(), "a/b".to_owned()));
        let arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/ap";
        assert_eq!(s3(&format!("s3://{arn}/k/e")), (arn.to_owned(), "k/e".to_owned()));
        assert_eq!(Location::parse("-").unwrap(), Location::Pipe);
        assert_eq!(Location::in_s3("file").unwrap_err().code, 252);
        assert_eq!(Location::in_s3("s3://").unwrap_err().code, 252);
    }
}
