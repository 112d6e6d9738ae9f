//! The conformance data: every case is a test with its own name.
//!
//! The data is beside the repository (`../shared/conformance`), or in the folder that `TUCUXI_CONFORMANCE` names. A suite
//! without its data is one ignored test; a suite with fewer cases than are known to exist fails. Known failures are in
//! `known_failures.txt` with their reasons: they run too, are ignored while they fail, and fail the run once they pass.
//!
//! There are more than 37,000 cases. Unless a format is requested, their names go to a log file in `target/tmp`, and the
//! standard output has the failures, the counts, and the runner's summary.

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

/// A case of a suite.
pub struct Case {
    /// The name within the suite, without white space.
    pub name: String,
    /// Runs the case; the error is the reason why it failed.
    pub run: Box<dyn FnOnce() -> Result<(), String> + Send>,
}

impl Case {
    fn new(name: impl Into<String>, run: impl FnOnce() -> Result<(), String> + Send + 'static) -> Case {
        Case { name: name.into().replace(char::is_whitespace, "_"), run: Box::new(run) }
    }
}

/// A suite of cases.
struct Suite {
    name: &'static str,
    /// The file or folder of its data.
    data: &'static str,
    read: fn(&Path) -> Vec<Case>,
    /// How many cases there are at least.
    at_least: usize,
}

const SUITES: &[Suite] = &[
    Suite { name: "protocols/input", data: "protocols/input", read: protocols::input, at_least: 367 },
    Suite { name: "protocols/output", data: "protocols/output", read: protocols::output, at_least: 365 },
    Suite { name: "requests", data: "requests.jsonl.gz", read: requests::cases, at_least: 13_846 },
    Suite { name: "responses", data: "responses.jsonl.gz", read: responses::cases, at_least: 14_296 },
    Suite { name: "endpoints", data: "endpoints", read: endpoints::cases, at_least: 7_533 },
    Suite { name: "jmespath", data: "jmespath", read: jmespath::cases, at_least: 892 },
    Suite { name: "sigv4", data: "sigv4", read: sigv4::cases, at_least: 34 },
    #[cfg(feature = "cli")]
    Suite { name: "cli", data: "cli", read: commands::cases, at_least: 4_270 },
];

/// The outcomes of a suite's cases.
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
    if !cfg!(feature = "cli") {
        trials.push(Trial::ignorable_test("cli", || Ok(Completion::ignored_with("the command is not built"))));
    }
    trials.extend(known.stale(&trials));
    let conclusion = libtest_mimic::run(&arguments, trials);
    protocols::clean_up();

    if let Some(log) = log {
        report(&log, &counts);
    }
    conclusion.exit_code()
}

fn trials(&Suite { name: suite, data, read, at_least }: &Suite, known: &Arc<Known>, counts: &Counts) -> Vec<Trial> {
    let path = data::folder().join(data);
    if !path.exists() {
        counts.lock().unwrap().entry(suite).or_default().missing = true;
        let reason = format!("{} does not exist", path.display());
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
    let cases = read(&path);
    let too_few = (cases.len() < at_least).then(|| {
        let reason = format!("{} cases, at least {at_least} are known", cases.len());
        Trial::test(format!("{suite}: number of cases"), move || Err(reason.into()))
    });
    cases.into_iter().map(trial).chain(too_few).collect()
}

/// Prints counts, and the log from its first failure or its summary on.
fn report(log: &str, counts: &Counts) {
    println!("\nconformance: every case by name is in {log}\n");
    println!("{:<18} {:>7} {:>7} {:>14}", "suite", "passed", "failed", "known failures");
    for (suite, count) in &*counts.lock().unwrap() {
        match count.missing {
            true => println!("{suite:<18} no data"),
            false => println!("{suite:<18} {:>7} {:>7} {:>14}", count.passed, count.failed, count.known),
        }
    }
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let from = text.find("\nfailures:\n").or_else(|| text.rfind("\ntest result:")).unwrap_or_default();
    println!("{}", text[from..].trim_end());
}
