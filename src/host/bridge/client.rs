//! Clients and waiters.

use super::paging::Paginated;
use super::{Answer, Member, Object, Row, Settings, text, unknown};
use crate::client::Client;
use crate::definition::WaiterDefinition;
use crate::error::{Error, Result};
use crate::transfer::{Transfer, TransferConfig};
use crate::value::{Map, Str, Value};
use crate::waiter::Waiter;

/// The methods that only clients of this bridge have.
const METHODS: &[Row] = &[
    ("can_paginate", "method", &["operation_name"], "Returns whether an operation has a paginator."),
    ("get_paginator", "method", &["operation_name"], "Returns the paginator of an operation."),
    ("get_waiter", "method", &["waiter_name", "definition"], "Returns a waiter of the service, or one with a definition of your own."),
    ("stubber", "method", &[], "Returns a stubber for tests."),
];

/// The transfer methods of clients, which take functions of the host.
const TRANSFERS: [&str; 5] = ["upload_file", "upload_fileobj", "download_file", "download_fileobj", "copy"];

const ATTRIBUTES: &[Row] = &[
    ("service_name", "attribute", &[], "The name of the service."),
    ("region_name", "attribute", &[], "The region."),
    ("endpoint_url", "attribute", &[], "The endpoint."),
    ("partition", "attribute", &[], "The partition of the region."),
    ("config", "attribute", &[], "The resolved configuration."),
    ("user_agent", "attribute", &[], "The user agent."),
    ("metadata", "attribute", &[], "The metadata of the service's definition, by botocore's names."),
    ("error_codes", "attribute", &[], "The error codes of the service, with the names of their shapes."),
    ("operations", "attribute", &[], "The operations by their method names."),
    ("paginators", "attribute", &[], "The operations that have paginators."),
    ("waiter_names", "attribute", &[], "The names of the waiters."),
];

pub(super) const OF_WAITER: &[Row] = &[
    ("wait", "method", &[], "Waits until the condition is met."),
    ("name", "attribute", &[], "The name."),
    ("delay", "attribute", &[], "The delay between two polls in seconds."),
    ("max_attempts", "attribute", &[], "The maximum number of polls."),
    ("operation", "attribute", &[], "The operation that is polled."),
];

pub(super) fn members(client: &Client) -> Vec<Member> {
    let operations = client.operations().into_iter().map(|name| Member::new(name, "operation"));
    let methods = client.extra_methods().map(|method| Member::of_method(&method.spec, "method"));
    operations.chain(methods).chain(Member::of_rows(METHODS)).chain(Member::of_rows(ATTRIBUTES)).collect()
}

pub(super) fn has(client: &Client, name: &str) -> bool {
    client.context().operation(name).is_ok() || client.extra_method(name).is_some() || is_own(name)
}

/// Whether the name is a method or an attribute of this bridge.
pub(super) fn is_own(name: &str) -> bool {
    METHODS.iter().chain(ATTRIBUTES).any(|row| row.0 == name)
}

/// Whether the method is a managed transfer; those belong to S3 alone.
pub(super) fn is_transfer(client: &Client, name: &str) -> bool {
    TRANSFERS.contains(&name) && client.service().service_id().is_ok_and(|id| id == "S3")
}

pub(super) fn get(client: &Client, name: &str) -> Result<Answer> {
    let names = |names: Vec<Str>| Value::from(names);
    Ok(Answer::Value(match name {
        "service_name" => client.service().name().into(),
        "region_name" => client.region().into(),
        "endpoint_url" => client.endpoint_url().into(),
        "partition" => client.partition().into(),
        "config" => client.config().to_value(),
        "user_agent" => client.context().user_agent.as_str().into(),
        "metadata" => metadata(client),
        "error_codes" => client.service().error_codes().map(|(code, shape)| (code.clone(), shape.clone())).collect::<Map>().into(),
        "operations" => client.service().method_names().map(|(method, name)| (method.clone(), name.clone())).collect::<Map>().into(),
        "paginators" => names(client.paginators()?),
        "waiter_names" => names(client.waiters()?),
        _ => return Err(unknown("client", name, ATTRIBUTES.iter().map(|row| row.0))),
    }))
}

fn metadata(client: &Client) -> Value {
    let metadata = client.service().metadata();
    let fields = [
        ("apiVersion", metadata.api_version.clone()),
        ("endpointPrefix", metadata.endpoint_prefix.clone()),
        ("protocol", metadata.protocol.clone()),
        ("serviceAbbreviation", metadata.service_abbreviation.clone()),
        ("serviceFullName", metadata.service_full_name.clone()),
        ("serviceId", metadata.service_id.clone()),
        ("signatureVersion", metadata.signature_version.clone()),
        ("signingName", metadata.signing_name.clone()),
        ("jsonVersion", metadata.json_version.clone()),
        ("targetPrefix", metadata.target_prefix.clone()),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect::<Map>().into()
}

pub(super) fn call(client: &Client, name: &str, params: Map, settings: Settings) -> Result<Answer> {
    match name {
        "can_paginate" => {
            let operation = text(&params, "operation_name")?;
            Ok(Answer::Value(client.can_paginate(operation).unwrap_or_default().into()))
        }
        "get_paginator" => Ok(Object::Paginator(Paginated::new(client, text(&params, "operation_name")?)?).into()),
        "get_waiter" => {
            let definition = match &params["definition"] {
                Value::Null => None,
                definition => Some(WaiterDefinition::from_value(definition)?),
            };
            let name = waiter(client, text(&params, "waiter_name")?, definition.as_ref())?.name().into();
            Ok(Object::Waiter { client: client.clone(), name, definition }.into())
        }
        "stubber" => Ok(Object::Stubber(crate::testing::Stubber::new(client)?).into()),
        _ if is_transfer(client, name) => transfer(client, name, &params, settings).map_err(|e| e.with_operation(name)),
        _ => settings.apply(client.request(name, params)).send().map(Answer::Value),
    }
}

fn transfer(client: &Client, name: &str, params: &Map, settings: Settings) -> Result<Answer> {
    let (bucket, key) = (text(params, "Bucket")?, text(params, "Key")?);
    let config = TransferConfig::from_value(&params["Config"])?;
    let mut transfer = Transfer::new(client).config(config).extra_args(params["ExtraArgs"].clone());
    if let Some(progress) = settings.progress {
        transfer = transfer.on_progress(move |bytes| progress(bytes));
    }
    if let Some(cancel) = &settings.cancel {
        transfer = transfer.cancel(cancel);
    }
    if let Some(deadline) = settings.deadline {
        transfer = transfer.deadline(deadline);
    }
    if let Some(client) = &settings.source_client {
        transfer = transfer.source_client(client);
    }
    match name {
        "upload_file" => transfer.upload_file(text(params, "Filename")?, bucket, key)?,
        "upload_fileobj" => match &params["Fileobj"] {
            Value::Stream(stream) => {
                let reader =
                    stream.take().ok_or_else(|| crate::text::invalid("Invalid value for parameter Fileobj: it was already read."))?;
                transfer.upload_fileobj(reader, bucket, key)?;
            }
            Value::Bytes(content) => transfer.upload_fileobj(&content[..], bucket, key)?,
            other => return Err(wrong_file(other)),
        },
        "download_file" => transfer.download_file(bucket, key, text(params, "Filename")?)?,
        "download_fileobj" => match settings.writer {
            Some(writer) => transfer.download_fileobj(bucket, key, writer)?,
            None => return Err(wrong_file(&params["Fileobj"])),
        },
        _ => transfer.copy(params["CopySource"].clone(), bucket, key)?,
    }
    Ok(Answer::Value(Value::Null))
}

fn wrong_file(value: &Value) -> Error {
    crate::text::invalid(format_args!("Invalid type for parameter Fileobj, type: {}, valid types: file object", value.type_name()))
}

/// A waiter of the service, in either spelling, or one with a definition of the program.
pub(super) fn waiter(client: &Client, name: &str, definition: Option<&WaiterDefinition>) -> Result<Waiter> {
    match definition {
        Some(definition) => client.waiter_with(name, definition.clone()),
        None => client.waiter(name),
    }
}

pub(super) fn get_of_waiter(waiter: &Waiter, name: &str) -> Result<Answer> {
    let definition = waiter.definition();
    Ok(Answer::Value(match name {
        "name" => waiter.name().into(),
        "delay" => definition.delay().as_secs().into(),
        "max_attempts" => definition.max_attempts().into(),
        "operation" => definition.operation().into(),
        _ => return Err(unknown("waiter", name, OF_WAITER.iter().map(|row| row.0))),
    }))
}

pub(super) fn call_of_waiter(waiter: Waiter, name: &str, params: Map, settings: Settings) -> Result<Answer> {
    if name != "wait" {
        return Err(unknown("waiter", name, OF_WAITER.iter().map(|row| row.0)));
    }
    let mut polling = waiter;
    if let Some(fetch) = settings.fetch {
        polling = Waiter::from_fn(polling.name(), polling.definition().clone(), move |params| fetch(params));
    }
    if let Some(cancel) = &settings.cancel {
        polling = polling.cancel(cancel);
    }
    if let Some(deadline) = settings.deadline {
        polling = polling.deadline(deadline);
    }
    polling.wait(params).map(Answer::Value)
}
