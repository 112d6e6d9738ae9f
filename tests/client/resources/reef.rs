//! An invented service in a definitions folder, and a server in this process that responds to its calls.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tucuxi::http::{Body, Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Config, Credentials, Environment, Resource, Session, Value};

const FILES: [(&str, &str); 4] = [
    ("service-2", include_str!("service-2.json")),
    ("resources-1", include_str!("resources-1.json")),
    ("paginators-1", include_str!("paginators-1.json")),
    ("waiters-2", include_str!("waiters-2.json")),
];

/// A call as the server saw it.
pub type Seen = (String, Value);

/// The service as a resource, and the calls that it has received.
pub struct Reef {
    pub service: Resource,
    seen: Arc<Mutex<Vec<Seen>>>,
    _folder: tempfile::TempDir,
}

impl Reef {
    /// Creates the service; `answer` gets the operation and the parameters, and returns the response.
    pub fn new(answer: impl Fn(&str, &Value) -> Value + Send + Sync + 'static) -> Reef {
        let folder = folder(&[]);
        let session = session(folder.path());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let server = Server { answer: Box::new(answer), seen: Arc::clone(&seen) };
        let service = session.resource_of(client(&session, server)).unwrap();
        Reef { service, seen, _folder: folder }
    }

    /// Returns the calls since the last call of this method.
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// A folder with the service's files, some of them replaced.
pub fn folder(instead: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let version = folder.path().join("reef/2020-01-01");
    std::fs::create_dir_all(&version).unwrap();
    for (kind, text) in FILES {
        let text = instead.iter().find(|(other, _)| *other == kind).map_or(text, |(_, text)| text);
        std::fs::write(version.join(format!("{kind}.json")), text).unwrap();
    }
    folder
}

pub fn session(definitions: &Path) -> Session {
    let credentials = Credentials::new("AKIDEXAMPLE", "SECRET");
    let builder = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials);
    builder.definitions(definitions).build().unwrap()
}

fn client(session: &Session, transport: Server) -> Client {
    let config = Config::new().total_max_attempts(1);
    session.client_builder("reef").endpoint_url("http://reef").transport(transport).config(config).build().unwrap()
}

type Answer = dyn Fn(&str, &Value) -> Value + Send + Sync;

struct Server {
    answer: Box<Answer>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Transport for Server {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let Body::Bytes(body) = &request.body else { anyhow::bail!("a body that is not in memory") };
        let params: Value = serde_json::from_slice(body)?;
        let operation = request.headers.get("X-Amz-Target").and_then(|target| target.strip_prefix("Reef.")).unwrap_or_default();
        let answer = (self.answer)(operation, &params);
        self.seen.lock().unwrap().push((operation.to_owned(), params));
        let status = if answer["__type"].is_null() { 200 } else { 400 };
        Ok(Response::new(status, Headers::new(), serde_json::to_vec(&answer)?))
    }
}
