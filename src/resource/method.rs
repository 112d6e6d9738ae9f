//! What a resource can do that its definition does not say.

use super::{Outcome, Resource};
use crate::error::Result;
use crate::value::Map;

/// A method that `service/` adds to a type of resource. It stands in the place of an action of the same name; one
/// called `load` is what loads the attributes.
pub(crate) struct Method {
    pub name: &'static str,
    pub run: fn(&Resource, Map) -> Result<Outcome>,
}

/// The methods of a type of resource, by the service's ID and the type's name.
pub(crate) type Methods = fn(&str, &str) -> &'static [Method];
