//! The types of the interpreter: definitions, protocols, endpoint rules, and signing.
//!
//! These modules are public for programs that inspect definitions or build their own tools on single parts of the
//! interpreter. They carry no promise of stability: they may change in any release.
//!
//! ```
//! use tucuxi::Definitions;
//! use tucuxi::unversioned::definition::Service;
//!
//! let s3 = Definitions::embedded().load::<Service>("s3", None)?;
//! assert!(s3.has_operation("PutObject"));
//! # Ok::<(), tucuxi::Error>(())
//! ```

/// Service definitions as they are read: operations, shapes, traits, paginators, waiters, resources, endpoint rule sets.
pub mod definition {
    pub use crate::definition::*;
}

/// The wire protocols: parameters to requests, responses to values, and event streams.
pub mod protocol {
    pub use crate::protocol::*;
}

/// Endpoint resolution: rule sets, and the older table of endpoints.
pub mod endpoint {
    pub use crate::endpoint::*;
}

/// Signing: Signature Versions 2, 3, 4, and 4a, S3's older signature, bearer tokens, and POST policies.
pub mod auth {
    pub use crate::auth::*;
}
