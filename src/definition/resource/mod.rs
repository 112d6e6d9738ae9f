//! Resources: `resources-1.json`, typed and checked.
//!
//! The file is read whole when a service's resources are first asked for: every name that it uses is looked up here,
//! so that the interpreter (`crate::resource`) follows indices. Operations and shapes are the service definition's;
//! whether they exist is checked where the two meet.

mod place;
mod read;
mod rows;
mod target;

use super::source::{Definition, Source};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::value::{Expression, Str, Value};

pub use rows::Rows;
pub use target::{Target, TargetIndex, TargetPart};

/// The resource types of a service.
#[derive(Debug)]
pub struct Resources {
    service: Str,
    api_version: Str,
    file: String,
    builtin: bool,
    types: Vec<ResourceType>,
}

/// One type of resource.
#[derive(Debug)]
#[non_exhaustive]
pub struct ResourceType {
    /// Its name, `Bucket`; that of the service itself is `ServiceResource`.
    pub name: Str,
    /// What tells one resource of the type from another, in order.
    pub identifiers: Vec<Identifier>,
    /// The structure whose members are the attributes.
    pub shape: Option<Str>,
    /// What fetches the attributes.
    pub load: Option<Action>,
    /// What can be done with it.
    pub actions: Vec<Action>,
    /// What can be done with many at once, through a collection.
    pub batch_actions: Vec<Action>,
    /// The resources that it leads to: subresources and references.
    pub has: Vec<Has>,
    /// The collections that it leads to.
    pub has_many: Vec<Action>,
    /// What can be waited for.
    pub waiters: Vec<ResourceWaiter>,
}

/// A part of what tells one resource from another.
#[derive(Debug)]
#[non_exhaustive]
pub struct Identifier {
    /// Its name for users, `bucket_name`.
    pub name: Str,
    /// Its name in the definition, `BucketName`.
    pub camel_name: Str,
    /// The member of the shape that says the same.
    pub member_name: Option<Str>,
}

/// A call, and what becomes of its response.
#[derive(Debug)]
#[non_exhaustive]
pub struct Action {
    /// Its name for users, `create_tags`.
    pub name: Str,
    /// Its name in the definition, `CreateTags`.
    pub camel_name: Str,
    /// The operation, in the API's spelling.
    pub operation: Str,
    /// What is put into the request.
    pub params: Vec<Param>,
    /// The resource, or the resources, that the response tells of.
    pub resource: Option<ResponseResource>,
    /// What is taken out of the response where it tells of no resource.
    pub path: Option<Expression>,
}

/// A parameter that a definition puts into a request.
#[derive(Debug)]
pub struct Param {
    /// Its place.
    pub target: Target,
    /// Where its value comes from.
    pub source: ParamSource,
}

/// Where the value of a parameter comes from.
#[derive(Debug)]
#[non_exhaustive]
pub enum ParamSource {
    /// An identifier of the resource, by its position.
    Identifier(usize),
    /// The resource's data.
    Data(Expression),
    /// The definition.
    Constant(Value),
    /// The caller.
    Input,
}

/// A resource that a response or a resource's data tells of.
#[derive(Debug)]
#[non_exhaustive]
pub struct ResponseResource {
    /// Its type, as [`Resources::types`] counts.
    pub resource_type: usize,
    /// Where each of its identifiers comes from.
    pub identifiers: Vec<IdentifierSource>,
    /// Where its data lie.
    pub path: Option<Expression>,
    /// How the identifiers of many are read one by one, where their paths allow it.
    pub rows: Option<Rows>,
}

/// Where an identifier comes from.
#[derive(Debug)]
#[non_exhaustive]
pub enum IdentifierSource {
    /// An identifier of the parent.
    Parent {
        /// Which of the new resource's identifiers it is.
        target: usize,
        /// The parent's identifier, by its position.
        parent: usize,
    },
    /// A search.
    Search {
        /// Which of the new resource's identifiers it is.
        target: usize,
        /// What is searched.
        base: Base,
        /// The path.
        path: Expression,
    },
    /// The caller.
    Input,
}

/// What a path is searched in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The operation's response.
    Response,
    /// The parameters that were sent.
    Request,
    /// The parent's data.
    Data,
}

/// A way from one resource to another.
#[derive(Debug)]
#[non_exhaustive]
pub struct Has {
    /// Its name: as in the definition for a subresource (`Object`), in snake case for a reference (`vpc_addresses`).
    pub name: Str,
    /// Where it leads.
    pub resource: ResponseResource,
    /// Whether the resource's data tell where it leads; otherwise the caller gives what is missing.
    pub is_reference: bool,
}

/// A condition to wait for.
#[derive(Debug)]
#[non_exhaustive]
pub struct ResourceWaiter {
    /// Its name for users, `wait_until_exists`.
    pub name: Str,
    /// Its name in the definition, `Exists`.
    pub camel_name: Str,
    /// The service's waiter, `BucketExists`.
    pub waiter: Str,
    /// What is put into the request.
    pub params: Vec<Param>,
}

impl Resources {
    /// The service that they belong to.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The API's version: that of the file.
    pub fn api_version(&self) -> &str {
        &self.api_version
    }

    /// Whether the crate carries the file.
    pub(crate) fn is_builtin(&self) -> bool {
        self.builtin
    }

    /// All types, in the file's order; the first is the service itself.
    pub fn types(&self) -> &[ResourceType] {
        &self.types
    }

    /// The service as a resource.
    pub fn root(&self) -> &ResourceType {
        &self.types[0]
    }

    /// The type of that name.
    ///
    /// # Errors
    /// If there is none; the message has the nearest names.
    pub fn resource_type(&self, name: &str) -> Result<&ResourceType> {
        self.types.iter().find(|known| known.name == name).ok_or_else(|| {
            let near = did_you_mean(name, self.types.iter().map(|known| known.name.as_str()));
            Error::new(ErrorKind::UnknownName, format!("{} has no resource type {name:?}.{near}", self.service))
        })
    }

    /// An error of the file at a place.
    pub(crate) fn broken(&self, place: &str, reason: &str) -> Error {
        broken(place, reason).with_place(&self.file)
    }
}

impl ResourceType {
    /// The position of an identifier, by its name for users.
    pub fn identifier(&self, name: &str) -> Option<usize> {
        self.identifiers.iter().position(|identifier| identifier.name == name)
    }

    /// Every call that the type can make, with its place below the type in the file.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (String, &Action)> {
        let load = self.load.iter().map(|action| ("load".to_owned(), action));
        let groups = [("actions", &self.actions), ("batchActions", &self.batch_actions), ("hasMany", &self.has_many)];
        let others = groups
            .into_iter()
            .flat_map(|(group, actions)| actions.iter().map(move |action| (format!("{group}.{}", action.camel_name), action)));
        load.chain(others)
    }
}

impl Definition for Resources {
    const KIND: &'static str = "resources-1";

    fn parse(source: Source) -> Result<Resources> {
        Ok(Resources {
            types: read::types(&source.text)?,
            service: source.service.unwrap_or_default(),
            api_version: source.api_version.unwrap_or_default(),
            file: source.file,
            builtin: source.builtin,
        })
    }
}

fn broken(place: &str, reason: &str) -> Error {
    Error::new(ErrorKind::InvalidDefinition, format!("{place}: {reason}"))
}

#[cfg(test)]
mod tests;
