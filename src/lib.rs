//! Call any AWS service by name.
//!
//! tucuxi carries the service definitions of botocore and boto3 as data, reads them at run time, and interprets them: there
//! is no generated code and no type per operation. A map goes in, a map comes out. Operations, parameters, errors, and
//! settings have boto3's names.
//!
//! # A first call
//!
//! ```no_run
//! use tucuxi::{Session, value};
//!
//! let session = Session::new()?; // region and credentials from the environment and the shared files
//! let s3 = session.client("s3")?;
//! let page = s3.call("list_objects_v2", value!({"Bucket": "river", "MaxKeys": 10}))?;
//! for object in &page["Contents"] {
//!     println!("{}", object["Key"]);
//! }
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! A [`Session`] holds settings, credentials, and definitions. A [`Client`] is one service in one region. Both are cheap to
//! clone and can be shared between threads. Creating them opens no connection.
//!
//! # Values
//!
//! [`Value`] is the only data type. [`value!`] writes one as a literal. Indexing reads it: a missing member is
//! [`Value::Null`], never a panic. [`Value::search`] evaluates JMESPath, and [`to_value`] and [`from_value`]
//! convert from and to your own types. A streamed body is a [`Stream`].
//!
//! ```
//! use tucuxi::value;
//!
//! let page = value!({"Contents": [{"Key": "a", "Size": 10}, {"Key": "b", "Size": 2000}]});
//! assert_eq!(page["Contents"][1]["Key"], "b");
//! assert_eq!(page.search("Contents[?Size > `100`].Key")?, value!(["b"]));
//! assert!(page["NoSuchMember"][3].is_null());
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! # Pagination, waiters, resources
//!
//! [`Client::paginate`] iterates over the pages of an operation, [`Client::wait`] waits for a condition, and
//! [`Session::resource`] opens boto3's resources and collections.
//!
//! ```no_run
//! use tucuxi::{Session, value};
//!
//! let ec2 = Session::new()?.resource("ec2")?;
//! let filter = value!({"Filters": [{"Name": "instance-state-name", "Values": ["running"]}]});
//! for instance in ec2.collection("instances")?.filter(filter).page_size(100) {
//!     let instance = instance?;
//!     println!("{} {}", instance.get("id")?, instance.get("instance_type")?);
//! }
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! # Settings and credentials
//!
//! A session finds settings and credentials where boto3 finds them: the tables in [`guide::sessions`] list all sources
//! and their order. Code comes first: [`Session::builder`], [`Config`], and a client's own [`ClientBuilder`].
//!
//! ```no_run
//! use tucuxi::{AssumeRole, Session};
//!
//! let session = Session::builder().profile("dev").mfa_prompt(|serial| ask(serial)).build()?;
//! let deployer = session.assume_role(AssumeRole::new("arn:aws:iam::123456789012:role/Deploy").external_id("42"));
//! let s3 = deployer.client("s3")?; // the first request assumes the role; its credentials are renewed in time
//! # fn ask(serial: &str) -> anyhow::Result<String> { anyhow::bail!("no code for {serial}") }
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! # Inspection and hooks
//!
//! [`Client::operations`] lists the names, [`Client::describe`] returns input, output, and errors, [`Client::input_schema`]
//! returns a JSON Schema, and [`Client::read_only`] says whether an operation changes anything. [`Client::prepare`] returns
//! the signed request without sending it. [`Client::on`] registers hooks under boto3's event names, and [`Client::raw`] makes
//! signed calls that no definition describes.
//!
//! ```
//! use tucuxi::{Credentials, Session, value};
//!
//! let session = Session::builder().region("eu-west-1").credentials(Credentials::new("AKID", "SECRET")).build()?;
//! let request = session.client("sqs")?.prepare("list_queues", value!({"QueueNamePrefix": "x"}))?;
//! assert_eq!(request.url, "https://sqs.eu-west-1.amazonaws.com/");
//! assert_eq!(request.headers.get("X-Amz-Target"), Some("AmazonSQS.ListQueues"));
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! # Testing
//!
//! A [`Stubber`] replaces the service, as boto3's does. A [`Recorder`] writes real responses to a file, and a [`Replay`]
//! answers from it. A client with a stubber or a replay reaches no network.
//!
//! # Retries, deadlines, cancellation
//!
//! Transient failures are retried by boto3's rules: as often, after the same delays, and within the same quota, in the modes
//! `standard`, `adaptive`, and `legacy`. A call can have a deadline. It covers everything done on the call's behalf: every
//! attempt, the delays between them, the body, nested calls, and the retrieval of credentials. Another thread can cancel a
//! call, a pagination, or a wait within milliseconds.
//!
//! ```no_run
//! use std::time::Duration;
//! use tucuxi::{Cancel, Config, Session, value};
//!
//! let config = Config::new().retry_mode("adaptive").read_timeout(Duration::from_secs(10)).deadline(Duration::from_secs(60));
//! let s3 = Session::builder().config(config).build()?.client("s3")?;
//! let cancel = Cancel::new();
//! let request = s3.request("list_buckets", ()).deadline(Duration::from_secs(2)).max_attempts(1).cancel(&cancel);
//! println!("{}", request.send()?);
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! Differences from boto3:
//!
//! - A request rejected because of clock skew is sent again with the service's time, and later requests are signed with it.
//!   boto3 fails.
//! - A body shorter than announced is fetched again, and is otherwise an error. boto3 returns the truncated body.
//! - A body whose announced CRC-32 does not match is fetched again, and is finally an error in every mode. boto3's standard
//!   mode returns it.
//! - If S3 does not say where a bucket is, tucuxi asks once. boto3 asks recursively until Python's stack overflows.
//! - The last hook of `needs-retry` decides about a retry, after the crate's own; in boto3 the first answer counts.
//! - Host names are resolved when a connection is opened, not before every request, and the read timeout applies to sending.
//!
//! # Errors
//!
//! Everything that can fail returns an [`Error`]: [`kind`](Error::kind) is for a `match`, [`name`](Error::name) is what a
//! boto3 user would catch, [`details`](Error::details) exposes fields, and its text is complete by itself.
//!
//! ```
//! use tucuxi::{ErrorKind, Session, value};
//!
//! let s3 = Session::builder().region("us-east-1").build()?.client("s3")?;
//! match s3.prepare("put_object", value!({"Bucket": "river"})) {
//!     Err(error) if error.kind() == ErrorKind::ParamValidation => {
//!         assert_eq!(error.details()["problems"][0]["kind"], "missing");
//!     }
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! # Architecture
//!
//! The types at the root of the crate and those of [`http`] are the stable API. The interpreter's own types are in
//! [`unversioned`]. [`guide::architecture`] describes the layers.
// Only the C API and the conversions of the values of Lua and Node use pointers.
#![cfg_attr(not(any(feature = "capi", feature = "lua", feature = "node")), forbid(unsafe_code))]
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod auth;
mod call;
#[cfg(feature = "cli")]
pub mod cli;
mod client;
mod credentials;
mod definition;
mod endpoint;
mod error;
pub mod guide;
pub mod host;
pub mod http;
mod paginator;
mod protocol;
mod resource;
mod retry;
mod service;
mod session;
mod settings;
mod testing;
mod text;
mod transfer;
pub mod unversioned;
mod value;
mod waiter;

pub use auth::Credentials;
pub use call::{Event, HookId};
pub use client::{Client, OperationRequest, RawRequest};
pub use credentials::AssumeRole;
pub use definition::{Definitions, PaginatorDefinition, WaiterDefinition};
pub use error::{Error, ErrorKind, Result};
pub use http::{Cancel, Proxies, Verify};
pub use paginator::{Items, Paginator, ResultKeyIter, Search};
pub use protocol::UnknownMember;
pub use resource::{Collection, CollectionItems, CollectionPages, Member, MemberKind, Outcome, Resource};
pub use service::{cloudfront, dynamodb};
pub use session::{ClientBuilder, DefinitionsAt, Session, SessionBuilder, client, default_session, resource, setup_default_session};
pub use settings::{Config, Environment};
pub use testing::{ANY, Any, Recorder, Replay, StubbedError, Stubber};
pub use transfer::{
    Compare, Filters, KeyRange, Location, Plan, PlanAction, PlanItem, PlanOptions, Skipped, Transfer, TransferConfig, TransferFailure,
    TransferReport,
};
pub use value::{Bytes, Expression, List, Map, MapIter, Number, Set, Str, Stream, StreamReader, Timestamp, Value, from_value, to_value};
pub use waiter::{Poll, Waiter};

/// The readme's examples are compiled with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
