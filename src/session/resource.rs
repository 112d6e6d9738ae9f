//! Creating the resource of a service.

use std::sync::Arc;

use super::{Session, default_session};
use crate::client::{Client, params_map};
use crate::definition::{Definition, Resources};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::resource::Resource;
use crate::value::{Map, Str, Value};

/// The text in the user agent of calls made by resources.
const USER_AGENT_EXTRA: &str = "Resource";

/// Returns the resource of a service, with the default session.
///
/// # Errors
/// As [`default_session`](crate::default_session) and [`Session::resource`].
pub fn resource(service: &str) -> Result<Resource> {
    default_session()?.resource(service)
}

/// # Resources
impl Session {
    /// Returns the resource of a service, with the session's settings.
    ///
    /// # Errors
    /// `UnknownService` if the service has no resource definition; `InvalidDefinition` if it is broken; as
    /// [`Session::client`].
    pub fn resource(&self, service: &str) -> Result<Resource> {
        self.resource_with(service, ())
    }

    /// Returns the resource of a service, with the settings of a map as for [`Session::client_with`]. Without
    /// `api_version`, the latest version in which the service has resources is used, for the client too.
    ///
    /// ```
    /// use tucuxi::{Session, value};
    ///
    /// let session = Session::builder().region("us-east-1").build()?;
    /// let s3 = session.resource_with("s3", value!({"endpoint_url": "http://127.0.0.1:9000"}))?;
    /// assert_eq!(s3.client().endpoint_url(), "http://127.0.0.1:9000");
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`resource`](Session::resource); `UnknownAPIVersionError` if the service has no resources in that version.
    pub fn resource_with(&self, service: &str, options: impl Into<Value>) -> Result<Resource> {
        let mut options = params_map(options.into())?;
        let name = crate::service::canonical_name(service);
        let definition = self.resource_definition(name, options["api_version"].as_str())?;
        options.insert("api_version", definition.api_version());
        options.insert("config", with_user_agent(&options["config"]));
        of_definition(definition, self.client_with(service, options)?)
    }

    /// Returns the resource of a service over an existing client, for instance one with its own transport. The client gets
    /// the behavior that resources need: that of DynamoDB takes and returns plain values.
    ///
    /// ```
    /// use tucuxi::Session;
    ///
    /// let session = Session::builder().region("us-east-1").build()?;
    /// let client = session.client("s3")?;
    /// let bucket = session.resource_of(client)?.resource("Bucket", "b")?;
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`resource`](Session::resource).
    pub fn resource_of(&self, client: Client) -> Result<Resource> {
        let service = client.service();
        let definition = match self.definitions().find(service.name(), Some(service.api_version()?))? {
            Some(definition) => definition,
            None => self.resource_definition(service.name(), None)?,
        };
        of_definition(definition, client)
    }

    fn resource_definition(&self, service: &str, version: Option<&str>) -> Result<Arc<Resources>> {
        match self.definitions().find(service, version)? {
            Some(definition) => Ok(definition),
            None => Err(self.no_resource(service, version)),
        }
    }

    fn no_resource(&self, service: &str, version: Option<&str>) -> Error {
        if let (Some(version), Ok(known)) = (version, self.definitions().api_versions(service, Resources::KIND)) {
            let known: Vec<&str> = known.iter().map(Str::as_str).collect();
            let text = format!(
                "The '{service}' resource does not support an API version of: {version}\nValid API versions are: {}",
                known.join(", ")
            );
            return Error::new(ErrorKind::DataNotFound, text).with_name("UnknownAPIVersionError");
        }
        let known = self.available_resources();
        let near = did_you_mean(service, known.iter().map(Str::as_str));
        let known: String = known.iter().map(|name| format!("   - {name}\n")).collect();
        let mut text = format!("The '{service}' resource does not exist.{near}\nThe available resources are:\n{known}");
        if self.available_services().iter().any(|name| name == service) {
            text.push_str(&format!("\nConsider using a client('{service}') instead of a resource for '{service}'"));
        }
        Error::new(ErrorKind::UnknownService, text).with_name("ResourceNotExistsError")
    }
}

fn of_definition(definition: Arc<Resources>, client: Client) -> Result<Resource> {
    let resource = Resource::of_service(definition, client, crate::service::resource_methods)?;
    resource.client().prepare_for_resources(crate::service::customize_resources)?;
    Ok(resource)
}

/// The settings with the user agent's addition, unless they have one already.
fn with_user_agent(config: &Value) -> Value {
    match config {
        Value::Map(map) if map["user_agent_extra"].is_null() => {
            let mut map = map.clone();
            map.insert("user_agent_extra", USER_AGENT_EXTRA);
            map.into()
        }
        Value::Null => Map::from([("user_agent_extra", USER_AGENT_EXTRA)]).into(),
        other => other.clone(),
    }
}
