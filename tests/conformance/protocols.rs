//! The protocol tests: each case is its own service, written to a definitions folder and called by name.
//!
//! The cases that botocore's own runner skips run here, too.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use tucuxi::http::{Headers, Request};
use tucuxi::{Client, Config, Error, Map, Timestamp, Value, value};

use crate::{Case, clients, compare, data, document, request, tagged};

/// The folder of the definitions, in the temporary folder of the build.
static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::Builder::new().prefix("protocols").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());

/// The cases of inputs.
pub fn input(folder: &Path) -> Vec<Case> {
    cases(folder, "in", run_input)
}

/// The cases of outputs.
pub fn output(folder: &Path) -> Vec<Case> {
    cases(folder, "out", run_output)
}

/// Removes the definitions.
pub fn clean_up() {
    let _ = fs::remove_dir_all(FOLDER.path());
}

fn cases(folder: &Path, direction: &str, run: fn(&str, &Value, &Value) -> Result<(), String>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (file, suites) in data::json_files(folder) {
        for (s, suite) in suites.as_list().unwrap().iter().enumerate() {
            for (c, case) in suite["cases"].as_list().unwrap().iter().enumerate() {
                let service = format!("{direction}-{}-{s}-{c}", file.replace('_', "-"));
                let (suite, case) = (suite.clone(), case.clone());
                let name = format!("{file}/{}", case["id"].as_str().unwrap());
                cases.push(Case::new(name, move || run(&service, &suite, &case)));
            }
        }
    }
    cases
}

fn run_input(service: &str, suite: &Value, case: &Value) -> Result<(), String> {
    let client = client(service, suite, case)?;
    let params = Shapes { shapes: &suite["shapes"], float_text: false }.of_reference(&case["given"]["input"], &case["params"]);
    let found = client.prepare(case["given"]["name"].as_str().unwrap_or_default(), params).map_err(|e| format!("{e:?}"))?;
    sent(found, &case["serialized"])
}

fn sent(found: Request, expected: &Value) -> Result<(), String> {
    let text = |key: &str| expected[key].as_str();
    if let Some(method) = text("method").filter(|method| *method != found.method) {
        return Err(format!("method: expected {method}, found {}", found.method));
    }
    let authority = text("host").map_or_else(|| found.host().to_owned(), |host| host.split('/').next().unwrap_or_default().to_owned());
    request::urls(&found.url, &format!("https://{authority}{}", text("uri").unwrap_or("/")))?;
    for (name, value) in expected["headers"].as_map().into_iter().flat_map(|m| m.iter()) {
        headers(name, found.headers.get(name), value.as_str().unwrap_or_default())?;
    }
    let listed = |key: &str| expected[key].as_list().into_iter().flat_map(|l| l.iter()).filter_map(Value::as_str).collect::<Vec<_>>();
    if let Some(name) = listed("requireHeaders").into_iter().find(|name| !found.headers.contains(name) && !is_of_transport(name)) {
        return Err(format!("header {name} is missing"));
    }
    if let Some(name) = listed("forbidHeaders").into_iter().find(|name| found.headers.contains(name)) {
        return Err(format!("header {name} is too much"));
    }
    let Some(body) = text("body") else { return Ok(()) };
    let of_the_case = match document::header(&expected["headers"], "Content-Type") {
        "" if body.starts_with('<') => "application/xml",
        named => named,
    };
    let content_type = found.headers.get("Content-Type").unwrap_or(of_the_case).to_owned();
    let expected = if content_type.contains("cbor") { tagged::bytes(&Value::from(body)) } else { body.as_bytes().to_vec() };
    document::same(&content_type, "", &request::content(found.body)?, &expected)
}

/// Compares lists without the spaces after commas, and media types without their parameters.
fn headers(name: &str, found: Option<&str>, expected: &str) -> Result<(), String> {
    let plain = |text: &str| text.replace(", ", ",");
    let same = match found {
        Some(found) if name.eq_ignore_ascii_case("Content-Type") => found.split(';').next() == expected.split(';').next(),
        Some(found) => plain(found) == plain(expected),
        // botocore, which is the reference, sends no type for XML and for bodies that are a blob or text.
        None => {
            name.eq_ignore_ascii_case("Content-Type") && ["application/xml", "application/octet-stream", "text/plain"].contains(&expected)
        }
    };
    if same { Ok(()) } else { Err(format!("header {name}: expected {expected:?}, found {found:?}")) }
}

/// Whether the transport adds the header.
fn is_of_transport(name: &str) -> bool {
    name.eq_ignore_ascii_case("Content-Length")
}

fn run_output(service: &str, suite: &Value, case: &Value) -> Result<(), String> {
    let client = client(service, suite, case)?;
    let response = &case["response"];
    let headers = response["headers"].as_map().into_iter().flat_map(|m| m.iter());
    let headers: Headers = headers.map(|(name, value)| (name.to_string(), value.as_str().unwrap_or_default().to_owned())).collect();
    let body = match (suite["metadata"]["protocol"].as_str(), response["body"].as_str()) {
        (Some("smithy-rpc-v2-cbor"), _) => tagged::bytes(&response["body"]),
        (_, Some(text)) => text.as_bytes().to_vec(),
        // A case without a body has the smallest one that the protocol allows.
        (Some("query" | "ec2"), None) => {
            let name = case["given"]["name"].as_str().unwrap_or_default();
            format!("<{name}Response><{name}Result/></{name}Response>").into_bytes()
        }
        _ => Vec::new(),
    };
    clients::answer(
        case["given"]["name"].as_str().unwrap_or_default(),
        response["status_code"].as_int().unwrap_or_default() as u16,
        headers,
        body,
    );

    let given = &case["given"];
    let shapes = Shapes { shapes: &suite["shapes"], float_text: suite["metadata"]["protocol"].as_str() == Some("json") };
    match (client.call(given["name"].as_str().unwrap_or_default(), ()), case["errorCode"].as_str()) {
        (Ok(mut found), None) => {
            found.as_map_mut().map(|map| map.remove("ResponseMetadata"));
            compare::values(&found, &shapes.of_reference(&given["output"], case.get("result").unwrap_or(&value!({}))))
        }
        (Err(error), Some(code)) => failed(&error, code, case, &shapes),
        (found, code) => Err(format!("expected the error {code:?}, found {found:?}")),
    }
}

fn failed(error: &Error, code: &str, case: &Value, shapes: &Shapes) -> Result<(), String> {
    if error.code() != Some(code) {
        return Err(format!("code: expected {code}, found {error:?}"));
    }
    if let Some(message) = case["errorMessage"].as_str().filter(|message| *message != error.message()) {
        return Err(format!("message: expected {message}, found {error:?}"));
    }
    let members = shapes.of_reference(&case["given"]["errors"][0], &case["error"]);
    let response = error.response().cloned().unwrap_or_default();
    for (name, expected) in members.as_map().into_iter().flat_map(|m| m.iter()) {
        compare::values(&response[name.as_str()], expected).map_err(|e| format!("{name}: {e}"))?;
    }
    Ok(())
}

/// Writes the definition of a case and creates its client.
fn client(service: &str, suite: &Value, case: &Value) -> Result<Client, String> {
    let mut metadata = suite["metadata"].as_map().cloned().unwrap_or_default();
    let defaults =
        [("endpointPrefix", "protocoltests"), ("serviceId", "Protocol Tests"), ("signatureVersion", "v4"), ("apiVersion", "2020-01-01")];
    for (key, value) in defaults {
        if !metadata.contains_key(key) {
            metadata.insert(key, value);
        }
    }
    let operation = case["given"]["name"].as_str().unwrap_or_default();
    let mut operations = Map::new();
    operations.insert(operation, given(suite, case, operation));
    let definition = value!({"version": "2.0", "metadata": metadata, "operations": operations, "shapes": suite["shapes"].clone()});
    let folder = FOLDER.path().join(service).join("2020-01-01");
    fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    fs::write(folder.join("service-2.json"), serde_json::to_string(&definition).map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;

    let endpoint = suite["clientEndpoint"].as_str().unwrap_or("https://example.com");
    let session = clients::session(&Value::Null).definitions(FOLDER.path()).build().map_err(|e| e.to_string())?;
    // The cases test serialization; some have nulls, which validation rejects.
    let config = Config::new().total_max_attempts(1).parameter_validation(false);
    let client = session.client_builder(service).region("us-east-1").endpoint_url(endpoint).config(config);
    // The UUID that the cases of idempotency tokens expect.
    let client = clients::fixed(client).uuids(|| "00000000-0000-4000-8000-000000000000".to_owned());
    client.build().map_err(|e| format!("the client: {e:?}"))
}

/// The operation. Definitions of the query protocol name the element around a result; those of the cases do not.
fn given(suite: &Value, case: &Value, operation: &str) -> Value {
    let mut given = case["given"].clone();
    let output = given.as_map_mut().and_then(|map| map.get_mut("output")).and_then(Value::as_map_mut);
    if let (Some(output), Some("query")) = (output, suite["metadata"]["protocol"].as_str())
        && !output.contains_key("resultWrapper")
    {
        output.insert("resultWrapper", format!("{operation}Result"));
    }
    given
}

/// Converts values by their shapes: the cases have times as numbers, and blobs and special floats as text.
struct Shapes<'a> {
    shapes: &'a Value,
    /// Whether special floats stay text, as in botocore's json parser, which is the reference.
    float_text: bool,
}

impl Shapes<'_> {
    fn of_reference(&self, reference: &Value, value: &Value) -> Value {
        let shape = &self.shapes[reference["shape"].as_str().unwrap_or_default()];
        match (shape["type"].as_str(), value) {
            (Some("structure"), Value::Map(map)) if shape["document"].is_null() => map
                .iter()
                .map(|(name, value)| (name.to_string(), self.of_reference(&shape["members"][name.as_str()], value)))
                .collect::<Map>()
                .into(),
            (Some("list"), Value::List(list)) => list.iter().map(|value| self.of_reference(&shape["member"], value)).collect(),
            (Some("map"), Value::Map(map)) => {
                map.iter().map(|(name, value)| (name.to_string(), self.of_reference(&shape["value"], value))).collect::<Map>().into()
            }
            (Some("blob"), Value::String(text)) => text.as_bytes().into(),
            (Some("timestamp"), value) if value.as_float().is_some() => {
                value.as_float().and_then(Timestamp::from_f64).map_or(Value::Null, Value::Timestamp)
            }
            (Some("float" | "double"), Value::String(text)) if !self.float_text => {
                text.replace("Infinity", "inf").parse().map_or_else(|_| value.clone(), Value::Float)
            }
            (Some("float" | "double"), Value::Int(n)) => Value::Float(*n as f64),
            _ => value.clone(),
        }
    }
}
