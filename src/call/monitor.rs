//! Client-side monitoring: a datagram of JSON for each attempt and each call, to an agent that usually runs on the same machine.
//!
//! The members, their order, and their limits are botocore's, which follow the client-side monitoring of AWS's SDKs. Monitoring
//! never fails or delays a call: an event that cannot be sent at once is lost. The address is resolved at the first event.

use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::OnceLock;
use std::time::Duration;

use super::Call;
use crate::error::{Error, ErrorKind, Result};
use crate::settings::{ClientSettings, MonitoringSettings};
use crate::text::json::json_text;
use crate::value::{Map, Timestamp, Value};

/// The longest datagram, in bytes.
const LONGEST: usize = 8 * 1024;

/// The monitoring of a client.
pub(crate) struct Monitor {
    settings: MonitoringSettings,
    /// `None` if there is no socket, or if the host has no address.
    socket: OnceLock<Option<(UdpSocket, SocketAddr)>>,
}

/// What the event of a call repeats of its last attempt.
#[derive(Default)]
pub(crate) struct LastAttempt {
    region: Option<String>,
    user_agent: Option<String>,
    outcome: Outcome,
}

/// How an attempt ended: with a status, and with an error of the service or one of this library.
#[derive(Clone, Default)]
struct Outcome {
    status: Option<u16>,
    service_error: Option<[String; 2]>,
    own_error: Option<[String; 2]>,
}

impl Monitor {
    /// Returns `None` if monitoring is off.
    pub(crate) fn new(settings: &ClientSettings) -> Option<Monitor> {
        settings.monitoring.enabled.then(|| Monitor { settings: settings.monitoring.clone(), socket: OnceLock::new() })
    }

    fn send(&self, event: Event) {
        let Ok(text) = json_text(&event.0.into(), false) else { return };
        if text.len() <= LONGEST
            && let Some((socket, address)) = self.socket.get_or_init(|| open(&self.settings))
        {
            // The agent may not run.
            let _ = socket.send_to(text.as_bytes(), address);
        }
    }

    fn event(&self, kind: &str, call: &Call<'_>, at: Timestamp) -> Event {
        let mut event = Event(Map::new());
        event.set("Version", 1);
        event.set("ClientId", self.settings.client_id.clone());
        event.set("Type", kind);
        event.set("Service", call.service.service_id().unwrap_or_default());
        event.set("Api", call.operation.name.as_str());
        event.set("Timestamp", at.seconds() * 1000 + i64::from(at.nanoseconds() / 1_000_000));
        event
    }
}

fn open(settings: &MonitoringSettings) -> Option<(UdpSocket, SocketAddr)> {
    let address = (settings.host.as_str(), settings.port).to_socket_addrs().ok()?.next()?;
    let any: SocketAddr = if address.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
    let socket = UdpSocket::bind(any).ok()?;
    socket.set_nonblocking(true).ok()?;
    Some((socket, address))
}

/// The members of a datagram.
struct Event(Map);

impl Event {
    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name, value);
    }

    /// Sets a text of at most `longest` characters.
    fn text(&mut self, name: &str, text: &str, longest: usize) {
        let end = text.char_indices().nth(longest).map_or(text.len(), |(at, _)| at);
        self.set(name, &text[..end]);
    }

    fn error(&mut self, prefix: &str, error: Option<&[String; 2]>) {
        if let Some([name, message]) = error {
            self.text(&format!("{prefix}Exception"), name, 128);
            self.text(&format!("{prefix}ExceptionMessage"), message, 512);
        }
    }
}

/// Runs a call and sends its event. A call with invalid parameters has none.
pub(super) fn call<T>(call: &mut Call<'_>, run: impl FnOnce(&mut Call<'_>) -> Result<T>) -> Result<T> {
    let client = call.client;
    let Some(monitor) = &client.monitor else { return run(call) };
    let (at, started) = ((client.time.clock)(), client.time.pace.now());
    let done = run(call);
    if done.as_ref().is_err_and(|error| error.kind() == ErrorKind::ParamValidation) {
        return done;
    }
    let mut event = monitor.event("ApiCall", call, at);
    let number = call.attempts.number;
    let LastAttempt { region, user_agent, outcome } = std::mem::take(&mut call.attempts.monitored);
    event.set("AttemptCount", number);
    if let Some(region) = region {
        event.set("Region", region);
    }
    if let Some(user_agent) = user_agent {
        event.text("UserAgent", &user_agent, 256);
    }
    if let Some(status) = outcome.status {
        event.set("FinalHttpStatusCode", status);
    }
    event.error("FinalAws", outcome.service_error.as_ref());
    event.error("FinalSdk", outcome.own_error.as_ref());
    event.set("Latency", millis(client.time.pace.now().saturating_sub(started)));
    event.set("MaxRetriesExceeded", i64::from(number >= call.max_attempts()));
    monitor.send(event);
    done
}

/// Makes an attempt and sends its event. An attempt that ends before the request is signed has none.
pub(super) fn attempt(call: &mut Call<'_>, run: impl FnOnce(&mut Call<'_>) -> Result<Option<Error>>) -> Result<Option<Error>> {
    let client = call.client;
    let Some(monitor) = &client.monitor else { return run(call) };
    let (at, started, number) = ((client.time.clock)(), client.time.pace.now(), call.attempts.number);
    let done = run(call);
    if call.attempts.number == number {
        return done;
    }
    let mut event = monitor.event("ApiCallAttempt", call, at);
    event.set("AttemptLatency", millis(client.time.pace.now().saturating_sub(started)));
    let mut last = LastAttempt { outcome: outcome(call, &done), ..LastAttempt::default() };
    if let Some(request) = &call.request {
        event.set("Fqdn", request.host_field());
        let header = |name: &str| request.headers.get(name);
        if let Some(user_agent) = header("User-Agent") {
            last.user_agent = Some(user_agent.to_owned());
            event.text("UserAgent", user_agent, 256);
        }
        if let Some((key, region)) = header("Authorization").and_then(credential) {
            last.region = Some(region.to_owned());
            event.set("AccessKey", key);
            event.set("Region", region);
        }
        if let Some(token) = header("X-Amz-Security-Token") {
            event.set("SessionToken", token);
        }
    }
    if let Some(status) = last.outcome.status {
        event.set("HttpStatusCode", status);
    }
    if let Some(response) = &call.response {
        let ids = [("XAmznRequestId", "x-amzn-requestid"), ("XAmzRequestId", "x-amz-request-id"), ("XAmzId2", "x-amz-id-2")];
        for (name, header) in ids {
            if let Some(id) = response.headers.get(header) {
                event.set(name, id);
            }
        }
    }
    event.error("Aws", last.outcome.service_error.as_ref());
    event.error("Sdk", last.outcome.own_error.as_ref());
    call.attempts.monitored = last;
    monitor.send(event);
    done
}

fn outcome(call: &Call<'_>, done: &Result<Option<Error>>) -> Outcome {
    let status = call.response.as_ref().map(|response| response.status);
    let error = call.result.as_ref().map(|result| &result["Error"]).filter(|error| !error.is_null());
    let member = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let own = match done {
        Ok(failure) => failure.as_ref(),
        Err(error) => Some(error),
    };
    Outcome {
        status,
        service_error: error.map(|error| [member(error, "Code"), member(error, "Message")]),
        own_error: own.filter(|_| error.is_none()).map(|error| [error.name().to_owned(), error.message().to_owned()]),
    }
}

/// The key and the region of a signature: `AWS4-HMAC-SHA256 Credential=KEY/20240102/REGION/…`.
fn credential(authorization: &str) -> Option<(&str, &str)> {
    let (_, credential) = authorization.split_once("Credential=")?;
    let mut parts = credential.split([',', ' ']).next()?.split('/');
    Some((parts.next()?, parts.nth(1)?))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
