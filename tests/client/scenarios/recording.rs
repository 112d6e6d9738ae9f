//! Sent requests, in a form that is the same for both sides.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::Deserialize;
use tucuxi::Client;
use tucuxi::http::{Body, Request};

/// A sent request.
#[derive(Deserialize)]
pub struct Sent {
    method: String,
    url: String,
    /// With lowercase names.
    headers: BTreeMap<String, String>,
    /// In base64.
    body: String,
}

/// A request without its time-dependent and random parts.
#[derive(Debug, PartialEq)]
pub struct Canonical {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: BTreeMap<String, String>,
    body: CanonicalBody,
}

#[derive(Debug, PartialEq)]
enum CanonicalBody {
    Form(Vec<(String, String)>),
    Json(serde_json::Value),
    Text(String),
}

/// Records the requests of a client.
pub struct Recorder(Arc<Mutex<Vec<Sent>>>);

impl Recorder {
    pub fn new(client: &Client) -> Recorder {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let recorder = Recorder(Arc::clone(&sent));
        let keep = client.on("before-send", move |event| {
            sent.lock().unwrap().extend(event.request().map(Sent::of));
            Ok(())
        });
        keep.unwrap();
        recorder
    }

    /// Returns the requests since the last call of this method.
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Sent {
    fn of(request: &Request) -> Sent {
        let body = match &request.body {
            Body::Empty => String::new(),
            Body::Bytes(bytes) => BASE64_STANDARD.encode(bytes),
            other => panic!("{other:?} is not in memory"),
        };
        let headers = request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Sent { method: request.method.clone(), url: request.url.clone(), headers, body }
    }

    pub fn canonical(&self) -> Canonical {
        let url = self.url.strip_prefix("http://").unwrap_or(&self.url);
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let body = String::from_utf8_lossy(&BASE64_STANDARD.decode(&self.body).unwrap()).into_owned();
        let form = self.headers.get("content-type").is_some_and(|text| text.starts_with("application/x-www-form-urlencoded"));
        Canonical {
            method: self.method.clone(),
            path: path.find('/').map_or("/", |at| &path[at..]).to_owned(),
            query: pairs(query),
            headers: self.headers.iter().filter(|(name, _)| counts(name)).map(|(k, v)| (k.clone(), v.clone())).collect(),
            body: match serde_json::from_str(&body) {
                _ if form => CanonicalBody::Form(pairs(&body)),
                Ok(json @ serde_json::Value::Object(_)) => CanonicalBody::Json(json),
                _ => CanonicalBody::Text(body),
            },
        }
    }
}

/// Whether a header belongs to the operation, rather than to the client or the time.
fn counts(name: &str) -> bool {
    const OF_TIME: [&str; 4] = ["x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-user-agent"];
    const OTHERS: [&str; 4] = ["content-type", "content-md5", "range", "expect"];
    name.starts_with("x-amz-") && !OF_TIME.contains(&name) || OTHERS.contains(&name)
}

/// The pairs of a form or query, decoded and sorted; random values are masked.
fn pairs(form: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name), decode(value));
        // The client generates one and the server the other, without the seed.
        let value = if ["ClientToken", "uploadId"].contains(&&*name) { "made up".to_owned() } else { value };
        (name, value)
    };
    let mut pairs: Vec<_> = form.split('&').filter(|text| !text.is_empty()).map(pair).collect();
    pairs.sort();
    pairs
}
