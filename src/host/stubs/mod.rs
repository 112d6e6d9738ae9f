//! Type stubs of Python for services, generated from their definitions: `tucuxi stubs s3` and `python -m tucuxi.stubs s3`.
//!
//! A service becomes a package: its client with a method for each operation, the typed dictionaries of parameters and of results, and
//! its resources, if it has some. The stubs of the Python package are repeated next to them, with overloads of `client` for these services.

mod resources;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use self::resources::Resources;
use crate::definition::{Definitions, snake_case};
use crate::error::{Error, ErrorKind, Result};

/// The stubs of the Python package, which ships them as well.
const PACKAGE: &[(&str, &str)] = &[
    ("__init__", include_str!("../python/tucuxi/__init__.pyi")),
    ("aio", include_str!("../python/tucuxi/aio.pyi")),
    ("clients", include_str!("../python/tucuxi/clients.pyi")),
    ("config", include_str!("../python/tucuxi/config.pyi")),
    ("exceptions", include_str!("../python/tucuxi/exceptions.pyi")),
    ("paginate", include_str!("../python/tucuxi/paginate.pyi")),
    ("resources", include_str!("../python/tucuxi/resources.pyi")),
    ("response", include_str!("../python/tucuxi/response.pyi")),
    ("session", include_str!("../python/tucuxi/session.pyi")),
    ("waiter", include_str!("../python/tucuxi/waiter.pyi")),
];

/// The modules of programs written for boto3.
const BOTO3: &[(&str, &str)] = &[
    (
        "boto3/__init__.pyi",
        "from tucuxi import Session as Session, client as client, resource as resource, setup_default_session as setup_default_session\nfrom . import session as session\n",
    ),
    ("boto3/session.pyi", "from tucuxi import Session as Session\n"),
];

/// The lines of a stub between two such marks are replaced by overloads; what they return then is the second text.
const CLIENT: (&str, &str) = ("# client\n", "-> AnyClient:");
const RESOURCE: (&str, &str) = ("# resource\n", "-> Any:");

/// The methods of S3's clients that are not operations.
const OF_S3: &str = "\
\x20   def upload_file(self, Filename: str | os.PathLike[str], Bucket: str, Key: str, ExtraArgs: Mapping[str, Any] | None = ..., Callback: Callable[[int], object] | None = ..., Config: Any = ...) -> None: ...
    def upload_fileobj(self, Fileobj: IO[bytes], Bucket: str, Key: str, ExtraArgs: Mapping[str, Any] | None = ..., Callback: Callable[[int], object] | None = ..., Config: Any = ...) -> None: ...
    def download_file(self, Bucket: str, Key: str, Filename: str | os.PathLike[str], ExtraArgs: Mapping[str, Any] | None = ..., Callback: Callable[[int], object] | None = ..., Config: Any = ...) -> None: ...
    def download_fileobj(self, Bucket: str, Key: str, Fileobj: IO[bytes], ExtraArgs: Mapping[str, Any] | None = ..., Callback: Callable[[int], object] | None = ..., Config: Any = ...) -> None: ...
    def copy(self, CopySource: Mapping[str, str], Bucket: str, Key: str, ExtraArgs: Mapping[str, Any] | None = ..., Callback: Callable[[int], object] | None = ..., SourceClient: BaseClient | None = ..., Config: Any = ...) -> None: ...
    def generate_presigned_post(self, Bucket: str, Key: str, Fields: Mapping[str, str] | None = ..., Conditions: Sequence[Any] | None = ..., ExpiresIn: int = ...) -> dict[str, Any]: ...
";

const HEAD: &str = "\
import datetime
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, Literal, TypedDict, Union, overload

from typing_extensions import NotRequired, Required

";

/// Generates the stubs of services: paths, relative to a folder that type checkers search, with their content.
///
/// # Errors
/// `UnknownService`, and `InvalidDefinition` for a broken definition.
pub fn stubs(definitions: &Definitions, services: &[String]) -> Result<Vec<(String, String)>> {
    let mut files: Vec<(String, String)> = BOTO3.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let (mut clients, mut resources) = (Vec::new(), Vec::new());
    files.push(("tucuxi/services/__init__.pyi".into(), String::new()));
    for service in services {
        let definition = Service::read(definitions, service)?;
        let folder = format!("tucuxi/services/{}", definition.module);
        let class = format!("{}Client", definition.class);
        files.push((format!("{folder}/__init__.pyi"), definition.client(&class)));
        files.push((format!("{folder}/params.pyi"), definition.dictionaries(Use::Params)));
        files.push((format!("{folder}/results.pyi"), definition.dictionaries(Use::Results)));
        if let Some(own) = &definition.resources {
            let name = format!("{}ServiceResource", definition.class);
            files.push((format!("{folder}/resources.pyi"), own.module(&definition, &class, &name)));
            resources.push((service.as_str(), format!("{}.resources", definition.module), name));
        }
        clients.push((service.as_str(), definition.module.clone(), class));
    }
    for (name, text) in PACKAGE {
        files.push((format!("tucuxi/{name}.pyi"), with_overloads(&with_overloads(text, CLIENT, &clients), RESOURCE, &resources)));
    }
    Ok(files)
}

/// Replaces the declaration between the marks of a stub, if it has them, by one for each service and the general one.
fn with_overloads(stub: &str, (mark, result): (&str, &str), clients: &[(&str, String, String)]) -> String {
    let parts: Vec<&str> = stub.split(mark).collect();
    let [before, declaration, after] = parts[..] else { return stub.to_owned() };
    if clients.is_empty() {
        return stub.to_owned();
    }
    // The indentation of the second mark is not a part of the declaration.
    let declaration = declaration.trim_end_matches(' ');
    let indent = &declaration[..declaration.len() - declaration.trim_start().len()];
    let mut text = String::new();
    for (_, module, class) in clients {
        let _ = writeln!(text, "from tucuxi.services.{module} import {class}");
    }
    text.push_str(before.trim_end_matches(' '));
    for (service, _, class) in clients {
        let own = declaration.replace("service_name: str", &format!("service_name: Literal[\"{service}\"]"));
        let _ = write!(text, "{indent}@overload\n{}", own.replace(result, &format!("-> {class}:")));
    }
    // An overload for every name may not return another class than the one for a name.
    let general = declaration.replace(result, "-> Any:");
    format!("{text}{indent}@overload\n{general}{after}")
}

/// Whether a shape is a parameter or a part of a result: the types differ, for example of blobs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Params,
    Results,
}

struct Service {
    /// The name of the module: `cognito_idp`.
    module: String,
    /// The name that boto3 gives to the class of clients: `CognitoIdentityProvider`.
    class: String,
    is_s3: bool,
    operations: Map<String, Value>,
    shapes: Map<String, Value>,
    paginators: Map<String, Value>,
    waiters: Map<String, Value>,
    resources: Option<Resources>,
}

impl Service {
    fn read(definitions: &Definitions, name: &str) -> Result<Service> {
        let read = |kind: &str| -> Result<Map<String, Value>> {
            let source = definitions.source(kind, name, None)?;
            serde_json::from_str(&source.text).map_err(|e| Error::new(ErrorKind::InvalidDefinition, format!("{}: {e}", source.file)))
        };
        // Not every service has paginators and waiters.
        let part = |kind: &str, entry: &str| read(kind).ok().and_then(|mut map| object(map.remove(entry)?)).unwrap_or_default();
        let mut service = read("service-2")?;
        let metadata = service.remove("metadata").unwrap_or_default();
        let full = ["serviceAbbreviation", "serviceFullName"].iter().find_map(|key| metadata[*key].as_str()).unwrap_or(name);
        let class = full.replace("Amazon", "").replace("AWS", "").chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
        Ok(Service {
            module: name.replace('-', "_"),
            class,
            is_s3: name == "s3",
            operations: service.remove("operations").and_then(object).unwrap_or_default(),
            shapes: service.remove("shapes").and_then(object).unwrap_or_default(),
            paginators: part("paginators-1", "pagination"),
            waiters: part("waiters-2", "waiters"),
            resources: read("resources-1").ok().and_then(Resources::of),
        })
    }

    fn client(&self, class: &str) -> String {
        let mut text = HEAD.to_owned();
        text.push_str("from tucuxi.clients import BaseClient, ClientExceptions\nfrom tucuxi.exceptions import ClientError\n");
        text.push_str(
            "from tucuxi.paginate import PageIterator, Paginator, PaginatorConfig\nfrom tucuxi.waiter import Waiter, WaiterConfig\n",
        );
        text.push_str("from tucuxi.response import StreamingBody\n\nfrom . import params, results\n\n");
        let errors: BTreeSet<&str> =
            self.shapes.iter().filter(|(_, shape)| shape["exception"] == true).map(|(name, _)| name.as_str()).collect();
        text.push_str("class Exceptions(ClientExceptions):\n");
        for name in &errors {
            let _ = writeln!(text, "    {name}: type[ClientError]");
        }
        if errors.is_empty() {
            text.push_str("    ...\n");
        }
        for name in self.paginators.keys().filter(|name| self.operations.contains_key(*name)) {
            let (params, result) = (self.arguments(name), self.result(name));
            let _ = writeln!(text, "\nclass {name}Paginator(Paginator):");
            let _ =
                writeln!(text, "    def paginate(self, {params}PaginationConfig: PaginatorConfig = ...) -> PageIterator[{result}]: ...");
        }
        for (name, waiter) in &self.waiters {
            let params = self.arguments(waiter["operation"].as_str().unwrap_or_default());
            let _ = writeln!(text, "\nclass {name}Waiter(Waiter):");
            let _ = writeln!(text, "    def wait(self, {params}WaiterConfig: WaiterConfig = ...) -> None: ...");
        }
        let _ = writeln!(text, "\nclass {class}(BaseClient):");
        text.push_str("    @property\n    def exceptions(self) -> Exceptions: ...\n");
        let named = |names: Vec<&String>, kind: &str| -> Vec<(String, String)> {
            names.into_iter().map(|name| (snake_case(name), format!("{name}{kind}"))).collect()
        };
        let paginators = self.paginators.keys().filter(|name| self.operations.contains_key(*name)).collect();
        text.push_str(&choices("get_paginator", "operation_name", &named(paginators, "Paginator")));
        text.push_str(&choices("get_waiter", "waiter_name", &named(self.waiters.keys().collect(), "Waiter")));
        if self.is_s3 {
            text.push_str(OF_S3);
        }
        for name in self.operations.keys() {
            let params = self.arguments(name);
            let params = if params == "*, " { "" } else { params.strip_suffix(", ").unwrap_or(&params) };
            let separator = if params.is_empty() { "" } else { ", " };
            let _ = writeln!(text, "    def {}(self{separator}{params}) -> {}: ...", snake_case(name), self.result(name));
        }
        text
    }

    /// The parameters of an operation, each followed by a comma.
    fn arguments(&self, operation: &str) -> String {
        self.arguments_but(operation, &BTreeSet::new())
    }

    /// The parameters of an operation but some, each followed by a comma.
    fn arguments_but(&self, operation: &str, provided: &BTreeSet<&str>) -> String {
        let shape = self.operations.get(operation).and_then(|op| op["input"]["shape"].as_str()).unwrap_or_default();
        let Some(shape) = self.shapes.get(shape) else { return "*, ".to_owned() };
        let required = required(shape);
        let Some(members) = shape["members"].as_object() else { return "*, ".to_owned() };
        // Names that are no identifiers can only be passed as `**{...}`.
        let (plain, odd): (Vec<_>, Vec<_>) =
            members.iter().filter(|(name, _)| !provided.contains(name.as_str())).partition(|(name, _)| is_identifier(name));
        let mut text = "*, ".to_owned();
        for (name, member) in plain {
            let default = if required.contains(name.as_str()) { "" } else { " = ..." };
            let _ = write!(text, "{name}: {}{default}, ", self.kind(member, Use::Params, "params.", &mut Vec::new()));
        }
        if !odd.is_empty() {
            text.push_str("**kwargs: Any, ");
        }
        text
    }

    fn result(&self, operation: &str) -> String {
        match self.operations.get(operation).and_then(|op| op["output"]["shape"].as_str()) {
            Some(shape) if self.shapes.contains_key(shape) => format!("results.{}", class_name(shape)),
            _ => "results.Empty".to_owned(),
        }
    }

    /// The typed dictionaries of all structures that parameters or results contain.
    fn dictionaries(&self, used: Use) -> String {
        let mut text = HEAD.to_owned();
        text.push_str("from tucuxi.response import EventStream, StreamingBody\n\n");
        if used == Use::Results {
            text.push_str("class ResponseMetadata(TypedDict, total=False):\n    RequestId: str\n    HostId: str\n");
            text.push_str(
                "    HTTPStatusCode: Required[int]\n    HTTPHeaders: Required[dict[str, str]]\n    RetryAttempts: Required[int]\n\n",
            );
            text.push_str("class Empty(TypedDict):\n    ResponseMetadata: \"ResponseMetadata\"\n\n");
        }
        let (entry, mut results) = match used {
            Use::Params => ("input", BTreeSet::new()),
            Use::Results => ("output", BTreeSet::new()),
        };
        let mut wanted: Vec<&str> = Vec::new();
        for operation in self.operations.values() {
            if let Some(shape) = operation[entry]["shape"].as_str() {
                wanted.push(shape);
                results.insert(shape);
            }
        }
        if used == Use::Results {
            wanted.extend(self.resources.iter().flat_map(Resources::shapes));
        }
        let mut known = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            let Some(shape) = self.shapes.get(name).filter(|_| known.insert(name)) else { continue };
            for reference in
                shape["members"].as_object().into_iter().flat_map(Map::values).chain([&shape["member"], &shape["key"], &shape["value"]])
            {
                wanted.extend(reference["shape"].as_str());
            }
        }
        for name in known {
            let Some(shape) = self.shapes.get(name) else { continue };
            if shape["type"] == "structure" && shape["document"] != true {
                let is_result = used == Use::Results && results.contains(name);
                text.push_str(&self.dictionary(name, shape, used, is_result));
            }
        }
        text
    }

    fn dictionary(&self, name: &str, shape: &Value, used: Use, is_result: bool) -> String {
        let (required, payload) = (required(shape), shape["payload"].as_str());
        let mut entries: Vec<(&str, String)> = Vec::new();
        for (member, reference) in shape["members"].as_object().into_iter().flatten() {
            let mut kind = self.kind(reference, used, "", &mut Vec::new());
            if is_result && payload == Some(member) && kind == "bytes" {
                kind = "StreamingBody".to_owned();
            }
            entries.push((member, if required.contains(member.as_str()) { format!("Required[{kind}]") } else { kind }));
        }
        if is_result {
            entries.push(("ResponseMetadata", "Required[\"ResponseMetadata\"]".to_owned()));
        }
        let name = class_name(name);
        if entries.is_empty() {
            return format!("class {name}(TypedDict): ...\n\n");
        }
        let mut text = String::new();
        if entries.iter().all(|(member, _)| is_identifier(member)) {
            let _ = writeln!(text, "class {name}(TypedDict, total=False):");
            for (member, kind) in entries {
                let _ = writeln!(text, "    {member}: {kind}");
            }
        } else {
            let entries: Vec<String> = entries.iter().map(|(member, kind)| format!("\"{member}\": {kind}")).collect();
            let _ = writeln!(text, "{name} = TypedDict(\"{name}\", {{{}}}, total=False)", entries.join(", "));
        }
        text.push('\n');
        text
    }

    /// The type of a reference to a shape. `above` are the lists and maps it is in: what contains itself has no type.
    fn kind<'s>(&'s self, reference: &'s Value, used: Use, module: &str, above: &mut Vec<&'s str>) -> String {
        let name = reference["shape"].as_str().unwrap_or_default();
        let Some(shape) = self.shapes.get(name).filter(|shape| shape["document"] != true && !above.contains(&name)) else {
            return "Any".into();
        };
        above.push(name);
        let params = used == Use::Params;
        let mut inner = |entry: &'s Value| self.kind(entry, used, module, above);
        let kind = match shape["type"].as_str().unwrap_or_default() {
            "structure" if shape["eventstream"] == true => if params { "Any" } else { "EventStream" }.to_owned(),
            "structure" => format!("\"{module}{}\"", class_name(name)),
            "list" if params => format!("Sequence[{}]", inner(&shape["member"])),
            "list" => format!("list[{}]", inner(&shape["member"])),
            "map" if params => format!("Mapping[str, {}]", inner(&shape["value"])),
            "map" => format!("dict[str, {}]", inner(&shape["value"])),
            "integer" | "long" | "short" | "byte" => "int".to_owned(),
            "float" | "double" => "float".to_owned(),
            "boolean" => "bool".to_owned(),
            "timestamp" if params => "Union[datetime.datetime, str, int, float]".to_owned(),
            "timestamp" => "datetime.datetime".to_owned(),
            "blob" if params => "Union[bytes, bytearray, memoryview, str, IO[bytes], StreamingBody]".to_owned(),
            "blob" => "bytes".to_owned(),
            "string" | "character" => match shape["enum"].as_array().filter(|values| params && !values.is_empty()) {
                Some(values) => format!("Literal[{}]", values.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")),
                None => "str".to_owned(),
            },
            _ => "Any".to_owned(),
        };
        above.pop();
        kind
    }
}

/// A method whose result depends on the name that it gets.
fn choices(method: &str, parameter: &str, names: &[(String, String)]) -> String {
    let overload = if names.len() > 1 { "    @overload\n" } else { "" };
    let one =
        |(name, class): &(String, String)| format!("{overload}    def {method}(self, {parameter}: Literal[\"{name}\"]) -> {class}: ...\n");
    names.iter().map(one).collect()
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

fn required(shape: &Value) -> BTreeSet<&str> {
    shape["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Names of classes that would hide what the stubs import.
fn class_name(shape: &str) -> String {
    let taken = [
        "Any",
        "Literal",
        "TypedDict",
        "Union",
        "Sequence",
        "Mapping",
        "Iterator",
        "Callable",
        "IO",
        "Required",
        "NotRequired",
        "EventStream",
        "StreamingBody",
        "ResponseMetadata",
        "Empty",
    ];
    if taken.contains(&shape) || !is_identifier(shape) { format!("{shape}_") } else { shape.to_owned() }
}

fn is_identifier(name: &str) -> bool {
    const KEYWORDS: [&str; 35] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
        "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
        "return", "try", "while", "with", "yield",
    ];
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !KEYWORDS.contains(&name)
}
