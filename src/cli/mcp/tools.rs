//! The tools: their descriptions and parameters, and what they do.

use serde_json::{Map as JsonMap, Value as Json, json};

use super::index::Index;
use super::result::{Fitted, fit};
use super::{Server, objects};
use crate::error::{Error, ErrorKind, did_you_mean};
use crate::value::{List, Map};
use crate::{Cancel, Client, Expression, Str, Value, value};

/// What a call of a tool has besides its arguments.
pub(super) struct Context<'a> {
    pub cancel: &'a Cancel,
    /// Reports how many items are there so far.
    pub progress: &'a dyn Fn(u64, &str),
}

/// A tool: what the agent reads about it, and its function.
struct Tool {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// Names, JSON Schemas, and whether they are required.
    parameters: &'static [Parameter],
    /// Whether it calls services, as opposed to reading definitions.
    sends: bool,
    /// Whether it can call operations that write, if the server allows that.
    writes: bool,
    run: fn(&Server, &Arguments, &Context<'_>) -> Outcome,
}

/// The name, the type, the description, and whether the parameter is required.
type Parameter = (&'static str, &'static str, &'static str, bool);

/// The text of a result, or the reason why there is none.
type Outcome = Result<Fitted, String>;

const SERVICE: Parameter = ("service", "string", "The service's name, for example s3 or dynamodb.", true);
const OPERATION: Parameter = ("operation", "string", "The operation's name in either spelling: ListObjectsV2 or list_objects_v2.", true);
const PARAMETERS: Parameter = (
    "parameters",
    "object",
    "The parameters of the operation, as in the schema of describe_operation. Blobs are {\"$bytes\": \"<base64>\"} or text.",
    false,
);
const REGION: Parameter = ("region", "string", "The region, for example eu-west-1. Default: that of the server's configuration.", false);
const QUERY: Parameter =
    ("query", "string", "A JMESPath expression that selects the parts of the result to return, for example Contents[].Key.", false);
const MAX_BYTES: Parameter =
    ("max_bytes", "integer", "The greatest length of the result in bytes, up to the server's limit. Longer results are shortened.", false);
const LIMIT: Parameter = ("limit", "integer", "The greatest number of results. Default: 20.", false);

const TOOLS: &[Tool] = &[
    Tool {
        name: "search_services",
        title: "Search services",
        description: "Finds AWS services by keywords in their names. Without a query, lists all services.",
        parameters: &[("query", "string", "Keywords, for example: queue.", false), LIMIT],
        sends: false,
        writes: false,
        run: search_services,
    },
    Tool {
        name: "search_operations",
        title: "Search operations",
        description: "Finds operations of AWS services by keywords in the names of operations and services, the best match first. Tells \
                      for each whether it only reads. With a service and no query, lists the operations of that service.",
        parameters: &[
            ("query", "string", "Keywords, for example: list s3 buckets.", false),
            ("service", "string", "Search only this service.", false),
            LIMIT,
        ],
        sends: false,
        writes: false,
        run: search_operations,
    },
    Tool {
        name: "describe_operation",
        title: "Describe an operation",
        description: "Returns the parameters of an operation as a JSON Schema, whether it only reads, whether it can be paginated, and its \
                      errors; with output, the schema of its response as well.",
        parameters: &[SERVICE, OPERATION, ("output", "boolean", "Include the schema of the response.", false), QUERY, MAX_BYTES],
        sends: false,
        writes: false,
        run: describe_operation,
    },
    Tool {
        name: "call_operation",
        title: "Call an operation",
        description: "Calls one operation of an AWS service and returns its response as JSON.",
        parameters: &[SERVICE, OPERATION, PARAMETERS, REGION, QUERY, MAX_BYTES],
        sends: true,
        writes: true,
        run: call_operation,
    },
    Tool {
        name: "paginate_operation",
        title: "Read the pages of an operation",
        description: "Calls a paginated operation as often as necessary and returns the merged pages. If items are left, next_token \
                      continues after the last one.",
        parameters: &[
            SERVICE,
            OPERATION,
            PARAMETERS,
            REGION,
            ("max_items", "integer", "The greatest number of items. Default: 100.", false),
            ("page_size", "integer", "The number of items per request.", false),
            ("starting_token", "string", "The next_token of a previous result.", false),
            QUERY,
            MAX_BYTES,
        ],
        sends: true,
        writes: true,
        run: paginate_operation,
    },
    Tool {
        name: "read_object",
        title: "Read an S3 object",
        description: "Reads an object of S3, or a range of its bytes, as text if it is UTF-8 and as base64 otherwise.",
        parameters: &[
            ("bucket", "string", "The bucket.", true),
            ("key", "string", "The key of the object.", true),
            ("version_id", "string", "The version. Default: the latest one.", false),
            ("start", "integer", "The first byte to read. Default: 0. A negative number counts from the end.", false),
            MAX_BYTES,
            ("encoding", "string", "auto (default), text, or base64.", false),
            REGION,
        ],
        sends: true,
        writes: false,
        run: objects::read_object,
    },
];

/// The tools as `tools/list` returns them.
pub(super) fn list(server: &Server) -> Json {
    let tools = TOOLS.iter().map(|tool| {
        let properties: JsonMap<String, Json> = tool
            .parameters
            .iter()
            .map(|(name, kind, description, _)| ((*name).to_owned(), json!({"type": kind, "description": description})))
            .collect();
        let required: Vec<&str> = tool.parameters.iter().filter(|(.., required)| *required).map(|(name, ..)| *name).collect();
        let writes = tool.writes && server.policy.allows_writes;
        json!({
            "name": tool.name,
            "title": tool.title,
            "description": tool.description,
            "inputSchema": {"type": "object", "properties": properties, "required": required, "additionalProperties": false},
            "annotations": {
                "title": tool.title, "readOnlyHint": !writes, "destructiveHint": writes, "idempotentHint": !writes,
                "openWorldHint": tool.sends,
            },
        })
    });
    tools.collect()
}

/// Calls a tool. Returns `None` if there is no such tool. Failures are results, so that the agent can correct its call.
pub(super) fn call(server: &Server, name: &str, arguments: JsonMap<String, Json>, context: &Context<'_>) -> Option<Json> {
    let tool = TOOLS.iter().find(|tool| tool.name == name)?;
    let outcome = Arguments::check(tool, arguments).and_then(|arguments| (tool.run)(server, &arguments, context));
    let text = |text: String| json!({"type": "text", "text": text});
    Some(match outcome {
        Ok(Fitted { text: result, note: None }) => json!({"content": [text(result)], "isError": false}),
        Ok(Fitted { text: result, note: Some(note) }) => json!({"content": [text(result), text(note)], "isError": false}),
        Err(reason) => json!({"content": [text(reason)], "isError": true}),
    })
}

/// The arguments of a call: known names with values of their types.
pub(super) struct Arguments(JsonMap<String, Json>);

impl Arguments {
    fn check(tool: &Tool, mut arguments: JsonMap<String, Json>) -> Result<Arguments, String> {
        arguments.retain(|_, value| !value.is_null());
        for (name, value) in &arguments {
            let Some((_, kind, ..)) = tool.parameters.iter().find(|(known, ..)| known == name) else {
                let near = did_you_mean(name, tool.parameters.iter().map(|(known, ..)| *known));
                return Err(format!("{} has no argument \"{name}\".{near}", tool.name));
            };
            let fits = match *kind {
                "string" => value.is_string(),
                "integer" => value.is_i64(),
                "boolean" => value.is_boolean(),
                _ => value.is_object(),
            };
            if !fits {
                return Err(format!("The argument \"{name}\" must be of the type {kind}."));
            }
        }
        let missing = tool.parameters.iter().filter(|(name, .., required)| *required && !arguments.contains_key(*name));
        match missing.map(|(name, ..)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ") {
            missing if missing.is_empty() => Ok(Arguments(arguments)),
            missing => Err(format!("{} requires {missing}.", tool.name)),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn required(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    /// A number that is at least one.
    fn count(&self, name: &str) -> Result<Option<u64>, String> {
        match self.integer(name) {
            None => Ok(None),
            Some(count) if count > 0 => Ok(Some(count.unsigned_abs())),
            Some(_) => Err(format!("The argument \"{name}\" must be greater than 0.")),
        }
    }

    /// The greatest length of the result, which is never above the server's.
    pub(super) fn max_bytes(&self, server: &Server) -> Result<usize, String> {
        Ok(self.count("max_bytes")?.map_or(server.max_bytes, |bytes| server.max_bytes.min(bytes as usize)))
    }

    fn parameters(&self) -> Result<Value, String> {
        let parameters = self.0.get("parameters").cloned().unwrap_or_else(|| json!({}));
        Value::from_json(parameters).map_err(|error| format!("parameters: {error}"))
    }

    /// The query, which is compiled before anything is sent.
    fn query(&self) -> Result<Option<Expression>, String> {
        self.text("query").map(Expression::parse).transpose().map_err(|error| format!("query: {error}"))
    }
}

/// A failure as the agent reads it.
pub(super) fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::UnknownService => format!("{error} search_services finds services by keywords."),
        ErrorKind::ParamValidation => format!("{error} describe_operation returns the schema of the parameters."),
        ErrorKind::NoRegion => format!("{error} Pass the argument \"region\"."),
        _ => error.to_string(),
    }
}

fn index(server: &Server) -> Result<&Index, String> {
    if let Some(index) = server.index.get() {
        return Ok(index);
    }
    let index = Index::build(server.session.definitions()).map_err(|error| error.to_string())?;
    Ok(server.index.get_or_init(|| index))
}

fn search_services(server: &Server, arguments: &Arguments, _: &Context<'_>) -> Outcome {
    let found = index(server)?.services(arguments.text("query").unwrap_or_default());
    let limit = arguments.count("limit")?.unwrap_or(if arguments.text("query").is_some() { 20 } else { u64::MAX }) as usize;
    let shown: List = found.iter().take(limit).map(|entry| value!({"service": (&entry.name), "name": (&entry.full_name)})).collect();
    Ok(fit(value!({"services": shown, "found": (found.len())}), server.max_bytes))
}

fn search_operations(server: &Server, arguments: &Arguments, _: &Context<'_>) -> Outcome {
    let (query, service) = (arguments.text("query").unwrap_or_default(), arguments.text("service"));
    if query.trim().is_empty() && service.is_none() {
        return Err("search_operations requires a query or a service.".to_owned());
    }
    if let Some(name) = service {
        server.session.definitions().service(name, None).map_err(|error| reason(&error))?;
    }
    let limit = arguments.count("limit")?.unwrap_or(20) as usize;
    let found = index(server)?.operations(query, service);
    let permitted: Vec<_> = found.iter().filter(|found| server.policy.permits(&found.service.name, found.operation)).collect();
    let shown = permitted.iter().take(limit).map(|found| {
        let definitions = server.session.definitions();
        let reads = definitions.service(&found.service.name, None).and_then(|service| {
            let operation = service.operation(found.operation)?;
            crate::definition::only_reads(&service, operation)
        });
        let reads = reads.map_err(|error| error.to_string())?;
        let mut row = Map::new();
        row.insert("service", &found.service.name);
        row.insert("operation", found.operation);
        row.insert("read_only", reads);
        if !reads && !server.policy.allows_writes {
            row.insert("allowed", false);
        }
        Ok(Value::from(row))
    });
    let shown = shown.collect::<Result<List, String>>()?;
    Ok(fit(value!({"operations": shown, "found": (permitted.len())}), server.max_bytes))
}

fn describe_operation(server: &Server, arguments: &Arguments, _: &Context<'_>) -> Outcome {
    let client =
        crate::cli::connect::definitions_client_of(&server.session, arguments.required("service")).map_err(|error| reason(&error))?;
    let name = client.service().operation(arguments.required("operation")).map_err(|error| reason(&error))?.name.clone();
    let wants_output = arguments.0.get("output").and_then(Json::as_bool).unwrap_or(false);
    let described = describe(server, &client, &name, wants_output).map_err(|error| reason(&error))?;
    select(described, arguments.query()?.as_ref(), arguments.max_bytes(server)?)
}

fn describe(server: &Server, client: &Client, name: &Str, wants_output: bool) -> crate::Result<Value> {
    let mut described = Map::new();
    described.insert("service", client.service().name());
    described.insert("operation", name);
    described.insert("read_only", client.read_only(name)?);
    described.insert("allowed", server.policy.check(client, name).is_ok());
    described.insert("can_paginate", client.can_paginate(name)?);
    let errors = client.describe(name)?.search("errors[].shape")?;
    described.insert("input_schema", client.input_schema(name)?);
    if wants_output {
        described.insert("output_schema", client.output_schema(name)?);
    }
    described.insert("errors", errors);
    Ok(described.into())
}

/// The client of a call, and the API name of its operation, if the policy permits it.
pub(super) fn permitted(server: &Server, service: &str, operation: &str, region: Option<&str>) -> Result<(Client, Str), String> {
    // The policy needs no region: a refusal comes before any other problem.
    let described = crate::cli::connect::definitions_client_of(&server.session, service).map_err(|error| reason(&error))?;
    let name = server.policy.check(&described, operation)?;
    let client = server.client(service, region).map_err(|error| reason(&error))?;
    Ok((client, name))
}

fn call_operation(server: &Server, arguments: &Arguments, context: &Context<'_>) -> Outcome {
    let (query, parameters, limit) = (arguments.query()?, arguments.parameters()?, arguments.max_bytes(server)?);
    let (client, name) = permitted(server, arguments.required("service"), arguments.required("operation"), arguments.text("region"))?;
    let request = client.request(&name, parameters).deadline(server.timeout).cancel(context.cancel);
    let mut response = request.send().map_err(|error| reason(&error))?;
    if let Some(map) = response.as_map_mut() {
        map.remove("ResponseMetadata");
        objects::read_streams(map, limit).map_err(|error| reason(&error))?;
    }
    select(response, query.as_ref(), limit)
}

fn select(result: Value, query: Option<&Expression>, limit: usize) -> Outcome {
    match query {
        Some(query) => Ok(fit(query.search(&result).map_err(|error| format!("query: {error}"))?, limit)),
        None => Ok(fit(result, limit)),
    }
}

fn paginate_operation(server: &Server, arguments: &Arguments, context: &Context<'_>) -> Outcome {
    let (query, parameters, limit) = (arguments.query()?, arguments.parameters()?, arguments.max_bytes(server)?);
    let (client, name) = permitted(server, arguments.required("service"), arguments.required("operation"), arguments.text("region"))?;
    let pages = client.paginate(&name, parameters).map_err(|error| reason(&error))?;
    let mut pages = pages.deadline(server.timeout).cancel(context.cancel).max_items(arguments.count("max_items")?.unwrap_or(100));
    if let Some(items) = arguments.count("page_size")? {
        pages = pages.page_size(items);
    }
    if let Some(token) = arguments.text("starting_token") {
        pages = pages.starting_token(token);
    }
    let primary = pages.definition().primary().clone();
    let mut result = Map::new();
    let (mut count, mut items) = (0, 0);
    for page in pages.by_ref() {
        let page = page.map_err(|error| reason(&error))?;
        count += 1;
        items += primary.find(&page).ok().and_then(|found| found.as_list().map(|list| list.len())).unwrap_or(0);
        merge(&mut result, page);
        (context.progress)(items as u64, &format!("{count} pages, {items} items"));
    }
    result.remove("ResponseMetadata");
    let mut fitted = select(result.into(), query.as_ref(), limit)?;
    if let Some(token) = pages.resume_token() {
        let more = format!("There are more items. Continue with starting_token \"{token}\".");
        fitted.note = Some(fitted.note.map_or_else(|| more.clone(), |note| format!("{note} {more}")));
    }
    Ok(fitted)
}

/// Adds a page to the result: lists are appended, other members are those of the first page.
fn merge(result: &mut Map, page: Value) {
    let Value::Map(page) = page else { return };
    for (name, value) in page {
        match (result.get_mut(&name), value) {
            (Some(Value::List(list)), Value::List(more)) => list.extend(more),
            (Some(_), _) => {}
            (None, value) => drop(result.insert(name, value)),
        }
    }
}
