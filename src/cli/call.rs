//! `tucuxi call SERVICE OPERATION`: one call, with JSON as input and output.
//!
//! Everything that can be checked is checked before the request is sent: the query, the parameters, and the output file.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::connect::Connect;
use super::each::{self, Calls, Each, Outcome};
use super::replace_file::ReplaceFile;
use super::{dry_run, output};
use crate::definition::ShapeType;
use crate::http::Secrets;
use crate::{Client, Expression, Map, Str, Stream, Value};

/// Call an operation and print its response as JSON.
///
/// Bytes, timestamps, and special numbers have their own JSON forms, in parameters and responses: {"$bytes": "<base64>"},
/// {"$timestamp": "2015-01-25T08:00:00Z"}, {"$float": "NaN"}. Blobs and timestamps can also be given as plain strings.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The service's name, for example s3.
    service: String,
    /// The operation's name in either spelling: list_objects_v2 or ListObjectsV2.
    operation: String,
    /// The parameters: JSON, @FILE to read JSON from a file, or - to read it from standard input.
    #[arg(value_name = "JSON|@FILE|-", default_value = "{}")]
    parameters: String,
    /// A parameter that is read from a file while it is sent, for example Body=photo.jpg. Can be given more than once.
    #[arg(long = "file", value_name = "MEMBER=PATH", value_parser = member_and_path)]
    files: Vec<(String, PathBuf)>,
    /// Print only the part of the response that this JMESPath expression selects.
    #[arg(long, value_name = "JMESPATH")]
    query: Option<String>,
    /// Write the streamed body of the response to this file, or with - to standard output instead of the JSON. The file is
    /// replaced only if the body is complete.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Make a call for each line of this file, or with - of standard input. A line is a JSON object whose members are added to the
    /// parameters. Each result is a line {"line": N, "result": ...} or {"line": N, "error": ...}, in the order of the lines.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "files", "dry_run"])]
    each: Option<String>,
    /// With --each: the number of calls that run at the same time.
    #[arg(long, value_name = "N", requires = "each", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=i64::from(each::MOST)))]
    parallel: u16,
    /// How long the call may take, in seconds, with all retries; with --each, how long each of them may take.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    /// Print the signed request, with secrets masked, and send nothing.
    #[arg(long, conflicts_with_all = ["query", "output"])]
    dry_run: bool,
    /// With --dry-run: print a curl command that sends the request. It contains the secrets of the request.
    #[arg(long, requires = "dry_run")]
    curl: bool,
}

/// Where the streamed body of a response goes.
enum Target {
    /// Nowhere: it is not read.
    None,
    StandardOutput,
    File(ReplaceFile, PathBuf),
}

/// Runs the subcommand.
pub(crate) fn run(arguments: Arguments, connect: &Connect) -> anyhow::Result<()> {
    let query = arguments.query.as_deref().map(Expression::parse).transpose().context("--query")?;
    let mut parameters = parameters(&arguments.parameters)?;
    for (member, path) in &arguments.files {
        let map = parameters.as_map_mut().context("--file requires parameters that are a JSON object")?;
        map.insert(member.as_str(), Stream::open(path)?);
    }
    let client = connect.client(&arguments.service)?;
    let operation = &arguments.operation;
    if arguments.dry_run {
        let mut request = client.prepare(operation, parameters)?;
        return if arguments.curl { output::lines([request.to_curl(Secrets::Shown)?]) } else { dry_run::print(request) };
    }
    let request = |parameters: Value| {
        let request = client.request(operation, parameters);
        arguments.timeout.into_iter().fold(request, |request, timeout| request.deadline(timeout)).send()
    };
    if let Some(path) = arguments.each {
        if streams_body(&client, operation)? {
            anyhow::bail!("--each: the response of {operation} has a streamed body, which is no JSON");
        }
        let call = |parameters: Map| {
            let mut response = request(parameters.into())?;
            if let Some(map) = response.as_map_mut() {
                read_events(map)?;
            }
            query.as_ref().map_or_else(|| Ok(response.clone()), |query| query.search(&response))
        };
        let base = parameters.as_map().context("--each requires parameters that are a JSON object")?;
        let text = |line, outcome: Outcome<'_>| Ok((outcome.with_line(line).to_json_text(false) + "\n").into_bytes());
        let calls = Calls { base, call: &call, text: &text };
        let done = each::run(&Each { path, parallel: arguments.parallel }, &calls);
        return done.map_err(|failure| match failure.code {
            // The reader of the results has closed the pipe.
            0 => io::Error::from(io::ErrorKind::BrokenPipe).into(),
            _ => anyhow::Error::msg(failure.message),
        });
    }
    let target = target(&client, operation, arguments.output.as_deref())?;
    let prints_body = matches!(target, Target::StandardOutput);
    let mut response = request(parameters)?;
    if let Some(map) = response.as_map_mut() {
        read_streams(map, target)?;
    }
    match query {
        _ if prints_body => Ok(()),
        Some(query) => output::json(&query.search(&response)?),
        None => output::json(&response),
    }
}

fn parameters(argument: &str) -> anyhow::Result<Value> {
    let text = match argument.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).with_context(|| path.to_owned())?,
        None if argument == "-" => io::read_to_string(io::stdin()).context("standard input")?,
        None => argument.to_owned(),
    };
    Value::from_json_text(&text).context("the parameters")
}

fn member_and_path(argument: &str) -> Result<(String, PathBuf), String> {
    let (member, path) = argument.split_once('=').ok_or("expected MEMBER=PATH")?;
    Ok((member.to_owned(), path.into()))
}

/// Opens the target of the body, before the request is sent.
fn target(client: &Client, operation: &str, path: Option<&Path>) -> anyhow::Result<Target> {
    let Some(path) = path else { return Ok(Target::None) };
    if !streams_body(client, operation)? {
        anyhow::bail!("--output: the response of {operation} has no streamed body; its JSON goes to standard output without this option");
    }
    if path == Path::new("-") {
        return Ok(Target::StandardOutput);
    }
    let file = ReplaceFile::create(path).with_context(|| format!("--output: {}", path.display()))?;
    Ok(Target::File(file, path.to_owned()))
}

/// Whether the output of an operation has a member that is read from the connection.
fn streams_body(client: &Client, operation: &str) -> anyhow::Result<bool> {
    let context = client.context();
    let operation = context.operation(operation)?;
    let Some(output) = context.service.output(operation)? else { return Ok(false) };
    let Some((_, payload)) = output.structure().and_then(|structure| structure.payload()) else { return Ok(false) };
    let node = output.member(payload)?;
    Ok(matches!(node.shape_type(), ShapeType::Blob) && node.has(|traits| traits.streaming))
}

/// Replaces the streams in a response, which JSON cannot represent: events become a list, and a body goes to its target.
fn read_streams(response: &mut Map, mut target: Target) -> anyhow::Result<()> {
    read_events(response)?;
    for (member, stream) in streams(response) {
        match std::mem::replace(&mut target, Target::None) {
            Target::File(file, path) => write_file(&stream, file).with_context(|| path.display().to_string())?,
            Target::StandardOutput => output::print(|out| io::copy(&mut stream.take().ok_or_else(already_read)?, out).map(drop))?,
            Target::None => {
                output::note(format_args!("tucuxi: {member} is {stream:?} and was not read; --output FILE writes it to a file"))
            }
        }
    }
    Ok(())
}

/// Replaces streams of events by lists.
fn read_events(response: &mut Map) -> crate::Result<()> {
    for (member, stream) in streams(response) {
        if let Some(events) = stream.events() {
            response.insert(member, events.collect::<crate::Result<Vec<Value>>>()?);
        }
    }
    Ok(())
}

fn streams(response: &Map) -> Vec<(Str, Stream)> {
    response.iter().filter_map(|(name, value)| Some((name.clone(), value.as_stream()?.clone()))).collect()
}

/// Reads a time limit.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|seconds| !seconds.is_zero()).ok_or_else(|| "expected a number of seconds greater than 0".to_owned())
}

fn write_file(stream: &Stream, mut file: ReplaceFile) -> anyhow::Result<()> {
    let mut body = stream.take().ok_or_else(already_read)?;
    io::copy(&mut body, &mut file)?;
    Ok(file.finish()?)
}

fn already_read() -> io::Error {
    io::Error::other("the body has already been read")
}
