//! The attributes of a resource: loaded when they are needed, kept until something may have changed them.

use std::sync::PoisonError;

use super::names::Meaning;
use super::{MemberKind, Resource, request};
use crate::client::params_map;
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::value::{Map, Str, Value};

/// # Attributes
impl Resource {
    /// An identifier, or an attribute; null where the service says nothing of it. The first attribute that is read loads
    /// all, if nothing has loaded them before. Two threads that are the first at the same time may both load.
    ///
    /// # Errors
    /// `UnknownName` if there is no such attribute, and as [`load`](Self::load).
    pub fn get(&self, name: &str) -> Result<Value> {
        match self.class().names.get(name) {
            Some(Meaning::Identifier(position) | Meaning::Alias(position)) => Ok(self.0.identifiers[*position].clone()),
            Some(Meaning::Attribute(member)) => Ok(self.loaded_data()?[member.as_str()].clone()),
            Some(_) => Err(self.class().unknown(self, MemberKind::Attribute, name)),
            None => Err(self.no_attribute(name)),
        }
    }

    /// What is known of the resource, in the API's spelling; nothing if it is not loaded. Calls nobody.
    pub fn data(&self) -> Option<Value> {
        self.0.data.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches the attributes, whether they are known or not.
    ///
    /// # Errors
    /// `ResourceLoad` if the resource cannot be loaded, or if the service knows nothing of it (boto3 takes that for
    /// success and crashes later); those of the call.
    pub fn load(&self) -> Result<()> {
        self.load_with(Map::new())
    }

    /// The same as [`load`](Self::load).
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn reload(&self) -> Result<()> {
        self.load()
    }

    /// Loads with more parameters.
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
            return Err(self.load_error(&format!("was not found: the response of {} has nothing of it", load.operation)));
        }
        self.set_data(Some(data));
        Ok(())
    }

    /// Whether there is a way to load it.
    pub(super) fn can_load(&self) -> bool {
        self.resource_type().load.is_some() || self.class().method("load").is_some()
    }

    /// What is known of the resource, loaded if need be.
    pub(super) fn loaded_data(&self) -> Result<Value> {
        if let Some(data) = self.data() {
            return Ok(data);
        }
        self.load()?;
        // Another thread's action may have made it unknown again.
        Ok(self.data().unwrap_or_else(|| Value::Map(Map::new())))
    }

    pub(crate) fn set_data(&self, data: Option<Value>) {
        *self.0.data.write().unwrap_or_else(PoisonError::into_inner) = data;
    }

    fn load_error(&self, reason: &str) -> Error {
        Error::new(ErrorKind::ResourceLoad, format!("{self} {reason}"))
    }

    fn no_attribute(&self, name: &str) -> Error {
        let names = [MemberKind::Identifier, MemberKind::Attribute].into_iter().flat_map(|kind| self.class().members_of(kind));
        let near = did_you_mean(name, names.map(Str::as_str));
        let text = format!("{}.{} has no attribute {name:?}.{near}", self.service_name(), self.type_name());
        Error::new(ErrorKind::UnknownName, text)
    }
}

/// # Methods of `service/`
impl Resource {
    /// The data of a call with these parameters, for methods that a definition does not say.
    pub(crate) fn request(&self, operation: &str, params: impl Into<Value>) -> Result<Map> {
        params_map(self.client().call(operation, params)?)
    }
}
