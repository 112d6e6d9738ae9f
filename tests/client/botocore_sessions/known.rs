//! Intended differences from boto3, which lets Python's own errors through and looks for tokens early.

use serde_json::{Value as Json, json};

use super::cases::Case;

/// Whether a difference is intended. `message` is the error message of boto3, if there is one.
pub fn is_departure(case: &Case, what: &str, theirs: &Json, message: &str, ours: &Json) -> bool {
    let errors = |their_name: &str, our_name: &str| *theirs == json!({"error": their_name}) && *ours == json!({"error": our_name});
    let has_empty_keys = case.credentials.contains("aws_access_key_id =\n");
    match what {
        // boto3 uses empty keys; tucuxi treats them as absent, and continues with the next source.
        "credentials" if has_empty_keys && (theirs[1] == "" || errors("NoRegionError", "InfiniteLoopConfigError")) => true,
        // boto3 looks for tokens when it creates any client; tucuxi when a request needs one.
        "endpoint" if message.contains("configured to use the SSO token provider") => true,
        // In boto3, an invalid number is an error of int(), not of a setting.
        "endpoint" => message.starts_with("invalid literal for int()") && errors("ValueError", "InvalidConfigError"),
        // In boto3, a damaged token file is a KeyError, a missing one an error of open(), and a command
        // without words an IndexError.
        "credentials" => {
            errors("KeyError", "SSOTokenLoadError")
                || errors("FileNotFoundError", "CredentialRetrievalError")
                || errors("IndexError", "InvalidConfigError")
        }
        _ => false,
    }
}
