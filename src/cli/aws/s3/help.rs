//! The help of the commands of `s3`.

use super::options::{COMMANDS, Command};
use crate::cli::aws::help::Text;
use crate::cli::aws::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::error::did_you_mean;

const ABOUT: &[(&str, &str)] = &[
    ("ls", "Lists buckets, or the objects and prefixes below a path."),
    ("mb", "Creates a bucket."),
    ("rb", "Deletes a bucket."),
    ("presign", "Prints a URL with which anyone can read an object for a time."),
    ("cat", "Writes an object to standard output."),
    ("du", "Prints the size of everything below a path."),
    ("cp", "Copies a file or an object; with --recursive, everything below a path."),
    ("mv", "Moves a file or an object; with --recursive, everything below a path."),
    ("rm", "Deletes an object; with --recursive, everything below a path."),
    ("sync", "Copies the files and objects that are new or have changed."),
];

const OPTIONS: &[(&str, &str)] = &[
    ("recursive", "Applies to everything below the path."),
    ("include", "Does not exclude files that match this pattern. The last pattern that matches a file takes effect."),
    ("exclude", "Excludes files that match this pattern: *, ?, [abc]."),
    ("dryrun", "Prints the operations without performing them."),
    ("quiet", "Prints nothing."),
    ("only-show-errors", "Prints only errors and warnings."),
    ("no-progress", "Prints no progress."),
    ("page-size", "The number of objects in each response of a listing. Default: 1000."),
    ("request-payer", "Confirms that the requester pays. Default without a value: requester."),
    ("human-readable", "Prints sizes with units."),
    ("summarize", "Prints the number and the size of the objects."),
    ("force", "Deletes the objects in the bucket first."),
    ("expires-in", "The validity of the URL in seconds. Default: 3600."),
    ("acl", "The canned ACL of the objects, for example private or public-read."),
    ("content-type", "The content type. Default: guessed from the file's name."),
    ("no-guess-mime-type", "Does not guess the content type."),
    ("metadata", "Metadata of the objects. Example: --metadata key=string,key2=string"),
    ("metadata-directive", "COPY or REPLACE: whether copies keep the metadata of their sources."),
    ("storage-class", "The storage class, for example STANDARD_IA. Default: STANDARD."),
    ("sse", "The server-side encryption. Default without a value: AES256."),
    ("sse-kms-key-id", "The KMS key of the encryption aws:kms."),
    ("sse-c", "Encryption with your own key. Default without a value: AES256."),
    ("sse-c-key", "The key for --sse-c: fileb://PATH."),
    ("source-region", "The region of the source bucket."),
    ("delete", "Deletes files and objects at the destination that do not exist in the source."),
    ("size-only", "Compares only sizes, not times."),
    ("exact-timestamps", "Also downloads objects of the same size whose time differs."),
    ("checksum-mode", "ENABLED verifies the checksums of downloads even if the configuration disables it."),
    ("expected-size", "The size of standard input in bytes. Required above 80 GiB, so that the parts are large enough."),
    ("checksum", "Compares the contents by checksums instead of times."),
    ("no-overwrite", "Leaves files and objects that exist at the destination."),
    ("resume", "Continues an interrupted transfer. The value is the folder of the state files; default: ~/.local/state/tucuxi/transfers."),
    ("force-glacier-transfer", "Transfers objects of the storage classes GLACIER and DEEP_ARCHIVE, which must have been restored."),
    ("ignore-glacier-warnings", "Skips objects of the storage classes GLACIER and DEEP_ARCHIVE without a warning."),
    ("follow-symlinks", "Follows symbolic links. This is the default."),
    ("validate-same-s3-paths", "Resolves access points to their buckets, and rejects a move onto itself."),
    ("no-follow-symlinks", "Skips symbolic links."),
];

/// The names of the commands, with their descriptions.
pub(in crate::cli::aws) fn commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    ABOUT.iter().copied()
}

/// The options of a command, with their descriptions; none for an unknown command.
pub(in crate::cli::aws) fn options(command: &str) -> impl Iterator<Item = (&'static str, Arity, &'static str)> {
    let command = COMMANDS.iter().find(move |known| known.name == command);
    command.into_iter().flat_map(Command::options).map(|(name, arity)| (name, arity, about(OPTIONS, name).unwrap_or_default()))
}

fn about(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == name).map(|(_, about)| *about)
}

/// The help of `s3`, or of one of its commands.
///
/// # Errors
/// A usage failure for an unknown command.
pub(in crate::cli::aws) fn text_of(command: &[&str]) -> Result<String> {
    match command {
        [] => Ok(of_all()),
        [name] => match COMMANDS.iter().find(|command| command.name == *name) {
            Some(command) => Ok(of_command(command)),
            None => {
                let near = did_you_mean(name, COMMANDS.iter().map(|command| command.name));
                Err(Failure::usage(format!("argument subcommand: Invalid choice: \"{name}\" is not a command of s3.{near}")))
            }
        },
        [.., unknown] => Err(Failure::usage(format!("There is no help for \"{unknown}\". Use `s3 COMMAND help`."))),
    }
}

fn of_all() -> String {
    let mut text = Text::new("s3 - copies, lists, and removes objects; all operations of the API are in s3api");
    text.heading("SYNOPSIS");
    text.line(4, "tucuxi s3 COMMAND [PATH ...] [--option value ...]");
    text.line(4, "tucuxi s3 COMMAND help");
    text.heading("COMMANDS");
    text.pairs(ABOUT);
    text.heading("PATHS");
    text.line(4, "s3://BUCKET/KEY, the path of a file or folder, or - for standard input or output (cp only).");
    text.0
}

fn of_command(command: &Command) -> String {
    let mut text = Text::new(&format!("s3 {} - {}", command.name, about(ABOUT, command.name).unwrap_or_default()));
    text.heading("SYNOPSIS");
    let positional: Vec<String> = command.positional.split(", ").map(str::to_uppercase).collect();
    let positional = if command.positional.is_empty() { "[PATH]".to_owned() } else { positional.join(" ") };
    text.line(4, &format!("tucuxi s3 {} {positional}", command.name));
    let synopsis = |(name, arity): (&str, Arity)| match arity {
        Arity::None => format!("[--{name}]"),
        Arity::Optional => format!("[--{name} [VALUE]]"),
        _ => format!("[--{name} VALUE]"),
    };
    command.options().for_each(|option| text.line(8, &synopsis(option)));
    text.heading("OPTIONS");
    for (name, arity) in command.options() {
        let kind = match arity {
            Arity::None => "flag",
            Arity::Repeated => "string, repeatable",
            _ => "string",
        };
        text.line(4, &format!("--{name} ({kind})"));
        if let Some(about) = about(OPTIONS, name) {
            text.line(8, about);
        }
    }
    text.heading("GLOBAL OPTIONS");
    text.line(4, "--region, --profile, --endpoint-url, and others: see `tucuxi help`.");
    text.0
}
