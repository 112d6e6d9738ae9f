//! Floor 2: requests and responses as data, and what turns the one into the other.
//!
//! Nothing here knows a service or a shape.

mod headers;
mod request;
mod response;

pub use headers::Headers;
pub use request::{Body, Request};
pub use response::{Response, ResponseBody};
