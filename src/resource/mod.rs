//! Resources: objects made from `resources-1.json`. This is its interpreter.
//!
//! A [`Resource`] is an identity with a client: what it does are ordinary calls. `model.rs` gives every name of a type
//! its meaning; `request.rs` makes parameters of an action's definition, `response.rs` makes resources of a response.
//! Deliberately absent: any service's name. What the definitions cannot say of a resource is in `service/`.

mod action;
mod collection;
mod data;
mod identifiers;
mod member;
mod method;
mod model;
mod names;
mod outcome;
mod request;
mod response;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, RwLock};

pub use collection::{Collection, CollectionItems, CollectionPages};
pub use member::{Member, MemberKind};
pub(crate) use method::{Method, Methods};
pub use outcome::Outcome;

use self::model::{Class, Model};
use crate::client::Client;
use crate::definition::Resources;
use crate::definition::resource::ResourceType;
use crate::error::Result;
use crate::value::{Str, Value};

/// A resource: something that a service keeps, with its identity, its attributes and what can be done with it.
///
/// The service itself is one too: [`Session::resource`](crate::Session::resource) makes it, and all others come from it.
/// Making a resource calls nobody. Its attributes are loaded when the first of them is read, and kept until an action
/// may have changed them.
///
/// A resource may be shared between threads, and its clones share their attributes. Two resources are equal when they
/// are of one type and have the same identifiers, whatever their clients.
///
/// ```no_run
/// use tucuxi::{Session, value};
///
/// let s3 = Session::new()?.resource("s3")?;
/// let bucket = s3.resource("Bucket", ["my-bucket"])?;
/// bucket.call("put_object", value!({"Key": "a.txt", "Body": "hello"}))?;
/// for object in bucket.collection("objects")?.filter(value!({"Prefix": "images/"})).limit(10) {
///     let object = object?;
///     println!("{} {}", object.get("key")?, object.get("size")?);
/// }
/// # Ok::<(), tucuxi::Error>(())
/// ```
///
/// # Beyond boto3
///
/// Where boto3 misbehaves, this does not:
///
/// - `load` fails when it finds nothing; boto3 crashes at the next attribute.
/// - Of many resources in one response each has its own identifiers and data, also where some lack a member; what has no
///   identifier is left out. boto3 pairs identifiers and data by position, whether they belong together or not.
/// - An identifier that a definition forgets is taken from the data, if it is there.
/// - Identifiers from the parent go where their names say, not by position.
/// - A collection with limit 0 is empty and calls nobody; a batch action passes over pages without items.
/// - Secret identifiers are not printed.
#[derive(Clone)]
pub struct Resource(Arc<Inner>);

struct Inner {
    model: Arc<Model>,
    /// The type, as the definition counts.
    index: usize,
    identifiers: Box<[Value]>,
    /// The attributes, as far as they are known.
    data: RwLock<Option<Value>>,
}

const _: () = {
    const fn shared<T: Send + Sync + Clone>() {}
    shared::<Resource>();
    shared::<Collection>();
};

impl Resource {
    /// A service as a resource; `methods` are those that its definition does not describe.
    pub(crate) fn of_service(definition: Arc<Resources>, client: Client, methods: Methods) -> Result<Resource> {
        Ok(Resource::new(Arc::new(Model::new(definition, client, methods)?), 0, Vec::new(), None))
    }

    /// A resource of a type, by its position, with all identifiers in order.
    fn new(model: Arc<Model>, index: usize, identifiers: Vec<Value>, data: Option<Value>) -> Resource {
        Resource(Arc::new(Inner { model, index, identifiers: identifiers.into(), data: RwLock::new(data) }))
    }

    /// The service's name, `s3`.
    pub fn service_name(&self) -> &str {
        self.0.model.definition.service()
    }

    /// The type's name, `Bucket`; that of the service itself is `ServiceResource`.
    pub fn type_name(&self) -> &str {
        &self.resource_type().name
    }

    /// The identifiers: names and values, in order.
    pub fn identifiers(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.resource_type().identifiers.iter().map(|identifier| identifier.name.as_str()).zip(&self.0.identifiers)
    }

    /// The client that the calls go through; it is shared by all resources that came from the same service resource.
    pub fn client(&self) -> &Client {
        &self.0.model.client
    }

    /// The type's definition.
    pub fn resource_type(&self) -> &ResourceType {
        &self.0.model.definition.types()[self.0.index]
    }

    /// Everything that the resource has, in the order of the definition: the `dir()` of a script.
    ///
    /// ```
    /// use tucuxi::{Session, MemberKind};
    ///
    /// let session = Session::builder().region("us-east-1").build()?;
    /// let bucket = session.resource("s3")?.resource("Bucket", ["b"])?;
    /// assert!(bucket.members().iter().any(|member| member.name == "creation_date"));
    /// assert_eq!(bucket.member("objects"), Some(MemberKind::Collection));
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn members(&self) -> Vec<Member> {
        self.class().members()
    }

    /// What kind of thing a name is; nothing if the resource has no such name.
    pub fn member(&self, name: &str) -> Option<MemberKind> {
        self.class().names.get(name).map(names::Meaning::kind)
    }

    /// The names of the types of resource that can be made from this one, sorted.
    pub fn available_subresources(&self) -> Vec<Str> {
        let mut names: Vec<Str> = self.class().members_of(MemberKind::Subresource).cloned().collect();
        names.sort();
        names
    }

    /// A resource that belongs to this one. The identifiers that this one does not know are given as one value, as a
    /// list in their order, as a map by their names, or as `()` where there are none.
    ///
    /// ```
    /// use tucuxi::{Session, value};
    ///
    /// let session = Session::builder().region("us-east-1").build()?;
    /// let s3 = session.resource("s3")?;
    /// let object = s3.resource("Bucket", "b")?.resource("Object", ["a.txt"])?;
    /// assert_eq!(object.to_string(), "s3.Object(bucket_name='b', key='a.txt')");
    /// assert_eq!(object, s3.resource("Object", value!({"bucket_name": "b", "key": "a.txt"}))?);
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `UnknownName` if there is no such subresource; `ParamValidation` if an identifier is missing, null, unknown or
    /// too many.
    pub fn resource(&self, name: &str, identifiers: impl Into<Value>) -> Result<Resource> {
        let way = self.class().subresource(self, name)?;
        identifiers::subresource(self, &way.resource, identifiers.into())
    }

    /// A resource, or a list of resources, that this one's data tell of; null if they tell of none. Loads the data first
    /// if need be.
    ///
    /// # Errors
    /// `UnknownName` if there is no such reference; as [`load`](Self::load).
    pub fn reference(&self, name: &str) -> Result<Outcome> {
        let way = self.class().reference(self, name)?;
        let data = self.loaded_data()?;
        response::resources(&way.resource, self, &Value::Null, &data)
            .map(|found| found.unwrap_or(Outcome::Value(Value::Null)))
            .map_err(|error| error.with_place(&format!("{self}.{name}")))
    }

    /// A collection of the resources that this one leads to. Nobody is called before it is iterated over.
    ///
    /// # Errors
    /// `UnknownName` if there is no such collection.
    pub fn collection(&self, name: &str) -> Result<Collection> {
        Ok(Collection::new(self.clone(), self.class().collection(self, name)?))
    }

    fn class(&self) -> &Class {
        &self.0.model.classes[self.0.index]
    }
}

impl PartialEq for Resource {
    fn eq(&self, other: &Resource) -> bool {
        self.type_name() == other.type_name() && self.service_name() == other.service_name() && self.0.identifiers == other.0.identifiers
    }
}

impl Eq for Resource {}

impl Hash for Resource {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.service_name().hash(state);
        self.type_name().hash(state);
        for identifier in &self.0.identifiers {
            // Identifiers are text, and in a few places whole numbers; others may share a hash.
            identifier.as_str().hash(state);
            identifier.as_int().hash(state);
        }
    }
}

/// As boto3 prints it: `ec2.Instance(id='i-1')`. A secret is not shown.
impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}(", self.service_name(), self.type_name())?;
        for (i, (name, value)) in self.identifiers().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            match value {
                _ if self.class().secrets[i] => write!(f, "{separator}{name}=***")?,
                Value::String(text) => write!(f, "{separator}{name}='{text}'")?,
                other => write!(f, "{separator}{name}={other}")?,
            }
        }
        f.write_str(")")
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
