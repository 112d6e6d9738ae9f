//! Floor 2: requests and responses as data, and what turns the one into the other.
//!
//! Nothing here knows a service or a shape, and nothing here sends a request twice.

mod config;
mod headers;
mod mask;
mod request;
mod response;
mod transport;
mod ureq;

pub use config::{ClientCert, HttpConfig, Proxies, Verify};
pub use headers::Headers;
pub use request::{Body, Request};
pub use response::{Response, ResponseBody};
pub use transport::{SendOptions, Transport};
pub use ureq::UreqTransport;
