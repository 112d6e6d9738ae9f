//! Floor 5: what definitions cannot say. One file per service, each a list of hooks.
//!
//! This is the only place in the crate that names services. A file here sets what it must when a client
//! is made, and registers hooks on the same mechanism that users have.

mod s3;
mod s3_control;
mod sts;

use crate::client::Setup;
use crate::error::{Error, ErrorKind, Result};

/// Sets a client of this service up: one line per service that needs it.
pub(crate) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    match setup.service.service_id()? {
        "S3" => s3::customize(setup),
        "S3 Control" => s3_control::customize(setup),
        "STS" => sts::customize(setup),
        _ => Ok(()),
    }
}

/// The name under which a service's definition is kept; some have an older name too.
pub(crate) fn canonical_name(service: &str) -> &str {
    match service {
        "runtime.sagemaker" => "sagemaker-runtime",
        other => other,
    }
}

/// An error in the parameters that the definition does not know of.
fn invalid_parameter(report: &str) -> anyhow::Error {
    Error::new(ErrorKind::ParamValidation, format!("Parameter validation failed:\n{report}")).into()
}

/// Percent-encodes all but letters, digits, `-._` and the characters in `safe`.
fn percent_encode(text: &str, safe: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) || safe.as_bytes().contains(&byte) {
            out.push(byte.into());
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Decodes `%XX` and `+`; what is no UTF-8 then is replaced.
fn form_decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
