//! Proof of who calls. Nothing here does I/O or reads a clock: time is handed in.
//!
//! Which of these signs a call is resolved for each operation, by whoever calls.

pub mod bearer;
mod credentials;
mod encode;
pub mod post_policy;
pub mod s3;
mod scheme;
pub mod sigv2;
pub mod sigv3;
pub mod sigv4;
#[cfg(feature = "sigv4a")]
pub mod sigv4a;

pub use credentials::Credentials;
pub(crate) use scheme::needs_feature;
pub use scheme::{Place, Scheme, SignerName};
