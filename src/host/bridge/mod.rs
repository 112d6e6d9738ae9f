//! The objects that a host language sees, with one small set of verbs.
//!
//! An [`Object`] is a session, a client, a resource, a collection, a paginator, an iteration over pages, a waiter, a stream, or
//! a stubber. Everything about it is reachable by name: [`members`](Object::members), [`get`](Object::get),
//! [`call`](Object::call), [`next`](Object::next), [`describe`](Object::describe), [`repr`](Object::repr), and
//! [`close`](Object::close). Arguments are maps with boto3's names, and results are [`Answer`]s. Every verb takes `&self`, so that an
//! object can be shared between the threads of the host.
//!
//! ```
//! use tucuxi::host::bridge::{Answer, Object, Settings};
//! use tucuxi::{Map, value};
//!
//! let options = value!({"region_name": "eu-west-1", "aws_access_key_id": "AKID", "aws_secret_access_key": "SECRET"});
//! let session = Object::session(options.as_map().unwrap(), None)?;
//! let Answer::Object(s3) = session.call("client", Map::from([("service_name", "s3")]), Settings::default())? else { panic!() };
//! assert_eq!(s3.kind(), "client");
//! assert!(s3.has("list_buckets") && !s3.has("list_bucket"));
//! let params = value!({"ClientMethod": "get_object", "Params": {"Bucket": "river", "Key": "a"}});
//! let url = s3.call("generate_presigned_url", params.as_map().unwrap().clone(), Settings::default())?.into_value()?;
//! assert!(url.as_str().unwrap().starts_with("https://river.s3.amazonaws.com/a?"));
//! # Ok::<(), tucuxi::Error>(())
//! ```

mod client;
mod event;
mod paging;
mod resource;
mod session;
mod stream;
mod stubber;
mod visitor;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use self::event::hook;
#[cfg(feature = "python")]
pub(crate) use self::event::{buffer_request, handle};
#[cfg(any(feature = "lua", feature = "rhai", feature = "node"))]
pub(crate) use self::event::{headers_of, pairs};
pub use self::paging::Pages;
use self::paging::Paginated;
pub use self::session::{credentials_from, session_builder};
pub use self::stream::StreamState;
pub use self::visitor::{Visitor, visit};
use crate::client::{Client, MethodSpec, OperationRequest};
use crate::definition::WaiterDefinition;
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::http::Cancel;
use crate::resource::{Collection, Outcome, Resource};
use crate::session::Session;
use crate::testing::Stubber;
use crate::value::{List, Map, Str, Value};

/// An object that a host holds a handle of.
#[non_exhaustive]
pub enum Object {
    /// A session: `client`, `resource`, `available_services`, …
    Session(Session),
    /// A client: its operations, `get_paginator`, `get_waiter`, and the other methods of boto3's clients.
    Client(Client),
    /// A resource: identifiers, attributes, actions, sub-resources, references, collections, and waiters.
    Resource(Resource),
    /// A collection: `all`, `filter`, `limit`, `page_size`, `pages`, and its batch actions.
    Collection(Collection),
    /// A paginator of an operation: `paginate`.
    Paginator(Paginated),
    /// An iteration over pages, items of pages, or resources.
    Pages(Box<Mutex<Pages>>),
    /// A waiter: `wait`.
    Waiter {
        /// The client that polls.
        client: Client,
        /// The name of the waiter.
        name: Str,
        /// Its definition, if it is not one of the service.
        definition: Option<WaiterDefinition>,
    },
    /// A body or a stream of events: `read`, or an iteration over events.
    Stream(Mutex<StreamState>),
    /// A stubber of a client: `add_response`, `add_client_error`, `assert_no_pending_responses`, …
    Stubber(Stubber),
}

/// The result of a verb.
#[non_exhaustive]
pub enum Answer {
    /// Data.
    Value(Value),
    /// An object.
    Object(Object),
    /// Several objects of the same kind.
    Objects(Vec<Object>),
    /// The results of a batch action, one for each page.
    Answers(Vec<Answer>),
}

impl Answer {
    /// Returns the data; that of a batch action is a list.
    ///
    /// # Errors
    /// `Conversion` if the answer is an object.
    pub fn into_value(self) -> Result<Value> {
        match self {
            Answer::Value(value) => Ok(value),
            Answer::Answers(answers) => Ok(answers.into_iter().map(Answer::into_value).collect::<Result<List>>()?.into()),
            _ => Err(Error::new(ErrorKind::Conversion, "The result is an object, not a value.")),
        }
    }
}

impl From<Value> for Answer {
    fn from(value: Value) -> Answer {
        Answer::Value(value)
    }
}

impl From<Object> for Answer {
    fn from(object: Object) -> Answer {
        Answer::Object(object)
    }
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Value(value) => Answer::Value(value),
            Outcome::Resource(resource) => Answer::Object(Object::Resource(resource)),
            Outcome::Resources(resources) => Answer::Objects(resources.into_iter().map(Object::Resource).collect()),
        }
    }
}

/// A function of the host that makes a call instead of the client: the calls of a paginator or a waiter go through it.
pub type Fetch = Arc<dyn Fn(&Map) -> anyhow::Result<Value> + Send + Sync>;

/// What a call takes besides its arguments: limits, and functions and handles of the host.
#[derive(Default)]
pub struct Settings {
    /// Stops the call from another thread.
    pub cancel: Option<Cancel>,
    /// The total time of the call.
    pub deadline: Option<Duration>,
    /// Additional headers of the request.
    pub headers: Vec<(String, String)>,
    /// Receives the bytes of a transfer as they are sent or received; negative numbers take back what must be repeated.
    pub progress: Option<Arc<dyn Fn(i64) -> anyhow::Result<()> + Send + Sync>>,
    /// The destination of `download_fileobj`.
    pub writer: Option<Box<dyn Write + Send>>,
    /// Makes the calls of a paginator or a waiter.
    pub fetch: Option<Fetch>,
    /// The client that reads the source of `copy`.
    pub source_client: Option<Client>,
}

impl Settings {
    /// Whether anything applies to single requests.
    fn for_requests(&self) -> bool {
        self.cancel.is_some() || self.deadline.is_some() || !self.headers.is_empty() || self.progress.is_some()
    }

    /// Sets what applies to single requests.
    fn apply<'c>(&self, mut request: OperationRequest<'c>) -> OperationRequest<'c> {
        if let Some(cancel) = &self.cancel {
            request = request.cancel(cancel);
        }
        if let Some(deadline) = self.deadline {
            request = request.deadline(deadline);
        }
        if let Some(progress) = &self.progress {
            let progress = Arc::clone(progress);
            request = request.on_progress(move |bytes| progress(bytes));
        }
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }
}

/// A name of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name.
    pub name: Str,
    /// `operation`, `method`, `attribute`, or the kind of a member of a resource.
    pub kind: &'static str,
    /// The names of the parameters of a method in boto3's positional order; empty if it takes only named parameters.
    pub parameters: Vec<&'static str>,
    /// A line of help; empty for operations, whose parameters [`Object::describe`] lists.
    pub help: &'static str,
}

impl Member {
    fn new(name: impl Into<Str>, kind: &'static str) -> Member {
        Member { name: name.into(), kind, parameters: Vec::new(), help: "" }
    }

    /// A method that is not an operation.
    fn of_method(spec: &MethodSpec, kind: &'static str) -> Member {
        let parameters = spec.own_params().map(|param| param.name).collect();
        Member { name: spec.name.into(), kind, parameters, help: spec.help }
    }

    fn of_rows(rows: &[Row]) -> impl Iterator<Item = Member> {
        rows.iter().map(|&(name, kind, parameters, help)| Member { name: name.into(), kind, parameters: parameters.to_vec(), help })
    }
}

/// A member that every object of a kind has.
type Row = (&'static str, &'static str, &'static [&'static str], &'static str);

impl Object {
    /// Returns the kind of object in one word.
    pub fn kind(&self) -> &'static str {
        match self {
            Object::Session(_) => "session",
            Object::Client(_) => "client",
            Object::Resource(_) => "resource",
            Object::Collection(_) => "collection",
            Object::Paginator(_) => "paginator",
            Object::Pages(_) => "pages",
            Object::Waiter { .. } => "waiter",
            Object::Stream(_) => "stream",
            Object::Stubber(_) => "stubber",
        }
    }

    /// Lists the names of the object.
    ///
    /// # Errors
    /// The errors of a broken definition.
    pub fn members(&self) -> Result<Vec<Member>> {
        Ok(match self {
            Object::Session(_) => Member::of_rows(session::MEMBERS).collect(),
            Object::Client(client) => client::members(client),
            Object::Resource(resource) => resource::members(resource),
            Object::Collection(collection) => resource::members_of_collection(collection),
            Object::Paginator(_) => Member::of_rows(paging::OF_PAGINATOR).collect(),
            Object::Pages(_) => Member::of_rows(paging::OF_PAGES).collect(),
            Object::Waiter { .. } => Member::of_rows(client::OF_WAITER).collect(),
            Object::Stream(_) => Member::of_rows(stream::MEMBERS).collect(),
            Object::Stubber(_) => Member::of_rows(stubber::MEMBERS).collect(),
        })
    }

    /// Returns whether the object has a member of that name. A client and a resource look it up without listing the others.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Object::Client(client) => client::has(client, name),
            Object::Resource(resource) => resource.member(name).is_some(),
            other => other.members().is_ok_and(|members| members.iter().any(|member| member.name == name)),
        }
    }

    /// Returns an attribute.
    ///
    /// # Errors
    /// `UnknownName` for an attribute that does not exist; for attributes of resources, the errors of the call that loads them.
    pub fn get(&self, name: &str) -> Result<Answer> {
        match self {
            Object::Session(session) => session::get(session, name),
            Object::Client(client) => client::get(client, name),
            Object::Resource(resource) => resource::get(resource, name),
            Object::Paginator(paginator) => paginator.get(name),
            Object::Pages(pages) => paging::lock(pages).get(name),
            Object::Waiter { client, name: waiter, definition } => {
                client::get_of_waiter(&client::waiter(client, waiter, definition.as_ref())?, name)
            }
            Object::Stream(stream) => stream::lock(stream).get(name),
            other => Err(other.unknown(name)),
        }
    }

    /// Calls a method.
    ///
    /// # Errors
    /// `UnknownOperation` or `UnknownName` for a method that does not exist, `ParamValidation` for its arguments, and the errors
    /// of the call.
    pub fn call(&self, name: &str, params: Map, settings: Settings) -> Result<Answer> {
        match self {
            Object::Session(session) => session::call(session, name, params),
            Object::Client(client) => client::call(client, name, params, settings),
            Object::Resource(resource) => resource::call(resource, name, params, settings),
            Object::Collection(collection) => resource::call_of_collection(collection, name, params, &settings),
            Object::Paginator(paginator) => paginator.call(name, params, settings),
            Object::Pages(pages) => paging::lock(pages).call(name),
            Object::Waiter { client, name: waiter, definition } => {
                client::call_of_waiter(client::waiter(client, waiter, definition.as_ref())?, name, params, settings)
            }
            Object::Stream(stream) => stream::lock(stream).call(name, &params),
            Object::Stubber(stubber) => stubber::call(stubber, name, &params),
        }
    }

    /// Returns the next page, item, resource, or event, or `None` at the end.
    ///
    /// # Errors
    /// The errors of the call that fetches it; `UnknownName` if the object is not iterable.
    pub fn next(&self) -> Result<Option<Answer>> {
        match self {
            Object::Pages(pages) => paging::lock(pages).next(),
            Object::Stream(stream) => stream::lock(stream).next(),
            other => Err(Error::new(ErrorKind::UnknownName, format!("A {} is not iterable.", other.kind()))),
        }
    }

    /// Describes a member: an operation of a client with its input, output, and errors (see [`Client::describe`]), an action of a
    /// resource (see [`Resource::describe`]), or a method or an attribute of any object by its `name`, `kind`, `parameters`, and
    /// `help`. Without a name, a resource describes itself: its `service_name`, its `type`, and its `identifiers`.
    ///
    /// # Errors
    /// `UnknownOperation` or `UnknownName` if there is no such member.
    pub fn describe(&self, name: &str) -> Result<Value> {
        match self {
            Object::Client(client) if !client::is_own(name) => client.describe(name),
            Object::Resource(resource) if name.is_empty() => resource::describe(resource),
            Object::Resource(resource) => resource.describe(name),
            other => match other.members()?.into_iter().find(|member| member.name == name) {
                Some(Member { name, kind, parameters, help }) => {
                    Ok(crate::value!({"name": name, "kind": kind, "parameters": parameters, "help": help}))
                }
                None => Err(other.unknown(name)),
            },
        }
    }

    /// Returns a short text for a debugger.
    pub fn repr(&self) -> String {
        match self {
            Object::Session(session) => format!("{session:?}"),
            Object::Client(client) => format!("{client:?}"),
            Object::Resource(resource) => resource.to_string(),
            Object::Collection(collection) => format!("{collection:?}"),
            Object::Paginator(paginator) => paginator.repr(),
            Object::Waiter { name, .. } => format!("Waiter({name})"),
            Object::Pages(_) | Object::Stream(_) => self.kind().to_owned(),
            Object::Stubber(stubber) => format!("{stubber:?}"),
        }
    }

    /// Releases what the object holds open: the connection of a stream, the rest of an iteration, the hooks of a stubber.
    /// Other objects hold nothing, and closing twice has no effect.
    pub fn close(&self) {
        match self {
            Object::Pages(pages) => paging::lock(pages).close(),
            Object::Stream(stream) => stream::lock(stream).close(),
            Object::Stubber(stubber) => stubber.deactivate(),
            _ => {}
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let members = self.members().unwrap_or_default();
        unknown(self.kind(), name, members.iter().map(|member| member.name.as_str()))
    }
}

fn unknown<'a>(kind: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Error {
    let near = did_you_mean(name, known);
    Error::new(ErrorKind::UnknownName, format!("A {kind} has no member {name:?}.{near}")).with_name("AttributeError")
}

/// A text among the arguments of a method.
fn text<'p>(params: &'p Map, name: &str) -> Result<&'p str> {
    optional_text(params, name)?.ok_or_else(|| crate::text::invalid(format_args!("Missing required parameter in input: \"{name}\"")))
}

fn optional_text<'p>(params: &'p Map, name: &str) -> Result<Option<&'p str>> {
    match &params[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        other => {
            Err(crate::text::invalid(format_args!("Invalid type for parameter {name}, type: {}, valid types: string", other.type_name())))
        }
    }
}

#[cfg(test)]
mod tests;
