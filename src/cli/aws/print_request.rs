//! `--print-request`: the first request of a command, signed, and not sent.

use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};

use super::globals::RequestForm;
use crate::cli::failure::Result;
use crate::cli::{dry_run, output};
use crate::http::{Body, Request, Response, Secrets, SendOptions, Transport};
use crate::value;

/// A transport that keeps the first request and sends nothing.
#[derive(Clone, Default)]
pub(super) struct Capture(Arc<Mutex<Option<Request>>>);

impl Transport for Capture {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| {
            let mut captured = Request::new(request.method.as_str(), request.url.as_str());
            captured.headers = request.headers.clone();
            captured.secrets = request.secrets.clone();
            captured.body = std::mem::replace(&mut request.body, Body::Empty);
            captured
        });
        Err(anyhow::anyhow!("the request is printed instead of sent"))
    }
}

impl Capture {
    /// The request that would have been sent.
    pub(super) fn request(&self) -> Option<Request> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Prints a request. `http` masks secrets; `curl` and `json` are complete, so that the request can be sent.
///
/// # Errors
/// If a body cannot be read or standard output cannot be written.
pub(super) fn print(request: Request, form: RequestForm) -> Result<()> {
    Ok(match form {
        RequestForm::Http => dry_run::print(request),
        RequestForm::Curl => {
            let mut request = request;
            let command = request.to_curl(Secrets::Shown)?;
            output::lines([command])
        }
        RequestForm::Json => {
            let headers: crate::Map = request.headers.iter().collect();
            let url = request.url.clone();
            let method = request.method.to_string();
            let body = content(request.body)?;
            output::json(&value!({"method": method, "url": url, "headers": headers, "body": body}))
        }
    }?)
}

/// The whole body: a string if it is text, otherwise bytes.
fn content(body: Body) -> Result<crate::Value> {
    let mut content = Vec::new();
    match body {
        Body::Empty => {}
        Body::Bytes(bytes) => content = bytes.to_vec(),
        Body::Reader(mut reader) => drop(reader.read_to_end(&mut content)?),
    }
    Ok(String::from_utf8(content).map_or_else(|binary| crate::Value::Bytes(binary.into_bytes().into()), crate::Value::from))
}
