//! The figures of a run against the reference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use tucuxi::Value;

/// The outcomes of the cases so far.
#[derive(Default)]
pub struct Report(Mutex<Figures>);

#[derive(Default)]
struct Figures {
    cases: usize,
    sent: usize,
    operations: BTreeSet<String>,
    differing: BTreeSet<String>,
    unexpected: BTreeSet<String>,
    causes: BTreeMap<&'static str, usize>,
}

impl Report {
    /// Adds a case.
    pub fn count(&self, case: &Value, outcome: &Result<(), String>, cause: Option<&'static str>) {
        let mut figures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = |key: &str| case[key].as_str().unwrap_or_default();
        let operation = format!("{}.{}", name("service"), name("operation"));
        figures.cases += 1;
        figures.sent += usize::from(case.get("request").is_some());
        if outcome.is_err() {
            figures.differing.insert(operation.clone());
            match cause {
                Some(cause) => *figures.causes.entry(cause).or_default() += 1,
                None => _ = figures.unexpected.insert(operation.clone()),
            }
        }
        figures.operations.insert(operation);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let total = figures.operations.len();
        if total == 0 {
            return writeln!(f, "nothing was compared with the reference");
        }
        let percent = |n: usize| 100.0 * (total - n) as f64 / total as f64;
        writeln!(f, "{total} operations, {} cases, {} of them sent and answered", figures.cases, figures.sent)?;
        writeln!(f, "{:.2} % of the operations identical in every case", percent(figures.differing.len()))?;
        writeln!(f, "{:.2} % identical, or different as listed here (cases by cause):", percent(figures.unexpected.len()))?;
        figures.causes.iter().try_for_each(|(cause, count)| writeln!(f, "{count:>7}  {cause}"))
    }
}
