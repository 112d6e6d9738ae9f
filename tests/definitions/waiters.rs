//! Every waiter of every service and API version succeeds, fails, and times out with generated responses.
//!
//! The calls run through a complete client without a network or delays, so a waiter's handling of service errors is
//! checked in the service's protocol.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use libtest_mimic::Trial;
use tucuxi::http::{Headers, Request, Response};
use tucuxi::unversioned::definition::{Acceptor, ProtocolName, Service, WaiterState};
use tucuxi::{Client, Definitions, ErrorKind, Map, Session, Value, WaiterDefinition, value};

use crate::{Count, Walk, minimal, stub};

#[derive(Default)]
struct Tally {
    services: usize,
    waiters: usize,
    succeeded: usize,
    failed: usize,
    timed_out: usize,
    polls: u64,
    never: Vec<String>,
}

/// A test for each service.
pub fn walk() -> Walk {
    let session = stub::session();
    let tally = Arc::new(Mutex::new(Tally::default()));
    let services = Definitions::embedded().services_with("waiters-2").expect("the embedded definitions");
    let trials = services.into_iter().map(|service| {
        let (session, tally, name) = (session.clone(), Arc::clone(&tally), service.to_string());
        Trial::test(format!("waiters/{service}"), move || visit_all(&session, &name, &tally).map_err(Into::into))
    });
    Walk { trials: trials.collect(), finish: Box::new(move || finish(&tally.lock().unwrap())) }
}

fn finish(tally: &Tally) -> Vec<Count> {
    let Tally { services, waiters, succeeded, failed, timed_out, polls, never } = tally;
    println!("{waiters} waiters of {services} services: {succeeded} succeeded, {failed} failed, {timed_out} timed out; {polls} polls");
    never.iter().for_each(|waiter| println!("  its success can never match: {waiter}"));
    println!();
    vec![
        Count { what: "waiters", found: *waiters, at_least: 640 },
        Count { what: "waiters that succeeded", found: *succeeded, at_least: 640 },
    ]
}

fn visit_all(session: &Session, service: &str, tally: &Mutex<Tally>) -> Result<(), String> {
    let mut failures = Vec::new();
    for version in Definitions::embedded().api_versions(service, "waiters-2").map_err(|e| e.to_string())? {
        let server = Arc::new(Server::default());
        let (answering, filling) = (Arc::clone(&server), Arc::clone(&server));
        let respond = move |service: &Service, request: &Request| answering.respond(service, request);
        let client = stub::client(session, service, &version, respond, move |_, _, result| filling.fill(result));
        let client = client.map_err(|e| format!("{version}: {e:?}"))?;
        for name in client.waiters().map_err(|e| format!("{version}: {e:?}"))? {
            if let Err(reason) = visit(&client, &name, &server, tally) {
                failures.push(format!("{version} {name}: {reason}"));
            }
            tally.lock().unwrap().waiters += 1;
        }
        tally.lock().unwrap().polls += server.polls.load(Ordering::Relaxed);
    }
    tally.lock().unwrap().services += 1;
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// The response to a poll.
#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Result(Value),
    Error(String),
    Status(u16),
}

/// Gives all polls the same response.
#[derive(Default)]
struct Server {
    answer: Mutex<Option<Answer>>,
    polls: AtomicU64,
}

impl Server {
    fn respond(&self, service: &Service, request: &Request) -> Response {
        self.polls.fetch_add(1, Ordering::Relaxed);
        match &*self.answer.lock().unwrap() {
            Some(Answer::Error(code)) => error(service, 400, code),
            Some(Answer::Status(200)) => stub::empty(service, request),
            Some(Answer::Status(status)) if request.method == "HEAD" => Response::new(*status, Headers::new(), b""),
            Some(Answer::Status(status)) => error(service, *status, "MadeUp"),
            _ => stub::empty(service, request),
        }
    }

    fn fill(&self, result: &mut Map) {
        if let Some(Answer::Result(Value::Map(made))) = &*self.answer.lock().unwrap() {
            result.extend(made.clone());
        }
    }
}

/// An error of that status and code, in the service's protocol.
fn error(service: &Service, status: u16, code: &str) -> Response {
    let (mut headers, message) = (Headers::new(), "made up");
    let body = match service.protocol().expect("a protocol") {
        ProtocolName::Json => format!(r#"{{"__type":"{code}","message":"{message}"}}"#).into_bytes(),
        ProtocolName::RestJson => {
            headers.set("x-amzn-errortype", code);
            format!(r#"{{"message":"{message}"}}"#).into_bytes()
        }
        ProtocolName::Cbor => {
            headers.set("smithy-protocol", "rpc-v2-cbor");
            // A map of one entry; the length of the text is a separate byte.
            [&[0xa1, 0x66], &b"__type"[..], &[0x78, code.len() as u8], code.as_bytes()].concat()
        }
        ProtocolName::Ec2 => {
            format!("<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>").into_bytes()
        }
        _ => format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>").into_bytes(),
    };
    Response::new(status, headers, body)
}

fn visit(client: &Client, name: &str, server: &Server, tally: &Mutex<Tally>) -> Result<(), String> {
    let definition = client.waiter(name).map_err(|e| e.to_string())?.definition().clone();
    success(client, name, server, &definition, tally)?;
    failure(client, name, server, &definition)?;
    tally.lock().unwrap().failed += 1;
    time_out(client, name, server, &definition)?;
    tally.lock().unwrap().timed_out += 1;
    Ok(())
}

fn success(client: &Client, name: &str, server: &Server, definition: &WaiterDefinition, tally: &Mutex<Tally>) -> Result<(), String> {
    let acceptor = of_state(definition, WaiterState::Success).ok_or("it cannot succeed")?;
    let waited = wait(client, name, server, meeting(acceptor)?);
    // `pathAll` never matches a number or a boolean.
    let never = acceptor.matcher() == "pathAll" && acceptor.argument().is_some_and(|argument| argument.as_str().starts_with("length("));
    match waited {
        Ok(1) => tally.lock().unwrap().succeeded += 1,
        Err(error) if never && error.kind() == ErrorKind::Waiter => {
            tally.lock().unwrap().never.push(format!("{} {name}", client.service().name()));
        }
        other => return Err(format!("success: {other:?}")),
    }
    Ok(())
}

fn failure(client: &Client, name: &str, server: &Server, definition: &WaiterDefinition) -> Result<(), String> {
    let (answer, reason) = match of_state(definition, WaiterState::Failure) {
        Some(acceptor) => (meeting(acceptor)?, "Waiter encountered a terminal failure state: "),
        None => (Answer::Error("Unexpected".to_owned()), "An error occurred (Unexpected): made up"),
    };
    match wait(client, name, server, answer) {
        Err(error) if error.kind() == ErrorKind::Waiter && error.message().contains(reason) && error.response().is_some() => Ok(()),
        other => Err(format!("failure: {other:?} instead of {reason}")),
    }
}

/// Checks that responses that match no acceptor use up all attempts, with the definition's delay between them.
fn time_out(client: &Client, name: &str, server: &Server, definition: &WaiterDefinition) -> Result<(), String> {
    let slept = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&slept);
    *server.answer.lock().unwrap() = Some(neither(definition)?);
    let waiter = client.waiter(name).map_err(|e| e.to_string())?.max_attempts(4).sleep(move |time| *clock.lock().unwrap() += time);
    let error = match waiter.wait(input(client, definition)?) {
        Err(error) if error.kind() == ErrorKind::Waiter => error,
        other => return Err(format!("time-out: {other:?}")),
    };
    if !error.message().contains(" failed: Max attempts exceeded") || error.attempts() != 4 {
        return Err(format!("time-out: {error:?}"));
    }
    let slept = *slept.lock().unwrap();
    if slept == definition.delay() * 3 { Ok(()) } else { Err(format!("time-out: slept {slept:?}")) }
}

/// Waits; returns the number of polls.
fn wait(client: &Client, name: &str, server: &Server, answer: Answer) -> tucuxi::Result<u64> {
    *server.answer.lock().unwrap() = Some(answer);
    let before = server.polls.load(Ordering::Relaxed);
    let waiter = client.waiter(name)?.sleep(|_| ());
    let input = minimal::input(client.service(), client.service().operation(waiter.definition().operation())?);
    waiter.wait(input)?;
    Ok(server.polls.load(Ordering::Relaxed) - before)
}

fn input(client: &Client, definition: &WaiterDefinition) -> Result<Value, String> {
    let operation = client.service().operation(definition.operation()).map_err(|e| e.to_string())?;
    match minimal::takes_events(client.service(), operation) {
        true => Err("its input is a stream of events".to_owned()),
        false => Ok(minimal::input(client.service(), operation)),
    }
}

fn of_state(definition: &WaiterDefinition, state: WaiterState) -> Option<&Acceptor> {
    definition.acceptors().iter().find(|acceptor| acceptor.state() == state)
}

/// A response that means neither success nor failure.
fn neither(definition: &WaiterDefinition) -> Result<Answer, String> {
    if let Some(acceptor) = of_state(definition, WaiterState::Retry) {
        return meeting(acceptor);
    }
    // Every path gets a value that no acceptor expects.
    let mut made = Value::Map(Map::new());
    for acceptor in definition.acceptors() {
        if let Some(argument) = acceptor.argument() {
            unite(&mut made, contrary(argument.as_str())?);
        }
    }
    Ok(Answer::Result(made))
}

fn unite(made: &mut Value, more: Value) {
    match (made, more) {
        (Value::Map(made), Value::Map(more)) => {
            for (key, value) in more {
                match made.get_mut(&key) {
                    Some(there) => unite(there, value),
                    None => drop(made.insert(key, value)),
                }
            }
        }
        (Value::List(made), Value::List(more)) => {
            for (there, value) in made.as_mut_vec().iter_mut().zip(more) {
                unite(there, value);
            }
        }
        // A value from an inequality takes precedence over the generated one.
        (made, more) if *made == "made up" => *made = more,
        _ => {}
    }
}

/// A response that matches an acceptor.
fn meeting(acceptor: &Acceptor) -> Result<Answer, String> {
    let expected = acceptor.expected();
    Ok(match (acceptor.matcher(), acceptor.argument(), expected) {
        ("status", ..) => Answer::Status(expected.as_int().and_then(|n| n.try_into().ok()).ok_or("a status that is none")?),
        ("error", _, Value::Bool(false)) => Answer::Result(value!({})),
        ("error", _, Value::Bool(true)) => Answer::Error("Any".to_owned()),
        ("error", ..) => Answer::Error(expected.to_string()),
        (_, Some(argument), _) => Answer::Result(found(argument.as_str(), expected)?),
        (matcher, ..) => return Err(format!("a matcher {matcher}")),
    })
}

/// The expressions that no rule below covers: a response for which they are true, and one for which they are not.
fn odd(expression: &str) -> Option<(Value, Value)> {
    let stream = |status: &str| value!({"KinesisDataStreamDestinations": [{"DestinationStatus": status}]});
    let service = |running: i64| value!({"services": [{"deployments": [{}], "runningCount": running, "desiredCount": 1}]});
    Some(match expression {
        "length(services[?!(length(deployments) == `1` && runningCount == desiredCount)]) == `0`" => (service(1), service(0)),
        "length(Output || '') > `0`" => (value!({"Output": "text"}), value!({})),
        "status != 'CANCELLING' && status != 'CANCELLED'" => (value!({"status": "FAILED"}), value!({"status": "CANCELLING"})),
        _ if expression.starts_with("length(KinesisDataStreamDestinations) > `0`  && ") => (stream("DISABLED"), stream("ENABLING")),
        _ => return None,
    })
}

/// A response in which an expression finds the expected value.
fn found(expression: &str, expected: &Value) -> Result<Value, String> {
    if let Some((met, _)) = odd(expression) {
        return Ok(met);
    }
    if expression == "VerificationAttributes.*.VerificationStatus" {
        return Ok(value!({"VerificationAttributes": {"any": {"VerificationStatus": expected.clone()}}}));
    }
    if let Some((path, full)) = length(expression) {
        return at(path, some(path, full));
    }
    match expression.split_once(" != ") {
        Some((path, _)) => at(path, value!("made up")),
        None => at(expression, expected.clone()),
    }
}

/// A response in which an expression finds another value.
fn contrary(expression: &str) -> Result<Value, String> {
    if let Some((_, not_met)) = odd(expression) {
        return Ok(not_met);
    }
    if let Some((path, full)) = length(expression) {
        return at(path, some(path, !full));
    }
    match expression.split_once(" != ") {
        Some((path, text)) => at(path, text.trim_matches('\'').into()),
        None => found(expression, &value!("made up")),
    }
}

/// The path of a comparison of a length with 0, and whether the length must be greater.
fn length(expression: &str) -> Option<(&str, bool)> {
    let (path, comparison) = expression.strip_prefix("length(")?.split_once(')')?;
    match comparison {
        " > `0`" => Some((path, true)),
        " == `0`" => Some((path, false)),
        _ => None,
    }
}

/// The value at a path with a nonempty or an empty result.
fn some(path: &str, full: bool) -> Value {
    match full {
        true => value!(["one"]),
        // Elements without the member yield no result.
        false if path.contains("[].") => Value::Null,
        false => value!([]),
    }
}

/// A map with a value at a path of names; brackets in the path are lists of one item, except for a list at the end.
fn at(path: &str, value: Value) -> Result<Value, String> {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let (name, is_list) = head.split_once('[').map_or((head, false), |(name, _)| (name, true));
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(format!("an expression that no rule is for: {path}"));
    }
    let below = match rest {
        Some(rest) => at(rest, value)?,
        None if is_list && value.as_list().is_some() => return Ok(value!({name: value})),
        None => value,
    };
    Ok(match is_list {
        true => value!({name: [below]}),
        false => value!({name: below}),
    })
}
