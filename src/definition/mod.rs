//! Typed definitions, parsed on demand.
//!
//! A definition consists of its text and an index of its operations and shapes. Each is parsed when a call first needs it, and
//! remains in memory. This module knows no region, credentials, or HTTP: one definition, behind an `Arc`, serves the whole
//! process. [`Definitions`] searches its [`Root`]s for them.

mod archive;
mod content;
mod describe;
pub(crate) mod embedded;
pub(crate) mod endpoints;
mod json;
mod json_schema;
mod lazy;
mod loader;
mod located;
mod metadata;
mod names;
mod node;
mod operation;
mod paginator;
mod partitions;
pub(crate) mod parts;
mod path;
mod pattern;
pub mod resource;
mod retry_rules;
mod root;
pub(crate) mod rule_set;
mod sdk_extras;
mod sensitive;
mod service;
mod shape;
mod traits;
pub(crate) mod waiter;
mod zip;

pub(crate) use describe::{describe, only_reads};
pub use endpoints::LegacyEndpoints;
pub(crate) use json_schema::{Direction, json_schema};
pub use loader::{Definition, Definitions, Source};
pub use metadata::{Metadata, ProtocolName};
pub use names::snake_case;
pub use node::Node;
pub use operation::{EndpointDiscovery, HttpChecksum, Operation};
pub use paginator::{PaginatorDefinition, Paginators, ResultKey};
pub use partitions::Partitions;
pub use resource::Resources;
pub use retry_rules::{RetryCondition, RetryRules, ServiceRetryRules};
pub use root::Root;
pub use rule_set::{Parameter, RuleSet};
pub(crate) use sensitive::MASK;
pub use service::Service;
pub(crate) use shape::WireNames;
pub use shape::{Member, Shape, ShapeId, ShapeRef, ShapeType, Structure};
pub use traits::{ErrorTrait, Location, Retryable, TimestampFormat, Traits, XmlNamespace};
pub use waiter::{Acceptor, WaiterDefinition, WaiterState, Waiters};
