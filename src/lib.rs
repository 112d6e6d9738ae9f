//! Call any AWS service by name.
//!
//! tucuxi carries the service definitions of botocore and boto3 as data, reads them at run time and interprets
//! them: there is no generated code and no type per operation. A map goes in, a map comes out. Whoever knows
//! boto3 knows the names: operations, parameters, errors and settings are called what they are called there.
//!
//! # A first call
//!
//! ```no_run
//! use tucuxi::{Session, value};
//!
//! let session = Session::new()?; // region and credentials from the environment and the shared files
//! let s3 = session.client("s3")?;
//! let page = s3.call("list_objects_v2", value!({"Bucket": "river", "MaxKeys": 10}))?;
//! for object in page["Contents"].as_list().into_iter().flatten() {
//!     println!("{}", object["Key"]);
//! }
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! A [`Session`] holds settings, credentials and definitions; a [`Client`] is one service in one region. Both are
//! cheap to clone and may be used from any number of threads. Making them opens no connection.
//!
//! # Data
//!
//! [`Value`] is the only data type. [`value!`] writes one down, indexing reads it (what is missing is
//! [`Value::Null`], never a panic), [`Value::search`] asks it in JMESPath, and [`value::to_value`] and
//! [`value::from_value`] take it to and from types of your own. A body that a service streams is a [`Stream`].
//!
//! ```
//! use tucuxi::value;
//!
//! let answer = value!({"Contents": [{"Key": "a", "Size": 10}, {"Key": "b", "Size": 2000}]});
//! assert_eq!(answer["Contents"][1]["Key"], "b");
//! assert_eq!(answer.search("Contents[?Size > `100`].Key")?, value!(["b"]));
//! assert!(answer["NoSuchThing"][3].is_null());
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! # Pages, waiting, resources
//!
//! [`Client::paginate`] gives the pages of an operation, [`Client::wait`] waits for what its waiters know, and
//! [`Session::resource`] opens boto3's resources and collections; see [`mod@resource`].
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
//! # Settings, and who signs
//!
//! A session finds settings and credentials where boto3 finds them: the tables in [`session`] have every source and
//! their order. Code comes first: [`Session::builder`], [`Config`], and a client's own [`ClientBuilder`].
//!
//! ```no_run
//! use tucuxi::{AssumeRole, Session};
//!
//! let session = Session::builder().profile("dev").mfa_prompt(|serial| ask(serial)).build()?;
//! let deployer = session.assume_role(AssumeRole::new("arn:aws:iam::123456789012:role/Deploy").external_id("42"));
//! let s3 = deployer.client("s3")?; // the role is assumed with the first request, and again in time
//! # fn ask(serial: &str) -> anyhow::Result<String> { anyhow::bail!("no code for {serial}") }
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! # What can be called, and what is sent
//!
//! [`Client::operations`] lists the names, [`Client::describe`] says what goes in and what comes out,
//! [`Client::prepare`] gives the signed request without sending it, and [`Client::on`] registers hooks under
//! boto3's event names.
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
//! [`Client::input_schema`] says the same as JSON Schema, [`Client::read_only`] whether a call changes anything;
//! [`Client::raw`] makes signed calls that no definition knows.
//!
//! # Testing
//!
//! A [`Stubber`] answers a client's calls in the service's place, as boto3's does; a [`Recorder`] writes down what services
//! answered, and a [`Replay`] answers from that. A client with a stubber or a replay reaches no network.
//! # Retries, time, cancellation
//!
//! What may pass is tried again by boto3's rules: as often, after the same delays, within the same quota, in the modes
//! `standard`, `adaptive` and `legacy`. A call may have a time for everything together, and another thread may stop
//! it, a pagination or a wait within milliseconds.
//!
//! ```no_run
//! use std::time::Duration;
//! use tucuxi::{Cancel, Config, Session, value};
//!
//! let config = Config::new().retry_mode("adaptive").read_timeout(Duration::from_secs(10)).deadline(Duration::from_secs(60));
//! let s3 = Session::builder().config(config).build()?.client("s3")?;
//! let cancel = Cancel::new();
//! let hurried = s3.request("list_buckets", ()).deadline(Duration::from_secs(2)).max_attempts(1).cancel(&cancel);
//! println!("{}", hurried.send()?);
//! # Ok::<(), tucuxi::Error>(())
//! ```
//!
//! Where boto3 does otherwise:
//!
//! - A request that a service refused because clocks differ is sent again with the time of the service, and later ones
//!   are signed with it. boto3 fails.
//! - A body that is shorter than announced is fetched again, and otherwise an error. boto3 takes it for the whole.
//! - A body without the CRC-32 that it was announced with is fetched again, and in the end an error in every mode. boto3's
//!   standard mode gives it out.
//! - Where S3 does not tell where a bucket is, it is asked once. boto3 asks within the question, until Python's stack is
//!   full.
//! - A hook of `needs-retry` has the last word on a retry, the crate's own included; in boto3 the first answer counts.
//! - Names are looked up when a connection is opened, not before every request, and sending has the read timeout as well.
//! - `SSLKEYLOGFILE` is not heeded.
//!
//! # Failures
//!
//! Everything that can fail answers an [`Error`]: [`kind`](Error::kind) is for a `match`, [`name`](Error::name) is
//! what a user of boto3 would catch, and its text is complete by itself.
//!
//! # How the crate is laid out
//!
//! The modules are the stages that a call goes through, from the bottom up: [`mod@value`] and [`error`]; [`definition`];
//! [`http`], [`auth`], [`endpoint`] and [`protocol`]; credentials; [`session`] and [`mod@client`]; [`mod@resource`], and
//! what definitions cannot say of single services. Each module says in its first lines where it stands and what it leaves out.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod auth;
mod call;
#[cfg(feature = "cli")]
pub mod cli;
pub mod client;
mod credentials;
pub mod definition;
pub mod endpoint;
pub mod error;
pub mod http;
pub mod paginator;
pub mod protocol;
pub mod resource;
mod retry;
mod service;
pub mod session;
mod settings;
pub mod testing;
mod text;
pub mod value;
pub mod waiter;

pub use auth::Credentials;
pub use call::{Event, HookId};
pub use client::{Client, OperationRequest, RawRequest};
pub use credentials::AssumeRole;
pub use error::{Error, ErrorKind, Result};
pub use http::Cancel;
pub use paginator::Paginator;
pub use resource::{Collection, Outcome, Resource};
pub use session::{ClientBuilder, Session, SessionBuilder, client, default_session, resource, setup_default_session};
pub use settings::{Config, Environment};
pub use testing::{ANY, Any, Recorder, Replay, StubbedError, Stubber};
pub use value::{Bytes, List, Map, Number, Str, Stream, Timestamp, Value};
pub use waiter::{Poll, Waiter};

/// The readme's examples are compiled with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
