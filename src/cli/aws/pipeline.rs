//! AWS Data Pipeline: definitions in the form of its console, whose keys are fields of the API, and `list-runs`.

use super::custom::{Line, Options};
use super::files::{self, Content};
use super::globals::invalid_choice;
use super::invocation::Invocation;
use super::run::Screen;
use super::values;
use super::words::Arity;
use crate::Timestamp;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::{List, Map, Value};

pub(super) const LIST_RUNS: Options = &[
    ("pipeline-id", Arity::One, "The ID of the pipeline."),
    ("status", Arity::One, "Lists only runs with these statuses, for example running,failed."),
    ("start-interval", Arity::One, "Lists only runs that started in this period: START,END. Default: the last 4 days."),
    ("schedule-interval", Arity::One, "Lists only runs that were scheduled in this period: START,END."),
];
const STATUSES: [&str; 9] =
    ["waiting", "pending", "cancelled", "running", "finished", "failed", "waiting_for_runner", "waiting_on_dependencies", "shutting_down"];
const FOUR_DAYS: i64 = 4 * 86_400;
/// The number of objects that one request describes.
const DESCRIBED: usize = 100;

/// `--pipeline-definition`: objects, parameters, and values.
///
/// # Errors
/// A usage failure for text that is no definition.
pub(super) fn definition(params: &mut Map, words: &[String]) -> Result<()> {
    let document = document(&words[0])?;
    let Some(objects) = document["objects"].as_list() else { return Err(invalid("Missing \"objects\" key")) };
    params.insert("pipelineObjects", objects.iter().map(|object| element(object, "fields")).collect::<Result<List>>()?);
    if document.get("parameters").is_some() {
        params.insert("parameterObjects", parameters(&document)?);
    }
    if document.get("values").is_some() {
        params.insert("parameterValues", assigned(&document["values"])?);
    }
    Ok(())
}

/// `--parameter-objects`: the parameters alone.
pub(super) fn parameter_objects(params: &mut Map, words: &[String]) -> Result<()> {
    params.insert("parameterObjects", parameters(&document(&words[0])?)?);
    Ok(())
}

/// `--parameter-values-uri`: the values alone.
pub(super) fn values_document(params: &mut Map, words: &[String]) -> Result<()> {
    params.insert("parameterValues", assigned(&document(&words[0])?["values"])?);
    Ok(())
}

/// `--parameter-values`: words of the form `id=value`. Those of a repeated ID stay together.
pub(super) fn parameter_values(params: &mut Map, words: &[String]) -> Result<()> {
    let mut values: Vec<(&str, Vec<&str>)> = Vec::new();
    for word in words {
        let problem = || Failure::usage(format!("Error in parameter: Invalid inline parameter format: {word}"));
        let (id, value) = word.split_once('=').ok_or_else(problem)?;
        match values.iter_mut().find(|(known, _)| *known == id) {
            Some((_, all)) => all.push(value),
            None => values.push((id, vec![value])),
        }
    }
    let pairs = values.iter().flat_map(|(id, values)| values.iter().map(move |value| assignment(id, Value::from(*value))));
    params.insert("parameterValues", pairs.collect::<List>());
    Ok(())
}

fn document(word: &str) -> Result<Value> {
    match files::load(word)? {
        Content::Text(text) => values::json(&text),
        Content::Bytes(_) => Err(Failure::usage("The value must be text, not bytes.")),
    }
}

fn invalid(problem: &str) -> Failure {
    Failure::usage(format!("Error in pipeline definition: {problem}"))
}

fn parameters(document: &Value) -> Result<List> {
    document["parameters"].as_list().into_iter().flatten().map(|parameter| element(parameter, "attributes")).collect()
}

fn assigned(values: &Value) -> Result<List> {
    let mut list = List::new();
    for (id, value) in values.as_map().into_iter().flat_map(Map::iter) {
        each(value).for_each(|value| list.push(assignment(id, value.clone())));
    }
    Ok(list)
}

fn assignment(id: &str, value: Value) -> Value {
    Map::from_iter([("id", Value::from(id)), ("stringValue", value)]).into()
}

/// The items of a list, or the value itself.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    let items = value.as_list();
    items.into_iter().flatten().chain(items.is_none().then_some(value))
}

/// An object with its keys as fields, in their order, or a parameter with its keys as attributes. A reference to another
/// object is `{"ref": "ID"}`.
fn element(object: &Value, fields: &str) -> Result<Value> {
    let kind = if fields == "fields" { "element" } else { "parameter" };
    let Some(id) = object["id"].as_str() else {
        let text = serde_json::to_string(object).unwrap_or_default();
        return Err(invalid(&format!("Missing \"id\" key of {kind}: {text}")));
    };
    let mut pairs: Vec<(&str, &Value)> =
        object.as_map().into_iter().flat_map(Map::iter).map(|(key, value)| (key.as_str(), value)).collect();
    pairs.retain(|(key, _)| *key != "id" && (*key != "name" || fields != "fields"));
    pairs.sort_by_key(|(key, _)| *key);
    let field = |key: &str, value: &Value| match value.get("ref") {
        Some(reference) => Map::from_iter([("key", Value::from(key)), ("refValue", reference.clone())]),
        None => Map::from_iter([("key", Value::from(key)), ("stringValue", value.clone())]),
    };
    let list: List = pairs.into_iter().flat_map(|(key, value)| each(value).map(move |value| Value::from(field(key, value)))).collect();
    let mut element = Map::from_iter([("id", Value::from(id))]);
    if fields == "fields" {
        element.insert("name", object["name"].as_str().unwrap_or(id));
    }
    element.insert(fields, list);
    Ok(element.into())
}

/// Replaces the response of `get-pipeline-definition` by a definition in the form that `put-pipeline-definition` takes.
pub(super) fn show_definition(invocation: &Invocation, response: &mut Map) {
    if invocation.service != "datapipeline" || invocation.operation != "GetPipelineDefinition" {
        return;
    }
    let mut definition = Map::new();
    let items = |name: &str| response.get(name).and_then(Value::as_list);
    let elements = |list: &List, fields: &str| list.iter().map(|object| Value::from(keys_of(object, fields))).collect::<List>();
    definition.insert("objects", items("pipelineObjects").map(|list| elements(list, "fields")).unwrap_or_default());
    if let Some(list) = items("parameterObjects") {
        definition.insert("parameters", elements(list, "attributes"));
    }
    if let Some(list) = items("parameterValues") {
        let mut values = Map::new();
        list.iter().for_each(|value| add(&mut values, value["id"].as_str().unwrap_or_default(), value["stringValue"].clone()));
        definition.insert("values", values);
    }
    *response = definition;
}

/// The inverse of [`element`].
fn keys_of(object: &Value, fields: &str) -> Map {
    let mut keys = Map::new();
    for name in ["id", "name"] {
        if let Some(text) = object[name].as_str() {
            keys.insert(name, text);
        }
    }
    for field in object[fields].as_list().into_iter().flatten() {
        add(&mut keys, field["key"].as_str().unwrap_or_default(), field_value(field));
    }
    keys
}

fn field_value(field: &Value) -> Value {
    match field["refValue"].as_str() {
        Some(reference) => Map::from_iter([("ref", reference)]).into(),
        None => field["stringValue"].clone(),
    }
}

/// Adds a value. The values of a repeated key become a list.
fn add(keys: &mut Map, key: &str, value: Value) {
    match keys.get_mut(key) {
        None => drop(keys.insert(key, value)),
        Some(Value::List(list)) => list.push(value),
        Some(first) => *first = List::from_iter([std::mem::take(first), value]).into(),
    }
}

/// `datapipeline list-runs`: the runs of a pipeline as a list for people, or in the format of `--output`.
///
/// # Errors
/// A usage failure for an unknown status or an invalid period; the failure of a call.
pub(super) fn list_runs(line: &Line) -> Result<()> {
    let id = line.required("pipeline-id");
    let selectors = selectors(line)?;
    let client = line.client("datapipeline")?.build()?;
    let mut ids: Vec<Value> = Vec::new();
    let params = value!({"pipelineId": id, "sphere": "INSTANCE", "query": {"selectors": selectors}});
    for page in client.paginate("query_objects", params)?.cancel(interrupt::cancel()) {
        ids.extend(page?["ids"].as_list().into_iter().flatten().cloned());
    }
    let mut runs = List::new();
    for ids in ids.chunks(DESCRIBED) {
        let params = value!({"pipelineId": id, "objectIds": ids.to_vec()});
        for page in client.paginate("describe_objects", params)?.cancel(interrupt::cancel()) {
            runs.extend(page?["pipelineObjects"].as_list().into_iter().flatten().map(run_of));
        }
    }
    if line.globals.output.is_none() && line.globals.query.is_none() {
        return Ok(output::lines(listing(&runs))?);
    }
    let runs = Value::from(runs);
    let shown = line.globals.query.as_ref().map(|query| query.search(&runs)).transpose()?;
    Screen::new(&line.globals, &line.session)?.print(shown.as_ref().unwrap_or(&runs), line.command.name)
}

fn selectors(line: &Line) -> Result<List> {
    let selector =
        |field: &str, operator: &str, values: Vec<String>| value!({"fieldName": field, "operator": {"type": operator, "values": values}});
    let period = |option: &str| -> Result<Option<Vec<String>>> {
        let Some(text) = line.text(option) else { return Ok(None) };
        match text.split_once(',') {
            Some((start, end)) => Ok(Some(vec![start.trim().to_owned(), end.trim().to_owned()])),
            None => Err(Failure::usage(format!(
                "argument --{option}: invalid period: '{text}'. Example: 2024-01-02T00:00:00,2024-01-03T00:00:00"
            ))),
        }
    };
    let (mut started, scheduled) = (period("start-interval")?, period("schedule-interval")?);
    if started.is_none() && scheduled.is_none() {
        let now = Timestamp::now().seconds();
        let text = |seconds: i64| Timestamp::new(seconds, 0).to_string().trim_end_matches('Z').to_owned();
        started = Some(vec![text(now - FOUR_DAYS), text(now)]);
    }
    let mut selectors = List::new();
    selectors.extend(started.map(|values| selector("@actualStartTime", "BETWEEN", values)));
    selectors.extend(scheduled.map(|values| selector("@scheduledStartTime", "BETWEEN", values)));
    if let Some(text) = line.text("status") {
        let statuses: Vec<&str> = text.split(',').map(str::trim).collect();
        if let Some(unknown) = statuses.iter().find(|status| !STATUSES.contains(status)) {
            return Err(invalid_choice("status", unknown, &STATUSES));
        }
        selectors.push(selector("@status", "EQ", statuses.iter().map(|status| status.to_ascii_uppercase()).collect()));
    }
    Ok(selectors)
}

/// A run with its fields as keys.
fn run_of(object: &Value) -> Value {
    let mut run = Map::from_iter([("@id", object["id"].clone()), ("name", object["name"].clone())]);
    for field in object["fields"].as_list().into_iter().flatten() {
        let value = if field["refValue"].is_null() { &field["stringValue"] } else { &field["refValue"] };
        run.insert(field["key"].as_str().unwrap_or_default(), value.clone());
    }
    run.into()
}

/// Two lines and an empty one for each run.
fn listing(runs: &List) -> Vec<String> {
    let upper = |first: &str, [name, start, status]: [&str; 3]| format!("{first:7}{name:50}  {start:19}  {status:23}");
    let lower = |id: &str, start: &str, end: &str| format!("       {id:50}  {start:19}  {end:19}");
    let mut lines = vec![upper("", ["Name", "Scheduled Start", "Status"]), lower("ID", "Started", "Ended"), "-".repeat(99)];
    for (index, run) in runs.iter().enumerate() {
        let text = |key: &str| run[key].as_str().unwrap_or_default();
        lines.push(upper(&format!("{:4}.", index + 1), ["@componentParent", "@scheduledStartTime", "@status"].map(text)));
        lines.push(lower(text("@id"), text("@actualStartTime"), text("@actualEndTime")));
        lines.push(String::new());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_fields() {
        let text = r#"{"objects": [{"id": "A", "z": ["b", {"ref": "C"}], "name": "n", "a": "x"}, {"id": "B"}],
            "parameters": [{"id": "p", "type": "String"}], "values": {"p": ["1", "2"]}}"#;
        let mut params = Map::new();
        definition(&mut params, &[text.to_owned()]).unwrap();
        let expected = value!({
            "pipelineObjects": [
                {"id": "A", "name": "n", "fields": [
                    {"key": "a", "stringValue": "x"}, {"key": "z", "stringValue": "b"}, {"key": "z", "refValue": "C"},
                ]},
                {"id": "B", "name": "B", "fields": []},
            ],
            "parameterObjects": [{"id": "p", "attributes": [{"key": "type", "stringValue": "String"}]}],
            "parameterValues": [{"id": "p", "stringValue": "1"}, {"id": "p", "stringValue": "2"}],
        });
        assert_eq!(Value::from(params.clone()), expected);
        parameter_values(&mut params, &["a=b", "c=", "a=e"].map(str::to_owned)).unwrap();
        let expected = value!([{"id": "a", "stringValue": "b"}, {"id": "a", "stringValue": "e"}, {"id": "c", "stringValue": ""}]);
        assert_eq!(params["parameterValues"], expected);
        for text in ["{}", r#"{"objects": [{"name": "n"}]}"#, "{"] {
            assert_eq!(definition(&mut Map::new(), &[text.to_owned()]).unwrap_err().code, Failure::USAGE, "{text}");
        }
    }
}
