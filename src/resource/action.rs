//! Actions and waiters: the calls that a resource makes, and their results.

use super::names::Meaning;
use super::{MemberKind, Method, Resource, construction, request};
use crate::client::params_map;
use crate::definition::resource::{Action, ParamSource, ResourceWaiter};
use crate::definition::snake_case;
use crate::error::Result;
use crate::value;
use crate::value::{List, Map, Value};

/// The result of an action or a reference.
///
/// ```no_run
/// use tucuxi::{Session, value};
///
/// let ec2 = Session::new()?.resource("ec2")?;
/// let created = ec2.call("create_instances", value!({"ImageId": "ami-1", "MinCount": 2, "MaxCount": 2}))?;
/// for instance in created.into_resources() {
///     println!("{}", instance.get("instance_id")?);
/// }
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// Data; null if there is none.
    Value(Value),
    /// A resource.
    Resource(Resource),
    /// Any number of resources.
    Resources(Vec<Resource>),
}

impl Outcome {
    /// With the client of another resource; see [`Resource::with_client_of`].
    #[cfg(feature = "tokio")]
    pub(crate) fn with_client_of(self, other: &Resource) -> Outcome {
        match self {
            Outcome::Value(value) => Outcome::Value(value),
            Outcome::Resource(resource) => Outcome::Resource(resource.with_client_of(other)),
            Outcome::Resources(resources) => Outcome::Resources(resources.iter().map(|resource| resource.with_client_of(other)).collect()),
        }
    }

    /// Returns the data, or `None` if the outcome is something else.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Outcome::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the resource, or the only one of a list.
    pub fn resource(&self) -> Option<&Resource> {
        match self.resources() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Returns the resources: one, many, or none.
    pub fn resources(&self) -> &[Resource] {
        match self {
            Outcome::Resource(resource) => std::slice::from_ref(resource),
            Outcome::Resources(resources) => resources,
            Outcome::Value(_) => &[],
        }
    }

    /// Converts the outcome into data; `None` if it is something else.
    pub fn into_value(self) -> Option<Value> {
        match self {
            Outcome::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Converts the outcome into its resource, or into the only one of a list.
    pub fn into_resource(self) -> Option<Resource> {
        let mut resources = self.into_resources();
        if resources.len() == 1 { resources.pop() } else { None }
    }

    /// Converts the outcome into its resources: one, many, or none.
    pub fn into_resources(self) -> Vec<Resource> {
        match self {
            Outcome::Resource(resource) => vec![resource],
            Outcome::Resources(resources) => resources,
            Outcome::Value(_) => Vec::new(),
        }
    }

    /// Returns whether the outcome is null or an empty list of resources.
    pub fn is_empty(&self) -> bool {
        match self {
            Outcome::Value(value) => value.is_null(),
            Outcome::Resource(_) => false,
            Outcome::Resources(resources) => resources.is_empty(),
        }
    }
}

/// The parameters of an operation that the resource provides completely.
fn provided_params(action: &Action) -> impl Iterator<Item = Value> {
    let own = action.params.iter().filter(|param| !matches!(param.source, ParamSource::Input));
    own.filter_map(|param| match param.target.parts() {
        [only] => Some(Value::from(only.name.clone())),
        _ => None,
    })
}

/// Removes parameters from the required ones of a description or a schema.
fn remove_required(of: &mut Map, names: &List) {
    if let Some(Value::List(required)) = of.get_mut("required") {
        required.as_mut_vec().retain(|name| !names.iter().any(|provided| provided == name));
    }
}

/// # Actions
impl Resource {
    /// Calls an action. `params` are those parameters of its operation that the resource does not provide itself; a
    /// parameter given here replaces the resource's own. Afterwards, the loaded attributes are discarded if they can be
    /// loaded again, as the action may have changed them.
    ///
    /// `load`, `reload`, and waiters (`wait_until_exists`) can be called too; they return null.
    ///
    /// # Errors
    /// `UnknownName` if there is no such action, and the errors of [`Client::call`](crate::Client::call).
    pub fn call(&self, name: &str, params: impl Into<Value>) -> Result<Outcome> {
        let own = params_map(params.into())?;
        let null = |()| Outcome::Value(Value::Null);
        match self.class().names.get(name) {
            Some(Meaning::Action(index)) => self.act(&self.resource_type().actions[*index], own),
            Some(Meaning::Load) => self.load_with(own).map(null),
            Some(Meaning::Waiter(index)) => self.wait_for(&self.resource_type().waiters[*index], own).map(null),
            Some(Meaning::Method) => match self.class().method(name) {
                Some(method) => (method.run)(self, own),
                None => Err(self.class().unknown(self, MemberKind::Action, name)),
            },
            _ => Err(self.class().unknown(self, MemberKind::Action, name)),
        }
    }

    /// Describes a member without making a request. An action is described by its operation, as [`Client::describe`] does, with
    /// `action` and the parameters that the resource `provides`: these are not among the required ones. Any other member has a
    /// `name` and a `kind`.
    ///
    /// [`Client::describe`]: crate::Client::describe
    ///
    /// ```
    /// use tucuxi::{Session, value};
    ///
    /// let s3 = Session::builder().region("us-east-1").build()?.resource("s3")?;
    /// let object = s3.resource("Object", ["my-bucket", "key"])?;
    /// assert_eq!(object.describe("put")?["provides"], value!(["Bucket", "Key"]));
    /// assert_eq!(object.describe("upload_file")?["input"]["required"], value!(["Filename"]));
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `UnknownName`; `InvalidDefinition` if the definition is broken.
    pub fn describe(&self, name: &str) -> Result<Value> {
        if let Some(method) = self.method(name) {
            return method.spec.describe(self.client());
        }
        if let Some(kind) = self.member(name).filter(|kind| *kind != MemberKind::Action) {
            return Ok(value!({"name": name, "kind": (kind.name())}));
        }
        let action = self.action(name)?;
        let provided: List = provided_params(action).collect();
        let mut description = params_map(self.client().describe(&action.operation)?)?;
        if let Some(Value::Map(input)) = description.get_mut("input") {
            remove_required(input, &provided);
        }
        description.insert("action", name);
        description.insert("provides", provided);
        Ok(description.into())
    }

    /// Returns the parameters of an action as a JSON Schema; see [`Client::input_schema`]. Those that the resource provides are
    /// not required.
    ///
    /// [`Client::input_schema`]: crate::Client::input_schema
    ///
    /// # Errors
    /// `UnknownName` if there is no such action; `InvalidDefinition` if the definition is broken.
    pub fn input_schema(&self, name: &str) -> Result<Value> {
        if let Some(method) = self.method(name) {
            return method.spec.input_schema(self.client());
        }
        let action = self.action(name)?;
        let mut schema = params_map(self.client().input_schema(&action.operation)?)?;
        remove_required(&mut schema, &provided_params(action).collect());
        Ok(schema.into())
    }

    /// The definition of an action.
    fn action(&self, name: &str) -> Result<&Action> {
        let action = match self.class().names.get(name) {
            Some(Meaning::Action(index)) => Some(&self.resource_type().actions[*index]),
            Some(Meaning::Load) => self.resource_type().load.as_ref(),
            _ => None,
        };
        action.ok_or_else(|| self.class().unknown(self, MemberKind::Action, name))
    }

    /// The method of that name which the definition does not contain.
    pub(crate) fn method(&self, name: &str) -> Option<&'static Method> {
        self.class().method(name)
    }

    /// Waits for a condition, given as `exists` or `wait_until_exists`.
    ///
    /// # Errors
    /// As [`wait_with`](Self::wait_with).
    pub fn wait(&self, name: &str) -> Result<()> {
        self.wait_with(name, ())
    }

    /// Waits with additional parameters. `WaiterConfig` among them can contain `Delay` (seconds) and `MaxAttempts`.
    ///
    /// # Errors
    /// `UnknownName` if there is no such waiter, and the errors of [`Client::wait`](crate::Client::wait).
    pub fn wait_with(&self, name: &str, params: impl Into<Value>) -> Result<()> {
        let names = &self.class().names;
        match names.get(name).or_else(|| names.get(format!("wait_until_{name}").as_str())) {
            Some(Meaning::Waiter(index)) => self.wait_for(&self.resource_type().waiters[*index], params_map(params.into())?),
            _ => Err(self.class().unknown(self, MemberKind::Waiter, name)),
        }
    }

    fn wait_for(&self, waiter: &ResourceWaiter, own: Map) -> Result<()> {
        let mut params = Map::new();
        request::add(&mut params, &waiter.params, self, None)?;
        request::overlay(&mut params, own);
        self.client().wait(&snake_case(&waiter.waiter), params).map(|_| ())
    }

    fn act(&self, action: &Action, own: Map) -> Result<Outcome> {
        let mut params = Map::new();
        request::add(&mut params, &action.params, self, None)?;
        request::overlay(&mut params, own);
        let outcome = self.perform(action, params)?;
        if self.can_load() {
            self.set_data(None);
        }
        Ok(outcome)
    }

    /// Makes the call and interprets its response.
    pub(super) fn perform(&self, action: &Action, params: Map) -> Result<Outcome> {
        let params = Value::Map(params);
        let response = self.client().call(&action.operation, &params)?;
        self.interpret(action, &params, response)
    }

    /// Interprets the response of an action.
    pub(super) fn interpret(&self, action: &Action, params: &Value, response: Value) -> Result<Outcome> {
        match (&action.resource, &action.path) {
            (Some(way), _) => match construction::from_response(way, self, params, &response)? {
                Some(outcome) => Ok(outcome),
                None => {
                    let service = self.client().service();
                    construction::empty_outcome(service, service.operation(&action.operation)?, way.path.as_ref())
                }
            },
            (None, Some(path)) => path.search(&response).map(Outcome::Value),
            (None, None) => Ok(Outcome::Value(response)),
        }
    }
}
