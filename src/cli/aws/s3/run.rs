//! `s3 cp`, `mv`, `rm`, and `sync`: running the tasks on several threads, and reporting each of them.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use super::Line;
use super::filters::Filters;
use super::listing::printed;
use super::location::{Location, shown};
use super::options::{of_download, of_object, of_read};
use super::plan::{Entries, Entry, differs, entries, file_below};
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::value;
use crate::value::Map;
use crate::{Client, Transfer};

/// How many files are transferred at the same time. Large ones use further threads for their parts.
const THREADS: usize = 10;

/// One transfer or removal.
enum Task {
    Transfer { from: Location, to: Location, modified: Option<SystemTime> },
    Remove(Location),
}

/// Copies a file, an object, or everything below a folder or prefix.
pub(super) fn cp(line: &Line) -> Result<()> {
    transfer(line, false)
}

/// Copies, and removes the source.
pub(super) fn mv(line: &Line) -> Result<()> {
    transfer(line, true)
}

fn transfer(line: &Line, moves: bool) -> Result<()> {
    let words = line.positional(2)?;
    let (from, to) = (Location::parse(&words[0])?, Location::parse(&words[1])?);
    check_pair(&from, &to)?;
    check_checksum_mode(line, &from, &to)?;
    let runner = Runner::new(line, moves)?;
    if from == Location::Pipe || to == Location::Pipe {
        return runner.pipe(&from, &to);
    }
    if !line.has("recursive") {
        check_exists(&from, &words[0])?;
        let target = single_target(&from, &to, &words[1])?;
        if moves && from == target {
            return Err(onto_itself(&words[0], &words[1]));
        }
        let to = target;
        return runner.run(vec![Task::Transfer { from, to, modified: None }], Vec::new());
    }
    let (from, to) = (as_folder(from), as_folder(to));
    if moves && from == to {
        return Err(onto_itself(&words[0], &words[1]));
    }
    check_exists(&from, &words[0])?;
    let source = entries(line, runner.reader(), &from, &filters(line))?;
    runner.run_entries(source, &to)
}

/// Transfers what is missing or different at the destination; with `--delete` removes what the source does not have.
pub(super) fn sync(line: &Line) -> Result<()> {
    let words = line.positional(2)?;
    let (from, to) = (as_folder(Location::parse(&words[0])?), as_folder(Location::parse(&words[1])?));
    check_pair(&from, &to)?;
    check_checksum_mode(line, &from, &to)?;
    check_exists(&from, &words[0])?;
    let runner = Runner::new(line, false)?;
    let filters = filters(line);
    let mut source = entries(line, runner.reader(), &from, &filters)?;
    let target = entries(line, &runner.client, &to, &filters)?;
    let removes = line.has("delete") && source.unread == 0;
    if line.has("delete") && !removes {
        source.skipped.push("Nothing was deleted, because part of the source could not be read.".to_owned());
    }
    let extra: Vec<Task> = match removes {
        true => target
            .by_path
            .iter()
            .filter(|(path, _)| !source.by_path.contains_key(*path))
            .map(|(_, entry)| Task::Remove(entry.location.clone()))
            .collect(),
        false => Vec::new(),
    };
    source.by_path.retain(|path, entry| target.by_path.get(path).is_none_or(|known| differs(line, entry, known)));
    let (mut tasks, skipped) = runner.tasks(source, &to);
    tasks.extend(extra);
    runner.run(tasks, skipped)
}

/// Removes an object, or everything below a prefix.
pub(super) fn rm(line: &Line) -> Result<()> {
    let word = &line.positional(1)?[0];
    let (bucket, key) = Location::in_s3(word)?;
    let runner = Runner::new(line, false)?;
    if !line.has("recursive") {
        return runner.run(vec![Task::Remove(Location::S3 { bucket, key })], Vec::new());
    }
    let found = entries(line, &runner.client, &Location::S3 { bucket, key }, &filters(line))?;
    let tasks = found.by_path.into_values().map(|entry| Task::Remove(entry.location)).collect();
    runner.run(tasks, found.skipped)
}

/// Removes all objects of a bucket.
pub(super) fn remove_all(client: &Client, line: &Line, bucket: &str) -> Result<()> {
    for page in super::listing::pages(client, line, bucket, "", false)? {
        for object in &page?["Contents"] {
            let key = object["Key"].as_str().unwrap_or_default();
            client.call("delete_object", value!({"Bucket": bucket, "Key": key}))?;
            printed(output::lines([format!("delete: s3://{bucket}/{key}")]))?;
        }
    }
    Ok(())
}

fn check_pair(from: &Location, to: &Location) -> Result<()> {
    let is_s3 = |location: &Location| matches!(location, Location::S3 { .. });
    if is_s3(from) || is_s3(to) {
        return Ok(());
    }
    Err(Failure::usage(
        "usage: one of the paths must be an S3 location of the form s3://bucket/key. Both are local paths. Error: Invalid argument type",
    ))
}

/// A move onto itself would copy the object and then delete it.
fn onto_itself(from: &str, to: &str) -> Failure {
    Failure::usage(format!("Cannot mv a file onto itself: {from} - {to}"))
}

fn check_exists(from: &Location, word: &str) -> Result<()> {
    match from {
        Location::Local(path) if fs::symlink_metadata(path).is_err() => {
            Err(Failure::general(format!("The user-provided path {word} does not exist.")))
        }
        _ => Ok(()),
    }
}

/// Only downloads verify checksums.
fn check_checksum_mode(line: &Line, from: &Location, to: &Location) -> Result<()> {
    if line.has("checksum-mode") && !matches!((from, to), (Location::S3 { .. }, Location::Local(_))) {
        return Err(Failure::usage("Expected checksum-mode parameter to be used with the path format <S3Uri> <LocalPath>."));
    }
    Ok(())
}

/// The name of the source is added to a destination that is a folder.
fn single_target(from: &Location, to: &Location, word: &str) -> Result<Location> {
    let name = match from {
        Location::S3 { key, .. } => key.rsplit('/').next().unwrap_or_default().to_owned(),
        Location::Local(path) => path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned(),
        Location::Pipe => String::new(),
    };
    Ok(match to {
        Location::S3 { bucket, key } if key.is_empty() || key.ends_with('/') => {
            Location::S3 { bucket: bucket.clone(), key: format!("{key}{name}") }
        }
        Location::Local(path) if path.is_dir() || word.ends_with(['/', std::path::MAIN_SEPARATOR]) => {
            Location::Local(file_below(path, &name).map_err(Failure::general)?)
        }
        other => other.clone(),
    })
}

/// A prefix ends with a slash when everything below it is meant.
fn as_folder(location: Location) -> Location {
    match location {
        Location::S3 { bucket, key } if !key.is_empty() && !key.ends_with('/') => Location::S3 { bucket, key: key + "/" },
        other => other,
    }
}

fn filters(line: &Line) -> Filters {
    let name = |index: usize| line.options.get(index).map_or("", |(name, _)| *name).to_owned();
    Filters::new(&line.words.repeated.iter().map(|(index, pattern)| (name(*index), pattern.clone())).collect::<Vec<_>>())
}

/// Runs tasks with the options of a command line.
struct Runner<'a> {
    line: &'a Line,
    moves: bool,
    client: Client,
    source_client: Option<Client>,
    write_args: Map,
    read_args: Map,
    download_args: Map,
}

impl<'a> Runner<'a> {
    fn new(line: &'a Line, moves: bool) -> Result<Runner<'a>> {
        let (client, source_client) = (line.client()?, line.source_client()?);
        Ok(Runner {
            line,
            moves,
            client,
            source_client,
            write_args: of_object(line)?,
            read_args: of_read(line)?,
            download_args: of_download(line)?,
        })
    }

    /// The client that reads the source.
    fn reader(&self) -> &Client {
        self.source_client.as_ref().unwrap_or(&self.client)
    }

    fn run_entries(&self, source: Entries, to: &Location) -> Result<()> {
        let (tasks, skipped) = self.tasks(source, to);
        self.run(tasks, skipped)
    }

    /// The transfers of entries to a folder or prefix.
    fn tasks(&self, source: Entries, to: &Location) -> (Vec<Task>, Vec<String>) {
        let mut skipped = source.skipped;
        let mut tasks = Vec::new();
        for (path, Entry { location: from, modified, .. }) in source.by_path {
            let target = match to {
                Location::S3 { bucket, key } => Ok(Location::S3 { bucket: bucket.clone(), key: format!("{key}{path}") }),
                Location::Local(folder) => file_below(folder, &path).map(Location::Local),
                Location::Pipe => Err("Skipping an object: standard output takes a single one.".to_owned()),
            };
            match target {
                Ok(to) => tasks.push(Task::Transfer { from, to, modified }),
                Err(reason) => skipped.push(reason),
            }
        }
        (tasks, skipped)
    }

    /// Runs the tasks on several threads. Others go on when one fails.
    fn run(&self, tasks: Vec<Task>, skipped: Vec<String>) -> Result<()> {
        for reason in &skipped {
            eprintln!("warning: {reason}");
        }
        if self.line.has("dryrun") {
            return printed(output::lines(tasks.iter().map(|task| format!("(dryrun) {}", self.described(task, "")))));
        }
        let failures = AtomicUsize::new(0);
        let queue = Mutex::new(tasks.into_iter());
        let work = || {
            loop {
                let task = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
                let Some(task) = task else { break };
                match self.task(&task) {
                    Ok(()) if self.line.has("quiet") || self.line.has("only-show-errors") => {}
                    // The transfers go on even if nobody reads the lines.
                    Ok(()) => drop(output::lines([self.described(&task, "")])),
                    Err(error) => {
                        failures.fetch_add(1, Ordering::Relaxed);
                        if !self.line.has("quiet") {
                            eprintln!("{} {error}", self.described(&task, " failed"));
                        }
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            (1..THREADS).for_each(|_| drop(scope.spawn(work)));
            work();
        });
        match (failures.into_inner(), skipped.len()) {
            (0, 0) => Ok(()),
            (0, _) => Err(Failure { message: String::new(), code: 2 }),
            _ => Err(Failure { message: String::new(), code: 1 }),
        }
    }

    fn task(&self, task: &Task) -> Result<()> {
        match task {
            Task::Remove(Location::S3 { bucket, key }) => {
                let mut params = self.read_args.clone();
                params.insert("Bucket", bucket.as_str());
                params.insert("Key", key.as_str());
                self.client.call("delete_object", params)?;
                Ok(())
            }
            Task::Remove(Location::Local(path)) => Ok(fs::remove_file(path)?),
            Task::Remove(Location::Pipe) => Ok(()),
            Task::Transfer { from, to, modified } => {
                self.one(from, to, *modified)?;
                if self.moves { self.task(&Task::Remove(from.clone())) } else { Ok(()) }
            }
        }
    }

    fn one(&self, from: &Location, to: &Location, modified: Option<SystemTime>) -> Result<()> {
        match (from, to) {
            (Location::Local(path), Location::S3 { bucket, key }) => {
                let mut args = self.write_args.clone();
                if !args.contains_key("ContentType")
                    && !self.line.has("no-guess-mime-type")
                    && let Some(kind) = mime_guess::from_path(path).first_raw()
                {
                    args.insert("ContentType", kind);
                }
                Ok(Transfer::new(&self.client).extra_args(args).upload_file(path, bucket, key)?)
            }
            (Location::S3 { bucket, key }, Location::Local(path)) => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                Transfer::new(self.reader()).extra_args(self.download_args.clone()).download_file(bucket, key, path)?;
                self.set_modified(path, modified)
            }
            (Location::S3 { bucket, key }, Location::S3 { bucket: target, key: target_key }) => {
                let mut args = self.write_args.clone();
                if let Some(directive) = self.line.text("metadata-directive") {
                    args.insert("MetadataDirective", directive);
                } else if args.contains_key("Metadata") {
                    args.insert("MetadataDirective", "REPLACE");
                }
                let source = value!({"Bucket": bucket.as_str(), "Key": key.as_str()});
                let transfer = Transfer::new(&self.client).extra_args(args);
                let transfer = match &self.source_client {
                    Some(client) => transfer.source_client(client),
                    None => transfer,
                };
                Ok(transfer.copy(source, target, target_key)?)
            }
            _ => Err(Failure::usage("One of the locations must be in S3.")),
        }
    }

    /// A downloaded file has the time of its object, so that `sync` can compare them.
    fn set_modified(&self, path: &Path, modified: Option<SystemTime>) -> Result<()> {
        let Some(modified) = modified.filter(|_| path.is_file()) else { return Ok(()) };
        Ok(File::options().write(true).open(path)?.set_modified(modified)?)
    }

    /// Standard input to an object, or an object to standard output.
    fn pipe(&self, from: &Location, to: &Location) -> Result<()> {
        match (from, to) {
            (Location::Pipe, Location::S3 { bucket, key }) => {
                let transfer = Transfer::new(&self.client).extra_args(self.write_args.clone());
                let transfer = match self.line.number("expected-size")? {
                    Some(size) => transfer.expected_size(size),
                    None => transfer,
                };
                Ok(transfer.upload_fileobj(io::stdin(), bucket, key)?)
            }
            (Location::S3 { bucket, key }, Location::Pipe) => {
                Ok(Transfer::new(self.reader()).extra_args(self.download_args.clone()).download_fileobj(bucket, key, io::stdout())?)
            }
            _ => Err(Failure::usage("The other location must be in S3.")),
        }
    }

    fn described(&self, task: &Task, suffix: &str) -> String {
        let place = |location: &Location| match location {
            Location::S3 { bucket, key } => format!("s3://{bucket}/{key}"),
            Location::Local(path) => shown(path),
            Location::Pipe => "-".to_owned(),
        };
        match task {
            Task::Remove(location) => format!("delete{suffix}: {}", place(location)),
            Task::Transfer { from, to, .. } => {
                let verb = match (from, to) {
                    _ if self.moves => "move",
                    (Location::Local(_), _) => "upload",
                    (_, Location::Local(_)) => "download",
                    _ => "copy",
                };
                format!("{verb}{suffix}: {} to {}", place(from), place(to))
            }
        }
    }
}
