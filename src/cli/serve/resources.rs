//! Resources and collections over the line protocol. The words of `resource` are those of `tucuxi resource`.

use super::request::{Request, Verb, invalid};
use super::{Last, Server, finish, send};
use crate::cli::resource::{End, Walk, described, loaded_attributes, walk};
use crate::error::Result;
use crate::resource::{Collection, MemberKind, Outcome, Resource};
use crate::value::{List, Map};
use crate::{Cancel, Value};

/// Carries out a request for a resource or a collection. A cancellation takes effect between two requests.
pub(super) fn answer(server: &Server, id: &Value, service: &str, words: &[String], request: &Request, cancel: &Cancel) -> Result<Last> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (root, how) = match request.verb.sends() {
        true => (server.resource(service, &request.options)?, Walk::Follow),
        false => (described(service)?, Walk::Describe),
    };
    match (walk(root, &words, how)?, &request.verb) {
        (End::Resource(resource), Verb::Call(name)) => {
            let outcome = resource.call(name, request.params.clone())?;
            cancel.check()?;
            finish(id, of_outcome(outcome)?, cancel)
        }
        (End::Resource(resource), Verb::Get(name)) => match resource.member(name) {
            Some(MemberKind::Reference) => Ok(vec![("result", of_outcome(resource.reference(name)?)?)]),
            _ => Ok(vec![("result", resource.get(name)?)]),
        },
        (End::Resource(resource), Verb::Wait(name)) => {
            resource.wait_with(name, request.params.clone())?;
            Ok(vec![("result", Value::Null)])
        }
        (End::Resource(resource), Verb::Paginate(name)) => {
            let mut filter = request.filter.clone();
            if let (Some(filter), Value::Map(params)) = (filter.as_map_mut(), &request.params) {
                filter.extend(params.clone());
            }
            pages(id, &resource.collection(name)?.filter(filter), request, cancel)
        }
        (End::Resource(resource), Verb::Members) => Ok(vec![("result", members(&resource))]),
        (End::Collection(collection), Verb::Call(name)) => {
            let outcomes = limited(&collection.filter(request.filter.clone()), request).call(name, request.params.clone())?;
            Ok(vec![("result", outcomes.into_iter().map(of_outcome).collect::<Result<List>>()?.into())])
        }
        (End::Collection(collection), Verb::Members) => {
            let actions: Value = collection.batch_actions().cloned().map(Value::from).collect();
            Ok(vec![("result", Map::from_iter([("batch_actions", actions)]).into())])
        }
        (End::Collection(_), _) => Err(invalid("a collection is read with \"paginate\" on its resource, and changed with \"call\"")),
        _ => Err(invalid("\"resource\" must lead to a resource or a collection; name its members with \"get\" or \"call\"")),
    }
}

fn pages(id: &Value, collection: &Collection, request: &Request, cancel: &Cancel) -> Result<Last> {
    for page in limited(collection, request).pages() {
        cancel.check()?;
        let items = page?.iter().map(shown).collect::<Result<List>>()?;
        send(id, &[("page", items.into())]);
    }
    Ok(vec![("done", Value::Bool(true))])
}

fn limited(collection: &Collection, request: &Request) -> Collection {
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let collection = request.max_items.map_or(collection.clone(), |items| collection.limit(count(items)));
    request.page_size.map_or(collection.clone(), |items| collection.page_size(count(items)))
}

fn of_outcome(outcome: Outcome) -> Result<Value> {
    match outcome {
        Outcome::Value(value) => Ok(value),
        Outcome::Resource(resource) => shown(&resource),
        Outcome::Resources(resources) => resources.iter().map(shown).collect::<Result<List>>().map(Value::from),
    }
}

/// A resource as data. `resource` leads to it in another request.
fn shown(resource: &Resource) -> Result<Value> {
    let identifiers = resource.identifiers().map(|(_, value)| value.clone());
    let words: List = std::iter::once(resource.type_name().into()).chain(identifiers).collect();
    let mut map = Map::new();
    map.insert("resource", words);
    map.insert("identifiers", resource.identifiers().map(|(name, value)| (name, value.clone())).collect::<Map>());
    let attributes = loaded_attributes(resource)?;
    if !attributes.is_empty() {
        map.insert("attributes", attributes);
    }
    Ok(map.into())
}

/// The names of a resource by kind.
fn members(resource: &Resource) -> Value {
    let mut kinds = Map::new();
    for member in resource.members() {
        let kind = match member.kind {
            MemberKind::Identifier => "identifiers",
            MemberKind::Attribute => "attributes",
            MemberKind::Action => "actions",
            MemberKind::Subresource => "types",
            MemberKind::Reference => "references",
            MemberKind::Collection => "collections",
            MemberKind::Waiter => "waiters",
        };
        match kinds.get_mut(kind) {
            Some(Value::List(names)) => names.push(member.name),
            _ => drop(kinds.insert(kind, List::from_iter([Value::from(member.name)]))),
        }
    }
    kinds.into()
}
