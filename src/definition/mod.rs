//! The JSON definitions, typed and lazily read.
//!
//! A definition is kept as text with an index of where each operation and shape lies; one is parsed
//! when a call first needs it, and stays. There is no region, no credential and no HTTP here: one
//! definition serves the whole process, behind an `Arc`. [`Definitions`] finds them in its [`Root`]s.

mod archive;
mod cache;
mod describe;
mod embedded;
pub(crate) mod endpoints;
mod entries;
mod extras;
mod index;
mod json;
mod json_schema;
mod loader;
mod metadata;
mod names;
mod node;
mod operation;
mod paginator;
mod partitions;
mod path;
mod reading;
mod region_pattern;
pub mod resource;
mod retry_rules;
mod root;
pub(crate) mod rule_set;
mod sensitive;
mod service;
mod shape;
mod source;
mod traits;
pub(crate) mod waiter;

pub(crate) use describe::describe;
pub use endpoints::LegacyEndpoints;
pub(crate) use json_schema::{Direction, json_schema};
pub use loader::Definitions;
pub use metadata::{Metadata, ProtocolName};
pub use names::snake_case;
pub use node::Node;
pub use operation::{EndpointDiscovery, HttpChecksum, Operation};
pub use paginator::{PaginatorDefinition, Paginators, ResultKey};
pub use partitions::Partitions;
pub(crate) use reading::only_reads;
pub use resource::Resources;
pub use retry_rules::{RetryCondition, RetryRules, ServiceRetryRules};
pub use root::Root;
pub use rule_set::{Parameter, RuleSet};
pub(crate) use sensitive::MASK;
pub use service::Service;
pub(crate) use shape::WireNames;
pub use shape::{Member, Shape, ShapeId, ShapeRef, ShapeType, Structure};
pub use source::{Definition, Source};
pub use traits::{ErrorTrait, Location, Retryable, TimestampFormat, Traits, XmlNamespace};
pub use waiter::{Acceptor, WaiterDefinition, WaiterState, Waiters};
