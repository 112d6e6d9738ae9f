//! The list of known failures. It can only shrink.

use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use libtest_mimic::{Completion, Failed, Trial};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/known_failures.txt");

/// Names of cases with the reasons why they fail.
pub struct Known(BTreeMap<String, String>);

impl Known {
    /// Reads the list: a name, white space, the reason; lines with `#` are comments.
    pub fn read() -> Known {
        let text = std::fs::read_to_string(FILE).unwrap_or_else(|e| panic!("{FILE}: {e}"));
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        Known(
            lines
                .map(|line| {
                    let (name, reason) = line.split_once(char::is_whitespace).unwrap_or_else(|| panic!("{line}: a reason is missing"));
                    (name.to_owned(), reason.trim().to_owned())
                })
                .collect(),
        )
    }

    /// Why the case is known to fail, if it is.
    pub fn reason(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A failing test for every listed name without a case, unless its suite has no data.
    pub fn stale(&self, trials: &[Trial]) -> Vec<Trial> {
        let names: HashSet<&str> = trials.iter().map(Trial::name).collect();
        let absent = |name: &&String| !names.contains(name.as_str()) && !names.iter().any(|suite| name.starts_with(&format!("{suite}/")));
        let stale = self.0.keys().filter(absent);
        stale
            .map(|name| Trial::test(format!("known_failures/{name}"), || Err("there is no such case: remove it from the list".into())))
            .collect()
    }
}

/// Runs a case; a known failure is ignored while it fails.
pub fn judge(run: impl FnOnce() -> Result<(), String>, reason: Option<&str>) -> Result<Completion, Failed> {
    let Some(reason) = reason else {
        return run().map(|()| Completion::Completed).map_err(Failed::from);
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => Err("it passes: remove it from known_failures.txt".into()),
        _ => Ok(Completion::ignored_with(reason)),
    }
}
