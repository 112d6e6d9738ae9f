//! Random inputs and responses, given to tucuxi and to botocore: both send the same requests and return the same results.
//!
//! One Python process (`reference/`, with the botocore of `tests/support/requirements.txt`) makes up the parameters of a
//! call and a response to it, and makes the call without sending anything. Its cases tell the request and the outcome.
//! A test for each service fails with the first difference of every case, except for the differences in `known.rs`.
//!
//! A run compares a sample of the services, which changes every day, with inputs that are always the same. Three
//! environment variables change that: `TUCUXI_DIFFERENTIAL=all` (or the names of services, separated by commas),
//! `TUCUXI_DIFFERENTIAL_SEED=123`, and `TUCUXI_DIFFERENTIAL_ROUNDS=5`, the number of calls of each operation.
//!
//! Cases of all services are also recorded: `corpus.rs` compares them, and needs no Python.

#[path = "../conformance/clients.rs"]
mod clients;
#[path = "../conformance/compare.rs"]
mod compare;
#[path = "../support/discovery.rs"]
mod discovery;
#[path = "../conformance/document.rs"]
mod document;
#[path = "../support/python.rs"]
mod python;
#[path = "../conformance/request.rs"]
mod request;
#[path = "../conformance/tagged.rs"]
mod tagged;

mod case;
mod corpus;
mod known;
mod reference;
mod report;
#[cfg(feature = "sigv4a")]
mod s3_matrix;
#[cfg(feature = "sigv4a")]
mod sigv4a;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use libtest_mimic::{Arguments, Completion, Trial};
use tucuxi::{Environment, Session};

use reference::{Question, Reference};
use report::Report;

/// How many services a run compares by default.
const SAMPLE: usize = 80;
/// The least number of services with embedded definitions.
const SERVICES: usize = 400;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let seed = number("TUCUXI_DIFFERENTIAL_SEED").unwrap_or(1);
    let rounds = number("TUCUXI_DIFFERENTIAL_ROUNDS").unwrap_or(2);
    let (reference, report, tally) =
        (Arc::new(Reference::new("main.py", python::python)), Arc::new(Report::default()), corpus::Tally::default());
    if std::env::var("TUCUXI_DIFFERENTIAL").is_ok_and(|value| value == "record") {
        return exit_code(corpus::record(&reference, &all_services(), seed));
    }
    let has_python = reference::has_python();
    let trial = |service: String| {
        let (reference, report) = (Arc::clone(&reference), Arc::clone(&report));
        Trial::ignorable_test(format!("botocore/{service}"), move || match has_python {
            true => Ok(run(&reference, &report, &Question { service, seed, rounds }).map(|()| Completion::Completed)?),
            false => Ok(Completion::ignored_with("python3 is not installed")),
        })
    };
    let mut trials: Vec<Trial> = corpus::trials(&tally).into_iter().chain(services().into_iter().map(trial)).collect();
    #[cfg(feature = "sigv4a")]
    let matrix = Arc::default();
    #[cfg(feature = "sigv4a")]
    trials.extend(s3_matrix::trials(&matrix, seed));
    let conclusion = libtest_mimic::run(&arguments, trials);
    if arguments.list {
        return conclusion.exit_code();
    }
    println!("seed {seed}, {rounds} calls of each operation\n{report}");
    let complete = if conclusion.num_filtered_out == 0 { corpus::report(&tally) } else { Ok(()) };
    #[cfg(feature = "sigv4a")]
    let complete = complete.and_then(|()| s3_matrix::report(&matrix));
    if conclusion.has_failed() { conclusion.exit_code() } else { exit_code(complete) }
}

fn exit_code(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("FAILED: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Compares the cases of a service; the error has a paragraph for each that differs.
fn run(reference: &Reference, report: &Report, question: &Question) -> Result<(), String> {
    let mut differences = Vec::new();
    let lines = reference.ask(question)?;
    if lines.is_empty() {
        return Err("the reference has no case".to_owned());
    }
    for line in lines {
        let case = tagged::json(&line);
        let outcome = case::compare(&case);
        let cause = outcome.as_ref().err().and_then(|difference| known::cause(&case, difference));
        report.count(&case, &outcome, cause);
        if let (Err(difference), None) = (outcome, cause) {
            differences.push(case::report(&case, &difference));
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n\n")) }
}

fn all_services() -> Vec<String> {
    let session = Session::builder().environment(Environment::empty()).build().expect("a session");
    let all: Vec<String> = session.available_services().iter().map(ToString::to_string).collect();
    assert!(all.len() >= SERVICES, "only {} services are embedded", all.len());
    all
}

/// The services of this run.
fn services() -> Vec<String> {
    let mut all = all_services();
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
fn mixed(seed: u64, name: &str) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(name.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is not a number: {text}")))
}

/// The number of days since 1970.
fn day() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() / 86_400)
}
