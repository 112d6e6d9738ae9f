//! The messages of the protocol: JSON-RPC requests and notifications, and their responses.
//!
//! Both eras of the protocol are served side by side: since version 2026-07-28, each request names its version and its client
//! in `_meta`; before, a session began with `initialize`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Mutex;

use serde_json::{Map as JsonMap, Value as Json, json};

use super::tools::{self, Context};
use super::{Server, lock};
use crate::Cancel;

/// The version in which each request stands for itself.
pub(super) const MODERN: &str = "2026-07-28";
/// The versions with a handshake, the latest first. They differ in nothing that is used here.
pub(super) const LEGACY: [&str; 3] = ["2025-11-25", "2025-06-18", "2024-11-05"];

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
pub(super) const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
pub(super) const HEADER_MISMATCH: i64 = -32020;
pub(super) const UNSUPPORTED_VERSION: i64 = -32022;

/// The keys in `_meta` of a modern request and its result.
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";
const SERVER_KEY: &str = "io.modelcontextprotocol/serverInfo";

/// How long a client may cache the tools and the capabilities, which do not change while the process runs.
const CACHED_MS: u64 = 3_600_000;

const INSTRUCTIONS: &str = "Calls operations of AWS services. Find an operation with search_operations, read its parameters with \
describe_operation, and call it with call_operation, or with paginate_operation if it is paginated. Select the parts of a result \
that you need with a JMESPath query: results are shortened if they are long.";

/// The other side of a session.
#[derive(Default)]
pub(super) struct Peer {
    /// The calls of tools in flight, by the JSON text of their IDs.
    running: Mutex<HashMap<String, Cancel>>,
}

/// Reads a message.
///
/// # Errors
/// The response to text that is not JSON.
pub(super) fn parse(text: &[u8]) -> Result<Json, Json> {
    serde_json::from_slice(text).map_err(|error| failure(&Json::Null, PARSE_ERROR, format!("The message is not JSON: {error}")))
}

/// Whether a message is a call of a tool, which may take a while.
pub(super) fn calls_tool(message: &Json) -> bool {
    message["method"] == "tools/call"
}

/// Whether a message is a request, which has a response.
pub(super) fn is_request(message: &Json) -> bool {
    message["method"].is_string() && !message["id"].is_null()
}

/// The version that a request names, if it is a modern one.
pub(super) fn version(message: &Json) -> Option<&Json> {
    message["params"]["_meta"].get(VERSION_KEY)
}

impl Peer {
    /// Carries out a message. Returns the response to a request, unless it is canceled; notifications go to `notify`.
    pub(super) fn receive(&self, server: &Server, message: Json, notify: &(dyn Fn(&Json) + Sync)) -> Option<Json> {
        let invalid = |id: &Json, reason: &str| Some(failure(id, INVALID_REQUEST, reason));
        let Json::Object(mut message) = message else { return invalid(&Json::Null, "A message is a JSON object.") };
        let id = message.remove("id").unwrap_or_default();
        if message.get("jsonrpc").and_then(Json::as_str) != Some("2.0") {
            return invalid(&id, "\"jsonrpc\" must be \"2.0\".");
        }
        let params = match message.remove("params") {
            None => JsonMap::new(),
            Some(Json::Object(params)) => params,
            Some(_) => return invalid(&id, "\"params\" must be an object."),
        };
        match message.get("method") {
            Some(Json::String(method)) if id.is_null() => {
                self.notified(method, &params);
                None
            }
            Some(Json::String(method)) if id.is_string() || id.is_number() => self.respond(server, &id, method, params, notify),
            Some(Json::String(_)) => invalid(&Json::Null, "\"id\" must be a string or a number."),
            // A response: this side sends no requests, so there is nothing to match it with.
            None if message.contains_key("result") || message.contains_key("error") => None,
            _ => invalid(&id, "\"method\" must be a string."),
        }
    }

    fn notified(&self, method: &str, params: &JsonMap<String, Json>) {
        if method == "notifications/cancelled"
            && let Some(id) = params.get("requestId")
            && let Some(cancel) = lock(&self.running).get(&id.to_string())
        {
            cancel.cancel();
        }
    }

    fn respond(
        &self,
        server: &Server,
        id: &Json,
        method: &str,
        params: JsonMap<String, Json>,
        notify: &(dyn Fn(&Json) + Sync),
    ) -> Option<Json> {
        let meta = params.get("_meta").cloned().unwrap_or_default();
        let is_modern = match meta.get(VERSION_KEY) {
            None => false,
            Some(version) if version == MODERN && meta[CAPABILITIES_KEY].is_object() => true,
            Some(version) if version == MODERN => {
                return Some(failure(id, INVALID_PARAMS, format!("\"_meta\" must have an object \"{CAPABILITIES_KEY}\".")));
            }
            Some(version) => return Some(unsupported(id, version)),
        };
        let outcome = match (method, is_modern) {
            ("server/discover", true) => Ok(discover()),
            ("initialize", false) => Ok(initialize(&params)),
            ("ping", false) => Ok(json!({})),
            ("tools/list", true) => Ok(json!({"tools": tools::list(server), "ttlMs": CACHED_MS, "cacheScope": "public"})),
            ("tools/list", false) => Ok(json!({"tools": tools::list(server)})),
            ("tools/call", _) => self.call(server, id, params, notify)?,
            _ => Err(failure(id, METHOD_NOT_FOUND, format!("There is no method {method}."))),
        };
        Some(match outcome {
            Ok(mut result) => {
                if is_modern {
                    result["resultType"] = "complete".into();
                    result["_meta"] = json!({SERVER_KEY: identity()});
                }
                json!({"jsonrpc": "2.0", "id": id, "result": result})
            }
            Err(failure) => failure,
        })
    }

    /// Calls a tool. Returns its result or the failure of the request, or `None` if it is canceled: nobody waits for it then.
    fn call(
        &self,
        server: &Server,
        id: &Json,
        mut params: JsonMap<String, Json>,
        notify: &(dyn Fn(&Json) + Sync),
    ) -> Option<Result<Json, Json>> {
        let invalid = |reason: String| Some(Err(failure(id, INVALID_PARAMS, reason)));
        let Some(Json::String(name)) = params.remove("name") else { return invalid("The name of a tool is missing.".to_owned()) };
        let arguments = match params.remove("arguments") {
            None | Some(Json::Null) => JsonMap::new(),
            Some(Json::Object(arguments)) => arguments,
            Some(_) => return invalid("\"arguments\" must be an object.".to_owned()),
        };
        let token = params.get("_meta").and_then(|meta| meta.get("progressToken")).cloned();
        let progress = |progress: u64, message: &str| {
            if let Some(token) = &token {
                let params = json!({"progressToken": token, "progress": progress, "message": message});
                notify(&json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params}));
            }
        };
        let cancel = Cancel::new();
        match lock(&self.running).entry(id.to_string()) {
            Entry::Occupied(_) => return Some(Err(failure(id, INVALID_REQUEST, "The ID is in use by a request in flight."))),
            Entry::Vacant(free) => drop(free.insert(cancel.clone())),
        }
        let result = tools::call(server, &name, arguments, &Context { cancel: &cancel, progress: &progress });
        lock(&self.running).remove(&id.to_string());
        match result {
            _ if cancel.is_canceled() => None,
            Some(result) => Some(Ok(result)),
            None => invalid(format!("Unknown tool: {name}")),
        }
    }

    /// Cancels the calls in flight: the session has ended.
    pub(super) fn cancel_all(&self) {
        lock(&self.running).values().for_each(Cancel::cancel);
    }
}

fn identity() -> Json {
    json!({"name": "tucuxi", "title": "AWS through tucuxi", "version": env!("CARGO_PKG_VERSION")})
}

fn discover() -> Json {
    json!({
        "supportedVersions": versions(),
        "capabilities": {"tools": {}},
        "instructions": INSTRUCTIONS,
        "ttlMs": CACHED_MS,
        "cacheScope": "public",
    })
}

/// The version that the client requests, or the latest one if it is not supported; the client then decides whether to go on.
fn initialize(params: &JsonMap<String, Json>) -> Json {
    let requested = params.get("protocolVersion").and_then(Json::as_str);
    let version = LEGACY.into_iter().find(|known| Some(*known) == requested).unwrap_or(LEGACY[0]);
    json!({
        "protocolVersion": version,
        "capabilities": {"tools": {"listChanged": false}},
        "serverInfo": identity(),
        "instructions": INSTRUCTIONS,
    })
}

fn versions() -> Vec<&'static str> {
    std::iter::once(MODERN).chain(LEGACY).collect()
}

/// The response to a request of a version that is not supported.
pub(super) fn unsupported(id: &Json, version: &Json) -> Json {
    let mut response = failure(id, UNSUPPORTED_VERSION, "Unsupported protocol version");
    response["error"]["data"] = json!({"supported": versions(), "requested": version});
    response
}

pub(super) fn failure(id: &Json, code: i64, message: impl Into<String>) -> Json {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message.into()}})
}

/// The response of a transport to a message that it does not pass on.
pub(super) fn rejected(message: &str) -> Json {
    failure(&Json::Null, INVALID_REQUEST, message)
}
