//! Floor 2: the protocols, one file each: a parameter map to the parts of an HTTP request, and an
//! HTTP response to a value or an error.
//!
//! The endpoint, signing and sending come later in a call; nothing here does I/O (but for reading a
//! body that the caller handed over), reads a clock or the environment.

mod path;
pub mod serialize;

pub(crate) use path::{Path, invalid};
