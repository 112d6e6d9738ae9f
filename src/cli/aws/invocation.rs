//! From the words of a command line to an operation with its parameters.

use super::arguments::{self, Argument, Role, kebab};
use super::globals::{Globals, OPTIONS, invalid_choice};
use super::values::{self, BlobText};
use super::words::{self, Arity, Words};
use super::{added, files, irregular};
use crate::cli::failure::{Failure, Result};
use crate::definition::{Definitions, Node, Operation, PaginatorDefinition, Paginators, Service, ShapeType, Waiters};
use crate::error::{ErrorKind, did_you_mean};
use crate::protocol;
use crate::session::Session;
use crate::value::{List, Map, Value};

/// A command line, understood.
pub(super) struct Invocation {
    pub globals: Globals,
    pub session: Session,
    /// The name of the service's definition.
    pub service: String,
    /// The operation's API name.
    pub operation: String,
    /// The waiter, for `wait`.
    pub waiter: Option<String>,
    pub params: Map,
    pub paging: Paging,
    /// The file for the body of the response.
    pub outfile: Option<String>,
    /// The kind of skeleton to print instead of calling.
    pub skeleton: Option<String>,
    /// The options that the AWS CLI adds, with their words.
    pub added: AddedWords,
}

/// The names of added options, with the words that were given for them.
type AddedWords = Vec<(&'static str, Vec<String>)>;

/// Whether and how pages are fetched.
#[derive(Default)]
pub(super) struct Paging {
    pub enabled: bool,
    pub page_size: Option<i64>,
    pub max_items: Option<i64>,
    pub starting_token: Option<String>,
    /// The value of the API's own limit, if it is set instead of paginating.
    pub limit: Option<i64>,
    /// The member that limits the items of one response.
    pub limit_key: Option<String>,
}

/// The first words: command, operation or `wait`, and waiter. The rest keeps its order.
pub(super) struct Head {
    pub command: String,
    pub operation: Option<String>,
    pub waiter: Option<String>,
    pub rest: Vec<String>,
}

impl Invocation {
    /// The words of the command without its options, for the history.
    pub(super) fn words(&self) -> String {
        let command = irregular::command_of(&self.service);
        match &self.waiter {
            Some(waiter) => format!("{command} wait {}", kebab(waiter)),
            None => format!("{command} {}", kebab(&self.operation)),
        }
    }

    /// Understands a command line.
    ///
    /// # Errors
    /// A usage failure for an unknown name, an invalid value, or a missing option; a configuration failure for an invalid
    /// profile.
    pub(super) fn parse(words: &[String]) -> Result<Invocation> {
        let head = head(words);
        // The session is needed first, because its definitions and profile matter for the options.
        let first = globals_only(words)?;
        let session = first.session()?;
        let definitions = session.definitions();
        let command = head.command.as_str();
        let service = service(definitions, command)?;
        if irregular::requires_endpoint(command) && !words.iter().any(|word| word.starts_with("--endpoint")) {
            return Err(Failure::usage(format!("--endpoint-url is required for {command} commands")));
        }
        let Some(name) = head.operation.as_deref() else {
            let program = crate::cli::program();
            let message = format!("the following arguments are required: operation. `{program} {command} help` lists the operations.");
            return Err(Failure::usage(message));
        };
        let waiter = match (name, &head.waiter) {
            ("wait", Some(waiter)) => Some(find_waiter(definitions, &service, waiter)?),
            ("wait", None) => {
                let message =
                    format!("the following arguments are required: waiter. `{} {command} wait help` lists them.", crate::cli::program());
                return Err(Failure::usage(message));
            }
            _ => None,
        };
        let operation = match &waiter {
            Some((_, operation)) => service.operation(operation)?,
            None => find_operation(&service, command, name)?,
        };
        let name = if waiter.is_some() { kebab(&operation.name) } else { name.to_owned() };
        let paginator = match (&waiter, definitions.find::<Paginators>(service.name(), None)?) {
            (None, Some(paginators)) => paginators.get(&operation.name)?,
            _ => None,
        };
        let arguments = arguments::of_operation(command, &name, &service, operation, paginator.as_ref())?;
        let streams = waiter.is_none() && protocol::streams_output(&service, operation)?;
        let words = split(&head.rest, &arguments)?;
        let globals = Globals::new(&words, |global| global_index(&arguments, global))?;
        let reading = Reading { command, name: &name, arguments: &arguments, words: &words, blobs: globals.blobs(&session)? };
        let outfile = reading.outfile(streams)?;
        let skeleton = reading.text_of(|role| matches!(role, Role::Skeleton), "input");
        let input = service.input(operation)?;
        let (params, added) = reading.params(input.as_ref())?;
        if globals.each.is_some() && (waiter.is_some() || streams || skeleton.is_some() || globals.print_request.is_some()) {
            return Err(Failure::usage("argument --each: is for calls whose results are JSON"));
        }
        // The lines of --each may have what is missing.
        if skeleton.is_none() && globals.each.is_none() {
            reading.check_required(&params, outfile.is_none() && streams)?;
        }
        let paging = reading.paging(&globals, paginator.as_ref())?;
        Ok(Invocation {
            service: service.name().to_owned(),
            operation: operation.name.to_string(),
            waiter: waiter.map(|(waiter, _)| waiter),
            params,
            paging,
            outfile,
            skeleton,
            added,
            globals,
            session,
        })
    }
}

/// The position of the command among the words.
pub(in crate::cli) fn command_position(words: &[String]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let Some(name) = word.strip_prefix("--") else { return Some(at) };
        let takes_value = OPTIONS.iter().any(|(known, arity)| *known == name && *arity == Arity::One);
        at += if takes_value { 2 } else { 1 };
    }
    None
}

/// Separates the first words from the options among and after them.
pub(super) fn head(words: &[String]) -> Head {
    let mut names = Vec::new();
    let mut rest = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let wanted = if names.get(1).is_some_and(|name| name == "wait") { 3 } else { 2 };
        let word = &words[at];
        at += 1;
        if !word.starts_with('-') && names.len() < wanted {
            names.push(word.clone());
            continue;
        }
        rest.push(word.clone());
        let takes_value = word
            .strip_prefix("--")
            .is_some_and(|name| OPTIONS.iter().any(|(known, arity)| known.starts_with(name) && *arity == Arity::One));
        if names.len() < 2 && takes_value && at < words.len() {
            rest.push(words[at].clone());
            at += 1;
        }
    }
    let mut names = names.into_iter();
    Head { command: names.next().unwrap_or_default(), operation: names.next(), waiter: names.next(), rest }
}

/// The global options, when it is not known yet which others there are.
fn globals_only(words: &[String]) -> Result<Globals> {
    let index = |name: &str| OPTIONS.iter().position(|(known, _)| *known == name);
    let mut found = Words::default();
    for (at, word) in words.iter().enumerate() {
        for name in ["region", "profile"] {
            let Some(rest) = word.strip_prefix("--") else { continue };
            let (option, attached) = rest.split_once('=').map_or((rest, None), |(option, value)| (option, Some(value.to_owned())));
            if option.len() < 3 || !name.starts_with(option) {
                continue;
            }
            let value = attached.or_else(|| words.get(at + 1).filter(|value| !value.starts_with("--")).cloned());
            if let (Some(value), Some(index)) = (value, index(name)) {
                found.options.retain(|(known, _)| *known != index);
                found.options.push((index, vec![value]));
            }
        }
    }
    Globals::new(&found, index)
}

/// The service of a command.
pub(super) fn service(definitions: &Definitions, command: &str) -> Result<std::sync::Arc<Service>> {
    let unknown = |known: &[crate::value::Str]| {
        let commands = known.iter().map(|name| irregular::command_of(name));
        let near = match command {
            "s3" => " Object operations are in s3api.".to_owned(),
            _ => did_you_mean(command, commands),
        };
        Failure::usage(format!("argument command: Invalid choice: \"{command}\" is not a service.{near}"))
    };
    let names = || definitions.services_with(<Service as crate::definition::Definition>::KIND);
    let Some(name) = irregular::service_of(command) else { return Err(unknown(&names()?)) };
    match definitions.service(name, None) {
        Err(error) if error.kind() == ErrorKind::UnknownService => Err(unknown(&names()?)),
        other => Ok(other?),
    }
}

/// The operation of a command word, in kebab case or any spelling of the API.
pub(super) fn find_operation<'s>(service: &'s Service, command: &str, word: &str) -> Result<&'s Operation> {
    if let Some(api) = irregular::operation_of(command, word) {
        return Ok(service.operation(api)?);
    }
    let found = service.method_names().find(|(method, name)| kebab_of_method(method) == word || *method == word || *name == word);
    match found.filter(|(_, name)| irregular::is_offered(command, name)) {
        Some((_, name)) => Ok(service.operation(name)?),
        None => {
            let names: Vec<String> = service.method_names().map(|(method, _)| kebab_of_method(method)).collect();
            let near = did_you_mean(word, names.iter().map(String::as_str));
            let near = if near.is_empty() { format!(" `{} {command} help` lists them.", crate::cli::program()) } else { near };
            Err(Failure::usage(format!("argument operation: Invalid choice: \"{word}\" is not an operation of {command}.{near}")))
        }
    }
}

pub(super) fn kebab_of_method(method: &str) -> String {
    method.replace('_', "-")
}

/// The waiter of a word, and its operation.
pub(super) fn find_waiter(definitions: &Definitions, service: &Service, word: &str) -> Result<(String, String)> {
    let waiters = definitions.find::<Waiters>(service.name(), None)?;
    let names: Vec<String> = waiters.iter().flat_map(|waiters| waiters.names().map(|name| name.to_string())).collect();
    let found = names.iter().find(|name| kebab(name) == word);
    match (found, &waiters) {
        (Some(name), Some(waiters)) => {
            let (_, definition) = waiters.get(name)?.ok_or_else(|| Failure::general(format!("The waiter {name} has no definition.")))?;
            Ok((name.clone(), definition.operation().to_owned()))
        }
        _ => {
            let kebabs: Vec<String> = names.iter().map(|name| kebab(name)).collect();
            let near = did_you_mean(word, kebabs.iter().map(String::as_str));
            let message = format!("argument subcommand: Invalid choice: \"{word}\" is not a waiter of {}.{near}", service.name());
            Err(Failure::usage(message))
        }
    }
}

/// Splits the rest of the words by the options of the operation and the global ones.
fn split(rest: &[String], arguments: &[Argument<'_>]) -> Result<Words> {
    let of_operation = arguments.iter().map(|argument| (argument.flag.as_str(), argument.arity));
    let global = OPTIONS.iter().copied().filter(|(name, _)| arguments.iter().all(|argument| argument.flag != *name));
    let options: Vec<(&str, Arity)> = of_operation.chain(global).collect();
    words::split(rest, &options)
}

/// The index that [`split`] gives to a global option.
fn global_index(arguments: &[Argument<'_>], global: &str) -> Option<usize> {
    let others = OPTIONS.iter().filter(|(name, _)| arguments.iter().all(|argument| argument.flag != *name));
    others.enumerate().find(|(_, (name, _))| *name == global).map(|(at, _)| arguments.len() + at)
}

/// The options of an operation with the words that were given for them.
struct Reading<'a> {
    command: &'a str,
    name: &'a str,
    arguments: &'a [Argument<'a>],
    words: &'a Words,
    blobs: BlobText,
}

impl Reading<'_> {
    /// The positional file of an operation whose response is a stream. Other positional words are an error.
    fn outfile(&self, streams: bool) -> Result<Option<String>> {
        let mut words = self.words.positional.iter();
        let outfile = if streams { words.next().cloned() } else { None };
        let others: Vec<&str> = words.map(String::as_str).filter(|word| !word.is_empty()).collect();
        if others.is_empty() {
            return Ok(outfile);
        }
        Err(Failure::usage(format!("Unknown options: {}", others.join(", "))))
    }

    fn words_of(&self, is: impl Fn(&Role<'_>) -> bool) -> Option<&[String]> {
        let index = self.arguments.iter().position(|argument| is(&argument.role))?;
        self.words.option(index)
    }

    /// The word of an option, or `default` if the option has none.
    fn text_of(&self, is: impl Fn(&Role<'_>) -> bool, default: &str) -> Option<String> {
        self.words_of(is).map(|words| words.first().cloned().unwrap_or_else(|| default.to_owned()))
    }

    /// The parameters, and the added options with their words.
    fn params(&self, input: Option<&Node<'_>>) -> Result<(Map, AddedWords)> {
        let mut params = self.input_document(input)?;
        let mut added = Vec::new();
        // In the order of the definition, which is the order in the request.
        for (index, argument) in self.arguments.iter().enumerate() {
            let Some(words) = self.words.option(index) else { continue };
            match &argument.role {
                Role::Member { name, node } => {
                    let value = self.member(node, words).map_err(|failure| of_file(failure, words).of_option(&argument.flag))?;
                    params.insert(*name, value);
                }
                Role::Flag { name, node, value } => {
                    let value = self.flag(node, *value, words).map_err(|failure| failure.of_option(&argument.flag))?;
                    params.insert(*name, value);
                }
                Role::Scalars { name, member } => {
                    params.insert(*name, self.scalars(member, words).map_err(|failure| failure.of_option(&argument.flag))?);
                }
                Role::Added(option) => {
                    option.apply(&mut params, words).map_err(|failure| failure.of_option(&argument.flag))?;
                    added.push((option.flag, words.to_vec()));
                }
                Role::Skeleton => {
                    let choices = ["input", "output", "yaml-input"];
                    if let Some(word) = words.first().filter(|word| !choices.contains(&word.as_str())) {
                        return Err(invalid_choice("generate-cli-skeleton", word, &choices));
                    }
                }
                _ => {}
            }
        }
        let built_interface = added.iter().any(|(flag, _)| flag.contains("public-ip-address") || flag.contains("private-ip"));
        added::finish(self.command, self.name, &mut params, built_interface)?;
        Ok((params, added))
    }

    fn member(&self, node: &Node<'_>, words: &[String]) -> Result<Value> {
        let word = words.first().map(String::as_str).unwrap_or_default();
        if matches!(node.shape_type(), ShapeType::Blob) && node.has(|traits| traits.streaming) {
            return streamed(word);
        }
        if irregular::is_attribute_value(self.command, node) && !is_structured(word) {
            let content = files::load(word)?.into_value();
            let value = match (node.structure().and_then(|structure| structure.member("Value")), content) {
                (Some((_, member)), Value::String(text)) if matches!(node.member(member)?.shape_type(), ShapeType::Blob) => {
                    values::parse(&node.member(member)?, &[text.to_string()], self.blobs)?
                }
                (_, content) => content,
            };
            return Ok(Map::from_iter([("Value", value)]).into());
        }
        values::parse(node, words, self.blobs)
    }

    /// A boolean, or a structure with one.
    fn flag(&self, node: &Node<'_>, value: bool, words: &[String]) -> Result<Value> {
        match node.shape_type() {
            ShapeType::Boolean => Ok(value.into()),
            _ if words.is_empty() => Ok(Map::from_iter([("Value", value)]).into()),
            _ => values::parse(node, words, self.blobs),
        }
    }

    fn scalars(&self, member: &str, words: &[String]) -> Result<Value> {
        if let [word] = words
            && let files::Content::Text(text) = files::load(word)?
            && text.trim_start().starts_with('[')
        {
            return values::json(&text);
        }
        let item = |word: &String| match word.trim_start().starts_with('{') {
            true => values::json(word),
            false => Ok(Map::from_iter([(member, files::load(word)?.into_value())]).into()),
        };
        words.iter().map(item).collect::<Result<List>>().map(Value::from)
    }

    /// The parameters of `--cli-input-json` or `--cli-input-yaml`.
    fn input_document(&self, input: Option<&Node<'_>>) -> Result<Map> {
        let json = self.words_of(|role| matches!(role, Role::InputJson)).map(|words| (words, "cli-input-json"));
        let yaml = self.words_of(|role| matches!(role, Role::InputYaml)).map(|words| (words, "cli-input-yaml"));
        let Some((words, flag)) = json.or(yaml) else { return Ok(Map::new()) };
        let read = || {
            let text = match files::load(&words[0])? {
                files::Content::Text(text) => text,
                files::Content::Bytes(_) => return Err(Failure::usage("The value must be text, not bytes.")),
            };
            let value = if flag == "cli-input-json" { values::json(&text)? } else { crate::cli::output::yaml::parse(&text)? };
            match input {
                Some(node) => values::decode_blobs(node, value, self.blobs),
                None => Ok(value),
            }
        };
        match read().map_err(|failure| failure.of_option(flag))? {
            Value::Map(map) => Ok(map),
            _ => Err(Failure::usage("The value must be an object.").of_option(flag)),
        }
    }

    /// # Errors
    /// A usage failure that names the missing options.
    fn check_required(&self, params: &Map, lacks_outfile: bool) -> Result<()> {
        let has_document = self.words_of(|role| matches!(role, Role::InputJson | Role::InputYaml)).is_some();
        let is_missing = |index: usize, argument: &Argument<'_>| match argument.role {
            Role::Member { name, .. } | Role::Scalars { name, .. } => argument.required && !has_document && !params.contains_key(name),
            Role::Added(_) => argument.required && !has_document && self.words.option(index).is_none(),
            _ => false,
        };
        let missing = self.arguments.iter().enumerate().filter(|(index, argument)| is_missing(*index, argument));
        let mut missing: Vec<String> = missing.map(|(_, argument)| format!("--{}", argument.flag)).collect();
        if lacks_outfile {
            missing.push("outfile".to_owned());
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::usage(format!("the following arguments are required: {}", missing.join(", "))))
    }

    /// Whether pages are fetched. An option for the API's own limit or token disables it.
    fn paging(&self, globals: &Globals, paginator: Option<&PaginatorDefinition>) -> Result<Paging> {
        let Some(paginator) = paginator else { return Ok(Paging::default()) };
        let number = |is: fn(&Role<'_>) -> bool, flag: &str| {
            let text = self.text_of(is, "");
            let number = text.map(|text| text.trim().parse::<i64>().map_err(|_| invalid_number(flag, &text)));
            number.transpose()
        };
        let page_size = number(|role| matches!(role, Role::PageSize), "page-size")?;
        let max_items = number(|role| matches!(role, Role::MaxItems), "max-items")?;
        let starting_token = self.text_of(|role| matches!(role, Role::StartingToken), "");
        let tokens = paginator.input_tokens().iter().map(|token| token.as_str());
        let own: Vec<&str> = tokens.chain(paginator.limit_key()).collect();
        let is_own = |argument: &Argument<'_>| matches!(argument.role, Role::Member { name, .. } if own.contains(&name));
        let is_manual = self.words.options.iter().any(|(index, _)| self.arguments.get(*index).is_some_and(is_own));
        if is_manual {
            let given = [
                ("--page-size", page_size.is_some()),
                ("--max-items", max_items.is_some()),
                ("--starting-token", starting_token.is_some()),
            ];
            if let Some((flag, _)) = given.iter().find(|(_, given)| *given) {
                let message = format!("Error during pagination: Cannot specify --no-paginate along with pagination arguments: {flag}");
                return Err(Failure::usage(message));
            }
        }
        let limit_key = paginator.limit_key().map(str::to_owned);
        // Without pagination, an option that hides the API's own limit sets that limit.
        let is_limit = |flag: &str| limit_key.as_deref().is_some_and(|key| kebab(key) == flag);
        if !globals.paginates && !is_manual {
            let given = [("max-items", max_items), ("page-size", page_size)].into_iter().filter_map(|(flag, number)| Some((flag, number?)));
            let given: Vec<(&str, i64)> = given.collect();
            if let Some((flag, _)) = given.iter().find(|(flag, _)| !is_limit(flag)) {
                let message = format!("Cannot specify --no-paginate along with pagination arguments: --{flag}");
                return Err(Failure::usage(format!("Error during pagination: {message}")));
            }
            let limit = given.first().map(|(_, number)| *number);
            return Ok(Paging { limit, limit_key, ..Paging::default() });
        }
        let enabled = globals.paginates && !is_manual;
        let filters = ["Filters", "SnapshotIds", "VolumeIds"];
        let is_filtered = self.arguments.iter().enumerate().any(|(index, argument)| {
            matches!(argument.role, Role::Member { name, .. } if filters.contains(&name)) && self.words.option(index).is_some()
        });
        let page_size = match irregular::page_size(self.command, self.name) {
            Some(default) if enabled && !is_filtered => page_size.or(Some(default)),
            _ => page_size,
        };
        Ok(Paging { enabled, page_size, max_items, starting_token, limit: None, limit_key })
    }
}

/// The failure of an option whose value is the path of a file without `file://`.
fn of_file(failure: Failure, words: &[String]) -> Failure {
    match words {
        [word] if !word.contains("://") && files::expand(word).is_file() => {
            failure.with_advice(&format!("\"{word}\" is a file. To read text from it, write file://{word}; bytes, fileb://{word}."))
        }
        _ => failure,
    }
}

fn invalid_number(flag: &str, text: &str) -> Failure {
    Failure::usage(format!("argument --{flag}: invalid int value: '{text}'"))
}

fn is_structured(word: &str) -> bool {
    word.trim_start().starts_with(['{', '[']) || word.starts_with("Value=") || word.starts_with("Value@=")
}

/// The body of a streaming parameter: a path, or a file's content.
fn streamed(word: &str) -> Result<Value> {
    if word.starts_with("file://") || word.starts_with("fileb://") {
        return Ok(files::load(word)?.into_value());
    }
    let path = files::expand(word);
    if !path.exists() {
        return Err(Failure::usage(format!("Blob values must be a path to a file. There is no file {word}.")));
    }
    Ok(Value::Stream(crate::Stream::open(path)?))
}
