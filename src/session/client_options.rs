//! The settings of a client as a map, by boto3's keyword names.

use super::client_builder::ClientBuilder;
use crate::auth::Credentials;
use crate::credentials::explicit;
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::settings::Config;
use crate::value::{Map, Str, Value};

const CREDENTIALS: [&str; 4] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_account_id"];
const OTHERS: [&str; 6] = ["region_name", "api_version", "use_ssl", "verify", "endpoint_url", "config"];

/// Sets what the map says.
pub(super) fn apply(mut builder: ClientBuilder, options: &Map) -> Result<ClientBuilder> {
    for (name, value) in options.iter().filter(|(_, value)| !value.is_null()) {
        builder = match name.as_str() {
            "region_name" => builder.region(text(name, value)?),
            "api_version" => builder.api_version(text(name, value)?),
            "endpoint_url" => builder.endpoint_url(text(name, value)?),
            "verify" => builder.verify(value),
            "use_ssl" => builder.use_ssl(value.as_bool().ok_or_else(|| wrong_type(name, value, "a boolean"))?),
            "config" => builder.config(Config::from_value(value)?),
            // They make sense together only.
            known if CREDENTIALS.contains(&known) => builder,
            _ => return Err(unknown(name)),
        };
    }
    Ok(match credentials(options)? {
        Some(credentials) => builder.credentials(credentials),
        None => builder,
    })
}

fn credentials(options: &Map) -> Result<Option<Credentials>> {
    let find = |name: &str| match options.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => text(name, value).map(Some),
    };
    let [id, secret, token, account] = CREDENTIALS.map(find);
    explicit(id?.as_deref(), secret?.as_deref(), token?.as_deref(), account?.as_deref())
}

fn text(name: &str, value: &Value) -> Result<Str> {
    value.as_str().map(Str::from).ok_or_else(|| wrong_type(name, value, "text"))
}

/// The value stays out of the message: it may be a secret.
fn wrong_type(name: &str, value: &Value, wanted: &str) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("The client option {name} must be {wanted}, not {}", value.type_name()))
}

fn unknown(name: &str) -> Error {
    let near = did_you_mean(name, CREDENTIALS.into_iter().chain(OTHERS));
    Error::new(ErrorKind::InvalidConfig, format!("There is no client option {name:?}.{near}")).with_name("TypeError")
}
