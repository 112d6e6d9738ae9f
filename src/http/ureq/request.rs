//! The two forms of a request: its head as it is sent, and the outline that ureq sees.
//!
//! ureq writes the URL, the head, and every byte that it copies to the `log` crate. Therefore it receives an outline without
//! path, query, and headers, and [`wire`](super::wire) sends the real head in its place.

use ureq::http::{Request as WireRequest, Uri};

use super::proxy::{Forward, Route};
use super::scope::Outline;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request};

/// Up to this size, in bytes, a body in memory is sent together with the head.
const SMALL_BODY: usize = 16 * 1024;

/// A request that is ready to be sent.
pub(super) struct Prepared {
    /// The request as ureq sees it.
    pub placeholder: WireRequest<()>,
    /// The request as the connection sees it.
    pub outline: Outline,
    /// Whether the outline contains the body.
    pub has_body: bool,
}

impl Prepared {
    pub(super) fn new(request: &Request, route: &Route) -> Result<Prepared> {
        let uri: Uri = request.url.parse().map_err(|error| {
            unsendable(&format!("{error} in {} {}", request.method, request.masked_url())).with_source(anyhow::Error::from(error))
        })?;
        let framing = framing(request);
        let mut head = head(request, &uri, route, framing.as_deref())?;
        let small = small_body(request);
        head.extend_from_slice(small.unwrap_or_default());
        let outline = Outline { head, expects_continue: request.headers.contains("expect"), is_head: request.method == "HEAD" };
        let placeholder = placeholder(request, &uri, route, framing, small.is_some())?;
        Ok(Prepared { placeholder, outline, has_body: small.is_some() })
    }
}

/// Returns the head as it is sent.
fn head(request: &Request, uri: &Uri, route: &Route, framing: Option<&str>) -> Result<Vec<u8>> {
    let forward = route.forward();
    let origin = forward.map(|_| Forward::origin(request)).unwrap_or_default();
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let slash = if target.starts_with('/') { "" } else { "/" };
    let mut head = Vec::with_capacity(1024);
    head.extend_from_slice(format!("{} {origin}{slash}{target} HTTP/1.1\r\n", request.method).as_bytes());
    let mut field = |name: &str, value: &str| {
        let name_at = head.len();
        head.extend_from_slice(name.as_bytes());
        head[name_at..].make_ascii_lowercase();
        for part in [": ", value, "\r\n"] {
            head.extend_from_slice(part.as_bytes());
        }
    };
    if !request.headers.contains("accept-encoding") {
        field("accept-encoding", "identity");
    }
    for (name, value) in request.headers.iter() {
        if !is_token(name) {
            return Err(unsendable(&format!("\"{name}\" is not a valid header name.")));
        }
        if value.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f) {
            return Err(unsendable(&format!("the value of the header {name} contains a control character.")));
        }
        field(name, value);
    }
    // The host that was signed, in the same spelling.
    if !request.headers.contains("host") {
        field("host", request.host_field());
    }
    if let Some(length) = framing {
        let (name, value) = if length == CHUNKED { ("transfer-encoding", CHUNKED) } else { ("content-length", length) };
        field(name, value);
    }
    if let Some(authorization) = forward.and_then(|forward| forward.authorization.as_deref()) {
        field("proxy-authorization", authorization);
    }
    head.extend_from_slice(b"\r\n");
    Ok(head)
}

/// Returns the request as ureq sees it: where it goes, and how its body is framed.
fn placeholder(request: &Request, uri: &Uri, route: &Route, framing: Option<String>, is_complete: bool) -> Result<WireRequest<()>> {
    let address = match route.forward() {
        Some(forward) => format!("{}/", forward.address),
        None => {
            let authority = uri.authority().map_or("", |authority| authority.as_str());
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{}://{host}/", uri.scheme_str().unwrap_or_default())
        }
    };
    let mut builder = WireRequest::builder().method(request.method.as_bytes()).uri(address);
    for name in ["expect", "connection", "transfer-encoding", "content-length"] {
        let is_framing = matches!(name, "transfer-encoding" | "content-length");
        if let Some(value) = request.headers.get(name).filter(|_| !is_framing || !is_complete) {
            builder = builder.header(name, value);
        }
    }
    builder = match framing.as_deref() {
        Some(CHUNKED) => builder.header("transfer-encoding", CHUNKED),
        Some(length) if !is_complete => builder.header("content-length", length),
        _ if is_complete => builder.header("content-length", "0"),
        _ => builder,
    };
    builder.body(()).map_err(|error| unsendable(&format!("{error} in {} {}", request.method, request.masked_url())).with_source(error))
}

const CHUNKED: &str = "chunked";

/// The value of the header that determines where the body ends: its length or `chunked`. `None` if the header is present or
/// not needed.
fn framing(request: &Request) -> Option<String> {
    if request.headers.contains("transfer-encoding") || request.headers.contains("content-length") {
        return None;
    }
    match request.body.length() {
        Some(0) if matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") => None,
        Some(length) => Some(length.to_string()),
        None => Some(CHUNKED.to_owned()),
    }
}

/// The body, if it can be sent together with the head.
fn small_body(request: &Request) -> Option<&[u8]> {
    let Body::Bytes(bytes) = &request.body else { return None };
    let fits = !bytes.is_empty() && bytes.len() <= SMALL_BODY;
    let is_framed_by = |header: &str| request.headers.contains(header);
    let announced = request.headers.get("content-length").is_none_or(|length| length.parse() == Ok(bytes.len()));
    (fits && announced && !is_framed_by("transfer-encoding") && !is_framed_by("expect")).then_some(bytes)
}

fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn unsendable(reason: &str) -> Error {
    Error::new(ErrorKind::Http, format!("The request cannot be sent: {reason}"))
}
