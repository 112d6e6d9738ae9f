//! EC2's resources: tagging many things at once, and taking the tags of an instance away.

use crate::error::Result;
use crate::resource::{Method, Outcome, Resource};
use crate::value::{Map, Value};

pub(in crate::service) const SERVICE_METHODS: &[Method] = &[Method { name: "create_tags", run: create_tags }];
pub(in crate::service) const INSTANCE_METHODS: &[Method] = &[Method { name: "delete_tags", run: delete_tags }];

/// A tag for each of the resources with each of the tags; the definition would pair them one to one. A tag without a value
/// has the empty one.
fn create_tags(service: &Resource, params: Map) -> Result<Outcome> {
    service.request("CreateTags", params.clone())?;
    let list = |name: &str| params[name].as_list().cloned().unwrap_or_default();
    let (resources, tags) = (list("Resources"), list("Tags"));
    let value = |tag: &Value| match &tag["Value"] {
        Value::Null => Value::from(""),
        value => value.clone(),
    };
    let pairs = resources.iter().flat_map(|resource| tags.iter().map(move |tag| (resource, tag)));
    let tags = pairs.map(|(resource, tag)| service.resource("Tag", [resource.clone(), tag["Key"].clone(), value(tag)]));
    tags.collect::<Result<_>>().map(Outcome::Resources)
}

/// The tags of this instance, whatever resources the caller names.
fn delete_tags(instance: &Resource, mut params: Map) -> Result<Outcome> {
    params.insert("Resources", [instance.get("id")?]);
    instance.request("DeleteTags", params).map(|response| Outcome::Value(response.into()))
}
