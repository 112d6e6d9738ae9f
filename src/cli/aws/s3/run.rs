//! `s3 cp`, `mv`, `rm`, and `sync`: plans from command lines, and a line for each item that is done.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::Line;
use super::listing::printed;
use super::location::{Place, in_s3, shown};
use super::options::{of_object, of_read};
use super::progress::Progress;
use super::same_paths;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::{Compare, Error, Filters, Location, Plan, PlanAction, PlanItem, PlanOptions, Transfer};

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
    let (from, to) = (Place::parse(&words[0])?, Place::parse(&words[1])?);
    check_pair(line, &from, &to)?;
    let (from, to) = match (from, to) {
        (Place::At(from), Place::At(to)) => (from, to),
        _ if line.has("recursive") || moves => {
            return Err(Failure::usage("Streaming currently is only compatible with non-recursive cp commands"));
        }
        (from, to) => return pipe(line, &from, &to),
    };
    check_exists(&from, &words[0])?;
    let transfer = configured(line, &from, &to)?;
    let options = plan_options(line)?.moves(moves);
    let is_recursive = line.has("recursive");
    let (from, to) = match is_recursive {
        true => (from.as_folder(), to.as_folder()),
        false => (from.clone(), single_target(&from, to, &words[1])?),
    };
    if moves {
        same_paths::check(line, &from, &to)?;
    }
    let plan = if is_recursive { transfer.plan(&from, &to, &options) } else { transfer.plan_object(&from, &to, &options) };
    run(line, &transfer, plan.map_err(fatal)?)
}

/// Transfers what is missing or different at the destination; with `--delete` removes what the source does not have.
pub(super) fn sync(line: &Line) -> Result<()> {
    let words = line.positional(2)?;
    let (from, to) = (Place::parse(&words[0])?, Place::parse(&words[1])?);
    check_pair(line, &from, &to)?;
    let (Place::At(from), Place::At(to)) = (from, to) else {
        return Err(Failure::usage("Streaming currently is only compatible with non-recursive cp commands"));
    };
    check_exists(&from, &words[0])?;
    let compare = match (line.has("size-only"), line.has("exact-timestamps"), line.has("checksum")) {
        (_, _, true) => Compare::Checksum,
        (true, _, _) => Compare::Size,
        (_, true, _) => Compare::ExactTime,
        _ => Compare::SizeAndTime,
    };
    let transfer = configured(line, &from, &to)?;
    let options = plan_options(line)?.changed(compare).delete(line.has("delete"));
    let plan = transfer.plan(&from, &to, &options).map_err(fatal)?;
    run(line, &transfer, plan)
}

/// Removes an object, or everything below a prefix.
pub(super) fn rm(line: &Line) -> Result<()> {
    let (bucket, key) = in_s3(&line.positional(1)?[0])?;
    let transfer = new_transfer(line)?.extra_args(of_read(line)?);
    let object = Location::object(bucket, key);
    let plan = match line.has("recursive") {
        true => transfer.plan_removal(&object, &plan_options(line)?).map_err(fatal)?,
        false => Plan::deletion(object),
    };
    run(line, &transfer, plan)
}

/// Removes all objects of a bucket.
pub(super) fn remove_all(line: &Line, bucket: &str) -> Result<()> {
    let transfer = new_transfer(line)?;
    let plan = transfer.plan_removal(&Location::object(bucket, ""), &PlanOptions::new()).map_err(fatal)?;
    run(line, &transfer, plan)
}

/// A failure before the first transfer has the exit code 1, as in the AWS CLI; a wrong command line keeps its own.
fn fatal(error: Error) -> Failure {
    match Failure::from(error) {
        failure if failure.code == Failure::SERVICE => Failure { message: format!("fatal error: {}", failure.message), code: 1 },
        failure => failure,
    }
}

fn check_pair(line: &Line, from: &Place, to: &Place) -> Result<()> {
    if !from.is_s3() && !to.is_s3() {
        let message = "Both paths are local. One of them must be an S3 location of the form s3://BUCKET/KEY.";
        return Err(Failure::usage(message));
    }
    // Only downloads verify checksums.
    if line.has("checksum-mode") && !(from.is_s3() && matches!(to, Place::At(Location::File(_)))) {
        return Err(Failure::usage("Expected checksum-mode parameter to be used with the path format <S3Uri> <LocalPath>."));
    }
    Ok(())
}

fn check_exists(from: &Location, word: &str) -> Result<()> {
    match from {
        Location::File(path) if std::fs::symlink_metadata(path).is_err() => {
            Err(Failure::general(format!("The user-provided path {word} does not exist.")))
        }
        _ => Ok(()),
    }
}

/// The name of the source is added to a destination that is a folder.
fn single_target(from: &Location, to: Location, word: &str) -> Result<Location> {
    let name = match from {
        Location::Object { key, .. } => key.rsplit('/').next().unwrap_or_default().to_owned(),
        Location::File(path) => path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned(),
    };
    match to {
        Location::Object { bucket, key } if key.is_empty() || key.ends_with('/') => Ok(Location::object(bucket, format!("{key}{name}"))),
        Location::File(path) if path.is_dir() || word.ends_with(['/', std::path::MAIN_SEPARATOR]) => {
            if matches!(name.as_str(), "" | "." | "..") || name.contains('\0') {
                return Err(Failure::general(format!("The key of {from} does not end with a file name.")));
            }
            Ok(Location::File(path.join(name)))
        }
        other => Ok(other),
    }
}

/// A transfer that `Ctrl-C` stops.
pub(super) fn new_transfer(line: &Line) -> Result<Transfer> {
    Ok(Transfer::new(&line.client()?).cancel(interrupt::cancel()))
}

/// The transfer that the options describe.
fn configured(line: &Line, from: &Location, to: &Location) -> Result<Transfer> {
    let args = match (from, to) {
        (_, Location::File(_)) => super::options::of_download(line)?,
        (Location::File(_), _) => of_object(line)?,
        (Location::Object { .. }, _) => super::options::of_copy(line)?,
    };
    let mut transfer = new_transfer(line)?.extra_args(args);
    if let Some(client) = line.source_client()? {
        transfer = transfer.source_client(&client);
    }
    if line.has("no-overwrite") {
        transfer = transfer.no_overwrite();
    }
    if let Some(words) = line.values("resume") {
        transfer = transfer.resume(words.first().map_or_else(states_folder, std::path::PathBuf::from));
    }
    Ok(transfer)
}

/// Where the state of interrupted transfers is by default.
fn states_folder() -> std::path::PathBuf {
    let of_variable =
        |name: &str, below: &str| std::env::var_os(name).filter(|text| !text.is_empty()).map(|text| Path::new(&text).join(below));
    let folder = of_variable("XDG_STATE_HOME", "").or_else(|| of_variable("HOME", ".local/state")).unwrap_or_else(std::env::temp_dir);
    folder.join("tucuxi").join("transfers")
}

fn plan_options(line: &Line) -> Result<PlanOptions> {
    let name = |index: usize| line.options.get(index).map_or("", |(name, _)| *name);
    let mut filters = Filters::new();
    for (index, pattern) in &line.words.repeated {
        filters = if name(*index) == "include" { filters.include(pattern.as_str()) } else { filters.exclude(pattern.as_str()) };
    }
    let mut options = PlanOptions::new()
        .filters(filters)
        .follow_symlinks(!line.has("no-follow-symlinks"))
        .transfer_archived(line.has("force-glacier-transfer"))
        .ignore_archived(line.has("ignore-glacier-warnings"));
    if let Some(size) = line.number("page-size")? {
        options = options.page_size(size);
    }
    Ok(options)
}

/// Executes a plan, and prints a line for each item.
fn run(line: &Line, transfer: &Transfer, mut plan: Plan) -> Result<()> {
    let is_quiet = line.has("quiet");
    let shows_done = !is_quiet && !line.has("only-show-errors");
    if !is_quiet {
        plan.skipped.iter().for_each(|skipped| eprint_line(&format!("warning: {skipped}")));
    }
    if line.has("dryrun") {
        return printed(output::lines(plan.items.iter().map(|item| format!("(dryrun) {}", described(item, "")))));
    }
    if !line.has("no-guess-mime-type") && line.text("content-type").is_none() {
        plan.items.iter_mut().for_each(guess_content_type);
    }
    let progress = Arc::new(Progress::new(&plan, shows_done && !line.has("no-progress")));
    let (counter, shown) = (progress.clone(), progress.clone());
    let transfer = transfer.clone().on_progress(move |bytes| {
        counter.add(bytes);
        Ok(())
    });
    let report = transfer.execute_with(&plan, move |item, done| match done {
        // The transfers continue even if nobody reads the lines.
        Ok(()) if shows_done => shown.above(|| drop(output::lines([described(item, "")]))),
        Ok(()) => {}
        Err(_) if is_quiet => {}
        Err(error) if error.name() == "AlreadyExists" => {}
        Err(error) => shown.above(|| eprint_line(&format!("{} {error}", described(item, " failed")))),
    })?;
    progress.finish();
    if !report.failures.is_empty() {
        return Err(Failure { message: String::new(), code: 1 });
    }
    // Items that are skipped because they exist are what --no-overwrite asks for.
    if plan.skipped.is_empty() { Ok(()) } else { Err(Failure { message: String::new(), code: 2 }) }
}

/// Prints to standard error, unless it is closed.
pub(super) fn eprint_line(line: &str) {
    use io::Write as _;
    let _ = writeln!(io::stderr(), "{line}");
}

fn guess_content_type(item: &mut PlanItem) {
    if let (PlanAction::Upload, Some(Location::File(path))) = (item.action, &item.source)
        && let Some(kind) = mime_guess::from_path(path).first_raw()
    {
        item.extra_args.insert("ContentType", kind);
    }
}

fn described(item: &PlanItem, suffix: &str) -> String {
    let verb = if item.moves { "move" } else { item.action.as_str() };
    match &item.source {
        Some(source) => format!("{verb}{suffix}: {} to {}", shown(source), shown(&item.target)),
        None => format!("{verb}{suffix}: {}", shown(&item.target)),
    }
}

/// Writes an object to standard output. A reader that closed the pipe wants no more of it, which is no failure.
pub(super) fn to_stdout(transfer: &Transfer, bucket: &str, key: &str) -> Result<()> {
    use std::error::Error as _;
    let is_closed = |error: &Error| {
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        source.is_some_and(|source| source.kind() == io::ErrorKind::BrokenPipe)
    };
    match transfer.download_fileobj(bucket, key, io::stdout()) {
        Err(error) if error.message().starts_with("The writer failed") && is_closed(&error) => Ok(()),
        done => Ok(done?),
    }
}

/// Standard input to an object, or an object to standard output.
fn pipe(line: &Line, from: &Place, to: &Place) -> Result<()> {
    match (from, to) {
        (Place::Pipe, Place::At(to @ Location::Object { bucket, key })) => {
            let transfer = configured(line, &Location::file("-"), to)?;
            let transfer = match line.number("expected-size")? {
                Some(size) => transfer.expected_size(size),
                None => transfer,
            };
            Ok(transfer.upload_fileobj(io::stdin(), bucket, key)?)
        }
        (Place::At(from @ Location::Object { bucket, key }), Place::Pipe) => {
            let transfer = configured(line, from, &Location::file("-"))?;
            to_stdout(&transfer, bucket, key)
        }
        _ => Err(Failure::usage("The other location must be in S3.")),
    }
}
