//! What botocore sends and understands, and what tucuxi does, from the same random inputs and answers.
//!
//! One Python process (`reference/`, with the botocore of `tests/support/requirements.txt`) makes up the parameters of a
//! call and an answer to it, makes the call with nothing sent, and tells what the request was and what came of
//! the answer. Each service is a test; it fails with the first difference of every case that is not in
//! `known.rs`.
//!
//! A run takes a sample of the services, another one each day, with inputs that are always the same: what passes
//! today passes tomorrow. Three variables of the environment change that: `TUCUXI_DIFFERENTIAL=all` (or the names of
//! services, with commas), `TUCUXI_DIFFERENTIAL_SEED=123`, and `TUCUXI_DIFFERENTIAL_ROUNDS=5`, how many calls are made
//! of each operation.

#[path = "../conformance/clients.rs"]
mod clients;
#[path = "../conformance/compare.rs"]
mod compare;
#[path = "../support/discovery.rs"]
mod discovery;
#[path = "../conformance/document.rs"]
mod document;
#[path = "../conformance/request.rs"]
mod request;
#[path = "../conformance/tagged.rs"]
mod tagged;

mod case;
mod known;
#[path = "../support/python.rs"]
mod python;
mod reference;
mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use libtest_mimic::{Arguments, Trial};

use reference::{Question, Reference};
use report::Report;

/// How many services a run without settings takes.
const SAMPLE: usize = 80;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let seed = number("TUCUXI_DIFFERENTIAL_SEED").unwrap_or(1);
    let rounds = number("TUCUXI_DIFFERENTIAL_ROUNDS").unwrap_or(2);
    let (reference, report) = (Arc::new(Reference::default()), Arc::new(Report::default()));
    let trials = services().into_iter().map(|service| {
        let (reference, report) = (Arc::clone(&reference), Arc::clone(&report));
        Trial::test(service.clone(), move || Ok(run(&reference, &report, &Question { service, seed, rounds })?))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if !arguments.list {
        println!("seed {seed}, {rounds} calls of each operation\n{report}");
    }
    conclusion.exit_code()
}

/// Compares the cases of a service; the error has a paragraph for each that differs.
fn run(reference: &Reference, report: &Report, question: &Question) -> Result<(), String> {
    let mut differences = Vec::new();
    for line in reference.ask(question)? {
        let case = tagged::json(&line);
        let outcome = case::compare(&case);
        let cause = outcome.as_ref().err().and_then(|difference| known::cause(&case, difference));
        report.count(&case, &outcome, cause);
        if let (Err(difference), None) = (outcome, cause) {
            let operation = case["operation"].as_str().unwrap_or_default();
            let (client, params) = (case["client"].to_json_text(false), case["params"].to_json_text(false));
            differences.push(format!("{}.{operation}, client {client}\ninput {params}\n{difference}", question.service));
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n\n")) }
}

/// The services of this run.
fn services() -> Vec<String> {
    let all = tucuxi::Session::builder().build().map(|session| session.available_services());
    let mut all: Vec<String> = all.expect("the embedded definitions").iter().map(ToString::to_string).collect();
    match std::env::var("TUCUXI_DIFFERENTIAL").as_deref() {
        Ok("all") => all,
        Ok(names) if !names.is_empty() => names.split(',').map(str::to_owned).collect(),
        _ => {
            let day = day();
            all.sort_by_cached_key(|name| mixed(day, name));
            all.truncate(SAMPLE);
            all
        }
    }
}

/// A number that looks random, and is the same for the same arguments (FNV-1a).
fn mixed(day: u64, name: &str) -> u64 {
    let bytes = day.to_le_bytes().into_iter().chain(name.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// The days since 1970.
fn day() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() / 86_400)
}
