//! The protocols: serializing parameters to the parts of an HTTP request, and parsing an HTTP response to a value or an
//! error.
//!
//! Endpoints, signing, and sending are later stages of a call. This module does no I/O except for reading bodies passed
//! to it, and reads neither the clock nor the environment.

pub mod event_stream;
mod parse;
pub mod serialize;

pub use parse::{
    ParseOptions, ParsedError, UnknownMember, error_class, parse, parse_error, parse_reporting_unknown, parse_with, streams_output,
};
pub(crate) use parse::{xml_document_element, xml_root_name, xml_root_text};
