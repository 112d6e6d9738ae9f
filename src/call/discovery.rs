//! Endpoint discovery: some services return the endpoint of an operation at run time.
//!
//! The definition says which operations take part and which one returns endpoints. An endpoint is cached for as long as
//! the service says. If discovery fails, the last endpoint, or the endpoint of the rules, stays in use.
//!
//! # Differs from boto3
//!
//! A rejected endpoint is discovered again within the attempts of the call; boto3 repeats this without a bound.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::pipeline;
use super::{Call, CallOptions};
use crate::definition::{Node, Operation, Service};
use crate::error::{Error, ErrorKind, Result};
use crate::settings::{ClientSettings, EndpointDiscovery};
use crate::value::{Map, Value};

/// How long discovery pauses after the service could not be reached, in seconds.
const FAILURE: i64 = 60;

/// The endpoints that a client has discovered.
pub(crate) struct Discovery {
    mode: EndpointDiscovery,
    known: Mutex<HashMap<Key, Known>>,
}

/// The parameters of the discovery request, as text.
type Key = String;

/// What is known for one set of parameters.
#[derive(Clone, Default)]
struct Known {
    address: Option<String>,
    /// When the address expires, in seconds since the epoch.
    expires: i64,
    /// Until when the service counts as unreachable, in seconds since the epoch.
    failing: i64,
}

impl Discovery {
    /// `None` for a service without discovery, and if the program named the endpoint.
    pub(crate) fn new(service: &Service, settings: &ClientSettings) -> Option<Discovery> {
        let named = settings.endpoint_url.as_ref().is_some_and(|url| url.is_argument);
        let discovers = !named && service.discovers_endpoints();
        discovers.then(|| Discovery { mode: settings.endpoint_discovery, known: Mutex::default() })
    }

    fn with_known<T>(&self, key: &str, look: impl FnOnce(&mut Known) -> T) -> T {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get_mut(key) {
            Some(known) => look(known),
            None => look(known.entry(key.to_owned()).or_default()),
        }
    }
}

/// Rejects an operation that requires discovery if discovery is disabled.
pub(super) fn check(call: &mut Call<'_>) -> Result<()> {
    let Some(Discovery { mode: EndpointDiscovery::Never, .. }) = discovery(call) else { return Ok(()) };
    if call.operation.endpoint_discovery.as_ref().is_some_and(|d| d.required) {
        let message = "Endpoint Discovery is not enabled but this operation requires it.";
        return Err(Error::new(ErrorKind::InvalidConfig, message).with_name("EndpointDiscoveryRequired"));
    }
    Ok(())
}

/// Redirects the request to the discovered endpoint: the whole URL is replaced.
pub(crate) fn redirect(call: &mut Call<'_>) -> Result<()> {
    let Some((discovery, required)) = active(call) else { return Ok(()) };
    let question = question(call)?;
    if let Some(address) = address(call, discovery, &question, required)? {
        let url = if address.starts_with("http") { address } else { format!("https://{address}") };
        call.request_mut().url = url;
    }
    Ok(())
}

/// Forgets an endpoint that rejected the request; returns whether there was one.
pub(crate) fn forget_if_refused(call: &Call<'_>) -> Result<bool> {
    let Some((discovery, _)) = active(call) else { return Ok(false) };
    let code = call.result.as_ref().and_then(|result| result["Error"].get("Code")).and_then(Value::as_str);
    let refused = code == Some("InvalidEndpointException") || call.response.as_ref().is_some_and(|r| r.status == 421);
    if refused {
        discovery.with_known(&key(&question(call)?), |known| *known = Known::default());
    }
    Ok(refused)
}

/// The client's discovery, unless the call has its own endpoint.
fn discovery<'c>(call: &Call<'c>) -> Option<&'c Discovery> {
    call.client.endpoints.discovery.as_ref().filter(|_| call.options.endpoint_url.is_none())
}

/// The discovery, if this operation uses it, and whether it is required.
fn active<'c>(call: &Call<'c>) -> Option<(&'c Discovery, bool)> {
    let discovery = discovery(call)?;
    let required = call.operation.endpoint_discovery.as_ref()?.required;
    let used = match discovery.mode {
        EndpointDiscovery::Never => false,
        EndpointDiscovery::Auto => required,
        EndpointDiscovery::Always => true,
    };
    used.then_some((discovery, required))
}

/// The parameters of the operation that returns endpoints: the operation's name and the members marked as identifiers, as
/// far as it takes them.
fn question(call: &Call<'_>) -> Result<Map> {
    let mut identifiers = Map::new();
    if let Some(input) = call.service.input(call.operation)? {
        gather(input, &call.params, &mut identifiers)?;
    }
    let operation = discovery_operation(call.service)?;
    let takes =
        |member| Ok::<_, Error>(call.service.input(operation)?.and_then(|i| i.structure()).is_some_and(|s| s.member(member).is_some()));
    let mut question = Map::new();
    if !identifiers.is_empty() && takes("Operation")? && takes("Identifiers")? {
        question.insert("Operation", call.operation.name.as_str());
        question.insert("Identifiers", identifiers);
    }
    Ok(question)
}

fn gather(node: Node<'_>, params: &Map, identifiers: &mut Map) -> Result<()> {
    for member in node.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        let Some(value) = params.get(&member.name) else { continue };
        let target = node.member(member)?;
        if target.has(|t| t.endpoint_discovery_id) {
            identifiers.insert(member.name.clone(), value);
        } else if let (Some(_), Some(nested)) = (target.structure(), value.as_map()) {
            gather(target, nested, identifiers)?;
        }
    }
    Ok(())
}

/// The operation that returns endpoints.
fn discovery_operation(service: &Service) -> Result<&Operation> {
    for name in service.operation_names() {
        let operation = service.operation(name)?;
        if operation.endpoint_operation {
            return Ok(operation);
        }
    }
    Err(Error::new(
        ErrorKind::InvalidDefinition,
        format!("{}: no operation returns endpoints, although others require discovery", service.name()),
    ))
}

/// The current address; `None` if the endpoint of the rules is used.
fn address(call: &Call<'_>, discovery: &Discovery, question: &Map, required: bool) -> Result<Option<String>> {
    let key = key(question);
    let now = (call.client.time.clock)().seconds();
    let known = discovery.with_known(&key, |known| known.clone());
    if known.address.is_some() && now < known.expires.max(known.failing) {
        return Ok(known.address);
    }
    if now < known.failing && !required {
        return Ok(None);
    }
    match ask(call, question) {
        Ok(Some((address, seconds))) => {
            discovery.with_known(&key, |known| {
                *known = Known { address: Some(address.clone()), expires: now.saturating_add(seconds), failing: 0 };
            });
            Ok(Some(address))
        }
        Ok(None) if required => Err(refresh_failed()),
        Ok(None) => Ok(None),
        Err(error) if is_out_of_reach(&error) => {
            discovery.with_known(&key, |known| known.failing = now + FAILURE);
            if known.address.is_none() && required { Err(refresh_failed().with_source(error)) } else { Ok(known.address) }
        }
        Err(error) => Err(error),
    }
}

/// Calls the service: the first of its endpoints, and for how many seconds it is valid.
fn ask(call: &Call<'_>, question: &Map) -> Result<Option<(String, i64)>> {
    let operation = discovery_operation(call.service)?;
    let options = CallOptions {
        read_timeout: call.options.read_timeout,
        cancel: call.options.cancel.clone(),
        deadline: call.left(),
        ..CallOptions::default()
    };
    let mut asking = Call::new(call.client, operation, question.clone(), options, &pipeline::SEND);
    let answer = pipeline::send(&mut asking).map_err(|e| e.with_operation(&operation.name))?;
    let Some(first) = answer["Endpoints"].as_list().and_then(|list| list.first()) else { return Ok(None) };
    let minutes = first["CachePeriodInMinutes"].as_int().unwrap_or_default();
    Ok(first["Address"].as_str().map(|address| (address.to_owned(), minutes.saturating_mul(60))))
}

fn key(question: &Map) -> Key {
    if question.is_empty() { Key::new() } else { Value::Map(question.clone()).to_json_text(false) }
}

fn refresh_failed() -> Error {
    let message = "Endpoint Discovery failed to refresh the required endpoints.";
    Error::new(ErrorKind::EndpointResolution, message).with_name("EndpointDiscoveryRefreshFailed")
}

/// Whether the service could not be reached at all; an error that it returns fails the call.
fn is_out_of_reach(error: &Error) -> bool {
    use ErrorKind::*;
    matches!(error.kind(), Connect | Tls | Proxy | ConnectTimeout | ReadTimeout | ConnectionClosed | Http)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

    use super::*;
    use crate::http::{Headers, Request, Response, SendOptions, Transport};
    use crate::session::Session;
    use crate::settings::{Config, Environment};
    use crate::value::Timestamp;

    const START: i64 = 1_704_164_645;

    /// Answers discovery until the time is `until`, and is unreachable from then on. Records the number of discovery
    /// requests and the URL of the last other request.
    struct Server {
        now: Arc<AtomicI64>,
        until: i64,
        asked: Arc<AtomicI64>,
        last: Arc<Mutex<String>>,
    }

    impl Transport for Server {
        fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
            if !request.headers.get("X-Amz-Target").is_some_and(|target| target.ends_with("DescribeEndpoints")) {
                *self.last.lock().unwrap() = request.url.clone();
                return Ok(Response::new(200, Headers::new(), b"{}".to_vec()));
            }
            self.asked.fetch_add(1, Relaxed);
            if self.now.load(Relaxed) >= self.until {
                return Err(Error::new(ErrorKind::Connect, "connection refused").into());
            }
            Ok(Response::new(200, Headers::new(), br#"{"Endpoints":[{"Address":"cell","CachePeriodInMinutes":1}]}"#.to_vec()))
        }
    }

    /// Calls an operation at each of the times, in seconds from the start. Returns the URL of each request, or its error,
    /// and the number of discovery requests up to then.
    fn calls(service: &str, operation: &str, reachable: i64, times: &[i64]) -> Vec<(String, i64)> {
        let [now, asked] = [START, 0].map(|value| Arc::new(AtomicI64::new(value)));
        let last = Arc::<Mutex<String>>::default();
        let server = Server { now: Arc::clone(&now), until: START + reachable, asked: Arc::clone(&asked), last: Arc::clone(&last) };
        let clock = Arc::clone(&now);
        let keys = crate::Credentials::new("a", "b");
        let session = Session::builder().environment(Environment::empty()).credentials(keys).build().unwrap();
        let config = Config::new().endpoint_discovery_enabled(true).total_max_attempts(1);
        let builder = session.client_builder(service).region("us-east-1").transport(server).config(config);
        let client = builder.clock(move || Timestamp::new(clock.load(Relaxed), 0)).build().unwrap();
        let call = |time: &i64| {
            now.store(START + time, Relaxed);
            let went = client.call(operation, ()).map(|_| last.lock().unwrap().clone()).unwrap_or_else(|e| e.name().to_owned());
            (went, asked.load(Relaxed))
        };
        times.iter().map(call).collect()
    }

    #[test]
    fn the_last_endpoint_stays_in_use_while_the_service_is_unreachable() {
        let cell = |asked| ("https://cell".to_owned(), asked);
        let found = calls("timestream-write", "list_databases", 60, &[0, 59, 60, 119, 120]);
        assert_eq!(found, [cell(1), cell(1), cell(2), cell(2), cell(3)]);
    }

    #[test]
    fn only_optional_discovery_falls_back_to_the_rules() {
        let failed = |asked| ("EndpointDiscoveryRefreshFailed".to_owned(), asked);
        assert_eq!(calls("timestream-write", "list_databases", 0, &[0, 1]), [failed(1), failed(2)]);
        let rules = |asked| ("https://dynamodb.us-east-1.amazonaws.com/".to_owned(), asked);
        assert_eq!(calls("dynamodb", "list_tables", 0, &[0, 59, 60]), [rules(1), rules(1), rules(2)]);
    }
}
