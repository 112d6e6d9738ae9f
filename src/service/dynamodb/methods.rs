//! The methods of a client that hosts call by name: plain values, batches, and parallel scans as data.

use std::time::Instant;

use super::{batch_get, batch_writer, plain, scan};
use crate::client::{ExtraMethod, ExtraMethods, ExtraParams, MethodSpec, OperationRequest, Param};
use crate::error::Result;
use crate::text::invalid;
use crate::value::{List, Map, Value};

/// The deadline and the cancellation of the request apply to everything that a method does; the other settings, to every call of
/// a batch.
pub(super) const METHODS: ExtraMethods = &[
    ExtraMethod {
        spec: MethodSpec::new("use_plain_values", "Makes this client read and write plain values instead of typed ones.", &[]),
        run: |request, _| plain(request.client()).map(|_| Value::Null),
    },
    ExtraMethod {
        spec: MethodSpec::new(
            "batch_write",
            "Writes any number of items in batches, repeats what is not processed, and returns a report.",
            &[
                Param::required("RequestItems", &["map"], "The requests of each table, in the form of batch_write_item."),
                Param::optional(
                    "OverwriteByPkeys",
                    &["map"],
                    "The names of the key attributes of each table: the last request for a key wins.",
                ),
            ],
        )
        .returning("map"),
        run: batch_write,
    },
    ExtraMethod {
        spec: MethodSpec::new(
            "batch_get",
            "Reads any number of items in batches, repeats what is not processed, and returns the report of each table.",
            &[Param::required("RequestItems", &["map"], "The keys and options of each table, in the form of batch_get_item.")],
        )
        .returning("map")
        .read_only(),
        run: get_batches,
    },
    ExtraMethod {
        spec: MethodSpec::new(
            "parallel_scan",
            "Reads a table in parallel segments, and returns the items of all pages as Items.",
            &[Param::optional("Segments", &["integer"], "The number of segments.")],
        )
        .like("Scan")
        .returning("map")
        .read_only(),
        run: parallel_scan,
    },
];

fn batch_write(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let mut writer = batch_writer(request.client()).options(request.options());
    for (table, names) in map(params, "OverwriteByPkeys")? {
        writer = writer.overwrite_by_pkeys(&table, names.into_iter().filter_map(Value::as_str));
    }
    let tables = map(params, "RequestItems")?;
    // Nothing is written if a request is malformed.
    for (table, requests) in &tables {
        if let Some(i) = requests.into_iter().position(|request| item(request).is_none()) {
            let form = "{\"PutRequest\": {\"Item\": {…}}} or {\"DeleteRequest\": {\"Key\": {…}}}";
            return Err(invalid(format_args!("Invalid request RequestItems.{table}[{i}], valid requests: {form}")));
        }
    }
    for (table, requests) in &tables {
        for request in requests {
            match item(request) {
                Some((true, item)) => writer.put_item(table, item.clone())?,
                Some((false, key)) => writer.delete_item(table, key.clone())?,
                None => continue,
            };
        }
    }
    Ok(writer.finish().to_value())
}

/// Returns whether a request puts an item, and the item or key.
fn item(request: &Value) -> Option<(bool, &Value)> {
    let request = request.as_map().filter(|request| request.len() == 1)?;
    match (request.get("PutRequest"), request.get("DeleteRequest")) {
        (Some(put), _) => Some((true, put.get("Item")?)),
        (_, Some(delete)) => Some((false, delete.get("Key")?)),
        _ => None,
    }
}

fn get_batches(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let started = Instant::now();
    let mut reports = Map::new();
    for (table, content) in map(params, "RequestItems")? {
        let Value::Map(mut options) = content else {
            return Err(invalid(format_args!("The request for {table} must be a map with Keys")));
        };
        let keys = options.remove("Keys").unwrap_or_default();
        let mut batch = batch_get(request.client()).options(&table, options)?.call_options(request.options());
        if let Some(total) = request.options().deadline {
            batch = batch.deadline(total.saturating_sub(started.elapsed()));
        }
        for key in &keys {
            batch.get(&table, key.clone())?;
        }
        reports.insert(table, batch.run().to_value());
    }
    Ok(reports.into())
}

fn parallel_scan(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let mut params = params.all().clone();
    let segments = params.remove("Segments").unwrap_or_default();
    let mut items = scan(request.client(), params)?;
    if !segments.is_null() {
        let count = segments.as_int().and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
        items = items.segments(count.ok_or_else(|| invalid("Segments must be a positive integer"))?);
    }
    if let Some(total) = request.options().deadline {
        items = items.deadline(total);
    }
    if let Some(cancel) = &request.options().cancel {
        items = items.cancel(cancel);
    }
    Ok(Map::from([("Items", items.into_iter().collect::<Result<List>>()?)]).into())
}

fn map(params: &ExtraParams<'_>, name: &str) -> Result<Map> {
    match params.value(name) {
        Value::Null => Ok(Map::new()),
        Value::Map(map) => Ok(map.clone()),
        other => Err(invalid(format_args!("Invalid type for parameter {name}, type: {}, valid types: map", other.type_name()))),
    }
}
