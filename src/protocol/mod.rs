//! The protocols, one file each: a parameter map to the parts of an HTTP request, and an
//! HTTP response to a value or an error.
//!
//! The endpoint, signing and sending come later in a call; nothing here does I/O (but for reading a
//! body that the caller handed over), reads a clock or the environment.

pub mod event_stream;
mod parse;
pub mod serialize;

pub use parse::{ParsedError, error_class, parse, parse_error, streams_output};
