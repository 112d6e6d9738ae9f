//! The JMESPath compliance suite, over values.

use std::path::Path;

use tucuxi::{ErrorKind, Value};

use crate::{Case, compare, data};

pub fn cases(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for (file, groups) in data::json_files(folder) {
        for (g, group) in groups.as_list().unwrap().iter().enumerate() {
            for (c, case) in group["cases"].as_list().unwrap().iter().enumerate() {
                let (given, case) = (group["given"].clone(), case.clone());
                cases.push(Case::new(format!("{file}/{g}.{c}"), move || run(&given, &case)));
            }
        }
    }
    cases
}

fn run(given: &Value, case: &Value) -> Result<(), String> {
    let expression = case["expression"].as_str().unwrap();
    let found = given.search(expression);
    match (found, case.get("error")) {
        (Ok(found), None) => compare::values(&found, &case["result"]).map_err(|e| format!("{expression}: {e}")),
        (Err(error), Some(_)) if error.kind() == ErrorKind::JmesPath => Ok(()),
        (Ok(found), Some(expected)) => Err(format!("{expression}: expected the error {expected:?}, found {found:?}")),
        (Err(error), _) => Err(format!("{expression}: {error:?}")),
    }
}
