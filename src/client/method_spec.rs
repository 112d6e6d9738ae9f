//! The declaration of a method that is not an operation: its parameters, its result, and a line of help. Calls are checked
//! against it, and inspection and hosts read it.

use super::inspect::{operation_description, operation_schema};
use super::{Client, ExtraParams};
use crate::error::{Result, did_you_mean};
use crate::text::invalid;
use crate::value;
use crate::value::{List, Map, Value};

/// The declaration of a method.
#[derive(Clone, Copy)]
pub(crate) struct MethodSpec {
    pub name: &'static str,
    /// A line of help.
    pub help: &'static str,
    /// Its own parameters, in boto3's positional order.
    pub params: &'static [Param],
    /// An operation whose parameters it takes, too.
    pub like: Option<&'static str>,
    /// The type of its result.
    pub returns: &'static str,
    /// Whether it changes nothing, neither at the service nor on this computer.
    pub read_only: bool,
    /// The parameters that the resource provides instead of the caller.
    pub provided: &'static [&'static str],
}

/// A parameter of a method.
#[derive(Clone, Copy)]
pub(crate) struct Param {
    pub name: &'static str,
    /// The types that it accepts: names of the data model, `integer`, or one of [`FOREIGN`].
    pub types: &'static [&'static str],
    pub required: bool,
    /// A line of help.
    pub help: &'static str,
}

/// Types that only a host language can pass, not data.
const FOREIGN: [&str; 3] = ["function", "file object", "client"];

impl Param {
    pub(crate) const fn required(name: &'static str, types: &'static [&'static str], help: &'static str) -> Param {
        Param { name, types, required: true, help }
    }

    pub(crate) const fn optional(name: &'static str, types: &'static [&'static str], help: &'static str) -> Param {
        Param { name, types, required: false, help }
    }

    fn accepts(&self, value: &Value) -> bool {
        self.types.iter().any(|name| match *name {
            "integer" => value.as_int().is_some(),
            name => name == value.type_name(),
        })
    }

    /// Whether data can be its value.
    fn is_data(&self) -> bool {
        self.types.iter().any(|name| !FOREIGN.contains(name))
    }

    fn describe(&self) -> Value {
        value!({"type": (self.types.join(", ")), "help": (self.help)})
    }

    fn schema(&self) -> Value {
        let mut alternatives: List = self.types.iter().filter_map(|name| type_schema(name)).collect();
        let mut schema = match (alternatives.len(), alternatives.as_mut_vec().pop()) {
            (1, Some(Value::Map(only))) => only,
            (_, Some(last)) => {
                alternatives.push(last);
                Map::from([("anyOf", alternatives)])
            }
            _ => Map::new(),
        };
        schema.insert("description", self.help);
        schema.into()
    }
}

/// The JSON Schema of a type; `None` if data cannot have it.
fn type_schema(name: &str) -> Option<Value> {
    let name = match name {
        "map" => "object",
        "list" => "array",
        "blob" => {
            let content = value!({"type": "string", "contentEncoding": "base64"});
            return Some(value!({"type": "object", "properties": {"$bytes": content}, "required": ["$bytes"]}));
        }
        "timestamp" => {
            let time = value!({"type": "string", "format": "date-time"});
            return Some(value!({"type": "object", "properties": {"$timestamp": time}, "required": ["$timestamp"]}));
        }
        name if name == "stream" || FOREIGN.contains(&name) => return None,
        name => name,
    };
    Some(value!({"type": name}))
}

impl MethodSpec {
    /// A method that may change something and returns null.
    pub(crate) const fn new(name: &'static str, help: &'static str, params: &'static [Param]) -> MethodSpec {
        MethodSpec { name, help, params, like: None, returns: "null", read_only: false, provided: &[] }
    }

    /// Also takes the parameters of an operation.
    pub(crate) const fn like(self, operation: &'static str) -> MethodSpec {
        MethodSpec { like: Some(operation), ..self }
    }

    pub(crate) const fn returning(self, returns: &'static str) -> MethodSpec {
        MethodSpec { returns, ..self }
    }

    pub(crate) const fn read_only(self) -> MethodSpec {
        MethodSpec { read_only: true, ..self }
    }

    /// The same method of a resource, which provides some of the parameters.
    pub(crate) const fn provided(self, provided: &'static [&'static str]) -> MethodSpec {
        MethodSpec { provided, ..self }
    }

    /// The parameters that the caller passes.
    pub(crate) fn own_params(&self) -> impl Iterator<Item = &'static Param> {
        self.params.iter().filter(|param| !self.provided.contains(&param.name))
    }

    /// Checks the parameters of a call. If the method also takes those of an operation, unknown ones are left to the operation.
    ///
    /// # Errors
    /// `ParamValidation` with a line for each problem.
    pub(crate) fn check<'p>(&self, params: &'p Map) -> Result<ExtraParams<'p>> {
        let names = || self.own_params().map(|param| param.name);
        let mut lines = Vec::new();
        for param in self.params.iter().filter(|param| param.required && params[param.name].is_null()) {
            lines.push(format!("Missing required parameter in input: \"{}\"", param.name));
        }
        for (name, value) in params {
            match self.params.iter().find(|param| param.name == name.as_str()) {
                Some(param) if value.is_null() || param.accepts(value) => {}
                Some(param) => {
                    let types = param.types.join(", ");
                    lines.push(format!("Invalid type for parameter {name}, type: {}, valid types: {types}", value.type_name()));
                }
                None if self.like.is_some() => {}
                None => {
                    let near = did_you_mean(name, names());
                    let near = if near.is_empty() { near } else { format!(" ({})", near.trim_start()) };
                    let known = names().collect::<Vec<_>>().join(", ");
                    lines.push(format!("Unknown parameter in input: \"{name}\", must be one of: {known}{near}"));
                }
            }
        }
        if lines.is_empty() { Ok(ExtraParams::new(params)) } else { Err(invalid(lines.join("\n"))) }
    }

    /// Describes the method as [`Client::describe`] does an operation, with `kind` and `help`.
    pub(crate) fn describe(&self, client: &Client) -> Result<Value> {
        let mut input = match self.like {
            Some(operation) => match operation_description(client, operation)?["input"].as_map() {
                Some(input) => input.clone(),
                None => Map::new(),
            },
            None => Map::from([("type", "structure")]),
        };
        let mut members = input.get("members").and_then(Value::as_map).cloned().unwrap_or_default();
        let mut required = input.get("required").and_then(Value::as_list).cloned().unwrap_or_default();
        for param in self.own_params() {
            members.insert(param.name, param.describe());
            if param.required {
                required.push(param.name);
            }
        }
        self.remove_provided(&mut members, &mut required);
        input.insert("members", members);
        input.remove("required");
        if !required.is_empty() {
            input.insert("required", required);
        }
        Ok(value!({
            "service": (client.service().name()), "name": (self.name), "method_name": (self.name), "kind": "method", "help": (self.help),
            "input": input, "output": {"type": (self.returns)}, "errors": [], "read_only": (self.read_only),
        }))
    }

    /// Returns the parameters as a JSON Schema; see [`Client::input_schema`]. Parameters that only a host language can pass are
    /// omitted.
    pub(crate) fn input_schema(&self, client: &Client) -> Result<Value> {
        let mut schema = match self.like {
            Some(operation) => operation_schema(client, operation)?.as_map().cloned().unwrap_or_default(),
            None => Map::from([("$schema", "https://json-schema.org/draft/2020-12/schema")]),
        };
        let mut properties = schema.get("properties").and_then(Value::as_map).cloned().unwrap_or_default();
        let mut required = schema.get("required").and_then(Value::as_list).cloned().unwrap_or_default();
        for param in self.own_params().filter(|param| param.is_data()) {
            properties.insert(param.name, param.schema());
            if param.required {
                required.push(param.name);
            }
        }
        self.remove_provided(&mut properties, &mut required);
        schema.insert("title", format!("{} {} input", client.service().name(), self.name));
        schema.insert("description", self.help);
        schema.insert("type", "object");
        schema.insert("properties", properties);
        schema.remove("required");
        if !required.is_empty() {
            schema.insert("required", required);
        }
        schema.insert("additionalProperties", false);
        Ok(schema.into())
    }

    /// Returns the result as a JSON Schema.
    pub(crate) fn output_schema(&self, client: &Client) -> Value {
        let mut schema = Map::from([("$schema", "https://json-schema.org/draft/2020-12/schema")]);
        schema.insert("title", format!("{} {} output", client.service().name(), self.name));
        schema.extend(type_schema(self.returns).and_then(|schema| schema.as_map().cloned()).unwrap_or_default());
        schema.into()
    }

    fn remove_provided(&self, members: &mut Map, required: &mut List) {
        for name in self.provided {
            members.remove(name);
        }
        required.as_mut_vec().retain(|name| !self.provided.iter().any(|provided| *name == *provided));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    const SPEC: MethodSpec = MethodSpec::new(
        "paint",
        "Paints.",
        &[
            Param::required("Color", &["string"], "The color."),
            Param::optional("Coats", &["integer"], "How often."),
            Param::optional("Place", &["string", "map"], "Where."),
            Param::optional("Callback", &["function"], "Receives the progress."),
        ],
    );

    #[test]
    fn all_problems_of_a_call_are_reported_at_once() {
        let params = value!({"Coats": "two", "Place": 1, "Callback": 1, "Colour": "red"});
        let error = SPEC.check(params.as_map().unwrap()).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::ParamValidation);
        assert_eq!(
            error.message().lines().skip(1).collect::<Vec<_>>(),
            [
                "Missing required parameter in input: \"Color\"",
                "Invalid type for parameter Coats, type: string, valid types: integer",
                "Invalid type for parameter Place, type: number, valid types: string, map",
                "Invalid type for parameter Callback, type: number, valid types: function",
                "Unknown parameter in input: \"Colour\", must be one of: Color, Coats, Place, Callback (Did you mean Color?)",
            ]
        );
        for params in [value!({"Color": "red", "Coats": 2, "Place": {}}), value!({"Color": "red", "Coats": null, "Callback": null})] {
            assert!(SPEC.check(params.as_map().unwrap()).is_ok());
        }
    }

    #[test]
    fn the_schema_of_a_parameter_has_its_types() {
        assert_eq!(SPEC.params[1].schema(), value!({"type": "integer", "description": "How often."}));
        let either = value!({"anyOf": [{"type": "string"}, {"type": "object"}], "description": "Where."});
        assert_eq!(SPEC.params[2].schema(), either);
        assert!(!SPEC.params[3].is_data());
    }

    #[test]
    fn a_resource_s_method_lacks_the_provided_parameters() {
        let names: Vec<&str> = SPEC.provided(&["Color"]).own_params().map(|param| param.name).collect();
        assert_eq!(names, ["Coats", "Place", "Callback"]);
    }
}
