//! The names of the members of resources are those of boto3.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use tucuxi::{Resource, value};

use super::{FOLDER, session};
use crate::python::python;

/// The methods that boto3 adds in code and that are not methods of resources here.
const ABSENT: [&str; 1] = ["batch_writer"];

/// The transfers, which summaries of objects have only here.
const OF_SUMMARIES: [&str; 5] = ["copy", "download_file", "download_fileobj", "upload_file", "upload_fileobj"];

fn boto3() -> BTreeMap<String, BTreeSet<String>> {
    let mut python = Command::new(python());
    python.arg("-B").arg(Path::new(FOLDER).join("names.py")).env_clear();
    python.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    let output = python.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn names(resource: &Resource) -> BTreeSet<String> {
    resource.members().iter().map(|member| member.name.to_string()).collect()
}

#[test]
fn every_resource_has_the_names_that_it_has_in_boto3() {
    let session = session();
    let mut found = BTreeMap::new();
    for service in session.available_resources() {
        let root = session.resource(&service).unwrap();
        for name in root.available_subresources() {
            let made = (0..6).find_map(|count| root.resource(&name, value!(vec!["x"; count])).ok()).expect("a resource");
            found.insert(format!("{service}.{}", made.type_name()), names(&made));
        }
        found.insert(format!("{service}.ServiceResource"), names(&root));
    }
    let mut expected = boto3();
    for (kind, names) in &mut expected {
        let added = kind.starts_with("s3.") || kind.starts_with("dynamodb.");
        names.retain(|name| !added || !ABSENT.contains(&name.as_str()));
    }
    expected.get_mut("s3.ObjectSummary").expect("the type").extend(OF_SUMMARIES.map(str::to_owned));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (kind, expected) in &expected {
        assert_eq!(&found[kind], expected, "{kind}");
    }
    println!("{} types, {} names", expected.len(), expected.values().map(BTreeSet::len).sum::<usize>());
}
