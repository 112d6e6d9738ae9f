//! The commands of `s3` and their options.

use super::Line;
use super::listing;
use super::run;
use crate::cli::aws::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::value::{Map, Value};

/// A command: its name, positional words, options, and what it does.
pub(super) struct Command {
    pub name: &'static str,
    pub positional: &'static str,
    pub run: fn(&Line) -> Result<()>,
    options: &'static [&'static [(&'static str, Arity)]],
}

impl Command {
    pub(super) fn options(&self) -> impl Iterator<Item = (&'static str, Arity)> {
        self.options.iter().flat_map(|options| options.iter().copied())
    }
}

const FILTERS: &[(&str, Arity)] = &[("include", Arity::Repeated), ("exclude", Arity::Repeated)];
const QUIET: &[(&str, Arity)] = &[
    ("dryrun", Arity::None),
    ("quiet", Arity::None),
    ("only-show-errors", Arity::None),
    ("no-progress", Arity::None),
    ("page-size", Arity::One),
    ("request-payer", Arity::Optional),
];
const RECURSIVE: &[(&str, Arity)] = &[("recursive", Arity::None)];
const TRANSFER: &[(&str, Arity)] = &[
    ("acl", Arity::One),
    ("content-type", Arity::One),
    ("no-guess-mime-type", Arity::None),
    ("cache-control", Arity::One),
    ("content-disposition", Arity::One),
    ("content-encoding", Arity::One),
    ("content-language", Arity::One),
    ("expires", Arity::One),
    ("metadata", Arity::One),
    ("metadata-directive", Arity::One),
    ("storage-class", Arity::One),
    ("sse", Arity::Optional),
    ("sse-kms-key-id", Arity::One),
    ("sse-c", Arity::Optional),
    ("sse-c-key", Arity::One),
    ("website-redirect", Arity::One),
    ("expected-size", Arity::One),
    ("source-region", Arity::One),
    ("follow-symlinks", Arity::None),
    ("no-follow-symlinks", Arity::None),
    ("checksum-algorithm", Arity::One),
    ("checksum-mode", Arity::One),
    ("force-glacier-transfer", Arity::None),
    ("ignore-glacier-warnings", Arity::None),
    ("no-overwrite", Arity::None),
    ("resume", Arity::Optional),
];
const MOVE: &[(&str, Arity)] = &[(super::same_paths::OPTION, Arity::None)];
const SYNC: &[(&str, Arity)] =
    &[("delete", Arity::None), ("size-only", Arity::None), ("exact-timestamps", Arity::None), ("checksum", Arity::None)];

pub(super) static COMMANDS: &[Command] = &[
    Command {
        name: "ls",
        positional: "",
        run: listing::ls,
        options: &[&[
            ("recursive", Arity::None),
            ("human-readable", Arity::None),
            ("summarize", Arity::None),
            ("page-size", Arity::One),
            ("request-payer", Arity::Optional),
        ]],
    },
    Command { name: "mb", positional: "path", run: listing::mb, options: &[] },
    Command { name: "rb", positional: "path", run: listing::rb, options: &[&[("force", Arity::None)]] },
    Command { name: "presign", positional: "path", run: listing::presign, options: &[&[("expires-in", Arity::One)]] },
    Command { name: "cat", positional: "path", run: listing::cat, options: &[] },
    Command { name: "du", positional: "path", run: listing::du, options: &[&[("human-readable", Arity::None)]] },
    Command { name: "cp", positional: "source, destination", run: run::cp, options: &[RECURSIVE, FILTERS, QUIET, TRANSFER] },
    Command { name: "mv", positional: "source, destination", run: run::mv, options: &[RECURSIVE, FILTERS, QUIET, TRANSFER, MOVE] },
    Command { name: "rm", positional: "path", run: run::rm, options: &[RECURSIVE, FILTERS, QUIET] },
    Command { name: "sync", positional: "source, destination", run: run::sync, options: &[FILTERS, QUIET, TRANSFER, SYNC] },
];

/// The options that become parameters of uploads and copies, with the names of the parameters.
const OF_OBJECT: &[(&str, &str)] = &[
    ("acl", "ACL"),
    ("content-type", "ContentType"),
    ("cache-control", "CacheControl"),
    ("content-disposition", "ContentDisposition"),
    ("content-encoding", "ContentEncoding"),
    ("content-language", "ContentLanguage"),
    ("expires", "Expires"),
    ("storage-class", "StorageClass"),
    ("sse-kms-key-id", "SSEKMSKeyId"),
    ("website-redirect", "WebsiteRedirectLocation"),
    ("checksum-algorithm", "ChecksumAlgorithm"),
];

/// The parameters that the options set for a written object.
///
/// # Errors
/// A usage failure for metadata that is not shorthand.
pub(super) fn of_object(line: &Line) -> Result<Map> {
    let mut args = of_read(line)?;
    for (option, name) in OF_OBJECT {
        if let Some(text) = line.text(option) {
            args.insert(*name, text);
        }
    }
    if let Some(words) = line.values("sse") {
        args.insert("ServerSideEncryption", words.first().map_or("AES256", String::as_str));
    }
    if let Some(text) = line.text("metadata") {
        let metadata = match text.trim_start().starts_with('{') {
            true => crate::cli::aws::values::json(text)?,
            false => crate::cli::aws::shorthand::parse(text).map_err(|failure| failure.of_option("metadata"))?.into(),
        };
        args.insert("Metadata", metadata);
    }
    Ok(args)
}

/// The parameters that the options set for a copy. Metadata that is given replaces that of the source.
///
/// # Errors
/// As [`of_object`].
pub(super) fn of_copy(line: &Line) -> Result<Map> {
    let mut args = of_object(line)?;
    if let Some(directive) = line.text("metadata-directive") {
        args.insert("MetadataDirective", directive);
    } else if args.contains_key("Metadata") {
        args.insert("MetadataDirective", "REPLACE");
    }
    Ok(args)
}

/// The parameters that the options set for every request of an object.
///
/// # Errors
/// A usage failure for a key that is missing.
pub(super) fn of_read(line: &Line) -> Result<Map> {
    let mut args = Map::new();
    if let Some(words) = line.values("request-payer") {
        args.insert("RequestPayer", words.first().map_or("requester", String::as_str));
    }
    if let Some(words) = line.values("sse-c") {
        let key = line.text("sse-c-key").ok_or_else(|| Failure::usage("--sse-c requires --sse-c-key."))?;
        args.insert("SSECustomerAlgorithm", words.first().map_or("AES256", String::as_str));
        args.insert(
            "SSECustomerKey",
            match crate::cli::aws::files::load(key)? {
                crate::cli::aws::files::Content::Bytes(bytes) => Value::Bytes(bytes.into()),
                crate::cli::aws::files::Content::Text(text) => text.into(),
            },
        );
    }
    Ok(args)
}

/// The parameters that the options set for downloads.
///
/// # Errors
/// As [`of_read`].
pub(super) fn of_download(line: &Line) -> Result<Map> {
    let mut args = of_read(line)?;
    if let Some(mode) = line.text("checksum-mode") {
        args.insert("ChecksumMode", mode);
    }
    Ok(args)
}
