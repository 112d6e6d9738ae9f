//! The endpoint rule tests: parameters in, an endpoint or an error out.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use tucuxi::Value;
use tucuxi::unversioned::definition::{Partitions, RuleSet};
use tucuxi::unversioned::endpoint::{self, Endpoint};

use crate::{Case, compare, data};

const DEFINITIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

static PARTITIONS: LazyLock<Partitions> = LazyLock::new(|| {
    let text = data::gunzip(&Path::new(DEFINITIONS).join("partitions.json.gz"));
    Partitions::parse(text.as_bytes()).unwrap()
});

pub fn cases(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for (service, tests) in data::json_files(folder) {
        let rules: Arc<LazyLock<RuleSet, Box<dyn FnOnce() -> RuleSet + Send>>> = Arc::new(LazyLock::new({
            let service = service.clone();
            Box::new(move || rules(&service))
        }));
        for (number, test) in tests["testCases"].as_list().unwrap().iter().enumerate() {
            let (rules, test) = (Arc::clone(&rules), test.clone());
            cases.push(Case::new(format!("{service}/{number:03}"), move || run(&rules, &test)));
        }
    }
    cases
}

/// The newest rule set of a service.
fn rules(service: &str) -> RuleSet {
    let versions = std::fs::read_dir(Path::new(DEFINITIONS).join(service)).unwrap();
    let files = versions.map(|version| version.unwrap().path().join("endpoint-rule-set-1.json.gz"));
    let newest = files.filter(|file| file.exists()).max().unwrap();
    RuleSet::parse(data::gunzip(&newest).as_bytes()).unwrap()
}

fn run(rules: &RuleSet, test: &Value) -> Result<(), String> {
    let parameters = test["params"].as_map().cloned().unwrap_or_default();
    let what = &test["documentation"];
    match (endpoint::resolve(rules, &PARTITIONS, &parameters), &test["expect"]["error"]) {
        (Ok(found), Value::Null) => same(&found, &test["expect"]["endpoint"]).map_err(|e| format!("{what:?}: {e}")),
        (Err(error), Value::String(expected)) if error.message() == expected.as_str() => Ok(()),
        (found, expected) => Err(format!("{what:?}: expected {expected:?}, found {found:?}")),
    }
}

fn same(found: &Endpoint, expected: &Value) -> Result<(), String> {
    if Some(found.url.as_str()) != expected["url"].as_str() {
        return Err(format!("expected {:?}, found {:?}", expected["url"], found.url));
    }
    for (name, values) in expected["headers"].as_map().into_iter().flat_map(|m| m.iter()) {
        let sent: Value = found.headers.iter().filter(|(n, _)| n.as_str() == name.as_str()).map(|(_, v)| v.as_str()).collect();
        compare::values(&sent, values)?;
    }
    let none = Value::Map(tucuxi::Map::new());
    compare::values(&found.properties, expected.get("properties").unwrap_or(&none))
}
