//! Notations that several layers read and write, each implemented once.
//!
//! Everything here is a function of its arguments: no I/O, no clock, no environment. Random numbers come from the system.

pub(crate) mod base64;
pub(crate) mod hex;
pub(crate) mod json;
pub(crate) mod json_reader;
mod path;
pub(crate) mod percent;
pub(crate) mod python;
pub(crate) mod random;
pub(crate) mod repr;
pub(crate) mod shell_words;
pub mod url;

pub(crate) use path::{Path, invalid};
