//! EC2: a second name for filters, base64 in two places, copies between regions, and the tagging methods of its
//! resources.

use super::cross_region_copy;
use super::hooks::{accept_alias, encode_user_data};
use crate::call::Event;
use crate::client::{MethodSpec, Setup};
use crate::error::Result;
use crate::resource::{Method, Outcome, Resource};
use crate::text::encoding::decode_lenient;
use crate::value::{Map, Value};

pub(super) const SERVICE_METHODS: &[Method] = &[Method {
    spec: MethodSpec::new("create_tags", "Adds tags to resources, and returns a tag for each pair of a resource and a tag.", &[])
        .like("CreateTags")
        .returning("list"),
    run: create_tags,
}];
pub(super) const INSTANCE_METHODS: &[Method] = &[Method {
    spec: MethodSpec::new("delete_tags", "Deletes tags of this instance.", &[])
        .like("DeleteTags")
        .provided(&["Resources"])
        .returning("map"),
    run: delete_tags,
}];

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-parameter-build.ec2", filters)?;
    setup.on("before-parameter-build.ec2.RunInstances", encode_user_data)?;
    setup.on("before-call.ec2.CopySnapshot", cross_region_copy::presign_snapshot)?;
    setup.on("after-call.ec2.GetConsoleOutput", decode_output)
}

/// Most operations have `Filters`, a few have `Filter`; those accept both names.
fn filters(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let input = event.service().input(event.operation())?;
    let singular = input.and_then(|i| i.structure()).is_some_and(|s| s.member("Filter").is_some());
    if singular { accept_alias(event, "Filter", "Filters") } else { Ok(()) }
}

/// Decodes the console output, which is base64; other text remains unchanged.
fn decode_output(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(output) = event.result_mut().and_then(|result| result.get_mut("Output"))
        && let Some(bytes) = output.as_str().and_then(decode_lenient)
    {
        *output = String::from_utf8_lossy(&bytes).into_owned().into();
    }
    Ok(())
}

/// Returns a tag resource for each combination of a resource and a tag; the definition would pair them one to one. A tag
/// without a value has an empty value.
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

/// Deletes tags of this instance; `Resources` of the caller is replaced.
fn delete_tags(instance: &Resource, mut params: Map) -> Result<Outcome> {
    params.insert("Resources", [instance.get("id")?]);
    instance.request("DeleteTags", params).map(|response| Outcome::Value(response.into()))
}
