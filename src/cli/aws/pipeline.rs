//! The options of AWS Data Pipeline that take a definition in the form of its console: objects whose keys become fields.

use super::files::{self, Content};
use super::values;
use crate::cli::failure::{Failure, Result};
use crate::value::{List, Map, Value};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

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
