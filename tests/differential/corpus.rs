//! The recorded corpus: a selection of the cases of every service, committed beside this file, so that the wire format is
//! tested without Python.
//!
//! A test for each service compares its cases; they may differ only as `known.rs` says. This records the corpus anew, from another seed if
//! `TUCUXI_DIFFERENTIAL_SEED` is set:
//!
//! ```sh
//! TUCUXI_DIFFERENTIAL=record cargo test --all-features --test differential
//! ```

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use libtest_mimic::{Failed, Trial};
use tucuxi::unversioned::definition::ProtocolName;
use tucuxi::{Map, Value};

use crate::reference::{Question, Reference};
use crate::{case, clients, known, mixed, request, tagged};

/// A case in JSON on each line, sorted by service and operation.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/corpus.jsonl.gz");

/// How many cases of a service are recorded.
const PER_SERVICE: usize = 13;
/// How many cases are recorded of the services with many special cases or with a rare protocol (`ec2`, CBOR).
const PER_SPECIAL_SERVICE: usize = 80;
const SPECIAL: [&str; 7] = ["cloudwatchomni", "dynamodb", "ec2", "eventbridgev2", "partnercentral-revenue-measurement", "s3", "s3control"];
/// How many cases of a service may be refused before anything is sent.
const REFUSED: usize = 2;
/// The longest case that is recorded, in bytes.
const LONGEST: usize = 2400;
/// One case in so many keeps its presigned URL.
const PRESIGNED: u64 = 16;
/// How many digits of a signature are recorded: the others say nothing more, and do not compress.
const DIGITS: usize = 16;

/// The least number of services, of cases, and of cases in which a request is sent.
const SERVICES: usize = 430;
const CASES: usize = 5000;
const SENT: usize = 4000;

/// The most cases that may differ for a known cause.
const KNOWN: usize = 60;

/// The number of requests by protocol, and under `known` that of the cases that differ for a known cause.
pub type Tally = Arc<Mutex<BTreeMap<&'static str, usize>>>;

/// A test for each service, and one for the size of the corpus.
pub fn trials(tally: &Tally) -> Vec<Trial> {
    let mut services: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for case in read() {
        services.entry(text(&case, "service").to_owned()).or_default().push(case);
    }
    let counts = [services.len(), services.values().map(Vec::len).sum(), services.values().flatten().filter(|case| is_sent(case)).count()];
    let size = Trial::test("corpus", move || is_complete(counts));
    let trial = |(service, cases): (String, Vec<Value>)| {
        let tally = Arc::clone(tally);
        Trial::test(format!("corpus/{service}"), move || Ok(compare(&service, &cases, &tally)?))
    };
    std::iter::once(size).chain(services.into_iter().map(trial)).collect()
}

fn read() -> Vec<Value> {
    let mut text = String::new();
    let file = File::open(FILE).unwrap_or_else(|e| panic!("{FILE}: {e}"));
    GzDecoder::new(file).read_to_string(&mut text).unwrap_or_else(|e| panic!("{FILE}: {e}"));
    text.lines().map(tagged::json).collect()
}

fn is_complete([services, cases, sent]: [usize; 3]) -> Result<(), Failed> {
    match services >= SERVICES && cases >= CASES && sent >= SENT {
        true => Ok(()),
        false => Err(format!("{services} services, {cases} cases, {sent} of them sent").into()),
    }
}

fn compare(service: &str, cases: &[Value], tally: &Tally) -> Result<(), String> {
    let (mut differences, mut known) = (Vec::new(), 0);
    for case in cases {
        match case::compare(case) {
            Ok(()) => {}
            Err(difference) if known::cause(case, &difference).is_some() => known += 1,
            Err(difference) => differences.push(case::report(case, &difference)),
        }
    }
    let protocol = clients::client(service, &cases[0]["client"])?.service().protocol().map_err(|e| e.to_string())?;
    let sent = cases.iter().filter(|case| is_sent(case)).count();
    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    *tally.entry(protocol.as_str()).or_default() += sent;
    *tally.entry("known").or_default() += known;
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n\n")) }
}

/// Prints how many requests of each protocol were compared; every protocol must have some.
pub fn report(tally: &Tally) -> Result<(), String> {
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    let counts: Vec<String> = tally.iter().map(|(protocol, count)| format!("{count} {protocol}")).collect();
    println!("the corpus, requests by protocol and known differences: {}", counts.join(", "));
    if tally.get("known").is_some_and(|known| *known > KNOWN) {
        return Err(format!("more than {KNOWN} cases of the corpus differ: record it anew"));
    }
    let missing: Vec<&str> = ProtocolName::ALL.iter().map(|protocol| protocol.as_str()).filter(|name| !tally.contains_key(name)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("the corpus has no request of {}", missing.join(", "))) }
}

/// Asks the reference for cases of every service, and writes the corpus.
pub fn record(reference: &Reference, services: &[String], seed: u64) -> Result<(), String> {
    let mut lines = Vec::new();
    for service in services {
        let rounds = if SPECIAL.contains(&service.as_str()) { 4 } else { 1 };
        let question = Question { service: service.clone(), seed, rounds };
        let mut cases = Vec::new();
        for line in reference.ask(&question)? {
            let case = tagged::json(&line);
            match case::compare(&case) {
                Ok(()) => cases.push(case),
                Err(difference) if known::cause(&case, &difference).is_some() => {}
                Err(difference) => return Err(case::report(&case, &difference)),
            }
        }
        lines.extend(selection(service, cases, seed));
    }
    let file = File::create(FILE).map_err(|e| format!("{FILE}: {e}"))?;
    let mut encoder = GzEncoder::new(file, Compression::best());
    encoder.write_all(lines.concat().as_bytes()).and_then(|()| encoder.finish()).map_err(|e| format!("{FILE}: {e}"))?;
    println!("{} cases in {FILE}", lines.len());
    Ok(())
}

/// The lines of the cases of a service that are recorded, in the order of the cases.
fn selection(service: &str, cases: Vec<Value>, seed: u64) -> Vec<String> {
    let lines = cases.into_iter().enumerate().map(|(position, case)| {
        let (sent, order) = (is_sent(&case), mixed(seed, &format!("{service} {} {position}", text(&case, "operation"))));
        let line = serde_json::to_string(&shortened(case, order % PRESIGNED == 0)).expect("plain JSON") + "\n";
        (sent, order, position, line)
    });
    let mut lines: Vec<_> = lines.filter(|(.., line)| line.len() <= LONGEST).collect();
    lines.sort();
    let (mut refused, mut sent): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(sent, ..)| !sent);
    let count = if SPECIAL.contains(&service) { PER_SPECIAL_SERVICE } else { PER_SERVICE };
    sent.truncate(count - REFUSED);
    refused.truncate(REFUSED);
    sent.append(&mut refused);
    sent.sort_by_key(|(_, _, position, _)| *position);
    sent.into_iter().map(|(.., line)| line).collect()
}

/// A case without anything that need not be compared; bodies that are text are text.
fn shortened(mut case: Value, presigned: bool) -> Value {
    let map = case.as_map_mut().expect("a case is a map");
    if !presigned {
        map.remove("presigned");
    }
    if let Some(request) = map.get_mut("request").and_then(Value::as_map_mut) {
        readable(request);
        if let Some(headers) = request.get_mut("headers").and_then(Value::as_map_mut) {
            *headers =
                headers.iter().filter(|(name, _)| request::counts(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
            if let Some(signature) = headers.get_mut("Authorization") {
                *signature = cut_signature(signature.as_str().unwrap_or_default()).into();
            }
        }
    }
    if let Some(http) = map.get_mut("http").and_then(Value::as_map_mut) {
        readable(http);
    }
    case
}

/// An `Authorization` header that ends with the first digits of its signature and an ellipsis.
fn cut_signature(header: &str) -> String {
    match header.split_once("Signature=") {
        Some((start, signature)) if signature.len() > DIGITS => format!("{start}Signature={}…", &signature[..DIGITS]),
        _ => header.to_owned(),
    }
}

fn readable(message: &mut Map) {
    if let Ok(text) = String::from_utf8(tagged::bytes(&message["body_b64"])) {
        message.remove("body_b64");
        message.insert("body", text);
    }
}

fn is_sent(case: &Value) -> bool {
    case.get("request").is_some()
}

fn text<'v>(case: &'v Value, key: &str) -> &'v str {
    case[key].as_str().unwrap_or_default()
}
