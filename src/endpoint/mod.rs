//! Endpoint resolution: rule sets, partitions, and the older endpoint data, applied to the parameters of a call.
//!
//! This module does no I/O, reads neither the clock nor the environment, and knows no service by name. Settings are
//! passed in as parameters; service-specific behavior is implemented by hooks that change those parameters.
//!
//! # Differs from boto3
//!
//! - The query of an endpoint URL is joined with the operation's own query, and is signed. boto3 writes a second question
//!   mark if the path already has a query, and leaves the query unsigned if the operation's own consists of an empty list.
//! - A host label accepts only ASCII digits; boto3 accepts digits of every script.

mod cache;
mod functions;
pub mod legacy;
mod parameters;
mod rules;

use crate::value::Value;

pub use crate::text::url;
pub use cache::EndpointCache;
pub use parameters::{Sources, by_name};
pub use rules::resolve;

/// The result of evaluating a service's endpoint rules for one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    /// The URL, without the operation's path.
    pub url: String,
    /// Headers that the request must include.
    pub headers: Vec<(String, String)>,
    /// The authentication schemes, in order of preference; `None` if the rules leave the choice to the service definition.
    pub auth_schemes: Option<Vec<AuthScheme>>,
    /// All properties of the endpoint, including `authSchemes` in their original form.
    pub properties: Value,
}

/// An authentication scheme that an endpoint accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthScheme {
    /// `sigv4`, `sigv4a`, `sigv4-s3express`, …
    pub name: String,
    /// The signing name, if it differs from the client's.
    pub signing_name: Option<String>,
    /// The signing region, if it differs from the client's.
    pub signing_region: Option<String>,
    /// The region set of a SigV4a signature.
    pub signing_region_set: Option<Vec<String>>,
    /// Whether the path is encoded only once for signing.
    pub disable_double_encoding: bool,
}
