//! `resources-1.json`: the resources of a service.
//!
//! The whole file is parsed when the resources of a service are first requested. All names are resolved to indices for the
//! interpreter (`crate::resource`), which also checks that the operations and shapes exist in the definition of the service.

mod read;
mod rows;
mod target;

use super::loader::{Definition, Source};
use super::located::invalid;
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

/// A type of resource.
#[derive(Debug)]
#[non_exhaustive]
pub struct ResourceType {
    /// Its name, such as `Bucket`. The name of the service itself is `ServiceResource`.
    pub name: Str,
    /// The identifiers that distinguish resources of this type, in order.
    pub identifiers: Vec<Identifier>,
    /// The structure whose members are the attributes.
    pub shape: Option<Str>,
    /// The action that loads the attributes.
    pub load: Option<Action>,
    /// Its actions.
    pub actions: Vec<Action>,
    /// The batch actions of its collections.
    pub batch_actions: Vec<Action>,
    /// Its subresources and references.
    pub has: Vec<Has>,
    /// Its collections.
    pub has_many: Vec<Action>,
    /// Its waiters.
    pub waiters: Vec<ResourceWaiter>,
}

/// An identifier of a resource.
#[derive(Debug)]
#[non_exhaustive]
pub struct Identifier {
    /// Its name for users, such as `bucket_name`.
    pub name: Str,
    /// Its name in the definition, such as `BucketName`.
    pub camel_name: Str,
    /// The member of the shape that has the same value.
    pub member_name: Option<Str>,
}

/// A call, and how its response is processed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Action {
    /// Its name for users, such as `create_tags`.
    pub name: Str,
    /// Its name in the definition, such as `CreateTags`.
    pub camel_name: Str,
    /// The operation, in the API's spelling.
    pub operation: Str,
    /// The parameters that the definition sets.
    pub params: Vec<Param>,
    /// The resource or resources that the response describes.
    pub resource: Option<ResponseResource>,
    /// The part of the response that is returned if it describes no resource.
    pub path: Option<Expression>,
}

/// A parameter that a definition sets in a request.
#[derive(Debug)]
pub struct Param {
    /// Its path.
    pub target: Target,
    /// The source of its value.
    pub source: ParamSource,
}

/// The source of the value of a parameter.
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

/// A resource that a response, or the data of a resource, describes.
#[derive(Debug)]
#[non_exhaustive]
pub struct ResponseResource {
    /// The index of its type in [`Resources::types`].
    pub resource_type: usize,
    /// The sources of its identifiers.
    pub identifiers: Vec<IdentifierSource>,
    /// The path of its data.
    pub path: Option<Expression>,
    /// How the identifiers of several resources are read row by row, if their paths allow it.
    pub rows: Option<Rows>,
}

/// The source of an identifier.
#[derive(Debug)]
#[non_exhaustive]
pub enum IdentifierSource {
    /// An identifier of the parent.
    Parent {
        /// The position of the identifier in the new resource.
        target: usize,
        /// The position of the parent's identifier.
        parent: usize,
    },
    /// A JMESPath expression.
    Search {
        /// The position of the identifier in the new resource.
        target: usize,
        /// The value on which it is evaluated.
        base: Base,
        /// The expression.
        path: Expression,
    },
    /// The caller.
    Input,
}

/// The value on which an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The response of the operation.
    Response,
    /// The parameters that were sent.
    Request,
    /// The parent's data.
    Data,
}

/// A subresource or a reference of a resource.
#[derive(Debug)]
#[non_exhaustive]
pub struct Has {
    /// Its name: for a subresource as in the definition (`Object`), for a reference in snake case (`vpc_addresses`).
    pub name: Str,
    /// The other resource.
    pub resource: ResponseResource,
    /// Whether the data of the resource determines the other one. Otherwise, the caller supplies missing identifiers.
    pub is_reference: bool,
}

/// A waiter of a resource.
#[derive(Debug)]
#[non_exhaustive]
pub struct ResourceWaiter {
    /// Its name for users, such as `wait_until_exists`.
    pub name: Str,
    /// Its name in the definition, such as `Exists`.
    pub camel_name: Str,
    /// The waiter of the service, such as `BucketExists`.
    pub waiter: Str,
    /// The parameters that the definition sets.
    pub params: Vec<Param>,
}

impl Resources {
    /// Returns the service.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Returns the API version of the file.
    pub fn api_version(&self) -> &str {
        &self.api_version
    }

    /// Returns whether the file is embedded in the crate.
    pub(crate) fn is_builtin(&self) -> bool {
        self.builtin
    }

    /// Returns all types in the order of the file. The first is the service itself.
    pub fn types(&self) -> &[ResourceType] {
        &self.types
    }

    /// Returns the service resource.
    pub fn root(&self) -> &ResourceType {
        &self.types[0]
    }

    /// Returns the type with this name.
    ///
    /// # Errors
    /// Fails if there is none. The message suggests similar names.
    pub fn resource_type(&self, name: &str) -> Result<&ResourceType> {
        self.types.iter().find(|known| known.name == name).ok_or_else(|| {
            let near = did_you_mean(name, self.types.iter().map(|known| known.name.as_str()));
            Error::new(ErrorKind::UnknownName, format!("{} has no resource type {name:?}.{near}", self.service))
        })
    }

    /// Creates an error about the value at `path` in the file.
    pub(crate) fn invalid(&self, path: &str, reason: &str) -> Error {
        invalid(&format!("{}: {path}: {reason}", self.file))
    }
}

impl ResourceType {
    /// Returns the position of an identifier by its name for users.
    pub fn identifier(&self, name: &str) -> Option<usize> {
        self.identifiers.iter().position(|identifier| identifier.name == name)
    }

    /// Returns every call of the type, with its path below the type in the file.
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

#[cfg(test)]
mod tests;
