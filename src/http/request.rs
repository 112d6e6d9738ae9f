//! Requests as they are sent.

use std::fmt;
use std::io::{self, Read};

use memchr::{memchr, memchr2};

use super::Headers;
use super::mask::{self, SecretParts};
use crate::text::url;
use crate::value::{Bytes, StreamReader};

/// An HTTP request. It is sent as it is; nothing is encoded again.
#[non_exhaustive]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The whole URL, percent-encoded, including the query.
    pub url: String,
    /// The header fields. The transport adds `Host` if it is absent.
    pub headers: Headers,
    /// The body.
    pub body: Body,
    /// The parts that are masked wherever the request is shown.
    pub(crate) secrets: SecretParts,
}

impl Request {
    /// Creates a request without headers and body.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Request {
        Request { method: method.into(), url: url.into(), headers: Headers::new(), body: Body::Empty, secrets: SecretParts::default() }
    }

    /// Returns the host of the URL, with the port if the URL contains one.
    pub fn host(&self) -> &str {
        let authority = &self.url[self.authority_start()..self.path_start()];
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }

    /// Returns the value for the `Host` field: [`host`](Self::host) without the default port of the scheme.
    pub fn host_field(&self) -> &str {
        let own = if self.is_https() { ":443" } else { ":80" };
        let host = self.host();
        host.strip_suffix(own).unwrap_or(host)
    }

    /// Returns the path of the URL without decoding it. It can be empty.
    pub fn path(&self) -> &str {
        let rest = &self.url[self.path_start()..];
        &rest[..memchr2(b'?', b'#', rest.as_bytes()).unwrap_or(rest.len())]
    }

    /// Returns the query of the URL without decoding it.
    pub fn query(&self) -> Option<&str> {
        let rest = &self.url[self.path_start()..];
        let rest = &rest[..memchr(b'#', rest.as_bytes()).unwrap_or(rest.len())];
        memchr(b'?', rest.as_bytes()).map(|mark| &rest[mark + 1..])
    }

    /// Returns everything after the host, without decoding it.
    pub(crate) fn path_and_query(&self) -> &str {
        &self.url[self.path_start()..]
    }

    /// Replaces the query of the URL by `query`, which is already encoded.
    pub(crate) fn set_query(&mut self, query: &str) {
        let end = self.path_start() + self.path().len();
        self.url.truncate(end);
        if !query.is_empty() {
            self.url.push('?');
            self.url.push_str(query);
        }
    }

    /// Replaces the host by that of another URL. Scheme, path, and query stay the same.
    pub(crate) fn set_host(&mut self, url: &str) {
        let other = Request::new("", url);
        let place = self.authority_start()..self.path_start();
        self.url.replace_range(place, &other.url[other.authority_start()..other.path_start()]);
    }

    /// The URL without the secrets in it, for messages.
    pub(crate) fn masked_url(&self) -> String {
        mask::url_with(&self.url, &self.secrets)
    }

    fn authority_start(&self) -> usize {
        url::authority_start(&self.url).unwrap_or(0)
    }

    fn path_start(&self) -> usize {
        url::authority_end(&self.url, self.authority_start())
    }

    /// Returns whether the scheme of the URL is https.
    pub fn is_https(&self) -> bool {
        self.url.get(..8).is_some_and(|s| s.eq_ignore_ascii_case("https://"))
    }
}

/// Masks the secrets in the URL and the headers, and shows only the length of the body.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.masked_url())
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish()
    }
}

/// The body of a request.
#[derive(Default)]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// A body in memory.
    Bytes(Bytes),
    /// A body that is read while it is sent.
    Reader(StreamReader),
}

impl Body {
    /// Returns the length in bytes, if known.
    pub fn length(&self) -> Option<u64> {
        match self {
            Body::Empty => Some(0),
            Body::Bytes(bytes) => Some(bytes.len() as u64),
            Body::Reader(reader) => reader.length(),
        }
    }

    /// Returns whether it can be sent repeatedly.
    pub fn is_rewindable(&self) -> bool {
        match self {
            Body::Empty | Body::Bytes(_) => true,
            Body::Reader(reader) => reader.is_rewindable(),
        }
    }

    /// Returns to the start, so that the body can be sent again.
    ///
    /// # Errors
    /// Returns an error if the body can be read only once.
    pub fn rewind(&mut self) -> io::Result<()> {
        match self {
            Body::Empty | Body::Bytes(_) => Ok(()),
            Body::Reader(reader) => reader.rewind(),
        }
    }

    /// Passes the content to `sink` piece by piece, and rewinds; for digests.
    pub(crate) fn scan(&mut self, mut sink: impl FnMut(&[u8])) -> io::Result<()> {
        match self {
            Body::Empty => Ok(()),
            Body::Bytes(bytes) => {
                sink(bytes);
                Ok(())
            }
            Body::Reader(reader) => {
                reader.rewind()?;
                let mut buffer = vec![0; 128 * 1024];
                loop {
                    match reader.read(&mut buffer)? {
                        0 => break,
                        n => sink(&buffer[..n]),
                    }
                }
                reader.rewind()
            }
        }
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Body {
        Body::Bytes(bytes.into())
    }
}

/// Prints the length, never the content.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length() {
            Some(n) => write!(f, "<{n} bytes>"),
            None => f.write_str("<stream>"),
        }
    }
}
