//! Calling the operation of a command line and printing its result.

use std::cell::RefCell;
use std::io::IsTerminal as _;

use indicatif::ProgressBar;

use super::globals::Globals;
use super::history::Record;
use super::invocation::{Invocation, Paging};
use super::outfiles::{Outfiles, Printed};
use super::print_request::{self, Capture};
use super::{added, launch_key, pipeline, session_plugin, skeleton};
use crate::cli::each::{self, Calls, Each, Outcome};
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt;
use crate::cli::output::{self, Format, Look, Pager};
use crate::definition::{Node, ShapeType};
use crate::error::did_you_mean;
use crate::session::Session;
use crate::value::{List, Map, Value};
use crate::{Client, Paginator};

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
    let record = Record::start(&invocation.session, &invocation.words()).filter(|_| capture.is_none());
    let record = record.map(|mut record| record.watch(&client, &invocation).map(|()| record)).transpose()?;
    let done = execute(&client, &invocation).map_err(|failure| explained(failure, &client, &invocation));
    if let Some(record) = record {
        record.finish(&done);
    }
    match capture.and_then(|(capture, form)| Some((capture.request()?, form))) {
        Some((request, form)) => print_request::print(request, form),
        None => done,
    }
}

/// Adds what the service's message does not say: values that are no choices of their parameter, and a region that does not
/// exist.
fn explained(mut failure: Failure, client: &Client, invocation: &Invocation) -> Failure {
    if failure.code == Failure::SERVICE {
        let service = client.service();
        let input = service.operation(&invocation.operation).and_then(|operation| service.input(operation));
        let mut unknown = Vec::new();
        if let Ok(Some(input)) = input {
            unknown_choices(&input, &invocation.params.clone().into(), &mut unknown);
        }
        for (value, near) in unknown {
            failure = failure.with_advice(&format!("\"{value}\" may not exist.{near}"));
        }
    } else if failure.message.starts_with("Could not connect")
        && let Some(region) = client.region()
    {
        let known = invocation.session.available_regions("ec2").unwrap_or_default();
        let near = did_you_mean(region, known.iter().map(|name| name.as_str()));
        if !near.is_empty() && known.iter().all(|name| name != region) {
            failure = failure.with_advice(&format!("There is no region {region}.{near}"));
        }
    }
    failure
}

/// The texts that resemble a choice of their shape without being one. The definitions may be older than the service.
fn unknown_choices(node: &Node<'_>, value: &Value, found: &mut Vec<(String, String)>) {
    match (node.shape_type(), value) {
        (ShapeType::Structure(structure), Value::Map(map)) => {
            for member in &structure.members {
                if let (Some(value), Ok(node)) = (map.get(&member.name), node.member(member)) {
                    unknown_choices(&node, value, found);
                }
            }
        }
        (ShapeType::List(item), Value::List(list)) => {
            if let Ok(node) = node.follow(item) {
                list.iter().for_each(|item| unknown_choices(&node, item, found));
            }
        }
        (ShapeType::String, Value::String(text)) => {
            let choices = &node.shape().traits.values;
            if choices.iter().any(|choice| choice == text) {
                return;
            }
            let near = did_you_mean(text, choices.iter().map(|choice| choice.as_str()));
            if !near.is_empty() {
                found.push((text.to_string(), near));
            }
        }
        _ => {}
    }
}

/// Writes each request and response to standard error.
fn trace(client: &Client) -> Result<()> {
    client.on("before-send", |event| {
        if let Some(request) = event.request() {
            output::note(format_args!("{} {}", request.method, request.masked_url()));
            for (name, value) in request.headers.iter() {
                output::note(format_args!("  {name}: {}", crate::cli::dry_run::shown(&request.headers, name, value)));
            }
        }
        Ok(())
    })?;
    client.on("after-call", |event| {
        if let Some(response) = event.result() {
            output::note(response["ResponseMetadata"].to_json_text(true));
        }
        Ok(())
    })?;
    Ok(())
}

fn execute(client: &Client, invocation: &Invocation) -> Result<()> {
    let params = Value::from(invocation.params.clone());
    if let Some(waiter) = &invocation.waiter {
        return wait(client, waiter, params);
    }
    if let Some(each) = &invocation.globals.each {
        return for_each(client, invocation, each);
    }
    if let Some(done) = session_plugin::run(client, invocation) {
        return done;
    }
    let printer = Printer::new(invocation)?;
    let mut params = invocation.params.clone();
    added::complete(client, &invocation.added, &invocation.operation, &mut params)?;
    let params = Value::from(params);
    if invocation.paging.enabled {
        return printer.pages(paginator(client, invocation, params)?);
    }
    if let (Some(size), Some(key)) = (invocation.paging.limit, &invocation.paging.limit_key) {
        let mut params = invocation.params.clone();
        params.insert(key.as_str(), size);
        return printer.response(client, params.into());
    }
    printer.response(client, params)
}

/// Waits, and shows on a terminal what for and how long.
fn wait(client: &Client, waiter: &str, params: Value) -> Result<()> {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    let (shown, name) = (bar.clone(), super::arguments::kebab(waiter));
    bar.set_message(format!("Waiting for {name}"));
    let waiter = client.waiter(waiter)?.cancel(interrupt::cancel()).on_poll(move |poll| {
        let seconds = poll.elapsed.as_secs();
        shown.set_message(format!("Waiting for {name}: attempt {} of {}, {seconds} s", poll.attempt, poll.max_attempts));
        Ok(())
    });
    let done = waiter.wait(params);
    bar.finish_and_clear();
    done?;
    Ok(())
}

/// Makes a call for each line: all of its pages, as without `--each`. JSON and YAML tell the line of each result; text and
/// tables are those of single calls, and failures are on standard error only.
fn for_each(client: &Client, invocation: &Invocation, each: &Each) -> Result<()> {
    check_limits(&invocation.paging)?;
    let call = |params: Map| {
        let mut result = match invocation.paging.enabled {
            true => limited(client.paginate(&invocation.operation, params)?, &invocation.paging).build_full_result()?,
            false => interrupt::call(client, &invocation.operation, params)?,
        };
        if let Some(map) = result.as_map_mut() {
            map.remove("ResponseMetadata");
        }
        let result = presentable(result);
        invocation.globals.query.as_ref().map_or_else(|| Ok(result.clone()), |query| query.search(&result))
    };
    let (format, look) = (format(&invocation.globals, &invocation.session)?, invocation.globals.look());
    let text = |line: usize, outcome: Outcome<'_>| -> std::io::Result<Vec<u8>> {
        let mut out = Vec::new();
        match (format, outcome) {
            (Format::Json, outcome) => {
                let text = serde_json::to_string(&presentable(outcome.with_line(line)))?;
                out.extend_from_slice(text.as_bytes());
                out.push(b'\n');
            }
            (Format::Yaml | Format::YamlStream, outcome) => {
                output::result(&mut out, &presentable(outcome.with_line(line)), Format::YamlStream, "", look)?;
            }
            (_, Outcome::Result(value)) => output::result(&mut out, value, format, &invocation.operation, look)?,
            (_, Outcome::Error(_)) => {}
        }
        Ok(out)
    };
    each::run(each, &Calls { base: &invocation.params, call: &call, text: &text })
}

/// The pages with the limits of the command line, which are checked by [`check_limits`].
fn limited(mut pages: Paginator, paging: &Paging) -> Paginator {
    if let Some(size) = paging.page_size {
        pages = pages.page_size(size.unsigned_abs());
    }
    if let Some(items) = paging.max_items {
        pages = pages.max_items(items.unsigned_abs());
    }
    if let Some(token) = &paging.starting_token {
        pages = pages.starting_token(token.as_str());
    }
    pages.cancel(interrupt::cancel())
}

fn paginator(client: &Client, invocation: &Invocation, params: Value) -> Result<Paginator> {
    check_limits(&invocation.paging)?;
    Ok(limited(client.paginate(&invocation.operation, params)?, &invocation.paging))
}

fn check_limits(paging: &Paging) -> Result<()> {
    for (flag, number) in [("page-size", paging.page_size), ("max-items", paging.max_items)] {
        if let Some(number) = number.filter(|number| *number < 0) {
            return Err(Failure::usage(format!("argument --{flag}: must not be negative: {number}")));
        }
    }
    Ok(())
}

/// Where the results of a command appear: their format and look, and the pager.
pub(super) struct Screen {
    pub format: Format,
    look: Look,
    pager: RefCell<Pager>,
}

impl Screen {
    /// The screen of a command line.
    ///
    /// # Errors
    /// A usage failure for an unknown format.
    pub(super) fn new(globals: &Globals, session: &Session) -> Result<Screen> {
        let pager = RefCell::new(globals.pager(Some(session)));
        Ok(Screen { format: format(globals, session)?, look: globals.look(), pager })
    }

    /// Prints a result. The title is that of tables.
    pub(super) fn print(&self, value: &Value, title: &str) -> Result<()> {
        if self.format == Format::Off {
            return Ok(());
        }
        Ok(self.pager.borrow_mut().print(|out| output::result(out, value, self.format, title, self.look))?)
    }
}

/// The output format: of the option, the environment, or the profile.
///
/// # Errors
/// A usage failure for an unknown name.
fn format(globals: &Globals, session: &Session) -> Result<Format> {
    let configured = || session.environment_text("AWS_DEFAULT_OUTPUT").or_else(|| session.profile_text("output"));
    let name = globals.output.clone().or_else(|| configured().map(String::from)).unwrap_or_else(|| "json".to_owned());
    Format::named(&name).ok_or_else(|| Failure::usage(format!("Unknown output type: {name}")))
}

/// Prints results as the options say.
struct Printer<'a> {
    invocation: &'a Invocation,
    screen: Screen,
}

impl<'a> Printer<'a> {
    fn new(invocation: &'a Invocation) -> Result<Printer<'a>> {
        Ok(Printer { invocation, screen: Screen::new(&invocation.globals, &invocation.session)? })
    }

    /// Merges the pages into one result. The text format prints each page.
    fn pages(&self, mut pages: Paginator) -> Result<()> {
        if self.screen.format != Format::Text {
            let result = pages.build_full_result()?;
            let is_partial = result["NextToken"].as_str().is_some();
            self.result(result)?;
            if is_partial {
                self.note_partial();
            }
            return Ok(());
        }
        let definition = pages.definition().clone();
        for (index, page) in pages.by_ref().enumerate() {
            self.result(text_page(&page?, &definition, index == 0)?)?;
        }
        match pages.resume_token() {
            Some(token) => {
                // It is one more result, to which the query applies. One that fails for it has shown all that it can.
                let result = Value::from(Map::from_iter([("NextToken", Map::from_iter([("NextToken", token)]))]));
                match self.invocation.globals.query.as_ref().map(|query| query.search(&result)) {
                    None => self.print(&result)?,
                    Some(Ok(found)) => self.print(&found)?,
                    Some(Err(_)) => {}
                }
                self.note_partial();
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Tells that items were left out. With a query, nothing else would.
    fn note_partial(&self) {
        output::note("tucuxi: there are more items; --starting-token with the NextToken of the output continues after these");
    }

    /// Calls the operation and prints its response; streams and secrets go to their files. The files are opened before the
    /// call, which may not be repeatable.
    fn response(&self, client: &Client, params: Value) -> Result<()> {
        let outfiles = Outfiles::open(self.invocation)?;
        let mut response = interrupt::call(client, &self.invocation.operation, params)?;
        if let Some(map) = response.as_map_mut() {
            launch_key::decrypt_password(self.invocation, map)?;
            pipeline::show_definition(self.invocation, map);
            if outfiles.write(map)? == Printed::Yes {
                return Ok(());
            }
        }
        self.result(response)
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
        self.screen.print(value, &self.invocation.operation)
    }
}

/// The parts of a page that the text format shows: the results, null where there are none, and with the first page the
/// members that belong to all pages.
fn text_page(page: &Value, definition: &crate::PaginatorDefinition, is_first: bool) -> Result<Value> {
    let of_all = if is_first { definition.non_aggregate_keys() } else { &[] };
    let mut shown = Value::from(Map::new());
    for key in definition.result_keys().iter().chain(of_all) {
        let value = key.find(page)?;
        match key.put(&mut shown, value.clone()) {
            Ok(()) => {}
            // An expression has no place in a response.
            Err(_) => shown[key.expression().as_str()] = value,
        }
    }
    Ok(shown)
}

/// The value in the types of JSON: timestamps as ISO 8601, bytes as base64.
pub(in crate::cli) fn presentable(value: Value) -> Value {
    use base64::prelude::{BASE64_STANDARD, Engine};
    match value {
        Value::Timestamp(time) => iso8601(&time.to_string()).into(),
        Value::Bytes(bytes) => BASE64_STANDARD.encode(&*bytes).into(),
        Value::List(list) => list.into_iter().map(presentable).collect::<List>().into(),
        Value::Map(map) => map.into_iter().map(|(key, value)| (key, presentable(value))).collect::<Map>().into(),
        other => other,
    }
}

/// Python's form of a time: `+00:00` for `Z`, and no fraction or six digits.
fn iso8601(text: &str) -> String {
    let (local, zone) = text.strip_suffix('Z').map_or((text, ""), |local| (local, "+00:00"));
    match local.split_once('.') {
        Some((seconds, fraction)) if fraction.bytes().all(|digit| digit.is_ascii_digit()) => format!("{seconds}.{fraction:0<6.6}{zone}"),
        _ => format!("{local}{zone}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_form_of_python() {
        for (text, expected) in [
            ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05+00:00"),
            ("2024-01-02T03:04:05.5Z", "2024-01-02T03:04:05.500000+00:00"),
            ("2024-01-02T03:04:05.123456789Z", "2024-01-02T03:04:05.123456+00:00"),
            ("2024-01-02T03:04:05", "2024-01-02T03:04:05"),
        ] {
            assert_eq!(iso8601(text), expected);
        }
    }
}
