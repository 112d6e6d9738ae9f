//! Notations that several layers read and write, each implemented once.
//!
//! Everything here is a function of its arguments: no I/O, no clock, no environment. The exception is `random`, which draws
//! on the system's source of randomness.

pub(crate) mod encoding;
pub(crate) mod json;
pub(crate) mod json_reader;
pub(crate) mod mask;
mod path;
pub(crate) mod python;
pub(crate) mod random;
pub(crate) mod shell_words;
pub mod url;

pub(crate) use path::{Path, invalid};
