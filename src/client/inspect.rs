//! Looking before calling: what an operation does and takes, for programs, agents and people. Nothing is sent.

use super::Client;
use crate::definition::{Direction, json_schema, only_reads};
use crate::error::Result;
use crate::value::Value;

impl Client {
    /// Whether an operation only reads, as far as its definition tells; what is not known counts as writing.
    ///
    /// Yes means one of two things. Either the definition says `readonly`. Or the name begins with a verb that reads
    /// (`Get`, `List`, `Describe`, `Head`, `BatchGet`, `BatchDescribe`, `Search`, `Lookup`, `Query`, `Scan`; with the HTTP
    /// method GET also `Export`, `Suggest`, `Check`, `Count`, `Test`), the HTTP method is GET, HEAD or POST, and the input
    /// has no idempotency token. It is no promise that a call is free of charge or of traces in a log.
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
    /// If there is no such operation, or if its definition is broken.
    pub fn read_only(&self, operation: &str) -> Result<bool> {
        let operation = self.context().operation(operation)?;
        Ok(!self.context().writing.contains(&operation.name.as_str()) && only_reads(&self.context().service, operation)?)
    }

    /// The parameters of an operation as JSON Schema (draft 2020-12): what a language model or a form wants to know.
    ///
    /// It describes the JSON form of [`Value::to_json`]: `{"$bytes": "<base64>"}` or text for a blob, `{"$timestamp":
    /// "<RFC 3339>"}`, other text or epoch seconds for a time, `{"$float": "NaN"}` for a number that JSON lacks. Nested
    /// structures stand under `$defs`, so that a shape may contain itself. Beyond what a call checks, the schema has
    /// the definition's greatest lengths and numbers, patterns (where their notation is shared with ECMA-262) and
    /// enumerations. The schema itself is plain JSON, to be written by `serde_json` or by `Display`: `Value::to_json` would
    /// double the `$` of `{"$ref": …}`. `x-sensitive` marks what should not be shown. Idempotency tokens are not required: a call makes them up.
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
    /// If there is no such operation, or if its definition is broken.
    pub fn input_schema(&self, operation: &str) -> Result<Value> {
        let operation = self.context().operation(operation)?;
        let title = format!("{} {} input", self.context().service.name(), operation.name);
        json_schema(&self.context().service, operation.input.as_ref(), Direction::Input, &title)
    }

    /// The answer of an operation as JSON Schema; see [`input_schema`](Self::input_schema).
    ///
    /// Services leave members out, add new ones, and know more values of an enumeration than a definition does. So
    /// nothing is required, other members are let pass, and known values are listed as `examples`.
    ///
    /// # Errors
    /// If there is no such operation, or if its definition is broken.
    pub fn output_schema(&self, operation: &str) -> Result<Value> {
        let operation = self.context().operation(operation)?;
        let title = format!("{} {} output", self.context().service.name(), operation.name);
        json_schema(&self.context().service, operation.output.as_ref(), Direction::Output, &title)
    }
}
