//! `help` at every level: plain text from the definitions, without a profile, a region, or the network.

use super::arguments::{self, Argument, Role, kebab};
use super::globals::Globals;
use super::invocation::{self, kebab_of_method};
use super::words::Arity;
use super::{custom, irregular, s3};
use crate::cli::failure::{Failure, Result};
use crate::definition::{Definition, Definitions, Node, Operation, Paginators, Service, ShapeType, Waiters};
use crate::protocol;
use crate::session::Session;
use crate::settings::Environment;

/// The width of the text.
const WIDTH: usize = 96;

/// Longer names have their descriptions below them.
const NAME: usize = 30;

/// Shorthand nested more deeply is abbreviated.
const DEPTH: usize = 3;
/// Examples show all required members, and so many in total; nested structures half of them.
const MEMBERS: usize = 6;

const GLOBAL: &[(&str, &str)] = &[
    ("--region NAME", "The region. Default: AWS_REGION, AWS_DEFAULT_REGION, or the profile."),
    ("--profile NAME", "The profile of the configuration files. Default: AWS_PROFILE, or `default`."),
    ("--endpoint-url URL", "Sends requests to this URL instead of the service's endpoint."),
    ("--query EXPRESSION", "A JMESPath expression that selects what is printed."),
    ("--output FORMAT", "json (default), yaml, yaml-stream, text, table, or off."),
    ("--no-paginate", "Fetches only the first page."),
    ("--no-sign-request", "Sends requests without credentials."),
    ("--ca-bundle PATH", "A file with the CA certificates to trust."),
    ("--no-verify-ssl", "Does not verify TLS certificates."),
    ("--cli-read-timeout SECONDS", "The read timeout; 0 for none. Default: 60."),
    ("--cli-connect-timeout SECONDS", "The connect timeout; 0 for none. Default: 60."),
    ("--cli-binary-format FORMAT", "The encoding of blobs in parameters: base64 (default) or raw-in-base64-out."),
    ("--timeout SECONDS", "The time limit of the whole call, with all retries and pages."),
    (
        "--each FILE",
        "Makes a call for each line of a file (- for standard input): a JSON object of parameters. Prints the results in the same order: with json and yaml each with its line number, with text and table as single calls do.",
    ),
    ("--parallel N", "With --each: the number of calls at the same time. Default: 8."),
    ("--print-request[=FORM]", "Prints the signed request instead of sending it: http (default), curl, or json."),
    ("--color WHEN", "on, off, or auto (default): colors at a terminal."),
    ("--no-cli-pager", "Prints results without a pager."),
    ("--debug", "Prints requests, whole results, and details of failures."),
];

const COMMANDS: &[(&str, &str)] = &[
    ("SERVICE OPERATION", "Calls an operation with the options of the AWS CLI."),
    ("SERVICE wait WAITER", "Waits until a resource is in a certain state."),
    ("s3", "Copies, lists, and removes objects and whole prefixes."),
    ("configure", "Sets up a profile: asks for its keys and region. Also: configure list, get, set, sso, export-credentials, …"),
    ("call", "Calls an operation with parameters as JSON."),
    ("resource", "Uses the resources of a service: attributes, actions, collections, waiters."),
    ("describe, schema", "Describe an operation as JSON, and as a JSON Schema."),
    ("services, operations", "List the services, and the operations of one."),
    ("definitions", "Imports service definitions."),
    ("completion", "Prints a script that completes commands in a shell."),
    ("mcp, serve", "Serve agents (Model Context Protocol), and programs in any language (lines of JSON)."),
];

const CONFIGURE: &[(&str, &str)] = &[
    ("(none)", "Asks for the keys, the region, and the output format."),
    ("list", "The profile, keys, and region in use, and where they come from."),
    ("list-profiles", "The names of the profiles."),
    ("get NAME", "Prints a value of the profile."),
    ("set NAME VALUE", "Sets a value of the profile."),
    ("sso", "Signs in to IAM Identity Center and creates a profile for an account and a role."),
    ("sso-session", "Creates a session for several profiles."),
    ("export-credentials", "Prints the credentials in use. --format process, env, env-no-export, powershell, windows-cmd, or fish."),
    ("import --csv FILE", "Creates profiles from the keys that the console has exported."),
    ("add-model", "Adds a service from a definition: --service-model file://PATH [--service-name NAME]."),
];

/// The topic of a command line that requests help: the words before `help`, which is the last of the words that precede
/// the options. `--help` instead of it is accepted as well.
pub(super) fn topic(words: &[String]) -> Option<&[String]> {
    let at = invocation::command_position(words)?;
    let words = &words[at..];
    let end = words.iter().position(|word| word.starts_with('-')).unwrap_or(words.len());
    if words.get(end).is_some_and(|word| word == "--help") {
        return Some(&words[..end]);
    }
    match &words[..end] {
        [topic @ .., last] if last == "help" => Some(topic),
        [first, topic @ ..] if first == "help" => Some(topic),
        _ => None,
    }
}

/// Prints the help of a topic.
///
/// # Errors
/// A usage failure for a topic that does not exist.
pub(super) fn run(topic: &[String]) -> Result<()> {
    let text = text_of(topic)?;
    Ok(Globals::paging().pager(None).print(|out| out.write_all(text.as_bytes()))?)
}

fn text_of(topic: &[String]) -> Result<String> {
    let words: Vec<&str> = topic.iter().map(String::as_str).collect();
    if let ["s3", command @ ..] = &words[..] {
        return s3::help::text_of(command);
    }
    match &words[..] {
        ["configure", ..] => return Ok(of_configure()),
        [command] | [command, _] => {
            if let Some(custom) = custom::find(command, words.get(1).unwrap_or(&"")) {
                return Ok(of_custom(custom));
            }
            if let ([command], true) = (&words[..], custom::WITHOUT_SERVICE.contains(command)) {
                let mut text = Text::new(command);
                of_commands(&mut text, command);
                return Ok(text.0);
            }
        }
        _ => {}
    }
    let session = session()?;
    let definitions = session.definitions();
    match &words[..] {
        [] => of_program(definitions),
        [command] => of_service(definitions, command),
        [command, "wait"] => of_waiters(definitions, command),
        [command, "wait", waiter] => {
            let service = invocation::service(definitions, command)?;
            let (_, operation) = invocation::find_waiter(definitions, &service, waiter)?;
            let operation = service.operation(&operation)?;
            Ok(of_operation(definitions, &service, operation, command, &format!("wait {waiter}"))?.0)
        }
        [command, name] => {
            let service = invocation::service(definitions, command)?;
            let operation = invocation::find_operation(&service, command, name)?;
            Ok(of_operation(definitions, &service, operation, command, name)?.0)
        }
        [.., unknown] => Err(Failure::usage(format!("There is no help for \"{unknown}\". Use `SERVICE OPERATION help`."))),
    }
}

/// A session for the definitions alone, which works whatever the profile and the configuration files are.
pub(super) fn session() -> Result<Session> {
    let look_up = |name: &str| match name {
        "AWS_PROFILE" | "AWS_DEFAULT_PROFILE" => None,
        name => std::env::var(name).ok(),
    };
    Ok(Session::builder().environment(Environment::from_fn(look_up)).config_file("").credentials_file("").build()?)
}

fn of_configure() -> String {
    let mut text = Text::new("configure - the keys, the region, and other settings of profiles");
    text.heading("SYNOPSIS");
    text.line(4, "tucuxi configure [COMMAND] [--profile NAME]");
    text.heading("COMMANDS");
    text.pairs(CONFIGURE);
    text.0
}

/// The options of a command that stands beside the operations.
fn of_custom(custom: &custom::Command) -> String {
    let mut text = Text::new(&format!("{} - {}", custom.words(), custom.about));
    text.heading("SYNOPSIS");
    text.line(4, &format!("tucuxi {}", custom.words()));
    for name in custom.positional {
        let name = if name.contains('|') { (*name).to_owned() } else { name.to_uppercase() };
        text.line(8, &if custom.needs_positional { name } else { format!("[{name}]") });
    }
    let shown = |name: &str, arity: Arity| {
        let value = match arity {
            Arity::None | Arity::Attached => "",
            Arity::One | Arity::Optional => " VALUE",
            Arity::Many | Arity::Repeated => " VALUE ...",
        };
        format!("--{name}{value}")
    };
    for (name, arity, _) in custom.options {
        let option = shown(name, *arity);
        text.line(8, &if custom.required.contains(name) { option } else { format!("[{option}]") });
    }
    if !custom.options.is_empty() {
        text.heading("OPTIONS");
        let names: Vec<String> = custom.options.iter().map(|(name, arity, _)| shown(name, *arity)).collect();
        let pairs: Vec<(&str, &str)> = names.iter().zip(custom.options).map(|(name, (.., about))| (name.as_str(), *about)).collect();
        text.pairs(&pairs);
    }
    text.every_command();
    text.0
}

/// The commands that stand beside the operations of a service.
fn of_commands(text: &mut Text, command: &str) {
    let pairs: Vec<(&str, &str)> = custom::of_command(command).map(|custom| (custom.name, custom.about)).collect();
    if !pairs.is_empty() {
        text.heading(&format!("COMMANDS (tucuxi {command} COMMAND help)"));
        text.pairs(&pairs);
    }
}

fn of_program(definitions: &Definitions) -> Result<String> {
    let mut text = Text::new("tucuxi - calls any AWS service by name");
    text.heading("SYNOPSIS");
    text.line(4, "tucuxi SERVICE OPERATION [--option value ...]");
    text.heading("HELP");
    for line in ["tucuxi SERVICE help", "tucuxi SERVICE OPERATION help", "tucuxi SERVICE wait help", "tucuxi s3 COMMAND help"] {
        text.line(4, line);
    }
    text.heading("COMMANDS");
    text.pairs(COMMANDS);
    text.heading("OTHER COMMANDS");
    let beside: Vec<(String, &str)> = custom::all().map(|custom| (custom.words(), custom.about)).collect();
    text.pairs(&beside.iter().map(|(words, about)| (words.as_str(), *about)).collect::<Vec<_>>());
    text.heading("GLOBAL OPTIONS");
    text.pairs(GLOBAL);
    text.heading("SERVICES");
    let services = definitions.services_with(Service::KIND)?;
    let mut names: Vec<&str> = services.iter().map(|name| irregular::command_of(name)).filter(|name| *name != "s3").collect();
    names.sort_unstable();
    text.columns(&names);
    Ok(text.0)
}

fn of_service(definitions: &Definitions, command: &str) -> Result<String> {
    let service = invocation::service(definitions, command)?;
    let full_name = service.metadata().service_full_name.as_deref().unwrap_or(service.name());
    let mut text = Text::new(&format!("{command} - {full_name}"));
    text.heading("SYNOPSIS");
    text.line(4, &format!("tucuxi {command} OPERATION [--option value ...]"));
    text.line(4, &format!("tucuxi {command} OPERATION help"));
    text.heading("OPERATIONS");
    let offered = service.method_names().filter(|(_, name)| irregular::is_offered(command, name));
    let mut names: Vec<String> = offered.map(|(method, _)| kebab_of_method(method)).collect();
    names.sort_unstable();
    text.columns(&names);
    of_commands(&mut text, command);
    let waiters = waiters(definitions, &service)?;
    if !waiters.is_empty() {
        text.heading(&format!("WAITERS (tucuxi {command} wait WAITER)"));
        text.columns(&waiters.into_iter().map(|(waiter, _)| waiter).collect::<Vec<_>>());
    }
    Ok(text.0)
}

fn of_waiters(definitions: &Definitions, command: &str) -> Result<String> {
    let service = invocation::service(definitions, command)?;
    let waiters = waiters(definitions, &service)?;
    if waiters.is_empty() {
        return Err(Failure::usage(format!("{command} has no waiters.")));
    }
    let mut text = Text::new(&format!("{command} wait - repeats an operation until a resource is in a state"));
    text.heading("SYNOPSIS");
    text.line(4, &format!("tucuxi {command} wait WAITER [--option value ...]"));
    text.heading("WAITERS");
    let pairs: Vec<(&str, &str)> = waiters.iter().map(|(waiter, about)| (waiter.as_str(), about.as_str())).collect();
    text.pairs(&pairs);
    Ok(text.0)
}

/// The names of the waiters, each with the operation it calls and how often.
fn waiters(definitions: &Definitions, service: &Service) -> Result<Vec<(String, String)>> {
    let Some(waiters) = definitions.find::<Waiters>(service.name(), None)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for name in waiters.names() {
        let Some((_, waiter)) = waiters.get(name)? else { continue };
        let (delay, attempts) = (waiter.delay().as_secs(), waiter.max_attempts());
        found.push((kebab(name), format!("Calls {} every {delay} s, at most {attempts} times.", kebab(waiter.operation()))));
    }
    found.sort_unstable();
    Ok(found)
}

/// The help of an operation, and the shorthand examples that it shows.
fn of_operation(
    definitions: &Definitions,
    service: &Service,
    operation: &Operation,
    command: &str,
    name: &str,
) -> Result<(String, Vec<String>)> {
    let paginators = if name.starts_with("wait ") { None } else { definitions.find::<Paginators>(service.name(), None)? };
    let paginator = paginators.map(|paginators| paginators.get(&operation.name)).transpose()?.flatten();
    let mut arguments = arguments::of_operation(command, name, service, operation, paginator.as_ref())?;
    arguments.sort_by_key(|argument| !argument.required);
    let full_name = service.metadata().service_full_name.as_deref().unwrap_or(service.name());
    let mut text = Text::new(&format!("{command} {name} - {} of {full_name}", operation.name));
    if operation.deprecated {
        text.line(4, "This operation is deprecated.");
    }
    text.heading("SYNOPSIS");
    text.line(4, &format!("tucuxi {command} {name}"));
    for argument in &arguments {
        let value = placeholder(argument);
        let option = format!("--{}{}{value}", argument.flag, if value.is_empty() { "" } else { " " });
        text.line(8, &if argument.required { option } else { format!("[{option}]") });
    }
    let streams = !name.starts_with("wait ") && protocol::streams_output(service, operation)?;
    if streams {
        text.line(8, "OUTFILE");
    }
    text.heading("OPTIONS");
    let mut examples = Vec::new();
    for argument in &arguments {
        of_argument(&mut text, argument, &mut examples)?;
    }
    if streams {
        text.line(4, "OUTFILE (path, required)");
        text.line(8, "The file for the body of the response, or - for standard output.");
    }
    if let Some(output) = service.output(operation)?
        && let Some(structure) = output.structure().filter(|structure| !structure.members.is_empty())
    {
        text.heading("OUTPUT");
        for member in &structure.members {
            text.line(4, &format!("{} ({})", member.name, type_of(&output.member(member)?)?));
        }
    }
    if !operation.errors.is_empty() {
        text.heading("ERRORS");
        let errors: Vec<&str> = operation.errors.iter().filter_map(|error| Some(service.node(error).ok()?.name())).collect();
        text.columns(&errors);
    }
    text.every_command();
    Ok((text.0, examples))
}

fn of_argument(text: &mut Text, argument: &Argument<'_>, examples: &mut Vec<String>) -> Result<()> {
    let required = if argument.required { ", required" } else { "" };
    let mut title = |kind: &str| text.line(4, &format!("--{} ({kind}{required})", argument.flag));
    match &argument.role {
        Role::Member { node, .. } => {
            title(&type_of(node)?);
            details(text, node)?;
            if let Some(example) = example(node)? {
                text.line(8, &format!("Example: --{} {example}", argument.flag));
                examples.push(example);
            }
        }
        Role::Flag { name, value, .. } => {
            title("flag");
            text.line(8, &format!("Sets {name} to {value}."));
        }
        Role::Scalars { name, member } => {
            title("list of texts");
            text.line(8, &format!("Each is the {member} of one of the {name}."));
        }
        Role::Added(added) => {
            title(if argument.arity == Arity::None { "flag" } else { "string" });
            let sets = [added.replaces, added.fills].concat();
            if !sets.is_empty() {
                text.line(8, &format!("A short form of {}.", sets.join(", ")));
            }
        }
        Role::InputJson => {
            title("string");
            text.line(8, "The parameters as JSON, or file://PATH. Options take precedence.");
        }
        Role::InputYaml => {
            title("string");
            text.line(8, "The parameters as YAML, or file://PATH. Options take precedence.");
        }
        Role::Skeleton => {
            title("string");
            text.line(8, "Prints a document with all parameters instead of a call: input (default), yaml-input, or output.");
        }
        Role::PageSize => {
            title("integer");
            text.line(8, "The maximum number of items in each response.");
        }
        Role::MaxItems => {
            title("integer");
            text.line(8, "The maximum number of items to print. If there are more, the output has a NextToken.");
        }
        Role::StartingToken => {
            title("string");
            text.line(8, "The NextToken of an output, to continue after it.");
        }
    }
    Ok(())
}

/// The constraints that the definition has for a value.
fn details(text: &mut Text, node: &Node<'_>) -> Result<()> {
    if node.has(|traits| traits.deprecated) {
        text.line(8, "Deprecated.");
    }
    if node.has(|traits| traits.idempotency_token) {
        text.line(8, "Default: a random ID.");
    }
    if node.has(|traits| traits.streaming) {
        text.line(8, "The path of a file.");
    }
    let values = match node.shape_type() {
        ShapeType::List(item) => &node.follow(item)?.shape().traits.values,
        _ => &node.shape().traits.values,
    };
    if !values.is_empty() {
        let values: Vec<&str> = values.iter().map(|value| &**value).collect();
        text.line(8, &format!("Values: {}", values.join(" | ")));
    }
    let traits = &node.shape().traits;
    let kind = match node.shape_type() {
        ShapeType::String | ShapeType::Blob => "Length",
        ShapeType::List(_) | ShapeType::Map { .. } => "Items",
        _ => "Range",
    };
    match (traits.min, traits.max) {
        _ if !values.is_empty() && kind == "Length" => {}
        (Some(min), Some(max)) => text.line(8, &format!("{kind}: {min} to {max}")),
        (Some(min), None) => text.line(8, &format!("{kind}: {min} or more")),
        (None, Some(max)) => text.line(8, &format!("{kind}: at most {max}")),
        (None, None) => {}
    }
    Ok(())
}

/// The description of a global option.
pub(super) fn about_global(name: &str) -> &'static str {
    let is_of_option = |words: &str| words.strip_prefix("--").and_then(|words| words.split([' ', '[']).next()) == Some(name);
    GLOBAL.iter().find(|(words, _)| is_of_option(words)).map_or("", |(_, about)| *about)
}

/// A line about an option of an operation, for completion.
pub(super) fn about(argument: &Argument<'_>) -> String {
    let kind = match &argument.role {
        Role::Member { node, .. } => type_of(node).unwrap_or_default(),
        Role::Flag { name, value, .. } => format!("sets {name} to {value}"),
        Role::Scalars { .. } => "list of texts".to_owned(),
        Role::Added(added) => format!("sets {}", [added.replaces, added.fills].concat().join(", ")),
        Role::InputJson => "the parameters as JSON, or file://PATH".to_owned(),
        Role::InputYaml => "the parameters as YAML, or file://PATH".to_owned(),
        Role::Skeleton => "prints a document with all parameters instead of a call".to_owned(),
        Role::PageSize => "how many items one request returns".to_owned(),
        Role::MaxItems => "how many items are printed".to_owned(),
        Role::StartingToken => "the NextToken of an output, to continue after it".to_owned(),
    };
    if argument.required { format!("required; {kind}") } else { kind }
}

fn placeholder(argument: &Argument<'_>) -> &'static str {
    match argument.arity {
        Arity::None => "",
        Arity::One | Arity::Repeated => "VALUE",
        Arity::Many => "VALUE ...",
        Arity::Optional => "[VALUE]",
        Arity::Attached => "=VALUE",
    }
}

fn type_of(node: &Node<'_>) -> Result<String> {
    Ok(match node.shape_type() {
        ShapeType::Structure(_) if node.has(|traits| traits.document) => "JSON".to_owned(),
        ShapeType::Structure(_) => format!("structure {}", node.name()),
        ShapeType::List(item) => format!("list of {}", type_of_nested(&node.follow(item)?)),
        ShapeType::Map { value, .. } => format!("map of {}", type_of_nested(&node.follow(value)?)),
        other => other.name().to_owned(),
    })
}

/// A nested type is named only: shapes may contain themselves.
fn type_of_nested(node: &Node<'_>) -> String {
    match node.shape_type() {
        ShapeType::Structure(_) => node.name().to_owned(),
        other => format!("{}s", other.name()),
    }
}

/// A word of shorthand for the value of an option, if it is a list, a map, or a structure.
fn example(node: &Node<'_>) -> Result<Option<String>> {
    match node.shape_type() {
        ShapeType::List(item) => {
            let item = node.follow(item)?;
            match item.shape_type() {
                ShapeType::Structure(_) | ShapeType::Map { .. } => example(&item),
                // A list of lists has no shorthand.
                _ => Ok(None),
            }
        }
        ShapeType::Structure(_) if node.has(|traits| traits.document) => Ok(None),
        ShapeType::Structure(_) | ShapeType::Map { .. } => Ok(Some(pairs(node, &mut Vec::new())?).filter(|example| !example.is_empty())),
        _ => Ok(None),
    }
}

fn pairs<'a>(node: &Node<'a>, above: &mut Vec<&'a str>) -> Result<String> {
    above.push(node.name());
    let mut pairs = Vec::new();
    match node.shape_type() {
        ShapeType::Structure(structure) => {
            let mut members: Vec<_> = structure.members.iter().collect();
            members.sort_by_key(|member| !structure.is_required(&member.name));
            let most = if node.has(|traits| traits.union) || irregular::is_choice(node) {
                1
            } else if above.len() > 1 {
                MEMBERS / 2
            } else {
                MEMBERS
            };
            for (index, member) in members.into_iter().enumerate() {
                if index < most || structure.is_required(&member.name) {
                    pairs.push(format!("{}={}", member.name, sample(&node.member(member)?, above)?));
                }
            }
        }
        ShapeType::Map { key, value } => {
            let key = node.follow(key)?;
            let key = key.shape().traits.values.first().map_or("key", |value| &**value);
            pairs.push(format!("{key}={}", sample(&node.follow(value)?, above)?));
        }
        _ => {}
    }
    above.pop();
    Ok(pairs.join(","))
}

fn sample<'a>(node: &Node<'a>, above: &mut Vec<&'a str>) -> Result<String> {
    Ok(match node.shape_type() {
        ShapeType::Structure(_) | ShapeType::Map { .. } if above.len() >= DEPTH || above.contains(&node.name()) => "{}".to_owned(),
        ShapeType::Structure(_) | ShapeType::Map { .. } => format!("{{{}}}", pairs(node, above)?),
        ShapeType::List(item) => {
            let item = node.follow(item)?;
            let is_nested = matches!(item.shape_type(), ShapeType::List(_)) && above.len() >= DEPTH;
            if is_nested { "[]".to_owned() } else { format!("[{}]", sample(&item, above)?) }
        }
        ShapeType::Boolean => "true".to_owned(),
        ShapeType::Integer | ShapeType::Long => "1".to_owned(),
        ShapeType::Float | ShapeType::Double => "1.5".to_owned(),
        ShapeType::Timestamp => "2026-01-31T12:00:00Z".to_owned(),
        ShapeType::Blob => "blob".to_owned(),
        ShapeType::String => {
            let plain = |value: &&crate::value::Str| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte));
            node.shape().traits.values.first().filter(plain).map_or("string", |value| &**value).to_owned()
        }
    })
}

/// Help text that fits the width.
pub(in crate::cli) struct Text(pub String);

impl Text {
    pub(in crate::cli) fn new(name: &str) -> Text {
        let mut text = Text("NAME\n".to_owned());
        text.line(4, name);
        text
    }

    pub(in crate::cli) fn heading(&mut self, heading: &str) {
        self.0.push('\n');
        self.0.push_str(heading);
        self.0.push('\n');
    }

    /// A line, which is continued with a deeper indent where it is too long: at a blank, or after a comma.
    pub(in crate::cli) fn line(&mut self, indent: usize, line: &str) {
        let deeper = indent + 2;
        let (mut rest, mut indent) = (line, indent);
        loop {
            let room = WIDTH - indent;
            let end = rest.char_indices().nth(room).map_or(rest.len(), |(at, _)| at);
            let cut = match end == rest.len() {
                true => end,
                false => rest[..end].rfind(' ').or_else(|| rest[..end].rfind(',').map(|at| at + 1)).filter(|at| *at > 0).unwrap_or(end),
            };
            self.0.extend(std::iter::repeat_n(' ', indent));
            self.0.push_str(rest[..cut].trim_end());
            self.0.push('\n');
            rest = rest[cut..].trim_start();
            if rest.is_empty() {
                return;
            }
            indent = deeper;
        }
    }

    /// The section about the options that every command has.
    fn every_command(&mut self) {
        self.heading("GLOBAL OPTIONS");
        self.line(4, "--region, --profile, --endpoint-url, --query, --output, --print-request, and others: see `tucuxi help`.");
    }

    /// Names with their descriptions beside them, or below names that are much longer than the others.
    pub(in crate::cli) fn pairs(&mut self, pairs: &[(&str, &str)]) {
        let width = pairs.iter().map(|(name, _)| name.chars().count()).filter(|width| *width <= NAME).max().unwrap_or(NAME);
        let column = 4 + width + 2;
        for (name, about) in pairs {
            let is_long = name.chars().count() > width;
            if is_long {
                self.line(4, name);
            }
            let mut lead = if is_long { " ".repeat(column) } else { format!("    {name:width$}  ") };
            let mut rest = *about;
            loop {
                let room = WIDTH - column;
                let end = rest.char_indices().nth(room).map_or(rest.len(), |(at, _)| at);
                // Shorthand has no blanks; a line ends after one of its commas.
                let blank = rest[..end].rfind(' ').filter(|at| *at > 0);
                let place = blank.or_else(|| rest[..end].rfind(',').map(|at| at + 1)).unwrap_or(end);
                let cut = if end == rest.len() { end } else { place };
                self.0.push_str(format!("{lead}{}", &rest[..cut]).trim_end());
                self.0.push('\n');
                rest = rest[cut..].trim_start();
                if rest.is_empty() {
                    break;
                }
                lead = " ".repeat(column);
            }
        }
    }

    /// Names in columns, which are read downward.
    pub(in crate::cli) fn columns(&mut self, names: &[impl AsRef<str>]) {
        let width = names.iter().map(|name| name.as_ref().len()).max().unwrap_or(0) + 2;
        let columns = ((WIDTH - 4) / width).max(1);
        let rows = names.len().div_ceil(columns);
        for row in 0..rows {
            let cells = names.iter().skip(row).step_by(rows).map(|name| format!("{:width$}", name.as_ref()));
            self.line(4, cells.collect::<String>().trim_end());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_comes_before_the_options() {
        let of = |words: &str| {
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            topic(&words).map(<[String]>::len)
        };
        assert_eq!(of("help"), Some(0));
        assert_eq!(of("--region x sqs help"), Some(1));
        assert_eq!(of("sqs create-queue help --debug"), Some(2));
        assert_eq!(of("sqs create-queue --help"), Some(2));
        assert_eq!(of("sqs create-queue --queue-name help"), None);
        assert_eq!(of("s3 cp help s3://b"), None);
    }

    #[test]
    fn every_example_is_shorthand_that_parses() {
        let definitions = Definitions::embedded();
        let mut count = 0;
        for name in ["ec2", "s3", "dynamodb", "iam", "ecs", "cloudfront", "wafv2", "sagemaker"] {
            let service = definitions.service(name, None).unwrap();
            let command = irregular::command_of(name);
            for (method, name) in service.method_names() {
                let operation = service.operation(name).unwrap();
                let (text, examples) = of_operation(&definitions, &service, operation, command, &kebab_of_method(method)).unwrap();
                assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{name}");
                for example in examples {
                    let parsed = crate::cli::aws::shorthand::parse(&example);
                    assert!(parsed.is_ok(), "{name}: {example}: {}", parsed.unwrap_err());
                    count += 1;
                }
            }
        }
        assert!(count > 1000, "{count} examples");
    }
}
