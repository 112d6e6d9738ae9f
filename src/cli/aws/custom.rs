//! The commands of the AWS CLI that stand beside the operations of a service. Tokens and passwords for other programs are
//! here, the larger ones in modules of their own.

use super::files::{self, Content};
use super::globals::{Globals, OPTIONS};
use super::invocation::Head;
use super::run::Screen;
use super::words::{self, Arity, Words};
use super::{cloudformation, codeartifact, kubeconfig, sso, tail};
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::cloudfront::{CloudFrontSigner, Policy};
use crate::session::Session;
use crate::value;
use crate::value::Value;
use crate::{Client, ClientBuilder, Credentials, Timestamp};

/// A command with its options, each of which takes one word or several.
pub(super) struct Command {
    pub command: &'static str,
    pub name: &'static str,
    /// The words without an option, all of them required.
    pub positional: &'static [&'static str],
    pub options: &'static [(&'static str, Arity)],
    pub required: &'static [&'static str],
    run: fn(&Line) -> Result<()>,
}

const DATABASE_USER: &[(&str, Arity)] = &[("hostname", Arity::One), ("port", Arity::One), ("username", Arity::One)];
const DSQL: &[(&str, Arity)] = &[("hostname", Arity::One), ("expires-in", Arity::One)];
const CLUSTER: &[(&str, Arity)] = &[("cluster-name", Arity::One), ("role-arn", Arity::One), ("cluster-id", Arity::One)];

const SIGNATURE: &[(&str, Arity)] = &[
    ("url", Arity::One),
    ("key-pair-id", Arity::One),
    ("private-key", Arity::One),
    ("date-less-than", Arity::One),
    ("date-greater-than", Arity::One),
    ("ip-address", Arity::One),
];

const COMMANDS: &[Command] = &[
    Command {
        command: "cloudfront",
        name: "sign",
        positional: &[],
        options: SIGNATURE,
        required: &["url", "key-pair-id", "private-key", "date-less-than"],
        run: signed_url,
    },
    Command {
        command: "rds",
        name: "generate-db-auth-token",
        positional: &[],
        options: DATABASE_USER,
        required: &["hostname", "port", "username"],
        run: database_password,
    },
    Command {
        command: "dsql",
        name: "generate-db-connect-auth-token",
        positional: &[],
        options: DSQL,
        required: &["hostname"],
        run: |line| dsql_password(line, "generate_db_connect_auth_token"),
    },
    Command {
        command: "dsql",
        name: "generate-db-connect-admin-auth-token",
        positional: &[],
        options: DSQL,
        required: &["hostname"],
        run: |line| dsql_password(line, "generate_db_connect_admin_auth_token"),
    },
    Command { command: "ecr", name: "get-login-password", positional: &[], options: &[], required: &[], run: registry_password },
    Command { command: "ecr-public", name: "get-login-password", positional: &[], options: &[], required: &[], run: registry_password },
    Command { command: "eks", name: "get-token", positional: &[], options: CLUSTER, required: &[], run: cluster_token },
    Command {
        command: "eks",
        name: "update-kubeconfig",
        positional: &[],
        options: kubeconfig::OPTIONS,
        required: &["name"],
        run: kubeconfig::update,
    },
    Command { command: "logs", name: "tail", positional: &["group_name"], options: tail::OPTIONS, required: &[], run: tail::run },
    Command {
        command: "codeartifact",
        name: "login",
        positional: &[],
        options: codeartifact::OPTIONS,
        required: &["tool", "domain", "repository"],
        run: codeartifact::login,
    },
    Command { command: "sso", name: "login", positional: &[], options: sso::LOGIN, required: &[], run: sso::login },
    Command { command: "sso", name: "logout", positional: &[], options: &[], required: &[], run: sso::logout },
    Command {
        command: "cloudformation",
        name: "package",
        positional: &[],
        options: cloudformation::PACKAGE,
        required: &["template-file", "s3-bucket"],
        run: cloudformation::package,
    },
    Command {
        command: "cloudformation",
        name: "deploy",
        positional: &[],
        options: cloudformation::DEPLOY,
        required: &["template-file", "stack-name"],
        run: cloudformation::deploy,
    },
];

/// The words of a command line, by the options of its command.
pub(super) struct Line {
    pub command: &'static Command,
    pub globals: Globals,
    pub session: Session,
    words: Words,
}

impl Line {
    /// The words of an option, if it was given.
    pub(super) fn list(&self, name: &str) -> Option<&[String]> {
        let index = self.command.options.iter().position(|(known, _)| *known == name)?;
        self.words.option(index)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.list(name).is_some()
    }

    /// The first word of an option.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.list(name)?.first().map(String::as_str)
    }

    /// The word of a required option.
    pub(super) fn required(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    /// The words without an option.
    pub(super) fn positional(&self) -> &[String] {
        &self.words.positional
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<i64>> {
        let parse = |text: &str| text.parse().map_err(|_| Failure::usage(format!("argument --{name}: invalid integer: '{text}'")));
        self.text(name).map(parse).transpose()
    }

    pub(super) fn client(&self, service: &str) -> Result<ClientBuilder> {
        self.globals.client(&self.session, service)
    }
}

/// The command of these names.
pub(super) fn find(command: &str, name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|row| row.command == command && row.name == name)
}

/// The commands beside the operations of a service, with their options.
pub(super) fn of_command(command: &str) -> impl Iterator<Item = (&'static str, &'static [(&'static str, Arity)])> {
    COMMANDS.iter().filter(move |row| row.command == command).map(|row| (row.name, row.options))
}

/// Runs the command line if it is one of these commands.
///
/// # Errors
/// With the exit codes of the AWS CLI.
pub(super) fn run(head: &Head) -> Option<Result<()>> {
    let name = head.operation.as_deref()?;
    let command = find(&head.command, name)?;
    Some(line(command, &head.rest).and_then(|line| (command.run)(&line)))
}

fn line(command: &'static Command, rest: &[String]) -> Result<Line> {
    let options: Vec<(&str, Arity)> = command.options.iter().chain(OPTIONS).copied().collect();
    let words = words::split(rest, &options)?;
    let globals = Globals::new(&words, |name| options.iter().position(|(known, _)| *known == name))?;
    if let Some(rest) = words.positional.get(command.positional.len()..).filter(|rest| !rest.is_empty()) {
        return Err(Failure::usage(format!("Unknown options: {}", rest.join(", "))));
    }
    if globals.print_request.is_some() {
        return Err(Failure::usage(format!("argument --print-request: {} {} has no single request", command.command, command.name)));
    }
    let line = Line { command, session: globals.session()?, globals, words };
    let mut missing: Vec<String> =
        command.required.iter().filter(|name| line.text(name).is_none()).map(|name| format!("--{name}")).collect();
    missing.extend(command.positional.iter().skip(line.positional().len()).map(|name| (*name).to_owned()));
    if !missing.is_empty() {
        return Err(Failure::usage(format!("the following arguments are required: {}", missing.join(", "))));
    }
    Ok(line)
}

/// A URL for private content. There is no line break after it, as with the AWS CLI.
fn signed_url(line: &Line) -> Result<()> {
    let Content::Text(key) = files::load(line.text("private-key").unwrap_or_default())? else {
        return Err(Failure::usage("argument --private-key: the key is text; use file:// instead of fileb://"));
    };
    let [url, key_id, end, start, address] =
        ["url", "key-pair-id", "date-less-than", "date-greater-than", "ip-address"].map(|name| line.text(name));
    let signer = CloudFrontSigner::from_pem(key_id.unwrap_or_default(), &key)?;
    let (url, end) = (url.unwrap_or_default(), Timestamp::parse(end.unwrap_or_default())?);
    let signed = if start.is_none() && address.is_none() {
        signer.sign_url(url, end)
    } else {
        let mut policy = Policy::new(url, end);
        if let Some(start) = start {
            policy = policy.date_greater_than(Timestamp::parse(start)?);
        }
        if let Some(address) = address {
            policy = policy.ip_address(address);
        }
        signer.sign_url_with(url, policy.to_json()?)
    }?;
    Ok(output::print(|out| out.write_all(signed.as_bytes()))?)
}

fn database_password(line: &Line) -> Result<()> {
    let params = value!({
        "DBHostname": line.text("hostname"),
        "Port": line.number("port")?,
        "DBUsername": line.text("username"),
    });
    print_line(&line.client("rds")?.build()?.call("generate_db_auth_token", params)?)
}

fn dsql_password(line: &Line, method: &str) -> Result<()> {
    let params = value!({"Hostname": line.text("hostname"), "ExpiresIn": line.number("expires-in")?});
    print_line(&line.client("dsql")?.build()?.call(method, params)?)
}

fn registry_password(line: &Line) -> Result<()> {
    let logins = line.client(line.command.command)?.build()?.call("get_login_data", ())?;
    print_line(&logins[0]["Password"])
}

/// How long EKS accepts a token; the URL inside says less.
const ACCEPTED: i64 = 14 * 60;

/// A token for a cluster, in the form that kubectl reads.
fn cluster_token(line: &Line) -> Result<()> {
    let cluster = match (line.text("cluster-name"), line.text("cluster-id")) {
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => return Err(Failure::usage("Either parameter --cluster-name or --cluster-id must be specified.")),
        (Some(_), Some(_)) => return Err(Failure::usage("--cluster-name and --cluster-id cannot be specified together.")),
    };
    let sts = match line.text("role-arn") {
        None => token_service(line)?.build()?,
        Some(role) => token_service(line)?.credentials(assume(&token_service(line)?.build()?, role, "EKSGetTokenAuth")?).build()?,
    };
    let token = sts.call("generate_eks_auth_token", value!({"ClusterName": cluster}))?;
    let expiry = Timestamp::new(Timestamp::now().seconds() + ACCEPTED, 0);
    let credential = value!({
        "kind": "ExecCredential",
        "apiVersion": api_version(line),
        "spec": {},
        "status": {
            "expirationTimestamp": expiry.to_string(),
            "token": token,
        },
    });
    let shown = match &line.globals.query {
        Some(query) => query.search(&credential)?,
        None => credential,
    };
    Screen::new(&line.globals, &line.session)?.print(&shown, line.command.name)
}

/// Without a region, the token is for the global endpoint.
fn token_service(line: &Line) -> Result<ClientBuilder> {
    let builder = line.client("sts")?;
    Ok(if line.session.region().is_some() { builder } else { builder.region("aws-global") })
}

/// The credentials of a role.
///
/// # Errors
/// Those of `AssumeRole`.
pub(super) fn assume(sts: &Client, role: &str, session: &str) -> Result<Credentials> {
    let response = sts.call("assume_role", value!({"RoleArn": role, "RoleSessionName": session}))?;
    let part = |name: &str| response["Credentials"][name].as_str().unwrap_or_default();
    Ok(Credentials::new(part("AccessKeyId"), part("SecretAccessKey")).with_token(part("SessionToken")))
}

/// The version of the format that kubectl wants, if it is known here.
fn api_version(line: &Line) -> &'static str {
    const VERSIONS: [&str; 3] =
        ["client.authentication.k8s.io/v1beta1", "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1alpha1"];
    let wanted = line.session.environment_text("KUBERNETES_EXEC_INFO").and_then(|info| Value::from_json_text(&info).ok());
    let wanted = wanted.as_ref().and_then(|info| info["apiVersion"].as_str());
    VERSIONS.into_iter().find(|known| Some(*known) == wanted).unwrap_or(VERSIONS[0])
}

/// Prints a secret as a line of its own, whatever the output format is: it is input of another program.
fn print_line(secret: &Value) -> Result<()> {
    Ok(output::lines([secret.as_str().unwrap_or_default()])?)
}
