//! The scenario that a program in each language performs: `scenario.json` has its steps, with what they are given and what they
//! must result in. A program performs the steps in their order, and reports the result of each.

use serde_json::{Map, Value};

#[allow(dead_code, reason = "programs in other processes read the file")]
pub const DESCRIPTION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/scenario.json");

/// A step of the scenario.
pub struct Step {
    pub name: String,
    #[allow(dead_code, reason = "programs in other processes read the file")]
    pub given: Value,
    pub expected: Value,
    pub differs: Map<String, Value>,
}

/// The steps in their order.
pub fn steps() -> Vec<Step> {
    let description: Value = serde_json::from_str(include_str!("scenario.json")).unwrap();
    let step = |step: &Value| Step {
        name: step["step"].as_str().unwrap().to_owned(),
        given: step["given"].clone(),
        expected: step["expected"].clone(),
        differs: step["differs"].as_object().cloned().unwrap_or_default(),
    };
    let steps: Vec<Step> = description["steps"].as_array().unwrap().iter().map(step).collect();
    assert!(steps.len() >= 17, "only {} steps were found", steps.len());
    steps
}

/// Compares the results of all steps in a language, and reports every difference. A step can differ in a language: `differs` has what
/// is other there, or null if the language does not have the step.
pub fn check(language: &str, results: &Map<String, Value>) -> Result<(), String> {
    let mut expected: Map<String, Value> = Map::new();
    for Step { name, expected: of_step, differs, .. } in steps() {
        match differs.get(language) {
            Some(Value::Object(differing)) => {
                let mut own = of_step.as_object().unwrap().clone();
                own.extend(differing.clone());
                expected.insert(name, own.into());
            }
            Some(_) => {}
            None => {
                expected.insert(name, of_step);
            }
        }
    }
    let names: std::collections::BTreeSet<&String> = expected.keys().chain(results.keys()).collect();
    let wrong: Vec<String> = names
        .into_iter()
        .filter(|name| expected.get(*name) != results.get(*name))
        .map(|name| format!("{name}: {:?}, expected {:?}", results.get(name), expected.get(name)))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}
