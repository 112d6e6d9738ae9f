//! The attributes of a resource: loaded when needed, and cached until an action may have changed them.

use std::sync::PoisonError;

use super::names::Meaning;
use super::{MemberKind, Resource, request};
use crate::client::params_map;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Value};

/// # Attributes
impl Resource {
    /// Returns an identifier or an attribute; null if the service returned no value for it. Reading the first attribute loads
    /// all of them unless they are loaded. Two threads that do this at the same time may both load them.
    ///
    /// # Errors
    /// `UnknownName` if there is no such attribute, and the errors of [`load`](Self::load).
    pub fn get(&self, name: &str) -> Result<Value> {
        match self.class().names.get(name) {
            Some(Meaning::Identifier(position) | Meaning::Alias(position)) => Ok(self.0.identifiers[*position].clone()),
            Some(Meaning::Attribute(member)) => Ok(self.loaded_data()?[member.as_str()].clone()),
            _ => Err(self.class().unknown(self, MemberKind::Attribute, name)),
        }
    }

    /// Returns the loaded attributes, in the API's spelling; `None` if they are not loaded. Makes no request.
    pub fn data(&self) -> Option<Value> {
        self.0.data.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Loads the attributes, even if they are already loaded.
    ///
    /// # Errors
    /// `ResourceLoad` if the resource cannot be loaded or was not found (boto3 treats that as success and fails later), and
    /// the errors of [`Client::call`](crate::Client::call).
    pub fn load(&self) -> Result<()> {
        self.load_with(Map::new())
    }

    /// Equivalent to [`load`](Self::load).
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn reload(&self) -> Result<()> {
        self.load()
    }

    /// Loads with additional parameters.
    pub(super) fn load_with(&self, own: Map) -> Result<()> {
        if let Some(method) = self.class().method("load") {
            return (method.run)(self, own).map(|_| ());
        }
        let load = self.resource_type().load.as_ref().ok_or_else(|| self.load_error("has no load method"))?;
        let mut params = Map::new();
        request::add(&mut params, &load.params, self, None)?;
        request::overlay(&mut params, own);
        let response = self.client().call(&load.operation, params)?;
        let data = match &load.path {
            Some(path) => path.search(&response)?,
            None => response,
        };
        if data.is_null() {
            return Err(self.load_error(&format!("was not found: the response of {} does not contain it", load.operation)));
        }
        self.set_data(Some(data));
        Ok(())
    }

    /// Whether the attributes can be loaded.
    pub(super) fn can_load(&self) -> bool {
        self.resource_type().load.is_some() || self.class().method("load").is_some()
    }

    /// Returns the attributes, loading them if necessary.
    pub(super) fn loaded_data(&self) -> Result<Value> {
        if let Some(data) = self.data() {
            return Ok(data);
        }
        self.load()?;
        // An action in another thread may have discarded them.
        Ok(self.data().unwrap_or_else(|| Value::Map(Map::new())))
    }

    pub(crate) fn set_data(&self, data: Option<Value>) {
        *self.0.data.write().unwrap_or_else(PoisonError::into_inner) = data;
    }

    fn load_error(&self, reason: &str) -> Error {
        Error::new(ErrorKind::ResourceLoad, format!("{self} {reason}"))
    }
}

/// # Methods of `service/`
impl Resource {
    /// Calls an operation, for methods that the definition does not describe.
    pub(crate) fn request(&self, operation: &str, params: impl Into<Value>) -> Result<Map> {
        params_map(self.client().call(operation, params)?)
    }
}
