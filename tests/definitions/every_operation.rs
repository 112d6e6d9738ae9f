//! Every operation of every service can be described, and its smallest valid input becomes a signed request.
//!
//! Operations that the definition leaves unsigned are counted separately. There are two exceptions that cannot be
//! prepared: inputs that are event streams, and the service whose endpoints require SigV4a.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use libtest_mimic::Trial;
use tucuxi::http::{Body, Request, Response, SendOptions, Transport};
use tucuxi::unversioned::definition::{Operation, Service};
use tucuxi::{Client, ErrorKind, Session};

use crate::{Count, Walk, discovery, minimal, stub};

/// The outcomes of the operations.
#[derive(Default)]
struct Tally {
    services: usize,
    signed: usize,
    unsigned: usize,
    exceptions: BTreeMap<String, String>,
}

/// The only service whose endpoints accept nothing but SigV4a.
const NEEDS_SIGV4A: &str = "cloudfront-keyvaluestore";

/// A test for each service.
pub fn walk() -> Walk {
    let session = stub::session();
    let tally = Arc::new(Mutex::new(Tally::default()));
    let trials = session.available_services().into_iter().map(|service| {
        let (session, tally, name) = (session.clone(), Arc::clone(&tally), service.to_string());
        Trial::test(format!("every_operation/{service}"), move || visit_all(&session, &name, &tally).map_err(Into::into))
    });
    Walk { trials: trials.collect(), finish: Box::new(move || finish(&tally.lock().unwrap())) }
}

fn finish(tally: &Tally) -> Vec<Count> {
    let Tally { services, signed, unsigned, exceptions } = tally;
    let all = signed + unsigned + exceptions.len();
    println!(
        "{all} operations of {services} services: {signed} signed, {unsigned} unsigned by definition, {} exceptions",
        exceptions.len()
    );
    for (operation, reason) in exceptions {
        println!("  {operation}: {reason}");
    }
    println!();
    vec![
        Count { what: "services", found: *services, at_least: 400 },
        Count { what: "operations", found: all, at_least: 19_000 },
        Count { what: "signed operations", found: *signed, at_least: 18_000 },
    ]
}

/// Sends no request.
struct Unconnected;

impl Transport for Unconnected {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        discovery::answer(request).ok_or_else(|| anyhow::anyhow!("{} was to be sent", request.url))
    }
}

/// Visits the operations of one service; the error has every failure with its reason.
fn visit_all(session: &Session, name: &str, tally: &Mutex<Tally>) -> Result<(), String> {
    let client = session.client_builder(name).transport(Unconnected).build().map_err(|e| format!("{e:?}"))?;
    let service = client.service();
    let mut failures = Vec::new();
    let mut own = Tally::default();
    for operation in service.operation_names() {
        match visit(&client, service, operation) {
            Ok(Outcome::Signed) => own.signed += 1,
            Ok(Outcome::Unsigned) => own.unsigned += 1,
            Ok(Outcome::Exception(reason)) => {
                own.exceptions.insert(format!("{name} {operation}"), reason);
            }
            Err(reason) => failures.push(format!("{operation}: {reason}")),
        }
    }
    let mut tally = tally.lock().unwrap();
    tally.services += 1;
    tally.signed += own.signed;
    tally.unsigned += own.unsigned;
    tally.exceptions.extend(own.exceptions);
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

enum Outcome {
    Signed,
    Unsigned,
    Exception(String),
}

fn visit(client: &Client, service: &Service, name: &str) -> Result<Outcome, String> {
    let operation = service.operation(name).map_err(|e| e.to_string())?;
    let description = client.describe(name).map_err(|e| format!("describe: {e:?}"))?;
    if description["name"].as_str() != Some(name) {
        return Err(format!("describe gives no name: {description:?}"));
    }
    if minimal::takes_events(service, operation) {
        return Ok(Outcome::Exception("its input is a stream of events".to_owned()));
    }
    let input = minimal::input(service, operation);
    match client.prepare(name, input.clone()) {
        Ok(request) if is_signed(&request) => Ok(Outcome::Signed),
        Ok(_) if unsigned_by_definition(service, operation) => Ok(Outcome::Unsigned),
        Ok(request) => Err(format!("it is not signed: {request:?}")),
        Err(error) if error.kind() == ErrorKind::Signing && service.name() == NEEDS_SIGV4A => Ok(Outcome::Exception(error.to_string())),
        Err(error) => Err(format!("{error:?} with {input:?}")),
    }
}

/// Whether a request is signed, in a header or as the last parameter of a form (signature version 2).
fn is_signed(request: &Request) -> bool {
    let form = match &request.body {
        Body::Bytes(bytes) => str::from_utf8(bytes).unwrap_or_default(),
        _ => "",
    };
    request.headers.contains("Authorization") || form.contains("&Signature=")
}

fn unsigned_by_definition(service: &Service, operation: &Operation) -> bool {
    let schemes = if operation.auth.is_empty() { &service.metadata().auth } else { &operation.auth };
    operation.auth_type.as_deref() == Some("none") || schemes.iter().any(|scheme| scheme == "smithy.api#noAuth")
}
