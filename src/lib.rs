//! Call any AWS service by name.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod auth;
#[cfg(feature = "cli")]
pub mod cli;
pub mod client;
mod credentials;
pub mod definition;
pub mod endpoint;
pub mod error;
pub mod http;
pub mod protocol;
mod service;
pub mod session;
pub mod value;

pub use auth::Credentials;
pub use client::{Client, ClientBuilder, Event, HookId, OperationRequest};
pub use error::{Error, ErrorKind, Result};
pub use session::{Config, Environment, Session, SessionBuilder};
pub use value::{Bytes, List, Map, Number, Str, Stream, Timestamp, Value};

/// The readme's examples are compiled with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
