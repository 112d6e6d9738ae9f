//! Clients with the settings of a case and a fixed clock, and the server that responds to them.

use std::sync::{Arc, Mutex};

use tucuxi::http::{Body, Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Config, Credentials, Environment, Error, Map, Session, Timestamp, Value, value};

/// 2024-01-02T03:04:05Z
pub const NOW: i64 = 1_704_164_645;
/// The credentials of an S3 Express session, which expire in 2099.
pub const SESSION: &str = "<CreateSessionResult><Credentials><SessionToken>ST/1</SessionToken><SecretAccessKey>SESSIONSECRET\
    </SecretAccessKey><AccessKeyId>ASIASESSION</AccessKeyId><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
    </CreateSessionResult>";

/// # Errors
/// If the settings are inconsistent.
pub fn client(case: &Value, server: &Server) -> Result<Client, Error> {
    let mut keys = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    if let Some(token) = case["token"].as_str() {
        keys = keys.with_token(token);
    }
    let variables: Vec<(String, String)> = case["env"].as_map().into_iter().flat_map(Map::iter).map(pair).collect();
    let session = Session::builder().environment(Environment::from_iter(variables)).credentials(keys).build()?;
    let mut builder = session.client_builder(case["service"].as_str().unwrap()).region(case["region"].as_str().unwrap());
    if let Some(url) = case["endpoint_url"].as_str() {
        builder = builder.endpoint_url(url);
    }
    if case["config"].as_map().is_some() {
        builder = builder.config(Config::from_value(&case["config"])?);
    }
    builder.clock(|| Timestamp::new(NOW, 0)).uuids(|| "11111111-2222-4333-8444-555555555555").transport(server.clone()).build()
}

fn pair((name, value): (&tucuxi::Str, &Value)) -> (String, String) {
    (name.to_string(), value.as_str().unwrap_or_default().to_owned())
}

/// A server in this process; clones share the recorded requests.
#[derive(Clone, Default)]
pub struct Server(Arc<Mutex<Vec<Value>>>);

impl Server {
    /// The recorded requests: the method, the URL, and the headers that may be signed.
    pub fn sent(&self) -> Value {
        Value::from(self.0.lock().unwrap().clone())
    }
}

impl Transport for Server {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let unsigned = ["user-agent", "amz-sdk-invocation-id", "amz-sdk-request", "content-length"];
        let lower = request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
        let headers: Map = lower.filter(|(name, _)| !unsigned.contains(&name.as_str())).collect();
        self.0.lock().unwrap().push(value!({"method": request.method.as_str(), "url": request.url.as_str(), "headers": headers}));
        Ok(Response::new(200, Headers::new(), answer(request).into_bytes()))
    }
}

fn answer(request: &Request) -> String {
    if request.url.ends_with("?session") {
        return SESSION.to_owned();
    }
    let is_json = request.headers.get("Content-Type").is_some_and(|kind| kind.contains("x-amz-json"));
    let form = match &request.body {
        Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    match form.strip_prefix("Action=").and_then(|rest| rest.split('&').next()) {
        Some(action) => format!("<{action}Response><{action}Result/></{action}Response>"),
        None if is_json => "{}".to_owned(),
        None => String::new(),
    }
}
