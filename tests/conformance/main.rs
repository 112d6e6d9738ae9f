//! Every case of the conformance data is a test with a name of its own.
//!
//! The data lies beside the repository (`../shared/conformance`), or where `TUCUXI_CONFORMANCE` says. A suite
//! whose data is not there shows as one ignored test. Cases that are known to fail stand in `known_failures.txt`
//! with their reasons: they run too, show as ignored while they fail, and fail the run as soon as they pass.
//!
//! There are some 37 000 cases. Unless a format is asked for, the names go to a log file in `target/tmp`, and
//! the standard output has failures, counts and the runner's summary.

mod clients;
#[cfg(feature = "cli")]
mod commands;
mod compare;
mod data;
#[path = "../support/discovery.rs"]
mod discovery;
mod document;
mod endpoints;
mod jmespath;
mod known;
mod protocols;
mod request;
mod requests;
mod responses;
mod sigv4;
mod tagged;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Completion, Trial};

use known::Known;

/// One case of a suite. What it returns as an error is why it failed.
pub struct Case {
    /// The name within the suite, without white space.
    pub name: String,
    /// Runs it.
    pub run: Box<dyn FnOnce() -> Result<(), String> + Send>,
}

impl Case {
    fn new(name: impl Into<String>, run: impl FnOnce() -> Result<(), String> + Send + 'static) -> Case {
        Case { name: name.into().replace(char::is_whitespace, "_"), run: Box::new(run) }
    }
}

/// A suite's name, the file or folder that its data lies in, and what reads it.
type Suite = (&'static str, &'static str, fn(&Path) -> Vec<Case>);

const SUITES: &[Suite] = &[
    ("protocols/input", "protocols/input", protocols::input),
    ("protocols/output", "protocols/output", protocols::output),
    ("requests", "requests.jsonl.gz", requests::cases),
    ("responses", "responses.jsonl.gz", responses::cases),
    ("endpoints", "endpoints", endpoints::cases),
    ("jmespath", "jmespath", jmespath::cases),
    ("sigv4", "sigv4", sigv4::cases),
    #[cfg(feature = "cli")]
    ("cli", "cli", commands::cases),
];

/// What became of the cases of each suite.
#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    known: usize,
    missing: bool,
}

type Counts = Arc<Mutex<BTreeMap<&'static str, Count>>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    let log = (arguments.format.is_none() && !arguments.quiet && !arguments.list && arguments.logfile.is_none())
        .then(|| format!("{}/conformance.log", env!("CARGO_TARGET_TMPDIR")));
    arguments.logfile = arguments.logfile.or_else(|| log.clone());

    let known = Arc::new(Known::read());
    let counts = Counts::default();
    let mut trials: Vec<Trial> = SUITES.iter().flat_map(|suite| trials(suite, &known, &counts)).collect();
    trials.extend(known.stale(&trials));
    let conclusion = libtest_mimic::run(&arguments, trials);
    protocols::clean_up();

    if let Some(log) = log {
        report(&log, &counts);
    }
    conclusion.exit_code()
}

fn trials(&(suite, file, cases): &Suite, known: &Arc<Known>, counts: &Counts) -> Vec<Trial> {
    let path = data::folder().join(file);
    if !path.exists() {
        counts.lock().unwrap().entry(suite).or_default().missing = true;
        let reason = format!("{} is not there", path.display());
        return vec![Trial::ignorable_test(suite, move || Ok(Completion::ignored_with(reason)))];
    }
    let trial = |case: Case| {
        let name = format!("{suite}/{}", case.name);
        let reason = known.reason(&name).map(str::to_owned);
        let kind = if reason.is_some() { "known-failure" } else { "" };
        let counts = Arc::clone(counts);
        let run = move || {
            let outcome = known::judge(case.run, reason.as_deref());
            let mut counts = counts.lock().unwrap();
            let count = counts.entry(suite).or_default();
            match &outcome {
                Ok(Completion::Ignored { .. }) => count.known += 1,
                Ok(_) => count.passed += 1,
                Err(_) => count.failed += 1,
            }
            outcome
        };
        Trial::ignorable_test(name, run).with_kind(kind)
    };
    cases(&path).into_iter().map(trial).collect()
}

/// Prints counts, and the log from its first failure or its summary on.
fn report(log: &str, counts: &Counts) {
    println!("\nconformance: every case by name is in {log}\n");
    println!("{:<18} {:>7} {:>7} {:>14}", "suite", "passed", "failed", "known failures");
    for (suite, count) in &*counts.lock().unwrap() {
        match count.missing {
            true => println!("{suite:<18} its data is not there"),
            false => println!("{suite:<18} {:>7} {:>7} {:>14}", count.passed, count.failed, count.known),
        }
    }
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let from = text.find("\nfailures:\n").or_else(|| text.rfind("\ntest result:")).unwrap_or_default();
    println!("{}", text[from..].trim_end());
}
