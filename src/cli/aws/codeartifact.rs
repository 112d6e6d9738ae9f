//! `codeartifact login`: sets up a package manager for a repository, with a token that expires.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::custom::{Line, Options};
use super::files;
use super::globals::invalid_choice;
use super::words::Arity;
use crate::Timestamp;
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::cli::replace_file::ReplaceFile;
use crate::value;

pub(super) const OPTIONS: Options = &[
    ("tool", Arity::One, "pip, twine, npm, nuget, dotnet, or swift."),
    ("domain", Arity::One, "The domain of the repository."),
    ("domain-owner", Arity::One, "The account of the domain, if it is another one."),
    ("namespace", Arity::One, "The scope of npm packages, or of Swift packages."),
    ("duration-seconds", Arity::One, "How long the token is valid."),
    ("repository", Arity::One, "The name of the repository."),
    ("endpoint-type", Arity::One, "ipv4 or dualstack."),
    ("dry-run", Arity::None, "Prints the commands instead of running them."),
];

/// A package manager: its name, the format of its packages, whether packages have namespaces, and its setup.
struct Tool {
    name: &'static str,
    format: &'static str,
    has_namespaces: bool,
    set_up: fn(&Login) -> Result<Vec<Step>>,
}

const TOOLS: &[Tool] = &[
    Tool { name: "swift", format: "swift", has_namespaces: true, set_up: swift },
    Tool { name: "nuget", format: "nuget", has_namespaces: false, set_up: nuget },
    Tool { name: "dotnet", format: "nuget", has_namespaces: false, set_up: dotnet },
    Tool { name: "npm", format: "npm", has_namespaces: true, set_up: npm },
    Tool { name: "pip", format: "pypi", has_namespaces: false, set_up: pip },
    Tool { name: "twine", format: "pypi", has_namespaces: false, set_up: twine },
];

/// A repository with the token for it.
struct Login<'a> {
    line: &'a Line,
    endpoint: String,
    host: String,
    token: String,
}

impl Login<'_> {
    /// The name of the repository among the sources of NuGet.
    fn source(&self) -> String {
        format!("{}/{}", self.line.required("domain"), self.line.required("repository"))
    }

    fn scope(&self) -> Option<String> {
        let namespace = self.line.text("namespace")?;
        Some(if namespace.starts_with('@') { namespace.to_owned() } else { format!("@{namespace}") })
    }
}

/// A step of the setup.
enum Step {
    /// Runs a program.
    Run(Vec<String>),
    /// As `Run`; a failure does not matter. Newer versions of the program may not know the setting.
    Try(Vec<String>),
    /// Replaces a file with a secret.
    Write { path: &'static str, content: String, kind: &'static str, shown: String },
}

/// Runs the command.
///
/// # Errors
/// Those of `GetAuthorizationToken` and `GetRepositoryEndpoint`; 255 for a package manager that is missing or fails.
pub(super) fn login(line: &Line) -> Result<()> {
    let name = line.required("tool");
    let Some(tool) = TOOLS.iter().find(|tool| tool.name == name) else {
        return Err(invalid_choice("tool", name, &TOOLS.iter().map(|tool| tool.name).collect::<Vec<_>>()));
    };
    if line.has("namespace") && !tool.has_namespaces {
        return Err(Failure::usage(format!("Argument --namespace is not supported for {name}")));
    }
    let client = line.client("codeartifact")?.build()?;
    let (domain, owner) = (line.required("domain"), line.text("domain-owner"));
    let token = client.call(
        "get_authorization_token",
        value!({"domain": domain, "domainOwner": owner, "durationSeconds": line.number("duration-seconds")?}),
    )?;
    let endpoint = client.call(
        "get_repository_endpoint",
        value!({
            "domain": domain, "domainOwner": owner, "repository": line.required("repository"),
            "format": tool.format, "endpointType": line.text("endpoint-type"),
        }),
    )?;
    let endpoint = endpoint["repositoryEndpoint"].as_str().unwrap_or_default();
    let endpoint = format!("{}/", endpoint.trim_end_matches('/'));
    let host = endpoint.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default().to_owned();
    let secret = token["authorizationToken"].as_str().unwrap_or_default().to_owned();
    let login = Login { line, endpoint, host, token: secret };
    let steps = (tool.set_up)(&login)?;
    if line.has("dry-run") {
        return show(&steps);
    }
    steps.iter().try_for_each(|step| run(step, &login.token))?;
    let done = format!("Successfully configured {name} to use AWS CodeArtifact repository {} ", login.endpoint);
    let expiry = token["expiration"].as_timestamp().map(|time| format!("Login expires in {} at {time}", until(&time)));
    Ok(output::lines([Some(done), expiry].into_iter().flatten())?)
}

/// The time until then, in its two largest units.
fn until(time: &Timestamp) -> String {
    let seconds = (time.seconds() - Timestamp::now().seconds() + 30).max(0);
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, name) in units {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "less than a minute".to_owned() } else { parts.join(" and ") }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn npm(login: &Login) -> Result<Vec<Step>> {
    let registry = login.scope().map_or_else(|| "registry".to_owned(), |scope| format!("{scope}:registry"));
    let path = login.endpoint.split_once(':').map_or("", |(_, path)| path);
    let set = |key: &str, value: &str| words(&["npm", "config", "set", key, value]);
    Ok(vec![
        Step::Run(set(&registry, &login.endpoint)),
        Step::Try(set(&format!("{path}:always-auth"), "true")),
        Step::Run(set(&format!("{path}:_authToken"), &login.token)),
    ])
}

fn pip(login: &Login) -> Result<Vec<Step>> {
    let url = login.endpoint.replacen("://", &format!("://aws:{}@", login.token), 1) + "simple/";
    Ok(vec![Step::Run(words(&["pip", "config", "set", "global.index-url", &url]))])
}

const SOURCES_HELP: &str = "It is needed to list the package sources.";

/// Whether the package manager knows the source already.
fn knows_source(program: &str, arguments: &[&str], name: &str) -> Result<bool> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|_| Failure::general(format!("{program} was not found. {SOURCES_HELP} Please verify installation.")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().any(|line| line.split_whitespace().any(|word| word == name)))
}

fn nuget(login: &Login) -> Result<Vec<Step>> {
    let (name, url) = (login.source(), login.endpoint.clone() + "v3/index.json");
    let action = if knows_source("nuget", &["sources", "list", "-format", "detailed"], &name)? { "update" } else { "add" };
    let command = ["nuget", "sources", action, "-name", &name, "-source", &url, "-username", "aws", "-password", &login.token];
    Ok(vec![Step::Run(words(&command))])
}

fn dotnet(login: &Login) -> Result<Vec<Step>> {
    let (name, url) = (login.source(), login.endpoint.clone() + "v3/index.json");
    let mut command = match knows_source("dotnet", &["nuget", "list", "source", "--format", "detailed"], &name)? {
        true => words(&["dotnet", "nuget", "update", "source", &name, "--source", &url]),
        false => words(&["dotnet", "nuget", "add", "source", &url, "--name", &name]),
    };
    command.extend(words(&["--username", "aws", "--password", &login.token]));
    if !cfg!(windows) {
        // Only Windows can encrypt it.
        command.push("--store-password-in-clear-text".to_owned());
    }
    Ok(vec![Step::Run(command)])
}

fn swift(login: &Login) -> Result<Vec<Step>> {
    let mut set = words(&["swift", "package-registry", "set", &login.endpoint]);
    if let Some(namespace) = login.line.text("namespace") {
        set.extend(words(&["--scope", namespace]));
    }
    let sign_in = words(&["swift", "package-registry", "login", &format!("{}login", login.endpoint)]);
    if cfg!(any(target_os = "macos", windows)) {
        let with_token = [sign_in, words(&["--token", &login.token, "--no-confirm"])].concat();
        return Ok(vec![Step::Run(set), Step::Run(with_token)]);
    }
    let entry = format!("machine {} login token password {}", login.host, login.token);
    let content = with_machine(&existing("~/.netrc")?, &login.host, &entry);
    Ok(vec![Step::Write { path: "~/.netrc", content, kind: "netrc", shown: entry }, Step::Run(set), Step::Run(sign_in)])
}

/// The text of a netrc file with the entry of a host replaced or added.
fn with_machine(text: &str, host: &str, entry: &str) -> String {
    let is_host = |line: &str| line.split_whitespace().take(2).eq(["machine", host]);
    let mut lines: Vec<&str> = text.lines().filter(|line| !is_host(line)).collect();
    lines.push(entry);
    lines.join("\n") + "\n"
}

fn twine(login: &Login) -> Result<Vec<Step>> {
    let content = with_server(&existing("~/.pypirc")?, &login.endpoint, &login.token);
    Ok(vec![Step::Write { path: "~/.pypirc", shown: content.clone(), content, kind: "pypirc" }])
}

const SERVER: &str = "codeartifact";

/// The text of a `.pypirc` with the server of the repository; other servers stay.
fn with_server(text: &str, endpoint: &str, token: &str) -> String {
    let section = |line: &str| line.trim().strip_prefix('[').and_then(|name| name.strip_suffix(']')).map(str::to_owned);
    let mut lines: Vec<String> = Vec::new();
    let mut servers: Vec<String> = Vec::new();
    let mut current = None;
    let mut is_listing = false;
    for line in text.lines() {
        current = section(line).or(current);
        match current.as_deref() {
            Some("distutils") => {
                is_listing = line.trim_start().starts_with("index-servers") || (is_listing && line.starts_with([' ', '\t']));
                if is_listing {
                    let names = line.split_once('=').map_or(line, |(_, names)| names);
                    servers.extend(names.split_whitespace().map(str::to_owned));
                } else if section(line).is_none() && !line.trim().is_empty() {
                    lines.push(line.to_owned());
                }
            }
            Some(SERVER) => {}
            _ => lines.push(line.to_owned()),
        }
    }
    if servers.is_empty() {
        servers.push("pypi".to_owned());
    }
    if !servers.iter().any(|name| name == SERVER) {
        servers.push(SERVER.to_owned());
    }
    let listed: String = servers.iter().map(|name| format!("\n\t{name}")).collect();
    let rest = lines.join("\n");
    let rest = if rest.trim().is_empty() { String::new() } else { format!("{}\n\n", rest.trim_end()) };
    format!("[distutils]\nindex-servers = {listed}\n\n{rest}[{SERVER}]\nrepository = {endpoint}\nusername = aws\npassword = {token}\n\n")
}

fn existing(path: &str) -> Result<String> {
    match std::fs::read_to_string(files::expand(path)) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Failure::general(format!("{path}: {error}"))),
    }
}

/// Prints the steps instead of taking them, with the token, as `aws` does.
fn show(steps: &[Step]) -> Result<()> {
    let text = steps.iter().map(|step| match step {
        Step::Run(command) | Step::Try(command) => format!("{}\n", command.join(" ")),
        Step::Write { path, kind, shown, .. } => {
            let path = files::expand(path);
            let (path, what) = (path.display(), if *kind == "netrc" { "line" } else { "content" });
            format!("Dryrun mode is enabled, not writing to {kind}.\nThe following {what} would have been written to {path}:\n\n{shown}\n")
        }
    });
    Ok(output::lines(text)?)
}

/// Takes a step. The token does not appear in errors.
fn run(step: &Step, token: &str) -> Result<()> {
    let (command, must_succeed) = match step {
        Step::Write { path, content, .. } => return write(&files::expand(path), content),
        Step::Run(command) => (command, true),
        Step::Try(command) => (command, false),
    };
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|_| Failure::general(format!("{program} was not found. Please verify installation.")))?;
    if output.status.success() || !must_succeed {
        return Ok(());
    }
    let hidden = |text: &str| text.replace(token, "******");
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(Failure::general(format!("`{}` failed: {}", hidden(&command.join(" ")), hidden(stderr.trim()))))
}

fn write(path: &Path, content: &str) -> Result<()> {
    let write = || {
        let mut file = ReplaceFile::create_private(path)?;
        file.write_all(content.as_bytes())?;
        file.finish()
    };
    write().map_err(|error| Failure::general(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_servers_and_hosts_stay() {
        let first = with_server("", "https://e/", "T1");
        assert_eq!(
            first,
            "[distutils]\nindex-servers = \n\tpypi\n\tcodeartifact\n\n[codeartifact]\nrepository = https://e/\nusername = aws\npassword = T1\n\n"
        );
        assert_eq!(with_server(&first, "https://e/", "T2"), first.replace("T1", "T2"));
        let mine = "[distutils]\nindex-servers =\n    mine\n\n[mine]\nusername = me\n";
        let both = with_server(mine, "https://e/", "T");
        assert!(both.contains("\tmine\n\tcodeartifact\n") && both.contains("[mine]\nusername = me\n"), "{both}");
        assert_eq!(with_machine("machine a login x\nmachine h login y\n", "h", "machine h z"), "machine a login x\nmachine h z\n");
    }
}
