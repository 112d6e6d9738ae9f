//! `tucuxi resource SERVICE …`: resources on the command line, from `resources-1.json`.
//!
//! The words after the service lead from one resource to the next: a type with its identifiers, a reference, a collection. The
//! last word is what is printed or done: an attribute, an action, a batch action, or a waiter.

mod help;

use clap::Args;

use super::connect::{self, Connect};
use super::output::{self, Format};
use super::{aws, failure};
use crate::definition::resource::IdentifierSource;
use crate::error::did_you_mean;
use crate::resource::{Collection, MemberKind, Outcome, Resource};
use crate::value::{List, Map};
use crate::{Error, ErrorKind, Expression, Value};
use failure::{Failure, Result};

/// Use the resources of a service: their attributes, actions, collections, references, and waiters.
///
/// The words lead from one resource to the next, and the last one is printed or called. `help` as the last word lists what can
/// follow. Parameters of actions and filters are NAME=VALUE, where VALUE can be shorthand or JSON.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The service's name, for example s3.
    service: String,
    /// The types with their identifiers, references, collections, and members.
    #[arg(value_name = "WORD")]
    path: Vec<String>,
    /// A parameter of the collection's operation, for example Prefix=images/. Can be given more than once.
    #[arg(long, value_name = "NAME=VALUE")]
    filter: Vec<String>,
    /// A parameter of the action. Can be given more than once.
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// The greatest number of items of a collection.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// The number of items that one request of a collection returns.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    page_size: Option<u32>,
    /// Print only the part of the result that this JMESPath expression selects.
    #[arg(long, value_name = "JMESPATH")]
    query: Option<String>,
    /// The format of the result.
    #[arg(long, value_name = "FORMAT", default_value = "json", value_parser = Format::NAMES)]
    output: String,
}

const EXAMPLES: &str = "\
Examples:
  tucuxi resource s3 help
  tucuxi resource s3 Bucket river creation_date
  tucuxi resource s3 Bucket river objects --filter Prefix=images/ --limit 10
  tucuxi resource s3 Bucket river objects --filter Prefix=old/ delete
  tucuxi resource s3 Bucket river put_object -p Key=a.txt -p Body=hello
  tucuxi resource ec2 Instance i-1 stop
  tucuxi resource ec2 Instance i-1 wait_until_stopped
  tucuxi resource ec2 Instance i-1 vpc subnets --query '[].id'";

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments, connect: &Connect) -> anyhow::Result<()> {
    let query = arguments.query.as_deref().map(Expression::parse).transpose();
    let query = query.map_err(|error| anyhow::Error::from(error).context("--query"))?;
    let (is_help, path) = match arguments.path.split_last() {
        Some((last, path)) if last == "help" => (true, path),
        None => (true, &arguments.path[..]),
        _ => (false, &arguments.path[..]),
    };
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    if is_help {
        let end = walk(described(&arguments.service)?, &words, Walk::Describe)?;
        return output::print(|out| out.write_all(help::text_of(&arguments.service, &words, &end).as_bytes()));
    }
    // A wrong path is reported before the region and the credentials are looked up.
    let end = walk(described(&arguments.service)?, &words, Walk::Check)?;
    end.check(arguments).map_err(failed)?;
    let session = connect.session()?;
    let end = walk(session.resource_of(connect.client(&arguments.service)?)?, &words, Walk::Follow)?;
    let result = end.carry_out(arguments).map_err(failed)?;
    let result = aws::presentable(match query {
        Some(query) => query.search(&result)?,
        None => result,
    });
    if result.is_null() {
        return Ok(());
    }
    let format = Format::named(&arguments.output).unwrap_or(Format::Json);
    output::print(|out| output::result(out, &result, format, words.last().unwrap_or(&""), output::Look::PLAIN))
}

/// A wrong word.
fn invalid(message: String) -> Error {
    Error::new(ErrorKind::ParamValidation, message)
}

fn failed(failure: Failure) -> anyhow::Error {
    anyhow::Error::msg(failure.message)
}

/// The resource of a service that is only asked about its members.
pub(super) fn described(service: &str) -> crate::Result<Resource> {
    let session = connect::definitions_session()?;
    if !session.available_resources().iter().any(|known| known == service) {
        session.resource(service)?;
    }
    session.resource_of(connect::definitions_client(service)?)
}

/// Adds the words that can follow others.
pub(super) fn complete(service: &str, words: &[&str], found: &mut super::complete::Candidates) {
    let Ok(end) = described(service).map_err(|_| ()).and_then(|root| walk(root, words, Walk::Describe).map_err(|_| ())) else { return };
    found.add("help", "");
    match end {
        End::Resource(resource) => resource.members().iter().for_each(|member| found.add(&member.name, member.kind.name())),
        End::Collection(collection) => collection.batch_actions().for_each(|name| found.add(name, "batch action")),
        _ => {}
    }
}

/// What the words lead to.
pub(super) enum End {
    Resource(Resource),
    Collection(Collection),
    /// A member of a resource: an identifier, an attribute, an action, a waiter, or a reference.
    Member(Resource, String, MemberKind),
    BatchAction(Collection, String),
    /// A reference leads to a type that can only be loaded, so the words after it are not checked.
    Unchecked,
}

/// How [`walk`] follows words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    /// References are loaded.
    Follow,
    /// Nothing is loaded: the resources that references lead to have made-up identifiers.
    Check,
    /// As `Check`, and identifiers can be missing.
    Describe,
}

/// Follows the words from the resource of a service.
pub(super) fn walk(root: Resource, words: &[&str], how: Walk) -> crate::Result<End> {
    let mut resource = root.clone();
    let mut rest = words;
    while let [word, after @ ..] = rest {
        let name = member_name(&resource, word)?;
        rest = after;
        match resource.member(&name) {
            Some(MemberKind::Subresource) => {
                let wanted = missing_identifiers(&resource, &name)?;
                let given = wanted.len().min(rest.len());
                if given < wanted.len() && how != Walk::Describe {
                    let missing = wanted[given..].join(", ");
                    return Err(invalid(format!("{name} needs its identifiers: {missing} is missing after {word}.")));
                }
                let identifiers = rest[..given].iter().copied().chain(wanted[given..].iter().map(String::as_str));
                resource = resource.resource(&name, identifiers.map(Value::from).collect::<Value>())?;
                rest = &rest[given..];
            }
            Some(MemberKind::Collection) => return end_of_collection(resource.collection(&name)?, rest),
            Some(MemberKind::Reference) if !rest.is_empty() && how != Walk::Follow => {
                let kind = resource.reference_type(&name)?.name.clone();
                if root.member(&kind) != Some(MemberKind::Subresource) {
                    return Ok(End::Unchecked);
                }
                let made_up: Value = missing_identifiers(&root, &kind)?.into_iter().map(Value::from).collect();
                resource = root.resource(&kind, made_up)?;
            }
            Some(MemberKind::Reference) if !rest.is_empty() => match resource.reference(&name)? {
                Outcome::Resource(found) => resource = found,
                _ => return Err(invalid(format!("{resource} refers to no single resource as {name}."))),
            },
            Some(kind) => {
                if let Some(more) = rest.first() {
                    return Err(invalid(format!("Nothing can follow the {} {name}, but \"{more}\" does.", kind.name())));
                }
                return Ok(End::Member(resource, name, kind));
            }
            None => {}
        }
    }
    Ok(End::Resource(resource))
}

fn end_of_collection(collection: Collection, rest: &[&str]) -> crate::Result<End> {
    match rest {
        [] => Ok(End::Collection(collection)),
        [name] => {
            let name = name.replace('-', "_");
            if collection.batch_actions().any(|known| known.as_str() == name) {
                return Ok(End::BatchAction(collection, name));
            }
            let known: Vec<&str> = collection.batch_actions().map(|name| name.as_str()).collect();
            let near = did_you_mean(&name, known.iter().copied());
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(invalid(format!("{collection:?} has no batch action \"{name}\".{near} Its batch actions: {known}.")))
        }
        [_, more, ..] => Err(invalid(format!("Nothing can follow a batch action, but \"{more}\" does."))),
    }
}

/// The name of a member in boto3's spelling, or in kebab case.
fn member_name(resource: &Resource, word: &str) -> crate::Result<String> {
    for name in [word.to_owned(), word.replace('-', "_")] {
        if resource.member(&name).is_some() {
            return Ok(name);
        }
    }
    let members = resource.members();
    let near = did_you_mean(word, members.iter().map(|member| member.name.as_str()));
    let kind = match resource.type_name() {
        "ServiceResource" => format!("The resource {}", resource.service_name()),
        kind => format!("A {}.{kind}", resource.service_name()),
    };
    Err(invalid(format!("{kind} has no member \"{word}\".{near} `help` in its place lists the members.")))
}

/// The names of the identifiers that a subresource does not get from its parent.
fn missing_identifiers(parent: &Resource, name: &str) -> crate::Result<Vec<String>> {
    let inputs = |source: &&IdentifierSource| matches!(source, IdentifierSource::Input);
    let way = parent.resource_type().has.iter().find(|has| has.name.as_str() == name && !has.is_reference);
    let count = way.map_or(0, |way| way.resource.identifiers.iter().filter(inputs).count());
    // A resource with made-up identifiers tells which ones they are.
    const MADE_UP: &str = "\0";
    let made_up = parent.resource(name, std::iter::repeat_n(Value::from(MADE_UP), count).collect::<Value>())?;
    Ok(made_up.identifiers().filter(|(_, value)| value.as_str() == Some(MADE_UP)).map(|(name, _)| name.to_uppercase()).collect())
}

impl End {
    /// Checks that the options belong to what the words lead to.
    fn check(&self, arguments: &Arguments) -> Result<()> {
        let of_collection = matches!(self, End::Collection(_) | End::BatchAction(..));
        let has_params = matches!(self, End::Member(_, _, MemberKind::Action | MemberKind::Waiter) | End::BatchAction(..));
        if !of_collection && (!arguments.filter.is_empty() || arguments.limit.is_some() || arguments.page_size.is_some()) {
            return Err(Failure::usage("--filter, --limit, and --page-size belong to collections."));
        }
        if !has_params && !arguments.params.is_empty() {
            return Err(Failure::usage("--param belongs to actions and waiters."));
        }
        if let End::Resource(resource) = self
            && resource.type_name() == "ServiceResource"
        {
            return Err(Failure::usage(format!(
                "Expected a type, a collection, or an action; see `tucuxi resource {} help`.",
                arguments.service
            )));
        }
        self.params(arguments).map(drop)
    }

    /// The parameters of the filter and of the action, by the shapes of their operations.
    fn params(&self, arguments: &Arguments) -> Result<(Map, Map)> {
        let none = Map::new;
        Ok(match self {
            End::Collection(collection) => (params(collection.client(), Some(collection.operation()), &arguments.filter)?, none()),
            End::BatchAction(collection, name) => {
                let action = collection.item_type().batch_actions.iter().find(|action| action.name.as_str() == name);
                let client = collection.client();
                let own = params(client, action.map(|action| action.operation.as_str()), &arguments.params)?;
                (params(client, Some(collection.operation()), &arguments.filter)?, own)
            }
            End::Member(resource, name, _) => {
                let action = resource.resource_type().actions.iter().find(|action| action.name.as_str() == name);
                (none(), params(resource.client(), action.map(|action| action.operation.as_str()), &arguments.params)?)
            }
            End::Resource(_) | End::Unchecked => (none(), none()),
        })
    }

    /// Makes the calls and returns what is printed; null for nothing.
    fn carry_out(&self, arguments: &Arguments) -> Result<Value> {
        let (filter, params) = self.params(arguments)?;
        let narrowed = |collection: &Collection| {
            let collection = collection.filter(filter);
            let collection = arguments.limit.map_or(collection.clone(), |limit| collection.limit(limit));
            arguments.page_size.map_or(collection.clone(), |items| collection.page_size(items as usize))
        };
        Ok(match self {
            End::Resource(resource) => {
                // A type without attributes has its identifiers only.
                if resource.resource_type().load.is_some() {
                    resource.load()?;
                }
                shown(resource)?
            }
            End::Collection(collection) => {
                let items = narrowed(collection).iter().map(|item| Ok(shown(&item?)?));
                items.collect::<Result<List>>()?.into()
            }
            End::BatchAction(collection, name) => {
                let outcomes = narrowed(collection).call(name, params)?;
                outcomes.into_iter().map(of_outcome).collect::<crate::Result<List>>()?.into()
            }
            End::Member(resource, name, MemberKind::Reference) => of_outcome(resource.reference(name)?)?,
            End::Member(resource, name, MemberKind::Action | MemberKind::Waiter) => of_outcome(resource.call(name, params)?)?,
            End::Member(resource, name, _) => resource.get(name)?,
            End::Unchecked => Value::Null,
        })
    }
}

/// The parameters of an operation. Without one, as for methods that the definition does not contain, values are text.
fn params(client: &crate::Client, operation: Option<&str>, words: &[String]) -> Result<Map> {
    let mut params = Map::new();
    for word in words {
        let Some((name, text)) = word.split_once('=') else {
            return Err(Failure::usage(format!("\"{word}\" is not NAME=VALUE.")));
        };
        let value = match operation {
            Some(operation) => aws::parameter(client.service(), operation, name, text)?,
            None => text.into(),
        };
        match (params.get_mut(name), value) {
            (Some(Value::List(list)), Value::List(more)) => list.extend(more),
            (_, value) => drop(params.insert(name, value)),
        }
    }
    Ok(params)
}

fn of_outcome(outcome: Outcome) -> crate::Result<Value> {
    Ok(match outcome {
        Outcome::Value(mut value) => {
            if let Some(map) = value.as_map_mut() {
                map.remove("ResponseMetadata");
                let streams = map.iter().filter_map(|(name, value)| Some((name.clone(), value.as_stream()?.read_all())));
                for (name, body) in streams.collect::<Vec<_>>() {
                    map.insert(name, body?);
                }
            }
            value
        }
        Outcome::Resource(resource) => shown(&resource)?,
        Outcome::Resources(resources) => resources.iter().map(shown).collect::<crate::Result<List>>()?.into(),
    })
}

/// A resource as data: its type, its identifiers, and the attributes that are loaded.
fn shown(resource: &Resource) -> crate::Result<Value> {
    let mut map = Map::new();
    map.insert("resource", format!("{}.{}", resource.service_name(), resource.type_name()));
    map.extend(resource.identifiers().map(|(name, value)| (name, value.clone())));
    map.extend(loaded_attributes(resource)?);
    Ok(map.into())
}

/// The attributes of a resource whose data are loaded; none otherwise.
pub(super) fn loaded_attributes(resource: &Resource) -> crate::Result<Map> {
    let mut map = Map::new();
    if resource.data().is_some() {
        for member in resource.members().iter().filter(|member| member.kind == MemberKind::Attribute) {
            let value = resource.get(&member.name)?;
            if !value.is_null() {
                map.insert(&member.name, value);
            }
        }
    }
    Ok(map)
}
