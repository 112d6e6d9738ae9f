//! `tucuxi call SERVICE OPERATION`: one call, JSON in and JSON out.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::connect::Connect;
use super::{dry_run, output};
use crate::http::Secrets;
use crate::{Map, Str, Stream, Value};

/// Call an operation and print its answer as JSON.
///
/// Bytes, times and special numbers have JSON forms of their own, in parameters as in answers: {"$bytes": "<base64>"},
/// {"$timestamp": "2015-01-25T08:00:00Z"}, {"$float": "NaN"}. Blobs and times may also be given as plain text.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The service's name, for example s3.
    service: String,
    /// The operation's name in either spelling: list_objects_v2 or ListObjectsV2.
    operation: String,
    /// The parameters: JSON, @FILE to read JSON from a file, or - to read it from the standard input.
    #[arg(value_name = "JSON|@FILE|-", default_value = "{}")]
    parameters: String,
    #[command(flatten)]
    connect: Connect,
    /// A parameter read from a file while it is sent, for example Body=photo.jpg. May be given more than once.
    #[arg(long = "file", value_name = "MEMBER=PATH", value_parser = member_and_path)]
    files: Vec<(String, PathBuf)>,
    /// Print only what this JMESPath expression selects of the answer.
    #[arg(long, value_name = "JMESPATH")]
    query: Option<String>,
    /// Write the body that an operation streams back to this file, or with - to the standard output in place of the JSON.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the signed request, with security tokens masked, and send nothing.
    #[arg(long, conflicts_with_all = ["query", "output"])]
    dry_run: bool,
    /// With --dry-run: print a curl command that sends the request. It holds the tokens that sign it.
    #[arg(long, requires = "dry_run")]
    curl: bool,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut parameters = parameters(&arguments.parameters)?;
    for (member, path) in &arguments.files {
        let map = parameters.as_map_mut().context("--file needs parameters that are a JSON object")?;
        map.insert(member.as_str(), Stream::open(path)?);
    }
    let client = arguments.connect.client(&arguments.service)?;
    if arguments.dry_run {
        let mut request = client.prepare(&arguments.operation, parameters)?;
        return if arguments.curl { output::lines([request.to_curl(Secrets::Shown)?]) } else { dry_run::print(request) };
    }
    let mut answer = client.call(&arguments.operation, parameters)?;
    if let Some(map) = answer.as_map_mut() {
        read_streams(map, arguments.output.as_deref())?;
        if arguments.output.as_deref().is_some_and(|path| path == Path::new("-")) {
            return Ok(());
        }
    }
    match &arguments.query {
        Some(query) => output::json(&answer.search(query)?),
        None => output::json(&answer),
    }
}

fn parameters(argument: &str) -> anyhow::Result<Value> {
    let text = match argument.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).with_context(|| path.to_owned())?,
        None if argument == "-" => io::read_to_string(io::stdin()).context("the standard input")?,
        None => argument.to_owned(),
    };
    Value::from_json_text(&text).context("the parameters")
}

fn member_and_path(argument: &str) -> Result<(String, PathBuf), String> {
    let (member, path) = argument.split_once('=').ok_or("expected MEMBER=PATH")?;
    Ok((member.to_owned(), path.into()))
}

/// JSON has no streams: events become a list; a body goes where `output` says, and the answer keeps its length.
fn read_streams(answer: &mut Map, output: Option<&Path>) -> anyhow::Result<()> {
    let streams: Vec<(Str, Stream)> = answer.iter().filter_map(|(name, value)| Some((name.clone(), value.as_stream()?.clone()))).collect();
    for (member, stream) in streams {
        if let Some(events) = stream.events() {
            answer.insert(member, events.collect::<crate::Result<Vec<Value>>>()?);
            continue;
        }
        match output {
            Some(path) => write_body(&stream, path)?,
            None => eprintln!("tucuxi: {member} is {stream:?} and was not read; --output FILE writes it to a file"),
        }
    }
    Ok(())
}

fn write_body(stream: &Stream, path: &Path) -> anyhow::Result<()> {
    let mut body = stream.take().context("the body was read before")?;
    if path == Path::new("-") {
        return output::print(|out| copy(&mut body, out));
    }
    let mut file = File::create(path).with_context(|| path.display().to_string())?;
    copy(&mut body, &mut file).with_context(|| path.display().to_string())
}

fn copy(body: &mut impl Read, out: &mut dyn Write) -> io::Result<()> {
    io::copy(body, out).map(|_| ())
}
