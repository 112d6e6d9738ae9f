//! What the endpoint rules refuse, by the names that boto3 gives it.

use super::super::host_label_error;
use crate::error::{Error, ErrorKind};
use crate::text::invalid;
use crate::value::Map;

/// Errors of a client's settings.
const SETTINGS: [&str; 2] = ["S3 Object Lambda does not support S3 Accelerate", "Accelerate cannot be used with FIPS"];

/// How errors of settings begin that do not fit the access point.
const ACCESS_POINT: [&str; 6] = [
    "S3 Outposts does not support",
    "S3 MRAP does not support",
    "S3 Object Lambda does not support",
    "Access Points do not support",
    "Invalid configuration:",
    "Client was configured for partition",
];

pub(super) fn endpoint_error(text: &str, _params: &Map) -> Option<Error> {
    if let Some(error) = host_label_error(text) {
        return Some(error);
    }
    let unsupported = |name, with: &str| {
        let message = format!("Unsupported configuration when using {with}: {text}");
        Some(Error::new(ErrorKind::EndpointResolution, message).with_name(name))
    };
    if SETTINGS.contains(&text) {
        return unsupported("UnsupportedS3ConfigurationError", "S3");
    }
    if ACCESS_POINT.iter().any(|beginning| text.starts_with(beginning)) {
        return unsupported("UnsupportedS3AccesspointConfigurationError", "S3 access-points");
    }
    text.to_ascii_lowercase().starts_with("invalid arn:").then(|| invalid(text))
}
