//! Calling the operation of a command line and printing its result.

use std::io::{self, Write};
use std::path::Path;

use super::globals::Globals;
use super::invocation::Invocation;
use super::print_request::{self, Capture};
use super::skeleton;
use crate::cli::failure::{Failure, Result};
use crate::cli::output::{self, Format};
use crate::cli::replace_file::ReplaceFile;
use crate::session::Session;
use crate::value::{List, Map, Value};
use crate::{Client, Paginator, Stream};

/// Runs an invocation.
///
/// # Errors
/// The failure of the call or of the output, with the exit code of the AWS CLI.
pub(super) fn run(invocation: Invocation) -> Result<()> {
    if let Some(kind) = &invocation.skeleton {
        return skeleton::print(&invocation, kind);
    }
    let mut builder = invocation.globals.client(&invocation.session, &invocation.service)?;
    let capture = invocation.globals.print_request.map(|form| (Capture::default(), form));
    if let Some((capture, _)) = &capture {
        builder = builder.transport(capture.clone());
    }
    let client = builder.build()?;
    if invocation.globals.debug {
        trace(&client)?;
    }
    let done = execute(&client, &invocation);
    match capture.and_then(|(capture, form)| Some((capture.request()?, form))) {
        Some((request, form)) => print_request::print(request, form),
        None => done,
    }
}

/// Writes each request and response to standard error.
fn trace(client: &Client) -> Result<()> {
    client.on("before-send", |event| {
        if let Some(request) = event.request() {
            eprintln!("{} {}", request.method, request.masked_url());
            for (name, value) in request.headers.iter() {
                eprintln!("  {name}: {}", crate::cli::dry_run::shown(&request.headers, name, value));
            }
        }
        Ok(())
    })?;
    client.on("after-call", |event| {
        if let Some(response) = event.result() {
            eprintln!("{}", response["ResponseMetadata"].to_json_text(true));
        }
        Ok(())
    })?;
    Ok(())
}

/// The options that write a part of the response to a file: operation, option, and where the part is.
const PART_FILES: &[(&str, &str, &str)] = &[
    ("CreateCertificateFromCsr", "certificate-pem-outfile", "certificatePem"),
    ("CreateKeysAndCertificate", "certificate-pem-outfile", "certificatePem"),
    ("CreateKeysAndCertificate", "public-key-outfile", "keyPair.PublicKey"),
    ("CreateKeysAndCertificate", "private-key-outfile", "keyPair.PrivateKey"),
];

/// Writes parts of the response to the files of the added options.
fn write_parts(invocation: &Invocation, response: &mut Map) -> Result<()> {
    let word = |flag: &str| invocation.added.iter().find(|(known, _)| *known == flag).and_then(|(_, words)| words.first());
    for (_, flag, path) in PART_FILES.iter().filter(|(operation, _, _)| *operation == invocation.operation) {
        if let Some(file) = word(flag) {
            let part = Value::from(response.clone()).search(path)?;
            write_file(file, part.as_str().unwrap_or_default().as_bytes())?;
        }
    }
    if invocation.operation == "CreateVirtualMFADevice"
        && let (Some(file), Some(method)) = (word("outfile"), word("bootstrap-method"))
        && let Some(device) = response.get("VirtualMFADevice").and_then(Value::as_map)
    {
        let mut device = device.clone();
        let seed = device.get(method).and_then(Value::as_bytes).map(<[u8]>::to_vec).unwrap_or_default();
        device.remove("Base32StringSeed");
        device.remove("QRCodePNG");
        response.insert("VirtualMFADevice", device);
        write_file(file, &seed)?;
    }
    Ok(())
}

fn write_file(path: &str, content: &[u8]) -> Result<()> {
    let path = super::files::expand(path);
    let written = ReplaceFile::create(&path).and_then(|mut file| {
        file.write_all(content)?;
        file.finish()
    });
    written.map_err(|error| Failure::general(format!("{}: {error}", path.display())))
}

fn execute(client: &Client, invocation: &Invocation) -> Result<()> {
    let params = Value::from(invocation.params.clone());
    if let Some(waiter) = &invocation.waiter {
        client.wait(waiter, params)?;
        return Ok(());
    }
    let printer = Printer::new(invocation)?;
    if invocation.paging.enabled {
        return printer.pages(paginator(client, invocation, params)?);
    }
    if let (Some(size), Some(key)) = (invocation.paging.limit, &invocation.paging.limit_key) {
        let mut params = invocation.params.clone();
        params.insert(key.as_str(), size);
        return printer.response(client.call(&invocation.operation, params)?);
    }
    printer.response(client.call(&invocation.operation, params)?)
}

fn paginator(client: &Client, invocation: &Invocation, params: Value) -> Result<Paginator> {
    let positive = |number: i64, flag: &str| {
        u64::try_from(number).map_err(|_| Failure::usage(format!("argument --{flag}: must not be negative: {number}")))
    };
    let mut pages = client.paginate(&invocation.operation, params)?;
    if let Some(size) = invocation.paging.page_size {
        pages = pages.page_size(positive(size, "page-size")?);
    }
    if let Some(items) = invocation.paging.max_items {
        pages = pages.max_items(positive(items, "max-items")?);
    }
    if let Some(token) = &invocation.paging.starting_token {
        pages = pages.starting_token(token.as_str());
    }
    Ok(pages)
}

/// The output format: of the option, the environment, or the profile.
///
/// # Errors
/// A usage failure for an unknown name.
pub(super) fn format(globals: &Globals, session: &Session) -> Result<Format> {
    let configured = || session.environment_text("AWS_DEFAULT_OUTPUT").or_else(|| session.profile_text("output"));
    let name = globals.output.clone().or_else(|| configured().map(String::from)).unwrap_or_else(|| "json".to_owned());
    Format::named(&name).ok_or_else(|| Failure::usage(format!("Unknown output type: {name}")))
}

/// Prints results as the options say.
struct Printer<'a> {
    invocation: &'a Invocation,
    format: Format,
}

impl<'a> Printer<'a> {
    fn new(invocation: &'a Invocation) -> Result<Printer<'a>> {
        Ok(Printer { invocation, format: format(&invocation.globals, &invocation.session)? })
    }

    /// Merges the pages into one result. The text format prints each page.
    fn pages(&self, mut pages: Paginator) -> Result<()> {
        if self.format != Format::Text {
            return self.result(pages.build_full_result()?);
        }
        let definition = pages.definition().clone();
        for page in pages.by_ref() {
            self.result(text_page(&page?, &definition)?)?;
        }
        match pages.resume_token() {
            Some(token) => self.print(&Value::from(Map::from_iter([("NextToken", Map::from_iter([("NextToken", token)]))]))),
            None => Ok(()),
        }
    }

    /// Prints a response; its stream goes to the output file.
    fn response(&self, mut response: Value) -> Result<()> {
        if let Some(map) = response.as_map_mut() {
            write_parts(self.invocation, map)?;
            let streams: Vec<(String, Stream)> =
                map.iter().filter_map(|(name, value)| Some((name.to_string(), value.as_stream()?.clone()))).collect();
            for (name, stream) in streams {
                map.remove(&name);
                match (stream.events(), &self.invocation.outfile) {
                    (Some(events), outfile) => self.events(events, outfile.as_deref())?,
                    (None, Some(path)) => write_body(&stream, path)?,
                    (None, None) => {}
                }
            }
            if self.invocation.outfile.as_deref() == Some("-") {
                return Ok(());
            }
        }
        self.result(response)
    }

    /// Events as JSON lines while they arrive.
    fn events(&self, events: impl Iterator<Item = crate::Result<Value>>, outfile: Option<&str>) -> Result<()> {
        let mut out: Box<dyn Write> = match outfile {
            Some(path) if path != "-" => Box::new(std::fs::File::create(super::files::expand(path))?),
            _ => Box::new(io::stdout()),
        };
        for event in events {
            writeln!(out, "{}", serde_json::to_string(&presentable(event?)).map_err(io::Error::from)?)?;
            out.flush()?;
        }
        Ok(())
    }

    fn result(&self, mut result: Value) -> Result<()> {
        if let Some(map) = result.as_map_mut().filter(|_| !self.invocation.globals.debug) {
            map.remove("ResponseMetadata");
        }
        let result = presentable(result);
        match &self.invocation.globals.query {
            Some(query) => self.print(&query.search(&result)?),
            None => self.print(&result),
        }
    }

    fn print(&self, value: &Value) -> Result<()> {
        let printed = output::print(|out| output::result(out, value, self.format, &self.invocation.operation));
        match printed {
            Ok(()) => Ok(()),
            Err(error) if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => Ok(()),
            Err(error) => Err(Failure::general(error.to_string())),
        }
    }
}

/// The parts of a page that the text format shows: the results, null where there are none, and what belongs to all pages.
fn text_page(page: &Value, definition: &crate::PaginatorDefinition) -> Result<Value> {
    let mut shown = Map::new();
    for key in definition.result_keys().iter().chain(definition.non_aggregate_keys()) {
        shown.insert(key.expression().as_str(), key.find(page)?);
    }
    Ok(shown.into())
}

/// The value in the types of JSON: timestamps as ISO 8601, bytes as base64.
fn presentable(value: Value) -> Value {
    use base64::prelude::{BASE64_STANDARD, Engine};
    match value {
        Value::Timestamp(time) => iso8601(&time.to_string()).into(),
        Value::Bytes(bytes) => BASE64_STANDARD.encode(&*bytes).into(),
        Value::List(list) => list.into_iter().map(presentable).collect::<List>().into(),
        Value::Map(map) => map.into_iter().map(|(key, value)| (key, presentable(value))).collect::<Map>().into(),
        other => other,
    }
}

/// Python's form of the time zone: `+00:00` for `Z`.
fn iso8601(text: &str) -> String {
    match text.strip_suffix('Z') {
        Some(local) => format!("{local}+00:00"),
        None => text.to_owned(),
    }
}

/// Writes a body to a file, or to standard output for `-`. The file appears when the body is complete.
fn write_body(stream: &Stream, path: &str) -> Result<()> {
    let mut body = stream.take().ok_or_else(|| Failure::general("The body was already read."))?;
    if path == "-" {
        let copied = output::print(|out| io::copy(&mut body, out).map(|_| ()));
        return copied.map_err(|error| Failure::general(error.to_string()));
    }
    let path = super::files::expand(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let of_file = |error: io::Error| Failure::general(format!("{}: {error}", path.display()));
    if path.exists() && !path.is_file() {
        // A device or a pipe cannot be replaced.
        let mut file = std::fs::OpenOptions::new().write(true).open(&path).map_err(of_file)?;
        io::copy(&mut body, &mut file).map_err(of_file)?;
        return Ok(());
    }
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(of_file)?;
    io::copy(&mut body, file.as_file_mut()).map_err(of_file)?;
    file.persist(&path).map_err(|error| of_file(error.error))?;
    Ok(())
}
