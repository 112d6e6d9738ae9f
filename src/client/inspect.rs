//! Inspection of operations and of the methods that are not operations. Nothing is sent.

use super::Client;
use crate::definition::{Direction, describe, json_schema, only_reads};
use crate::error::Result;
use crate::value::Value;

/// Describes an operation.
pub(super) fn operation_description(client: &Client, name: &str) -> Result<Value> {
    describe(&client.context().service, client.context().operation(name)?, client.read_only(name)?)
}

/// Returns the parameters of an operation as a JSON Schema.
pub(super) fn operation_schema(client: &Client, name: &str) -> Result<Value> {
    schema(client, name, Direction::Input)
}

fn schema(client: &Client, name: &str, direction: Direction) -> Result<Value> {
    let service = &client.context().service;
    let operation = client.context().operation(name)?;
    let (shape, word) = match direction {
        Direction::Input => (&operation.input, "input"),
        Direction::Output => (&operation.output, "output"),
    };
    json_schema(service, shape.as_ref(), direction, &format!("{} {} {word}", service.name(), operation.name))
}

impl Client {
    /// Describes an operation: `name`, `method_name`, `http`, `input`, `output`, `errors`, and its traits. A shape is described
    /// where it first occurs; later occurrences contain its name and `described: "above"`.
    ///
    /// The description of a method that is not an operation has `kind` (`method`) and `help`; the members of its `input`, in
    /// boto3's positional order, have a `type` (several are separated by commas) and a `help`. `function`, `file object`, and `client`
    /// are types that only a host language can pass.
    ///
    /// # Errors
    /// `UnknownOperation`; `InvalidDefinition` if the definition is broken.
    pub fn describe(&self, operation: &str) -> Result<Value> {
        match self.extra_method(operation) {
            Some(method) => method.spec.describe(self),
            None => operation_description(self, operation),
        }
    }

    /// Returns whether an operation only reads, according to its definition. Unknown means writing.
    ///
    /// An operation is read-only if its definition is marked `readonly`, or if its name starts with a reading verb (`Get`, `List`, `Describe`, `Head`, `BatchGet`, `BatchDescribe`, `Search`, `Lookup`, `Query`, `Scan`; with the HTTP method
    /// GET also `Export`, `Suggest`, `Check`, `Count`, `Test`), its HTTP method is GET, HEAD, or POST, and its input has no
    /// idempotency token. A read-only call can still cost money and appear in logs. A method that is not an operation is
    /// read-only if it changes nothing, neither at the service nor on this computer.
    ///
    /// ```
    /// use tucuxi::Session;
    ///
    /// let s3 = Session::builder().region("us-east-1").build()?.client("s3")?;
    /// assert!(s3.read_only("list_objects_v2")?);
    /// assert!(!s3.read_only("delete_object")?);
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `UnknownOperation`; `InvalidDefinition` if the definition is broken.
    pub fn read_only(&self, operation: &str) -> Result<bool> {
        if let Some(method) = self.extra_method(operation) {
            return Ok(method.spec.read_only);
        }
        let operation = self.context().operation(operation)?;
        Ok(!self.context().writing.contains(&operation.name.as_str()) && only_reads(&self.context().service, operation)?)
    }

    /// Returns the parameters of an operation as a JSON Schema (draft 2020-12), for example for a language model or a form.
    ///
    /// The schema describes the JSON form of [`Value::to_json`]: `{"$bytes": "<base64>"}` or a string for a blob,
    /// `{"$timestamp": "<RFC 3339>"}`, another string, or epoch seconds for a timestamp, and `{"$float": "NaN"}` for a number
    /// that JSON lacks. Nested structures are under `$defs`, so that a shape can contain itself. Unlike the validation of a
    /// call, the schema includes maximum lengths and values, patterns (if ECMA-262 has the same notation), and enumerations.
    /// The schema is plain JSON; write it with `serde_json` or `Display`, because `Value::to_json` would double the `$` of
    /// `{"$ref": …}`. `x-sensitive` marks secrets. Idempotency tokens are not required, since a call generates them.
    ///
    /// ```
    /// use tucuxi::{Session, value};
    ///
    /// let s3 = Session::builder().region("us-east-1").build()?.client("s3")?;
    /// let schema = s3.input_schema("put_object_tagging")?;
    /// assert_eq!(schema["required"], value!(["Bucket", "Key", "Tagging"]));
    /// assert_eq!(schema["properties"]["Tagging"].to_string(), r##"{"$ref":"#/$defs/Tagging"}"##);
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `UnknownOperation`; `InvalidDefinition` if the definition is broken.
    pub fn input_schema(&self, operation: &str) -> Result<Value> {
        match self.extra_method(operation) {
            Some(method) => method.spec.input_schema(self),
            None => operation_schema(self, operation),
        }
    }

    /// Returns the response of an operation as a JSON Schema; see [`input_schema`](Self::input_schema).
    ///
    /// Services omit members, add new ones, and have more enumeration values than a definition lists. Therefore, no member is
    /// required, additional members are allowed, and known values are listed as `examples`.
    ///
    /// # Errors
    /// `UnknownOperation`; `InvalidDefinition` if the definition is broken.
    pub fn output_schema(&self, operation: &str) -> Result<Value> {
        match self.extra_method(operation) {
            Some(method) => Ok(method.spec.output_schema(self)),
            None => schema(self, operation, Direction::Output),
        }
    }
}
