//! The two forms of a request: its head as it is sent, and the outline that ureq sees.
//!
//! ureq writes the URL, the head, and every byte that it copies to the `log` crate. Therefore it receives an outline without
//! path, query, and headers, and [`wire`](super::wire) sends the real head in its place.

use ureq::http::{Request as WireRequest, Uri};

use super::body;
use super::proxy::{Forward, Route};
use super::scope::Outline;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Request;

/// Up to this size, in bytes, a body is sent together with the head.
const SMALL_BODY: u64 = 64 << 10;

/// Up to this size, in bytes, a body is sent without waiting for the server's permission (`Expect: 100-continue`): the wait
/// costs a round trip, the body less than that. A server that rejects the request is heard while the body is sent.
const SENT_UNASKED: u64 = 1 << 20;

/// How a request's body is delimited and sent.
pub(super) struct Framing {
    /// The header that the transport adds, because the request has neither of the two that say where its body ends.
    added: Option<(&'static str, String)>,
    /// How many bytes are sent, if known; with the framing of chunks.
    total: Option<u64>,
    /// Whether the body is sent in chunks.
    pub chunked: bool,
    /// Whether the body is sent together with the head.
    pub at_once: bool,
    /// Whether the request waits for `100 Continue` before it sends its body.
    expects_continue: bool,
}

impl Framing {
    pub(super) fn of(request: &Request) -> Framing {
        let length = request.body.length();
        let announced = request.headers.get("content-length");
        let in_chunks = request.headers.contains("transfer-encoding");
        let added = match length {
            _ if in_chunks || announced.is_some() => None,
            Some(0) if matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") => None,
            Some(length) => Some(("content-length", length.to_string())),
            None => Some(("transfer-encoding", CHUNKED.to_owned())),
        };
        let chunked = in_chunks || (length.is_none() && announced.is_none());
        let total = if chunked { length.map(body::chunked_length) } else { length };
        let is_honest = chunked || announced.is_none_or(|announced| announced.parse().ok() == length);
        let is_small = |limit: u64| total.is_some_and(|total| total <= limit);
        Framing {
            at_once: is_small(SMALL_BODY) && total != Some(0) && is_honest,
            expects_continue: request.headers.contains("expect") && !is_small(SENT_UNASKED),
            added,
            total,
            chunked,
        }
    }
}

/// A request that is ready to be sent, except for its body.
pub(super) struct Prepared {
    /// The request as ureq sees it.
    pub placeholder: WireRequest<()>,
    /// The request as the connection sees it.
    pub outline: Outline,
}

impl Prepared {
    pub(super) fn new(request: &Request, route: &Route, framing: &Framing) -> Result<Prepared> {
        let uri: Uri = request.url.parse().map_err(|error| {
            unsendable(&format!("{error} in {} {}", request.method, request.masked_url())).with_source(anyhow::Error::from(error))
        })?;
        let head = head(request, &uri, route, framing)?;
        let outline = Outline { head, expects_continue: framing.expects_continue, is_head: request.method == "HEAD" };
        Ok(Prepared { placeholder: placeholder(request, &uri, route, framing)?, outline })
    }
}

/// Returns the head as it is sent.
fn head(request: &Request, uri: &Uri, route: &Route, framing: &Framing) -> Result<Vec<u8>> {
    let forward = route.forward();
    let origin = forward.map(|_| Forward::origin(request)).unwrap_or_default();
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let slash = if target.starts_with('/') { "" } else { "/" };
    let mut head = Vec::with_capacity(1024);
    for part in [&request.method, " ", &*origin, slash, target, " HTTP/1.1\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
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
        // Without a shortcut, so that the check is vectorized.
        if value.bytes().fold(false, |found, byte| found | (byte < b' ') & (byte != b'\t') | (byte == 0x7f)) {
            return Err(unsendable(&format!("the value of the header {name} contains a control character.")));
        }
        if framing.expects_continue || !name.eq_ignore_ascii_case("expect") {
            field(name, value);
        }
    }
    // The host that was signed, in the same spelling.
    if !request.headers.contains("host") {
        field("host", request.host_field());
    }
    if let Some((name, value)) = &framing.added {
        field(name, value);
    }
    if let Some(authorization) = forward.and_then(|forward| forward.authorization.as_deref()) {
        field("proxy-authorization", authorization);
    }
    head.extend_from_slice(b"\r\n");
    Ok(head)
}

/// Returns the request as ureq sees it: where it goes, and how many bytes its body has. Of chunks, ureq knows only if the
/// length is unknown.
fn placeholder(request: &Request, uri: &Uri, route: &Route, framing: &Framing) -> Result<WireRequest<()>> {
    let address = match route.forward() {
        Some(forward) => [&*forward.address, "/"].concat(),
        None => {
            let authority = uri.authority().map_or("", |authority| authority.as_str());
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            [uri.scheme_str().unwrap_or_default(), "://", host, "/"].concat()
        }
    };
    let mut builder = WireRequest::builder().method(request.method.as_bytes()).uri(address);
    if let Some(value) = request.headers.get("connection") {
        builder = builder.header("connection", value);
    }
    if framing.expects_continue {
        builder = builder.header("expect", "100-continue");
    }
    let announced = request.headers.get("content-length").or(framing.added.as_ref().map(|(_, value)| value.as_str()));
    builder = match (framing.total, announced) {
        _ if framing.at_once => builder.header("content-length", "0"),
        (Some(total), _) if framing.chunked => builder.header("content-length", total),
        (None, _) if framing.chunked => builder.header("transfer-encoding", CHUNKED),
        (_, Some(length)) => builder.header("content-length", length),
        (_, None) => builder,
    };
    builder.body(()).map_err(|error| unsendable(&format!("{error} in {} {}", request.method, request.masked_url())).with_source(error))
}

const CHUNKED: &str = "chunked";

/// The characters of tokens (RFC 9110, section 5.6.2).
const IN_TOKENS: [bool; 128] = {
    let mut table = [false; 128];
    let mut byte = 0;
    while byte < 128 {
        let is_mark = matches!(byte as u8, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~');
        table[byte] = (byte as u8).is_ascii_alphanumeric() || is_mark;
        byte += 1;
    }
    table
};

fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| IN_TOKENS.get(usize::from(byte)).is_some_and(|in_tokens| *in_tokens))
}

fn unsendable(reason: &str) -> Error {
    Error::new(ErrorKind::Http, format!("The request cannot be sent: {reason}"))
}
