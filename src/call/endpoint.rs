//! The stage that resolves the endpoint of a call, and the URL of its request.

use super::Call;
use super::context::LookupRegion;
use super::hooks::Stage;
use crate::definition::{LegacyEndpoints, Service, snake_case};
use crate::endpoint::legacy::{ClientEndpoint, LegacyEndpoint, LegacyQuery};
use crate::endpoint::{self, Endpoint, Sources, url};
use crate::error::{Error, ErrorKind, Result};
use crate::protocol::serialize::{Serialized, query_string};
use crate::settings::{AccountIdEndpointMode, ClientSettings, MessageStyle};
use crate::value::{Map, Value};

/// A client's endpoint in the legacy data: its URL, its partition, and the scope of its signatures.
///
/// # Errors
/// If the service needs a region and there is none.
pub(crate) fn of_client(
    data: &LegacyEndpoints,
    service: &Service,
    settings: &ClientSettings,
    other: Option<LookupRegion>,
) -> Result<ClientEndpoint> {
    let own = settings.region.as_deref();
    let region = other.as_ref().map_or(own, |other| other.lookup.as_deref());
    let (fips, dual_stack) = (settings.use_fips, settings.use_dualstack);
    let query = LegacyQuery { endpoint_prefix: service.endpoint_prefix()?, region, fips, dual_stack };
    let legacy = LegacyEndpoint::resolve(data, &query)?;
    let url = settings.endpoint_url.as_ref().map(|e| e.url.as_str());
    let mut endpoint = ClientEndpoint::new(legacy, own, url, settings.use_ssl, service.signing_name()?);
    // An empty region would make a host with an empty label.
    url::validate(&endpoint.url)?;
    if let Some(other) = other {
        endpoint.region = Some(other.client.into());
    }
    Ok(endpoint)
}

/// The built-in parameters of the endpoint rules that are common to all services.
pub(crate) fn builtins(settings: &ClientSettings, endpoint: &ClientEndpoint) -> Map {
    let own_url = settings.endpoint_url.is_some();
    let mut builtins = Map::new();
    builtins.insert("AWS::Region", settings.region.as_deref().or(endpoint.region.as_deref()));
    builtins.insert("SDK::Endpoint", settings.endpoint_url.as_ref().map(|e| e.url.clone()));
    builtins.insert("AWS::UseFIPS", settings.use_fips && !own_url);
    builtins.insert("AWS::UseDualStack", settings.use_dualstack && !own_url);
    builtins.insert(ACCOUNT_ID, Value::Null);
    builtins.insert("AWS::Auth::AccountIdEndpointMode", settings.account_id_endpoint_mode.as_str());
    builtins
}

/// The parameters that a rule set declares for clients: by their names in snake case, also among the `s3` options.
pub(crate) fn client_context(service: &Service, settings: &ClientSettings) -> Map {
    let mut context = settings.client_context_params.clone().unwrap_or_default();
    context.extend(settings.s3.clone().unwrap_or_default());
    context.insert("disable_s3_express_session_auth", settings.s3_disable_express_session_auth);
    let declared = service.client_context_params().iter();
    declared.filter_map(|(name, _)| Some((name, context.get(&snake_case(name)).filter(|value| !value.is_null())?))).collect()
}

/// The account ID. It is looked up only for rule sets that use it, because that may load credentials.
const ACCOUNT_ID: &str = "AWS::Auth::AccountId";

/// Resolves the endpoint of a call.
pub(crate) fn resolve(call: &mut Call<'_>) -> Result<()> {
    // Before the hooks, which adapt other parameters to a custom endpoint.
    if let Some(url) = call.options.endpoint_url.clone() {
        url::validate(&url)?;
        call.builtins.insert("SDK::Endpoint", url);
        call.builtins.insert("AWS::UseFIPS", false);
        call.builtins.insert("AWS::UseDualStack", false);
    }
    call.emit(Stage::BeforeEndpointResolution)?;
    call.endpoint = match call.client.endpoints.rules.clone() {
        Some(rules) => {
            if rules.parameters().iter().any(|p| p.built_in() == Some(ACCOUNT_ID)) {
                let account = account_id(call)?;
                call.uses(match call.client.settings.account_id_endpoint_mode {
                    AccountIdEndpointMode::Preferred => "P",
                    AccountIdEndpointMode::Disabled => "Q",
                    AccountIdEndpointMode::Required => "R",
                });
                if !account.is_null() {
                    call.uses("T");
                }
                // It is mostly the same as the client's, which is shared.
                if call.builtins[ACCOUNT_ID] != account {
                    call.builtins.insert(ACCOUNT_ID, account);
                }
            }
            let sources = Sources {
                service: call.service,
                operation: call.operation,
                input: &call.params,
                client_context: &call.client.endpoints.client_context,
                built_ins: &call.builtins,
            };
            let parameters = sources.values(&rules)?;
            let partitions = &call.client.endpoints.partitions;
            let resolve = |values: &[Value]| endpoint::resolve(&rules, partitions, &endpoint::by_name(&rules, values));
            let found = call.client.endpoints.cache.get_or_resolve(parameters, resolve);
            Some(found.map_err(|error| named(call, error))?)
        }
        None => None,
    };
    Ok(())
}

/// Gives an error of the rules the name that boto3 has for it in this service, and boto3's text if a host asks for it.
fn named(call: &Call<'_>, error: Error) -> Error {
    if error.kind() != ErrorKind::EndpointResolution {
        return error;
    }
    if let Some(special) = call.client.endpoints.error.and_then(|named| named(error.message(), &call.params)) {
        return special;
    }
    match call.client.settings.message_style {
        MessageStyle::Plain => error,
        MessageStyle::Boto3 => with_python_type(error),
    }
}

/// Names the type of a parameter as Python does.
fn with_python_type(error: Error) -> Error {
    let types = [("a string", "<class 'str'>"), ("a boolean", "<class 'bool'>"), ("a list", "<class 'tuple'>")];
    let renamed = error.message().split_once(" is the wrong type. Must be ").and_then(|(parameter, wanted)| {
        let (_, python) = types.into_iter().find(|(plain, _)| wanted.strip_suffix('.') == Some(plain))?;
        Some(format!("{parameter} is the wrong type. Must be {python}."))
    });
    renamed.map_or(error, |message| Error::new(ErrorKind::EndpointResolution, message))
}

fn account_id(call: &Call<'_>) -> Result<Value> {
    let settings = &call.client.settings;
    if settings.account_id_endpoint_mode == AccountIdEndpointMode::Disabled || settings.signing.unsigned {
        return Ok(Value::Null);
    }
    if let Some(own) = &call.signing.credentials {
        return Ok(own.account_id().map(Value::from).unwrap_or_default());
    }
    let found = call.client.auth.credentials.find((call.client.time.clock)(), &call.limits())?;
    Ok(found.and_then(|f| f.credentials.account_id().map(Value::from)).unwrap_or_default())
}

/// The URL of the request: endpoint, host prefix, path and query.
pub(crate) fn url(call: &Call<'_>, serialized: &Serialized) -> Result<String> {
    let base = match &call.endpoint {
        Some(endpoint) => base_url(call, endpoint),
        None => match call.builtins["SDK::Endpoint"].as_str() {
            Some(url) => url.to_owned(),
            None => call.client.endpoints.client.url.clone(),
        },
    };
    let base = match &serialized.host_prefix {
        Some(prefix) if call.host_prefix => url::with_host_prefix(&base, prefix),
        _ => base,
    };
    if base.is_empty() {
        return Err(Error::new(ErrorKind::EndpointResolution, "The endpoint rules gave no URL"));
    }
    Ok(url::with_lowercase_host(url::join(&base, &serialized.path, &query_string(&serialized.query))))
}

fn base_url(call: &Call<'_>, endpoint: &Endpoint) -> String {
    let given = call.builtins["SDK::Endpoint"].as_str().is_some();
    if call.client.settings.use_ssl || given { endpoint.url.clone() } else { url::without_tls(&endpoint.url) }
}
