//! The arguments of the commands of `s3`: `s3://bucket/key`, local paths, and `-` for standard input or output.

use std::path::Path;

use crate::Location;
use crate::cli::failure::{Failure, Result};

/// A location, or standard input or output.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    At(Location),
    Pipe,
}

impl Place {
    pub(super) fn parse(word: &str) -> Result<Place> {
        if word == "-" {
            return Ok(Place::Pipe);
        }
        if !word.starts_with("s3://") {
            return Ok(Place::At(Location::File(crate::cli::aws::files::expand(word))));
        }
        Ok(Place::At(word.parse()?))
    }

    pub(super) fn is_s3(&self) -> bool {
        matches!(self, Place::At(Location::Object { .. }))
    }
}

/// A bucket and a key, for commands that only work on S3.
pub(super) fn in_s3(word: &str) -> Result<(String, String)> {
    match Place::parse(word)? {
        Place::At(Location::Object { bucket, key }) => Ok((bucket, key)),
        _ => Err(Failure::usage(format!("Invalid argument {word}: an S3 location of the form s3://bucket/key is expected."))),
    }
}

/// A location as the AWS CLI prints it: a local path is relative to the current folder, with `./` for a file in that folder.
pub(super) fn shown(location: &Location) -> String {
    match location {
        Location::File(path) => shown_path(path),
        object => object.to_string(),
    }
}

fn shown_path(path: &Path) -> String {
    let relative = std::env::current_dir().ok().and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_owned));
    let path = relative.unwrap_or_else(|| path.to_owned());
    let is_bare = path.parent().is_some_and(|folder| folder.as_os_str().is_empty());
    if is_bare { format!("./{}", path.display()) } else { path.display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart() {
        assert_eq!(Place::parse("-").unwrap(), Place::Pipe);
        assert_eq!(in_s3("s3://b/a/b").unwrap(), ("b".to_owned(), "a/b".to_owned()));
        assert_eq!(in_s3("file").unwrap_err().code, 252);
        assert_eq!(in_s3("s3://").unwrap_err().code, 252);
        assert!(!Place::parse("file").unwrap().is_s3());
    }
}
