//! `eks update-kubeconfig`: adds a cluster, its user, and a context to kubectl's configuration.
//!
//! Everything else in the file stays. The new file replaces the old one when it is complete.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::custom::{Line, Options};
use super::files;
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::output::{self, yaml};
use crate::cli::replace_file::ReplaceFile;
use crate::value;
use crate::value::{List, Map, Value};

pub(super) const OPTIONS: Options = &[
    ("name", Arity::One, "The name of the cluster."),
    ("kubeconfig", Arity::One, "The file to change. Default: the first path of KUBECONFIG, or ~/.kube/config."),
    ("role-arn", Arity::One, "The role that kubectl assumes for each token."),
    ("assume-role-arn", Arity::One, "The role that reads the cluster's description now."),
    ("proxy-url", Arity::One, "The proxy through which kubectl connects to the cluster."),
    ("dry-run", Arity::None, "Prints the file instead of changing it."),
    ("verbose", Arity::None, "Prints what was added or updated."),
    ("alias", Arity::One, "The name of the context. Default: the ARN of the cluster."),
    ("user-alias", Arity::One, "The name of the user. Default: the ARN of the cluster."),
];

const API_VERSION: &str = "client.authentication.k8s.io/v1beta1";

/// Runs the command.
///
/// # Errors
/// Those of `DescribeCluster`; 255 for a cluster without an endpoint and for a file that is no configuration.
pub(super) fn update(line: &Line) -> Result<()> {
    let cluster = described(line)?;
    let name = cluster["arn"].as_str().unwrap_or_default();
    let user = line.text("user-alias").unwrap_or(name);
    let alias = line.text("alias").unwrap_or(name);
    let path = path(line, name)?;
    let mut config = read(&path)?.unwrap_or_else(empty);
    if line.has("verbose") {
        output::note(format_args!("Using kubeconfig: {}", path.display()));
    }
    put(&mut config, "clusters", name, "cluster", cluster_entry(line, &cluster)?)?;
    put(&mut config, "users", user, "user", user_entry(line, &cluster)?)?;
    let is_new = put(&mut config, "contexts", alias, "context", value!({"cluster": name, "user": user}))?;
    config.insert("current-context", alias);
    let text = yaml::text(&Value::from(config)).map_err(|error| invalid(&path, &error.to_string()))?;
    if line.has("dry-run") {
        return Ok(output::print(|out| out.write_all(text.as_bytes()))?);
    }
    write(&path, &text).map_err(|error| Failure::general(format!("{}: {error}", path.display())))?;
    let (done, at) = if is_new { ("Added new", "to") } else { ("Updated", "in") };
    Ok(output::lines([format!("{done} context {alias} {at} {}", path.display())])?)
}

fn described(line: &Line) -> Result<Value> {
    let mut eks = line.client("eks")?;
    if let Some(role) = line.text("assume-role-arn") {
        eks = eks.credentials(super::custom::assume(&line.client("sts")?.build()?, role, "EKSDescribeClusterRole")?);
    }
    let name = line.required("name");
    let response = eks.build()?.call("describe_cluster", value!({"name": name}))?;
    let cluster = response["cluster"].clone();
    match cluster["status"].as_str() {
        Some("ACTIVE" | "UPDATING") => Ok(cluster),
        status => Err(Failure::general(format!(
            "Cluster status is {}. The endpoint of {name} exists when the cluster is ACTIVE: `eks wait cluster-active --name {name}`.",
            status.unwrap_or("unknown")
        ))),
    }
}

fn cluster_entry(line: &Line, cluster: &Value) -> Result<Value> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (Some(authority), Some(endpoint)) = (text(&cluster["certificateAuthority"]["data"]), text(&cluster["endpoint"])) else {
        return Err(Failure::general("The cluster has no endpoint or no certificate authority yet."));
    };
    let mut entry = Map::from_iter([("certificate-authority-data", authority), ("server", endpoint)]);
    if let Some(proxy) = line.text("proxy-url") {
        entry.insert("proxy-url", proxy);
    }
    Ok(entry.into())
}

/// The user is a command that prints a token; kubectl runs it.
fn user_entry(line: &Line, cluster: &Value) -> Result<Value> {
    let region = cluster["arn"].as_str().and_then(|arn| arn.split(':').nth(3)).unwrap_or_default();
    // A cluster on an outpost has an ID; its name is not unique.
    let (option, id) = match (cluster["outpostConfig"].as_map(), cluster["id"].as_str()) {
        (Some(_), Some(id)) => ("--cluster-id", id),
        _ => ("--cluster-name", line.required("name")),
    };
    let mut arguments: Vec<&str> = vec!["--region", region, "eks", "get-token", option, id, "--output", "json"];
    if let Some(role) = line.text("role-arn") {
        arguments.extend(["--role", role]);
    }
    let arguments: List = arguments.into_iter().map(Value::from).collect();
    let mut exec = Map::from_iter([("apiVersion", Value::from(API_VERSION)), ("args", arguments.into()), ("command", "aws".into())]);
    if let Some(profile) = &line.globals.profile {
        exec.insert("env", value!([{"name": "AWS_PROFILE", "value": profile.as_str()}]));
    }
    Ok(Map::from_iter([("exec", exec)]).into())
}

/// Sets an entry of a list of named entries, with its keys in the order of `aws`. Returns whether it is new.
fn put(config: &mut Map, list: &str, name: &str, kind: &str, content: Value) -> Result<bool> {
    let mut entries: Vec<Value> = match config.get(list) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(entries)) => entries.iter().cloned().collect(),
        Some(_) => return Err(Failure::general(format!("The kubeconfig is invalid: {list} is not a list."))),
    };
    let mut pairs = vec![(kind, content), ("name", Value::from(name))];
    if kind == "user" {
        pairs.reverse();
    }
    let entry = Map::from_iter(pairs);
    let known = entries.iter().position(|entry| entry["name"].as_str() == Some(name));
    match known {
        Some(at) => entries[at] = entry.into(),
        None => entries.push(entry.into()),
    }
    config.insert(list, List::from_iter(entries));
    Ok(known.is_none())
}

/// The file of the option; otherwise the one of `KUBECONFIG` that has the cluster, or the first one; otherwise the default.
fn path(line: &Line, cluster: &str) -> Result<PathBuf> {
    if let Some(path) = line.text("kubeconfig") {
        return Ok(files::expand(path));
    }
    let variable = std::env::var_os("KUBECONFIG").unwrap_or_default();
    let paths: Vec<PathBuf> = std::env::split_paths(&variable).filter(|path| !path.as_os_str().is_empty()).collect();
    for path in &paths {
        let config = read(path)?.unwrap_or_default();
        let clusters = config.get("clusters").and_then(Value::as_list);
        if clusters.is_some_and(|clusters| clusters.iter().any(|entry| entry["name"].as_str() == Some(cluster))) {
            return Ok(path.clone());
        }
    }
    Ok(paths.into_iter().next().unwrap_or_else(|| files::expand("~/.kube/config")))
}

fn empty() -> Map {
    let empty = value!({
        "apiVersion": "v1", "clusters": [], "contexts": [], "current-context": "", "kind": "Config", "preferences": {}, "users": [],
    });
    empty.as_map().cloned().unwrap_or_default()
}

/// The configuration in a file; `None` if the file does not exist or is empty.
fn read(path: &Path) -> Result<Option<Map>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::general(format!("{}: {error}", path.display()))),
    };
    if text.trim().is_empty() {
        return Ok(None);
    }
    match yaml::parse(&text).map_err(|failure| invalid(path, &failure.message))? {
        Value::Map(map) => Ok(Some(map)),
        _ => Err(invalid(path, "it is not a map")),
    }
}

fn invalid(path: &Path, why: &str) -> Failure {
    Failure::general(format!("{} is not a valid kubeconfig: {why}", path.display()))
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    // Other entries of the file may be secrets.
    let mut file = if path.exists() { ReplaceFile::create(path)? } else { ReplaceFile::create_private(path)? };
    file.write_all(text.as_bytes())?;
    file.finish()
}
