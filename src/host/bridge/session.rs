//! Sessions: created from a map with boto3's keyword names.

use super::{Answer, Object, Row, optional_text, text, unknown};
use crate::auth::Credentials;
use crate::client::params_map;
use crate::credentials::explicit;
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::session::{Session, SessionBuilder};
use crate::settings::{Config, Environment};
use crate::value::{List, Map, Str, Timestamp, Value};

pub(super) const MEMBERS: &[Row] = &[
    ("client", "method", &["service_name", "region_name", "api_version", "use_ssl", "verify", "endpoint_url"], "Creates a client."),
    ("resource", "method", &["service_name", "region_name", "api_version", "use_ssl", "verify", "endpoint_url"], "Creates a resource."),
    ("available_services", "method", &[], "Lists the services."),
    ("available_resources", "method", &[], "Lists the services that have resources."),
    ("available_profiles", "method", &[], "Lists the profiles of the shared files."),
    ("available_partitions", "method", &[], "Lists the partitions."),
    ("available_regions", "method", &["service_name", "partition_name", "allow_non_regional"], "Lists the regions of a service."),
    ("partition_for_region", "method", &["region_name"], "Returns the partition of a region."),
    ("credentials", "method", &["provider"], "Returns the credentials, or those of one provider, or null."),
    ("credential_providers", "method", &[], "Lists the providers of credentials in their order."),
    ("profiles", "method", &[], "Returns the options of every profile of the shared files."),
    (
        "definition",
        "method",
        &["kind", "service_name", "api_version"],
        "Returns the JSON text of a definition (`service-2`), or of a shared file without a service.",
    ),
    ("definition_versions", "method", &["kind", "service_name"], "Lists the API versions of a kind of definition."),
    ("services_with", "method", &["kind"], "Lists the services that have a kind of definition."),
    ("region_name", "attribute", &[], "The region."),
    ("profile_name", "attribute", &[], "The profile."),
];

const OPTIONS: [&str; 11] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_account_id",
    "region_name",
    "profile_name",
    "config",
    "definitions",
    "config_file",
    "credentials_file",
    "credential_cache",
];

impl Object {
    /// Creates a session from boto3's arguments; see [`session_builder`].
    ///
    /// # Errors
    /// Those of [`session_builder`] and of [`SessionBuilder::build`].
    pub fn session(options: &Map, environment: Option<Environment>) -> Result<Object> {
        session_builder(options, environment)?.build().map(Object::Session)
    }
}

/// Returns the builder of a session from boto3's arguments, and further `config` (a map of options), `definitions` (the path of a folder
/// or archive), `config_file`, `credentials_file`, and `credential_cache` (a folder). Without an environment, the process's own counts.
///
/// # Errors
/// `InvalidConfig` for an unknown option, and `PartialCredentials`.
pub fn session_builder(options: &Map, environment: Option<Environment>) -> Result<SessionBuilder> {
    let mut builder = Session::builder();
    if let Some(environment) = environment {
        builder = builder.environment(environment);
    }
    for (name, value) in options.iter().filter(|(_, value)| !value.is_null()) {
        builder = match name.as_str() {
            "region_name" => builder.region(text(options, name)?),
            "profile_name" => builder.profile(text(options, name)?),
            "config" => builder.config(Config::from_value(value)?),
            "definitions" => builder.definitions(text(options, name)?),
            "config_file" => builder.config_file(text(options, name)?),
            "credentials_file" => builder.credentials_file(text(options, name)?),
            "credential_cache" => builder.credential_cache(text(options, name)?),
            // They are read together below.
            name if OPTIONS.contains(&name) => builder,
            _ => {
                let near = did_you_mean(name, OPTIONS);
                let message = format!("There is no session option {name:?}.{near}");
                return Err(Error::new(ErrorKind::InvalidConfig, message).with_name("TypeError"));
            }
        };
    }
    let [id, secret, token, account] =
        ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_account_id"].map(|name| optional_text(options, name));
    if let Some(credentials) = explicit(id?, secret?, token?, account?)? {
        builder = builder.credentials(credentials);
    }
    Ok(builder)
}

/// Reads credentials that a callback of the host returned: `access_key`, `secret_key`, and optionally `token`, `account_id`, and
/// `expires`, a timestamp or its text.
///
/// # Errors
/// `ParamValidation` for missing parts and wrong types.
pub fn credentials_from(value: Value) -> Result<Credentials> {
    let map = params_map(value)?;
    let [token, account] = ["token", "account_id"].map(|name| optional_text(&map, name));
    let mut credentials = Credentials::new(text(&map, "access_key")?, text(&map, "secret_key")?);
    if let Some(token) = token? {
        credentials = credentials.with_token(token);
    }
    if let Some(account) = account? {
        credentials = credentials.with_account_id(account);
    }
    match &map["expires"] {
        Value::Null => Ok(credentials),
        Value::Timestamp(end) => Ok(credentials.with_expiry(*end)),
        other => Ok(credentials.with_expiry(Timestamp::parse(other.as_str().unwrap_or_default())?)),
    }
}

pub(super) fn get(session: &Session, name: &str) -> Result<Answer> {
    let value = match name {
        "region_name" => session.region().into(),
        "profile_name" => session.profile().into(),
        _ => return Err(unknown("session", name, MEMBERS.iter().map(|row| row.0))),
    };
    Ok(Answer::Value(value))
}

pub(super) fn call(session: &Session, name: &str, mut params: Map) -> Result<Answer> {
    let names = |names: Vec<Str>| Answer::Value(names.into_iter().collect::<List>().into());
    Ok(match name {
        "client" | "resource" => {
            let service = Str::from(text(&params, "service_name")?);
            params.remove("service_name");
            Answer::Object(match name {
                "client" => Object::Client(session.client_with(&service, params)?),
                _ => Object::Resource(session.resource_with(&service, params)?),
            })
        }
        "available_services" => names(session.available_services()),
        "available_resources" => names(session.available_resources()),
        "available_profiles" => names(session.available_profiles()?),
        "available_partitions" => names(session.available_partitions()?),
        "available_regions" => {
            let partition = optional_text(&params, "partition_name")?.unwrap_or("aws");
            let non_regional = params["allow_non_regional"].as_bool().unwrap_or_default();
            names(session.available_regions_in(text(&params, "service_name")?, partition, non_regional)?)
        }
        "profiles" => Answer::Value(session.profiles().into()),
        "definition" => {
            let (kind, definitions) = (text(&params, "kind")?, session.definitions());
            let source = match optional_text(&params, "service_name")? {
                Some(service) => definitions.source(kind, service, optional_text(&params, "api_version")?)?,
                None => definitions.shared_source(kind)?,
            };
            Answer::Value(source.text.into())
        }
        "definition_versions" => names(session.definitions().api_versions(text(&params, "service_name")?, text(&params, "kind")?)?),
        "services_with" => names(session.definitions().services_with(text(&params, "kind")?)?),
        "partition_for_region" => Answer::Value(session.partition_for_region(text(&params, "region_name")?)?.into()),
        "credentials" => {
            let provider = optional_text(&params, "provider")?;
            let found = provider.map_or_else(|| session.credentials(), |name| session.credentials_of_provider(name))?;
            Answer::Value(match (found, provider) {
                (Some(credentials), Some(_)) => described(&credentials, provider).into(),
                (Some(credentials), None) => described(&credentials, session.credentials_method()?).into(),
                (None, _) => Value::Null,
            })
        }
        "credential_providers" => names(session.credential_providers().into_iter().map(Str::from).collect()),
        _ => return Err(unknown("session", name, MEMBERS.iter().map(|row| row.0))),
    })
}

/// Credentials as a host sees them, by botocore's names.
fn described(credentials: &Credentials, method: Option<&str>) -> Map {
    Map::from([
        ("access_key", Value::from(credentials.access_key_id())),
        ("secret_key", credentials.secret_access_key().into()),
        ("token", credentials.session_token().into()),
        ("account_id", credentials.account_id().into()),
        ("method", method.into()),
        ("expires", credentials.expires().into()),
    ])
}
