//! The commands of the AWS CLI that stand beside the operations of a service. Tokens and passwords for other programs are
//! here, the larger ones in modules of their own.

use super::files::{self, Content};
use super::globals::{Globals, OPTIONS};
use super::history::Record;
use super::invocation::Head;
use super::run::Screen;
use super::words::{self, Arity, Words};
use super::{
    catalog, cloudformation, codeartifact, codecommit, default_roles, ecs_deploy, emr, help, history, kubeconfig, login, on_premises,
    pipeline, recorder, role_trust, sso, subscription, tail, uploads, validate_logs,
};
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::cloudfront::{CloudFrontSigner, Policy};
use crate::session::Session;
use crate::value;
use crate::value::Value;
use crate::{Client, ClientBuilder, Credentials, Timestamp};

/// The options of a command: names without `--`, the words that they take, and what they are for.
pub(super) type Options = &'static [(&'static str, Arity, &'static str)];

/// A command with its options, each of which takes one word or several.
pub(super) struct Command {
    /// The first word.
    pub command: &'static str,
    /// The second word; empty for a command of one word.
    pub name: &'static str,
    pub about: &'static str,
    /// The words without an option.
    pub positional: &'static [&'static str],
    /// Whether these words are required.
    pub needs_positional: bool,
    pub options: Options,
    pub required: &'static [&'static str],
    /// Whether the profile may be a new one.
    creates_profile: bool,
    run: fn(&Line) -> Result<()>,
}

impl Command {
    const fn new(command: &'static str, name: &'static str, about: &'static str, run: fn(&Line) -> Result<()>) -> Command {
        Command { command, name, about, positional: &[], needs_positional: true, options: &[], required: &[], creates_profile: false, run }
    }

    const fn options(mut self, options: Options) -> Command {
        self.options = options;
        self
    }

    const fn required(mut self, options: &'static [&'static str]) -> Command {
        self.required = options;
        self
    }

    const fn positional(mut self, words: &'static [&'static str]) -> Command {
        self.positional = words;
        self
    }

    const fn optional_positional(mut self, words: &'static [&'static str]) -> Command {
        self.positional = words;
        self.needs_positional = false;
        self
    }

    const fn creates_profile(mut self) -> Command {
        self.creates_profile = true;
        self
    }

    /// The words of the command.
    pub(super) fn words(&self) -> String {
        format!("{} {}", self.command, self.name).trim_end().to_owned()
    }
}

const DATABASE_USER: Options = &[
    ("hostname", Arity::One, "The host of the database."),
    ("port", Arity::One, "The port of the database."),
    ("username", Arity::One, "The user of the database."),
];
const DSQL: Options = &[
    ("hostname", Arity::One, "The endpoint of the cluster."),
    ("expires-in", Arity::One, "How many seconds the token is valid. Default: 900."),
];
const CLUSTER: Options = &[
    ("cluster-name", Arity::One, "The name of the cluster."),
    ("role-arn", Arity::One, "The role that the token is for."),
    ("cluster-id", Arity::One, "The ID of a cluster on an Outpost, instead of its name."),
];
const SIGNATURE: Options = &[
    ("url", Arity::One, "The URL to sign."),
    ("key-pair-id", Arity::One, "The ID of the public key in CloudFront."),
    ("private-key", Arity::One, "The private key in PEM: file://PATH."),
    ("date-less-than", Arity::One, "When the URL expires."),
    ("date-greater-than", Arity::One, "From when the URL is valid."),
    ("ip-address", Arity::One, "The addresses that may use the URL, for example 192.0.2.0/24."),
];

const COMMANDS: &[Command] = &[
    Command::new("login", "", "Signs in with the credentials of the AWS console, in a browser.", login::login)
        .options(login::LOGIN)
        .creates_profile(),
    Command::new("logout", "", "Removes the credentials of `login`.", login::logout).options(login::LOGOUT),
    Command::new("history", "list", "Lists the commands that were run while cli_history was enabled.", history::list),
    Command::new("history", "show", "Shows a command: its parameters and requests.", history::show)
        .optional_positional(&["command_id"])
        .options(history::SHOW),
    Command::new("codecommit", "credential-helper", "Prints passwords for git.", codecommit::helper)
        .positional(&["get|store|erase"])
        .options(codecommit::OPTIONS),
    Command::new("cloudfront", "sign", "Signs a URL for private content.", signed_url).options(SIGNATURE).required(&[
        "url",
        "key-pair-id",
        "private-key",
        "date-less-than",
    ]),
    Command::new("rds", "generate-db-auth-token", "Prints a password for a database.", database_password)
        .options(DATABASE_USER)
        .required(&["hostname", "port", "username"]),
    Command::new("dsql", "generate-db-connect-auth-token", "Prints a password for a cluster.", |line| {
        dsql_password(line, "generate_db_connect_auth_token")
    })
    .options(DSQL)
    .required(&["hostname"]),
    Command::new("dsql", "generate-db-connect-admin-auth-token", "Prints a password for the user admin of a cluster.", |line| {
        dsql_password(line, "generate_db_connect_admin_auth_token")
    })
    .options(DSQL)
    .required(&["hostname"]),
    Command::new("ecr", "get-login-password", "Prints a password for `docker login`.", registry_password),
    Command::new("ecr-public", "get-login-password", "Prints a password for `docker login`.", registry_password),
    Command::new("eks", "get-token", "Prints a token for a cluster, in the form that kubectl reads.", cluster_token).options(CLUSTER),
    Command::new("eks", "update-kubeconfig", "Adds a cluster to the configuration of kubectl.", kubeconfig::update)
        .options(kubeconfig::OPTIONS)
        .required(&["name"]),
    Command::new("logs", "tail", "Prints the events of a log group.", tail::run).positional(&["group_name"]).options(tail::OPTIONS),
    Command::new("logs", "start-live-tail", "Prints the events of log groups while they arrive.", tail::live)
        .options(tail::LIVE)
        .required(&["log-group-identifiers"]),
    Command::new("codeartifact", "login", "Sets up a package manager for a repository.", codeartifact::login)
        .options(codeartifact::OPTIONS)
        .required(&["tool", "domain", "repository"]),
    Command::new("sso", "login", "Signs in to IAM Identity Center.", sso::login).options(sso::LOGIN),
    Command::new("sso", "logout", "Signs out of IAM Identity Center: removes all of its tokens and credentials.", sso::logout),
    Command::new("cloudformation", "package", "Uploads the local files of a template.", cloudformation::package)
        .options(cloudformation::PACKAGE)
        .required(&["template-file", "s3-bucket"]),
    Command::new("cloudformation", "deploy", "Creates or updates a stack.", cloudformation::deploy)
        .options(cloudformation::DEPLOY)
        .required(&["template-file", "stack-name"]),
    Command::new("cloudtrail", "validate-logs", "Checks that the log files of a trail are complete and unchanged.", validate_logs::run)
        .options(validate_logs::OPTIONS)
        .required(&["trail-arn", "start-time"]),
    Command::new("cloudtrail", "create-subscription", "Creates a trail with its bucket and topic, and starts it.", subscription::create)
        .options(subscription::OPTIONS)
        .required(&["name"]),
    Command::new("cloudtrail", "update-subscription", "Changes a trail, its bucket, and its topic.", subscription::update)
        .options(subscription::OPTIONS)
        .required(&["name"]),
    Command::new("datapipeline", "list-runs", "Lists the runs of a pipeline.", pipeline::list_runs)
        .options(pipeline::LIST_RUNS)
        .required(&["pipeline-id"]),
    Command::new("datapipeline", "create-default-roles", "Creates the roles that pipelines use.", default_roles::pipeline)
        .options(default_roles::EMR),
    Command::new("servicecatalog", "generate", "Uploads a template and creates a product or a new version of one.", catalog::generate)
        .positional(&["product|provisioning-artifact"])
        .options(catalog::OPTIONS)
        .required(catalog::REQUIRED),
    Command::new("emr-containers", "update-role-trust-policy", "Lets jobs of a namespace assume a role.", role_trust::update)
        .options(role_trust::OPTIONS)
        .required(&["cluster-name", "namespace", "role-name"]),
    Command::new("deploy", "register", "Registers an instance outside EC2, with an IAM user of its own.", on_premises::register)
        .options(on_premises::REGISTER)
        .required(&["instance-name"]),
    Command::new("deploy", "deregister", "Removes an instance outside EC2, and its IAM user.", on_premises::deregister)
        .options(on_premises::DEREGISTER)
        .required(&["instance-name"]),
    Command::new("configservice", "subscribe", "Sets up and starts the recorder of configurations.", recorder::subscribe)
        .options(recorder::SUBSCRIBE)
        .required(&["s3-bucket", "sns-topic", "iam-role"]),
    Command::new("configservice", "get-status", "Shows the last status of the recorder and of its deliveries.", recorder::status),
    Command::new("dlm", "create-default-role", "Creates the role that lifecycle policies use.", default_roles::dlm)
        .options(default_roles::DLM),
    Command::new("deploy", "push", "Uploads a folder to S3 and registers it as a revision.", uploads::push)
        .options(uploads::PUSH)
        .required(&["application-name", "s3-location"]),
    Command::new("ecs", "deploy", "Deploys a new task definition with CodeDeploy.", ecs_deploy::run)
        .options(ecs_deploy::OPTIONS)
        .required(&["service", "task-definition", "codedeploy-appspec"]),
    Command::new("gamelift", "upload-build", "Uploads a folder as a new build.", uploads::build).options(uploads::BUILD).required(&[
        "name",
        "build-version",
        "build-root",
    ]),
    Command::new("gamelift", "get-game-session-log", "Saves the log of a game session.", uploads::session_log)
        .options(uploads::LOG)
        .required(&["game-session-id", "save-as"]),
    Command::new("emr", "create-default-roles", "Creates the roles that clusters use.", default_roles::emr).options(default_roles::EMR),
    Command::new("emr", "create-cluster", "Creates a cluster.", emr::create).options(emr::CREATE),
    Command::new("emr", "describe-cluster", "Describes a cluster with its instances and bootstrap actions.", emr::describe)
        .options(emr::CLUSTER)
        .required(&["cluster-id"]),
    Command::new("emr", "terminate-clusters", "Terminates clusters.", emr::terminate).options(emr::CLUSTERS).required(&["cluster-ids"]),
    Command::new("emr", "modify-cluster-attributes", "Changes settings of a cluster.", emr::modify)
        .options(emr::MODIFY)
        .required(&["cluster-id"]),
    Command::new("emr", "add-steps", "Adds steps to a cluster.", emr::add_steps).options(emr::ADD_STEPS).required(&["cluster-id", "steps"]),
    Command::new("emr", "add-instance-groups", "Adds instance groups to a cluster.", emr::add_groups)
        .options(emr::ADD_GROUPS)
        .required(&["cluster-id", "instance-groups"]),
    Command::new("emr", "ssh", "Opens a shell on the master, or runs a command there.", emr::ssh)
        .options(emr::SSH)
        .required(&["cluster-id", "key-pair-file"]),
    Command::new("emr", "socks", "Opens a SOCKS proxy on port 8157 through the master.", emr::socks)
        .options(emr::SOCKS)
        .required(&["cluster-id", "key-pair-file"]),
    Command::new("emr", "put", "Copies a file to the master.", emr::copy).options(emr::COPY).required(&[
        "cluster-id",
        "key-pair-file",
        "src",
    ]),
    Command::new("emr", "get", "Copies a file from the master.", emr::copy).options(emr::COPY).required(&[
        "cluster-id",
        "key-pair-file",
        "src",
    ]),
];

/// First words that are no services.
pub(super) const WITHOUT_SERVICE: &[&str] = &["history", "login", "logout"];

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
        let index = self.command.options.iter().position(|(known, ..)| *known == name)?;
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

    /// The port that an option has.
    pub(super) fn port(&self, name: &str) -> Result<Option<u16>> {
        let parse = |text: &str| text.parse().map_err(|_| Failure::usage(format!("argument --{name}: invalid port: '{text}'")));
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

/// All commands.
pub(super) fn all() -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter()
}

/// The commands beside the operations of a service.
pub(super) fn of_command(command: &str) -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter().filter(move |row| row.command == command && !row.name.is_empty())
}

/// Runs the command line if it is one of these commands.
///
/// # Errors
/// With the exit codes of the AWS CLI.
pub(super) fn run(head: &Head) -> Option<Result<()>> {
    let command = match (&head.operation, find(&head.command, "")) {
        (Some(other), Some(alone)) => {
            return Some(Err(Failure::usage(format!("Unknown options: {other}. `{} help` lists the options.", alone.command))));
        }
        (Some(name), None) => find(&head.command, name)?,
        (None, alone) => alone?,
    };
    Some(line(command, &head.rest).and_then(|line| {
        let record = Record::start(&line.session, &command.words()).filter(|_| command.command != "history");
        let done = (command.run)(&line);
        if let Some(record) = record {
            record.finish(&done);
        }
        done
    }))
}

fn line(command: &'static Command, rest: &[String]) -> Result<Line> {
    let options: Vec<(&str, Arity)> =
        command.options.iter().map(|(name, arity, _)| (*name, *arity)).chain(OPTIONS.iter().copied()).collect();
    let words = words::split(rest, &options)?;
    let globals = Globals::new(&words, |name| options.iter().position(|(known, _)| *known == name))?;
    if let Some(rest) = words.positional.get(command.positional.len()..).filter(|rest| !rest.is_empty()) {
        return Err(Failure::usage(format!("Unknown options: {}", rest.join(", "))));
    }
    if globals.print_request.is_some() {
        return Err(Failure::usage(format!("argument --print-request: {} has no single request", command.words())));
    }
    let session = match globals.session() {
        Err(_) if command.creates_profile => globals.without_profile().session().or_else(|_| help::session())?,
        session => session?,
    };
    let line = Line { command, session, globals, words };
    let mut missing: Vec<String> =
        command.required.iter().filter(|name| line.text(name).is_none()).map(|name| format!("--{name}")).collect();
    let needed = if command.needs_positional { command.positional } else { &[] };
    missing.extend(needed.iter().skip(line.positional().len()).map(|name| (*name).to_owned()));
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
