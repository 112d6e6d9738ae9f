//! Everything that the embedded definitions describe works: each operation, resource, paginator, and waiter of each
//! service is used once, with generated parameters and responses.
//!
//! A service, or a version of one, is a test. A run of all tests also fails if it counts fewer services, operations, and
//! so on than are known to exist.

#[path = "../support/discovery.rs"]
mod discovery;
#[path = "../support/minimal.rs"]
mod minimal;
#[path = "../support/stub.rs"]
mod stub;

mod every_operation;
mod every_resource;
mod paginators;
mod waiters;

use std::process::ExitCode;

use libtest_mimic::{Arguments, FormatSetting, Trial};

/// The tests of one kind.
struct Walk {
    trials: Vec<Trial>,
    /// Prints what the tests counted, and returns the counts.
    finish: Box<dyn FnOnce() -> Vec<Count>>,
}

/// How many of something the tests counted, and how many there are at least.
struct Count {
    what: &'static str,
    found: usize,
    at_least: usize,
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    if arguments.format.is_none() && !arguments.quiet {
        arguments.format = Some(FormatSetting::Terse);
    }
    let walks = [every_operation::walk(), every_resource::walk(), paginators::walk(), waiters::walk()];
    let (trials, finishes): (Vec<_>, Vec<_>) = walks.into_iter().map(|walk| (walk.trials, walk.finish)).unzip();
    let conclusion = libtest_mimic::run(&arguments, trials.into_iter().flatten().collect());
    if arguments.list {
        return conclusion.exit_code();
    }
    let counts = finishes.into_iter().flat_map(|finish| finish());
    let missing: Vec<Count> = counts.filter(|count| conclusion.num_filtered_out == 0 && count.found < count.at_least).collect();
    for Count { what, found, at_least } in &missing {
        println!("FAILED: {found} {what}; there are at least {at_least}");
    }
    if missing.is_empty() { conclusion.exit_code() } else { ExitCode::FAILURE }
}
