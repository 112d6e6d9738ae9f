//! Clients in a fixed environment, shared by the cases with the same settings.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use crate::discovery;
use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Config, Credentials, Environment, Session, Timestamp, Value};

const UUID: &str = "11111111-2222-4333-8444-555555555555";

static CLIENTS: LazyLock<Mutex<HashMap<String, Client>>> = LazyLock::new(Mutex::default);

thread_local! {
    /// The operation of the next request of this thread, and the response to it; a case runs on one thread.
    static ANSWER: RefCell<Option<(String, Response)>> = const { RefCell::new(None) };
}

/// The client of that service with the settings of a case.
pub fn client(service: &str, settings: &Value) -> Result<Client, String> {
    let key = format!("{service} {settings:?}");
    if let Some(client) = CLIENTS.lock().unwrap().get(&key) {
        return Ok(client.clone());
    }
    // Two threads may create the same client; the later one is kept.
    let client = make(service, settings).map_err(|e| format!("the client: {e:?}"))?;
    CLIENTS.lock().unwrap().insert(key, client.clone());
    Ok(client)
}

/// Prepares the response to the next request of this thread, which must call `operation`.
pub fn answer(operation: &str, status: u16, headers: Headers, body: Vec<u8>) {
    ANSWER.set(Some((operation.to_owned(), Response::new(status, headers, body))));
}

/// A session without any environment or profile, and with the credentials of all cases.
pub fn session(settings: &Value) -> tucuxi::SessionBuilder {
    let mut credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    if let Some(token) = settings["session_token"].as_str() {
        credentials = credentials.with_token(token);
    }
    if let Some(account) = settings["account_id"].as_str() {
        credentials = credentials.with_account_id(account);
    }
    // A bearer token is the service's own variable; the session has no other environment.
    let token = settings["bearer_token"].as_str().map(str::to_owned);
    let environment = Environment::from_fn(move |name| token.clone().filter(|_| name.starts_with("AWS_BEARER_TOKEN_")));
    Session::builder().environment(environment).credentials(credentials)
}

fn make(service: &str, settings: &Value) -> tucuxi::Result<Client> {
    let mut config = Config::new().total_max_attempts(1).message_style("boto3").omit_null_parameters(false);
    let mut client = session(settings).build()?.client_builder(service);
    for (name, value) in settings.as_map().into_iter().flat_map(|map| map.iter()) {
        match (name.as_str(), value.as_str()) {
            ("region", Some(region)) => client = client.region(region),
            ("endpoint_url", Some(url)) => client = client.endpoint_url(url),
            ("region" | "session_token" | "account_id" | "bearer_token", _) => {}
            _ => config = config.set(name.as_str(), value.clone()),
        }
    }
    fixed(client.config(config)).build()
}

/// The clock, the UUIDs, and the transport of all cases.
pub fn fixed(client: tucuxi::ClientBuilder) -> tucuxi::ClientBuilder {
    client.clock(|| Timestamp::new(1_704_164_645, 0)).uuids(|| UUID.to_owned()).transport(Stub)
}

/// Returns the prepared response, and responds to endpoint discovery.
struct Stub;

impl Transport for Stub {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let asked_for = ANSWER.with_borrow(|answer| {
            answer.as_ref().is_some_and(|(operation, _)| matches!(operation.as_str(), "DescribeEndpoints" | "CreateSession"))
        });
        if let Some(response) = discovery::answer(request).filter(|_| !asked_for) {
            return Ok(response);
        }
        let answer = ANSWER.take().map(|(_, response)| response);
        answer.ok_or_else(|| anyhow::anyhow!("{} {}: no answer is laid ready", request.method, request.url))
    }
}
