//! What an action gives.

use super::Resource;
use crate::value::Value;

/// What an action gives, or what a reference leads to.
///
/// ```no_run
/// use tucuxi::{Session, value};
///
/// let ec2 = Session::new()?.resource("ec2")?;
/// let made = ec2.call("create_instances", value!({"ImageId": "ami-1", "MinCount": 2, "MaxCount": 2}))?;
/// for instance in made.into_resources() {
///     println!("{}", instance.get("instance_id")?);
/// }
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// Data; null where there is nothing.
    Value(Value),
    /// A resource.
    Resource(Resource),
    /// Any number of resources.
    Resources(Vec<Resource>),
}

impl Outcome {
    /// The data; nothing if it is something else.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Outcome::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The resource, or the only one of a list.
    pub fn resource(&self) -> Option<&Resource> {
        match self.resources() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The resources: one, many or none.
    pub fn resources(&self) -> &[Resource] {
        match self {
            Outcome::Resource(resource) => std::slice::from_ref(resource),
            Outcome::Resources(resources) => resources,
            Outcome::Value(_) => &[],
        }
    }

    /// The data; nothing if it is something else.
    pub fn into_value(self) -> Option<Value> {
        match self {
            Outcome::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The resource, or the only one of a list.
    pub fn into_resource(self) -> Option<Resource> {
        let mut resources = self.into_resources();
        if resources.len() == 1 { resources.pop() } else { None }
    }

    /// The resources: one, many or none.
    pub fn into_resources(self) -> Vec<Resource> {
        match self {
            Outcome::Resource(resource) => vec![resource],
            Outcome::Resources(resources) => resources,
            Outcome::Value(_) => Vec::new(),
        }
    }

    /// Whether there is nothing: null, or no resource in a list.
    pub fn is_empty(&self) -> bool {
        match self {
            Outcome::Value(value) => value.is_null(),
            Outcome::Resource(_) => false,
            Outcome::Resources(resources) => resources.is_empty(),
        }
    }
}
