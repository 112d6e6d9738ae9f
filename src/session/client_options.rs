//! The settings of a client as a map, by boto3's keyword names.

use super::client_builder::ClientBuilder;
use crate::auth::Credentials;
use crate::credentials::explicit;
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::settings::table::{self, Source};
use crate::settings::{Config, checks};
use crate::value::{Map, Str, Value};

const CREDENTIALS: [&str; 4] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_account_id"];
const CONFIG: &str = "config";

/// Sets the arguments of the map: those of the settings table, `config`, and credentials.
///
/// # Errors
/// `InvalidConfig` for an unknown name or a wrong type, `PartialCredentials` for incomplete credentials.
pub(super) fn apply(mut builder: ClientBuilder, options: &Map) -> Result<ClientBuilder> {
    for (name, value) in options.iter().filter(|(_, value)| !value.is_null()) {
        builder = match table::find(name, Source::Argument) {
            Some(setting) => {
                checks::check_type(setting, value, "client option")?;
                builder.set(setting, value.clone())
            }
            None if name == CONFIG => builder.config(Config::from_value(value)?),
            // They are read together below.
            None if CREDENTIALS.contains(&name.as_str()) => builder,
            None => return Err(unknown(name)),
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
        Some(value) => value.as_str().map(|text| Some(Str::from(text))).ok_or_else(|| wrong_type(name, value)),
    };
    let [id, secret, token, account] = CREDENTIALS.map(find);
    explicit(id?.as_deref(), secret?.as_deref(), token?.as_deref(), account?.as_deref())
}

/// The value stays out of the message: it may be a secret.
fn wrong_type(name: &str, value: &Value) -> Error {
    let message = format!("Invalid value for the client option {name}: expected a string, got {}", value.type_name());
    Error::new(ErrorKind::InvalidConfig, message)
}

fn unknown(name: &str) -> Error {
    let near = did_you_mean(name, CREDENTIALS.into_iter().chain([CONFIG]).chain(table::names(Source::Argument)));
    Error::new(ErrorKind::InvalidConfig, format!("There is no client option {name:?}.{near}")).with_name("TypeError")
}
