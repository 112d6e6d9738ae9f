//! Where a call goes. Rule sets, partitions and the older endpoint data, applied to parameters.
//!
//! Deliberately absent: I/O, the clock, the environment, and the names of services. Settings are handed in
//! as parameters; what one service does differently hangs on hooks that change those parameters.
//!
//! # Differs from boto3
//!
//! The query of an endpoint's URL is joined with the operation's own, and is signed; boto3 writes a second question mark where the path has
//! a query already, and leaves it unsigned beside an empty list. A host label has the digits of ASCII only; boto3 takes
//! those of every script.

mod cache;
mod functions;
pub mod legacy;
mod parameters;
mod rules;
mod text;

use crate::value::Value;

pub use crate::text::url;
pub use cache::EndpointCache;
pub use parameters::Sources;
pub use rules::resolve;

/// What the rules of a service say about one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    /// The URL, without the operation's path.
    pub url: String,
    /// Headers that the request must carry.
    pub headers: Vec<(String, String)>,
    /// The ways of signing, the preferred first; `None` where the rules leave it to the service's definition.
    pub auth_schemes: Option<Vec<AuthScheme>>,
    /// Everything else that the rules say (and `authSchemes` as they were written).
    pub properties: Value,
}

/// One way of signing that an endpoint accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthScheme {
    /// `sigv4`, `sigv4a`, `sigv4-s3express`, …
    pub name: String,
    /// The service's name in the signature, where it differs from the client's.
    pub signing_name: Option<String>,
    /// The region in the signature, where it differs from the client's.
    pub signing_region: Option<String>,
    /// The regions in a SigV4a signature.
    pub signing_region_set: Option<Vec<String>>,
    /// Whether the path is encoded once only.
    pub disable_double_encoding: bool,
}
