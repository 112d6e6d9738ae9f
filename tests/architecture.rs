//! The layers of the crate: a module uses modules of lower layers, never of its own layer or a higher one.
//!
//! The test reads every `crate::` path below `src/`. Unit tests and documentation are exempt: they may use the public API.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of each layer, from the bottom up. The modules of the first layer are one family and may use each other.
const LAYERS: &[&[&str]] = &[
    &["error", "text", "value"],
    &["definition", "http"],
    &["settings", "protocol", "endpoint", "auth"],
    &["credentials", "retry"],
    &["call"],
    &["client"],
    &["paginator", "waiter", "testing"],
    &["resource"],
    &["transfer"],
    &["service"],
    &["session"],
    &["host"],
    &["cli"],
];

/// Where services may be named.
const NAMING: &[&str] = &["service", "transfer", "cli", "host", "guide"];

/// Names that are the names of services and of nothing else.
const SERVICES: &[&str] =
    &["cloudformation", "dynamodb", "ec2", "glacier", "iam", "kinesis", "lambda", "rds", "route53", "s3", "sns", "sqs"];

/// The names above that mean something else in a module: the protocol `ec2`, and boto3's group of settings and signature
/// version `s3`.
const OTHER_MEANINGS: &[(&str, &str)] =
    &[("protocol", "ec2"), ("definition", "ec2"), ("auth", "s3"), ("settings", "s3"), ("call", "s3"), ("credentials", "s3")];

/// A source file: the module at the top of the crate that it belongs to, and its code.
struct Source {
    path: PathBuf,
    module: String,
    code: String,
}

#[test]
fn modules_use_lower_layers_only() {
    let sources = sources();
    assert!(sources.len() > 100, "only {} source files were found", sources.len());
    let wrong: Vec<String> = sources.iter().flat_map(wrong_uses).collect();
    assert!(wrong.is_empty(), "{} uses break the layers:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn modules_form_no_cycle() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let used = uses.entry(source.module.clone()).or_default();
        // The lowest layer is one family: it counts as one module.
        used.extend(used_modules(&source.code).map(|(_, module)| module.to_owned()).filter(|module| layer(module) != Some(0)));
    }
    let mut done = BTreeSet::new();
    for module in uses.keys() {
        visit(module, &uses, &mut Vec::new(), &mut done);
    }
    assert!(done.len() > 10, "only {} modules were visited", done.len());
}

#[test]
fn services_are_named_only_where_they_belong() {
    let named: Vec<String> = sources().iter().filter(|source| !NAMING.contains(&source.module.as_str())).flat_map(named_services).collect();
    assert!(named.is_empty(), "{} lines name a service:\n{}", named.len(), named.join("\n"));
}

#[test]
fn a_probe_import_is_found() {
    let probe = |module: &str, code: &str| {
        let source = Source { path: "probe.rs".into(), module: module.to_owned(), code: code.to_owned() };
        wrong_uses(&source).len() + named_services(&source).len()
    };
    assert_eq!(probe("call", "use crate::session::Session;"), 1);
    assert_eq!(probe("auth", "let x = crate::protocol::parse();"), 1);
    assert_eq!(probe("waiter", "use crate::{paginator::Paginator, value::Value};"), 1);
    assert_eq!(probe("retry", "if name == \"dynamodb\" {}"), 1);
    assert_eq!(probe("session", "use crate::service;"), 0);
    assert_eq!(probe("value", "use crate::error::Error;"), 0);
}

fn wrong_uses(source: &Source) -> Vec<String> {
    // The top of the crate re-exports what is below.
    let Some(own) = layer(&source.module) else { return Vec::new() };
    let wrong = used_modules(&source.code)
        .filter(|(_, used)| *used != source.module && layer(used).is_some_and(|used| used > own || (used == own && own != 0)));
    wrong.map(|(line, used)| format!("{}:{line}: {} uses {used}", source.path.display(), source.module)).collect()
}

fn named_services(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(source.code.lines()) {
        for service in SERVICES {
            if line.contains(&format!("\"{service}\"")) && !OTHER_MEANINGS.contains(&(source.module.as_str(), service)) {
                found.push(format!("{}:{number}: {service}", source.path.display()));
            }
        }
    }
    found
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// The modules that code refers to, with their lines: `crate::a::b` and `crate::{a::b, c}`.
fn used_modules(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let paths = code.match_indices("crate::").filter(|(at, _)| !code[..*at].ends_with(['$', '_'])).map(|(at, path)| at + path.len());
    paths.flat_map(move |at| {
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => top_level(group),
            None => vec![name(rest)],
        };
        names.into_iter().map(move |name| (line, name))
    })
}

/// The first names of the items of a group.
fn top_level(group: &str) -> Vec<&str> {
    let (mut depth, mut names, mut start) = (0, Vec::new(), 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(name(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

fn name(path: &str) -> &str {
    let path = path.trim_start();
    let end = path.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(path.len());
    &path[..end]
}

fn visit(module: &str, uses: &BTreeMap<String, BTreeSet<String>>, way: &mut Vec<String>, done: &mut BTreeSet<String>) {
    assert!(!way.iter().any(|earlier| earlier == module), "a cycle: {} -> {module}", way.join(" -> "));
    if done.contains(module) {
        return;
    }
    way.push(module.to_owned());
    for used in uses.get(module).into_iter().flatten().filter(|used| *used != module && layer(used).is_some()) {
        visit(used, uses, way, done);
    }
    way.pop();
    done.insert(module.to_owned());
}

fn sources() -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    collect(&top, &top, &mut sources);
    sources
}

fn collect(top: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(top, &path, sources);
            continue;
        }
        let relative = path.strip_prefix(top).expect("below src").to_owned();
        let is_test = relative.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
        if is_test || relative.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file");
        if text.starts_with("//! Tests") {
            continue;
        }
        let first = relative.components().next().expect("a name").as_os_str().to_string_lossy();
        sources.push(Source { module: first.trim_end_matches(".rs").to_owned(), code: code(&text), path: relative });
    }
}

/// The code of a file without comments and without its unit tests, with every line in its place.
fn code(text: &str) -> String {
    let tests = text.find("#[cfg(test)]\nmod tests {").or_else(|| text.find("#[cfg(test)]\npub(crate) mod tests {"));
    let text = &text[..tests.unwrap_or(text.len())];
    let lines = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}
