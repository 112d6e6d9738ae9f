//! Requests and responses as data, and the transports that turn one into the other.
//!
//! Services and shapes are unknown here, and no request is sent twice.

mod aws_chunked;
mod cancel;
mod config;
mod curl;
mod digest;
mod headers;
mod limits;
mod request;
mod response;
mod transport;
mod ureq;

use crate::text::mask;
pub(crate) use crate::text::mask::url as masked_url;
pub(crate) use aws_chunked::aws_chunked;
pub use cancel::{Cancel, CancelGuard};
pub(crate) use cancel::{canceled, deadline_exceeded};
pub use config::{ClientCert, HttpConfig, Proxies, ProxyOptions, Verify};
pub use curl::Secrets;
pub(crate) use digest::crc32;
pub use digest::{Checksum, ChecksumAlgorithm};
pub use headers::Headers;
pub(crate) use headers::is_secret as is_secret_header;
pub(crate) use limits::Limits;
pub use request::{Body, Request};
pub(crate) use response::verified;
pub use response::{Response, ResponseBody};
pub use transport::{SendOptions, Transport};
pub use ureq::HttpTransport;
