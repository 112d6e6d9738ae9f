//! Resources and collections.

use super::paging::Pages;
use super::{Answer, Member, Object, Row, Settings, unknown};
use crate::error::{ErrorKind, Result};
use crate::resource::{Collection, MemberKind, Resource};
use crate::value::{Map, Value};

const OF_COLLECTION: &[Row] = &[
    ("all", "method", &[], "Returns the collection without a filter."),
    ("filter", "method", &[], "Returns the collection with parameters of its operation."),
    ("limit", "method", &["count"], "Returns the collection with at most that many resources."),
    ("page_size", "method", &["count"], "Returns the collection with pages of that size."),
    ("pages", "method", &[], "Returns an iteration over pages."),
    ("iterate", "method", &[], "Returns an iteration over resources."),
];

pub(super) fn members(resource: &Resource) -> Vec<Member> {
    let member = |member: crate::resource::Member| match resource.method(&member.name) {
        Some(method) => Member::of_method(&method.spec, member.kind.name()),
        None => Member::new(member.name, member.kind.name()),
    };
    resource.members().into_iter().map(member).collect()
}

/// The identity of a resource.
pub(super) fn describe(resource: &Resource) -> Result<Value> {
    let identifiers: Map = resource.identifiers().map(|(name, value)| (name, value.clone())).collect();
    Ok(Map::from([
        ("service_name", Value::from(resource.service_name())),
        ("type", resource.type_name().into()),
        ("identifiers", identifiers.into()),
    ])
    .into())
}

pub(super) fn get(resource: &Resource, name: &str) -> Result<Answer> {
    Ok(match resource.member(name) {
        Some(MemberKind::Reference) => resource.reference(name)?.into(),
        Some(MemberKind::Collection) => Object::Collection(resource.collection(name)?).into(),
        Some(_) => Answer::Value(resource.get(name)?),
        None => match name {
            "client" => Object::Client(resource.client().clone()).into(),
            "data" => Answer::Value(resource.data().into()),
            "type" => Answer::Value(resource.type_name().into()),
            _ => Answer::Value(resource.get(name)?),
        },
    })
}

/// Calls an action or a waiter, or creates a sub-resource: its identifiers are `identifiers`, a list or a map.
///
/// Deadline, cancellation, and headers are those of each request of an action.
pub(super) fn call(resource: &Resource, name: &str, mut params: Map, settings: Settings) -> Result<Answer> {
    if (settings.writer.is_some() || settings.source_client.is_some()) && super::client::is_transfer(resource.client(), name) {
        return transfer(resource, name, params, settings);
    }
    if settings.for_requests() {
        let limited = resource.with_call_settings(|call| settings.apply(call));
        return Ok(with_client_of(resource, call(&limited, name, params, Settings::default())?));
    }
    Ok(match resource.member(name) {
        Some(MemberKind::Subresource) => {
            let identifiers = params.remove("identifiers").unwrap_or_default();
            Object::Resource(resource.resource(name, identifiers)?).into()
        }
        Some(MemberKind::Waiter) => {
            resource.wait_with(name.strip_prefix("wait_until_").unwrap_or(name), params)?;
            Answer::Value(Value::Null)
        }
        _ => resource.call(name, params)?.into(),
    })
}

/// A transfer with handles of the host, which the client's method takes: the identifiers are its bucket and its key.
fn transfer(resource: &Resource, name: &str, mut params: Map, settings: Settings) -> Result<Answer> {
    if resource.type_name() == "Bucket" {
        params.insert("Bucket", resource.get("name")?);
    } else {
        params.insert("Bucket", resource.get("bucket_name")?);
        params.insert("Key", resource.get("key")?);
    }
    super::client::call(resource.client(), name, params, settings)
}

/// Settings are those of one call: what it returns has the resource's own client.
fn with_client_of(resource: &Resource, answer: Answer) -> Answer {
    let own = |object: Object| match object {
        Object::Resource(made) => Object::Resource(made.with_client_of(resource)),
        other => other,
    };
    match answer {
        Answer::Object(object) => Answer::Object(own(object)),
        Answer::Objects(objects) => Answer::Objects(objects.into_iter().map(own).collect()),
        Answer::Answers(answers) => Answer::Answers(answers.into_iter().map(|answer| with_client_of(resource, answer)).collect()),
        Answer::Value(value) => Answer::Value(value),
    }
}

pub(super) fn members_of_collection(collection: &Collection) -> Vec<Member> {
    let actions = collection.batch_actions().map(|name| Member::new(name.clone(), "action"));
    Member::of_rows(OF_COLLECTION).chain(actions).collect()
}

pub(super) fn call_of_collection(collection: &Collection, name: &str, params: Map, settings: &Settings) -> Result<Answer> {
    if settings.for_requests() {
        let limited = collection.with_call_settings(|call| settings.apply(call));
        return Ok(with_client_of(collection.parent(), call_of_collection(&limited, name, params, &Settings::default())?));
    }
    let count = || match params["count"].as_int().and_then(|count| usize::try_from(count).ok()) {
        Some(count) => Ok(count),
        None => Err(crate::text::invalid("Invalid value for parameter count: a number of at least 0 is expected")),
    };
    let pages = |pages| Answer::from(Object::Pages(Box::new(std::sync::Mutex::new(pages))));
    Ok(match name {
        "all" => Object::Collection(collection.all()).into(),
        "filter" => Object::Collection(collection.filter(params)).into(),
        "limit" => Object::Collection(collection.limit(count()?)).into(),
        "page_size" => Object::Collection(collection.page_size(count()?)).into(),
        "pages" => pages(Pages::ResourcePages(collection.pages())),
        "iterate" => pages(Pages::Resources(collection.iter())),
        _ => {
            let outcomes = collection.call(name, params).map_err(|error| match error.kind() {
                ErrorKind::UnknownName => unknown("collection", name, collection.batch_actions().map(|name| name.as_str())),
                _ => error,
            })?;
            Answer::Answers(outcomes.into_iter().map(Answer::from).collect())
        }
    })
}
