//! Clients with a fixed clock, whose transport returns prepared responses and records the requests.

use std::sync::{Arc, Mutex};

use tucuxi::http::{Body, Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, ClientBuilder, Config, Credentials, Environment, Session, Timestamp};

pub const NOW: i64 = 1_704_164_645;

pub fn session() -> Session {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    Session::builder().environment(Environment::empty()).credentials(credentials).build().unwrap()
}

pub fn builder(service: &str, region: &str) -> ClientBuilder {
    fixed(session().client_builder(service).region(region))
}

pub fn fixed(builder: ClientBuilder) -> ClientBuilder {
    builder.clock(|| Timestamp::new(NOW, 0)).uuids(|| "11111111-2222-4333-8444-555555555555").config(Config::new().total_max_attempts(1))
}

pub fn client(service: &str, region: &str) -> Client {
    builder(service, region).build().unwrap()
}

/// A client with fixed settings, except for those in `config`.
pub fn configured(service: &str, region: &str, config: Config) -> Client {
    builder(service, region).config(config).build().unwrap()
}

/// A client that gets the same response to every request.
pub fn answered(service: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Client {
    let headers: Headers = headers.iter().copied().collect();
    let body = body.to_owned();
    let server = Server::new(move |_| Ok(Response::new(status, headers.clone(), body.clone().into_bytes())));
    builder(service, "us-east-1").transport(server).build().unwrap()
}

pub fn text(body: &Body) -> String {
    match body {
        Body::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        Body::Empty => String::new(),
        other => panic!("{other:?} is not in memory"),
    }
}

/// The pairs of a form or query, decoded.
pub fn pairs(form: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8().unwrap().into_owned();
    form.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(key, value)| (decode(key), decode(value))).collect()
}

/// Responds to a request.
type Answer = dyn Fn(&Request) -> anyhow::Result<Response> + Send + Sync;

/// A server in this process; clones share the recorded requests.
#[derive(Clone)]
pub struct Server {
    answer: Arc<Answer>,
    /// Methods and URLs of the requests, with their `X-Amz-Target`.
    pub seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn new(answer: impl Fn(&Request) -> anyhow::Result<Response> + Send + Sync + 'static) -> Server {
        Server { answer: Arc::new(answer), seen: Arc::default() }
    }

    /// Returns the requests since the last call of this method.
    pub fn take_seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

impl Transport for Server {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let target = request.headers.get("X-Amz-Target").and_then(|t| t.rsplit('.').next()).unwrap_or("-");
        self.seen.lock().unwrap().push(format!("{target} {}", request.url));
        (self.answer)(request)
    }
}
