//! Where tucuxi departs from boto3 on purpose: where boto3 lets an error of Python's through, or is early.

use serde_json::{Value as Json, json};

/// Whether the difference is one of those. `message` is the reference's, if it has an error.
pub fn is_departure(what: &str, theirs: &Json, message: &str, ours: &Json) -> bool {
    let errors = |their_name: &str, our_name: &str| *theirs == json!({"error": their_name}) && *ours == json!({"error": our_name});
    match what {
        // Tokens are looked for when a client is made, whatever the client is for; here when a request wants one.
        "endpoint" if message.contains("configured to use the SSO token provider") => true,
        // A number that is none is an error of int(), and not of a setting.
        "endpoint" => message.starts_with("invalid literal for int()") && errors("ValueError", "InvalidConfigError"),
        // A damaged token file is a key that is missing; a token file that is not there is an error of open(); a command
        // without words is an index that is out of range.
        "credentials" => {
            errors("KeyError", "SSOTokenLoadError")
                || errors("FileNotFoundError", "CredentialRetrievalError")
                || errors("IndexError", "InvalidConfigError")
        }
        _ => false,
    }
}
