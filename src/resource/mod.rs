//! Resources: objects made from `resources-1.json`. This is its interpreter.
//!
//! A [`Resource`] is an identity with a client; its methods are ordinary calls. `model.rs` checks the definition and
//! `names.rs` gives every name of a type its meaning; `request.rs` builds the parameters of a call, and `construction.rs`
//! creates resources. No service is named here: behavior that definitions cannot express is in `service/`.

mod action;
mod attributes;
mod collection;
mod construction;
mod model;
mod names;
mod request;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, RwLock};

pub use action::Outcome;
pub use collection::{Collection, CollectionItems, CollectionPages};
pub(crate) use model::{Method, Methods};
pub use names::{Member, MemberKind};

use self::model::{Class, Model};
use crate::client::{Client, OperationRequest};
use crate::definition::Resources;
use crate::definition::resource::ResourceType;
use crate::error::Result;
use crate::value::{Str, Value};

/// A resource: an object that a service stores, with its identity, attributes, and actions.
///
/// The service itself is a resource too: [`Session::resource`](crate::Session::resource) creates it, and all other resources
/// are created from it. Creating a resource makes no request. Its attributes are loaded when the first one is read, and are
/// cached until an action may have changed them.
///
/// A resource can be shared between threads, and its clones share their attributes. Two resources are equal if they have the
/// same type and the same identifiers, regardless of their clients.
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
/// # Differences from boto3
///
/// - `load` fails if the resource is not found; boto3 fails when the next attribute is read.
/// - If a response contains many resources, each has its own identifiers and data even if some lack a member, and resources
///   without an identifier are skipped. boto3 pairs identifiers and data by position, whether they belong together or not.
/// - An identifier that a definition omits is taken from the data if present.
/// - Identifiers from the parent are assigned by name, not by position.
/// - A collection with limit 0 is empty and makes no request; a batch action skips pages without items.
/// - Secret identifiers are not printed.
#[derive(Clone)]
pub struct Resource(Arc<Inner>);

struct Inner {
    model: Arc<Model>,
    /// The position of the type in the definition.
    index: usize,
    identifiers: Box<[Value]>,
    /// The attributes, if they are loaded. Views with other call settings share them.
    data: Arc<RwLock<Option<Value>>>,
}

const _: () = {
    const fn shared<T: Send + Sync + Clone>() {}
    shared::<Resource>();
    shared::<Collection>();
};

impl Resource {
    /// Creates the resource of a service. `methods` are those that the definition does not contain.
    pub(crate) fn of_service(definition: Arc<Resources>, client: Client, methods: Methods) -> Result<Resource> {
        Ok(Resource::new(Arc::new(Model::new(definition, client, methods)?), 0, Vec::new(), None))
    }

    /// Creates a resource of the type at a position, with all identifiers in order.
    fn new(model: Arc<Model>, index: usize, identifiers: Vec<Value>, data: Option<Value>) -> Resource {
        Resource(Arc::new(Inner { model, index, identifiers: identifiers.into(), data: Arc::new(RwLock::new(data)) }))
    }

    /// Returns the name of the service, `s3`.
    pub fn service_name(&self) -> &str {
        self.0.model.definition.service()
    }

    /// Returns the name of the type, `Bucket`; that of the service itself is `ServiceResource`.
    pub fn type_name(&self) -> &str {
        &self.resource_type().name
    }

    /// Returns the names and values of the identifiers, in order.
    pub fn identifiers(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.resource_type().identifiers.iter().map(|identifier| identifier.name.as_str()).zip(&self.0.identifiers)
    }

    /// Returns this resource with a client whose calls have other settings; see [`Client::with_call_settings`]. They also apply to
    /// collections, references, and sub-resources that it creates. The two share their attributes.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use tucuxi::{Session, value};
    ///
    /// let bucket = Session::new()?.resource("s3")?.resource("Bucket", "river")?;
    /// let patient = bucket.with_call_settings(|call| call.deadline(Duration::from_secs(60)));
    /// patient.call("create", ())?;
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn with_call_settings(&self, set: impl FnOnce(OperationRequest<'_>) -> OperationRequest<'_>) -> Resource {
        self.with_model(Arc::new(self.0.model.with_client(self.client().with_call_settings(set))))
    }

    /// Returns this resource with the client of another one. A resource that was made by a view with other call settings must
    /// not keep them.
    pub(crate) fn with_client_of(&self, other: &Resource) -> Resource {
        self.with_model(Arc::clone(&other.0.model))
    }

    fn with_model(&self, model: Arc<Model>) -> Resource {
        let Inner { index, identifiers, data, .. } = &*self.0;
        Resource(Arc::new(Inner { model, index: *index, identifiers: identifiers.clone(), data: Arc::clone(data) }))
    }

    /// Returns the client that makes the calls. All resources created from the same service resource share it.
    pub fn client(&self) -> &Client {
        &self.0.model.client
    }

    /// Returns the definition of the type.
    pub fn resource_type(&self) -> &ResourceType {
        &self.0.model.definition.types()[self.0.index]
    }

    /// Returns all members of the resource, in the order of the definition, like Python's `dir()`.
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

    /// Returns the kind of a member, or `None` if the resource has no member of that name.
    pub fn member(&self, name: &str) -> Option<MemberKind> {
        self.class().names.get(name).map(names::Meaning::kind)
    }

    /// Returns the names of the resource types that can be created from this one, sorted.
    pub fn available_subresources(&self) -> Vec<Str> {
        let mut names: Vec<Str> = self.class().members_of(MemberKind::Subresource).cloned().collect();
        names.sort();
        names
    }

    /// Creates a resource that belongs to this one. Pass the identifiers that this resource does not provide as a single value,
    /// as a list in order, as a map by name, or as `()` if there are none.
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
        construction::subresource(self, &way.resource, identifiers.into())
    }

    /// Returns the resource or the list of resources that the attributes of this one identify; null if they identify none.
    /// Loads the attributes first if necessary.
    ///
    /// # Errors
    /// `UnknownName` if there is no such reference, and the errors of [`load`](Self::load).
    pub fn reference(&self, name: &str) -> Result<Outcome> {
        let way = self.class().reference(self, name)?;
        let data = self.loaded_data()?;
        construction::from_response(&way.resource, self, &Value::Null, &data)
            .map(|found| found.unwrap_or(Outcome::Value(Value::Null)))
            .map_err(|error| error.with_place(&format!("{self}.{name}")))
    }

    /// Returns the type of the resources that a reference leads to. Nothing is loaded.
    ///
    /// # Errors
    /// `UnknownName` if there is no such reference.
    pub fn reference_type(&self, name: &str) -> Result<&ResourceType> {
        let way = self.class().reference(self, name)?;
        Ok(&self.0.model.definition.types()[way.resource.resource_type])
    }

    /// Returns a collection of resources that belong to this one. No request is made until it is iterated over.
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
            // Identifiers are strings, and in a few places integers; others share a hash.
            identifier.as_str().hash(state);
            identifier.as_int().hash(state);
        }
    }
}

/// Formats a resource as boto3 does: `ec2.Instance(id='i-1')`. Secret identifiers are masked.
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
