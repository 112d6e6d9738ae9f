//! The defaults modes (`standard`, `in-region`, …): sets of defaults that AWS ships as data.
//!
//! A mode changes the default of a setting, never a value from another source. `auto` selects a mode by the region in which the
//! program runs. If the environment does not name it, the metadata service may know it. Creating a client opens no connection,
//! so the client has the defaults of `standard`, and the first call that is sent asks the service: of the modes that `auto`
//! selects, only `in-region` differs from `standard`, in the connect timeout.

use super::environment::Environment;
use super::table;
use crate::definition::{Definition, Definitions, Source};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Value};

/// The defaults of a mode.
#[derive(Debug, Default)]
pub(super) struct ModeDefaults {
    /// Defaults by the settings' names.
    pub settings: Map,
    pub connect_timeout_millis: Option<u64>,
    /// The connect timeout if the metadata service says that the program runs in the client's region.
    pub in_region_connect_timeout_millis: Option<u64>,
}

/// Returns the defaults of a mode. `auto` compares `region`, the client's, with the region in which the program runs.
///
/// # Errors
/// `InvalidConfig` for an unknown mode.
pub(super) fn defaults(mode: &str, region: Option<&str>, environment: &Environment, definitions: &Definitions) -> Result<ModeDefaults> {
    let name = mode.to_lowercase();
    let file = definitions.shared::<Modes>()?;
    let found = match name.as_str() {
        "legacy" => return Ok(ModeDefaults::default()),
        "auto" => match mode_for(region, environment) {
            Some(name) => file.defaults(name),
            None => file.defaults("standard").map(|standard| ModeDefaults {
                in_region_connect_timeout_millis: file.defaults("in-region").and_then(|mode| mode.connect_timeout_millis),
                ..standard
            }),
        },
        name => file.defaults(name),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = ["legacy", "auto"].into_iter().chain(file.names()).collect();
        let message = format!("Client configured with invalid defaults mode: {mode}. Valid defaults modes include: {}.", known.join(", "));
        Error::new(ErrorKind::InvalidConfig, message).with_name("InvalidDefaultsMode")
    })
}

/// The mode that `auto` selects, by whether the program runs in the region that it calls; `None` if the environment does not say
/// where it runs.
fn mode_for(region: Option<&str>, environment: &Environment) -> Option<&'static str> {
    let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let runs_at_aws = table::EXECUTION_ENVIRONMENT.variables().any(|name| variable(name).is_some());
    let own = variable("AWS_REGION").or_else(|| table::REGION.variables().find_map(variable));
    own.filter(|_| runs_at_aws).map(|own| if Some(own.as_str()) == region { "in-region" } else { "cross-region" })
}

/// The file: base values, and the changes of each mode.
struct Modes(Value);

impl Definition for Modes {
    const KIND: &'static str = "sdk-default-configuration";

    fn parse(source: Source) -> Result<Modes> {
        let file = serde_json::from_str(&source.text);
        file.map(Modes).map_err(|error| Error::new(ErrorKind::InvalidDefinition, error.to_string()).with_source(error))
    }
}

impl Modes {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.0["modes"].as_map().into_iter().flat_map(Map::keys)
    }

    fn defaults(&self, mode: &str) -> Option<ModeDefaults> {
        let changes = self.0["modes"].get(mode)?;
        let value = |key: &str| changed(&self.0["base"][key], &changes[key]);
        let settings = [
            (table::RETRY_MODE.name, value("retryMode")),
            (table::STS_REGIONAL_ENDPOINTS.name, value("stsRegionalEndpoints")),
            (table::S3_US_EAST_1.name, value("s3UsEast1RegionalEndpoints")),
        ];
        let millis = value("connectTimeoutInMillis").as_int().and_then(|millis| u64::try_from(millis).ok());
        Some(ModeDefaults {
            settings: settings.into_iter().collect(),
            connect_timeout_millis: millis,
            in_region_connect_timeout_millis: None,
        })
    }
}

/// Applies a mode's change to a base value: another value, an added amount, or a factor.
fn changed(base: &Value, change: &Value) -> Value {
    let number = |key: &str| Some((base.as_float()?, change[key].as_float()?));
    if let Some(value) = change.get("override") {
        value.clone()
    } else if let Some((base, more)) = number("add") {
        Value::Int((base + more) as i64)
    } else if let Some((base, factor)) = number("multiply") {
        Value::Int((base * factor) as i64)
    } else {
        base.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn millis(mode: &str, region: &str, variables: &[(&str, &str)]) -> Result<Option<u64>> {
        let environment = variables.iter().copied().collect();
        Ok(defaults(mode, Some(region), &environment, &Definitions::embedded())?.connect_timeout_millis)
    }

    #[test]
    fn mode_names_are_case_insensitive() {
        assert_eq!(millis("legacy", "r", &[]).unwrap(), None);
        assert_eq!(millis("In-Region", "r", &[]).unwrap(), Some(1100));
        assert_eq!(millis("mobile", "r", &[]).unwrap(), Some(30_000));
        let error = millis("X", "r", &[]).unwrap_err();
        let message = "Client configured with invalid defaults mode: X. Valid defaults modes include: legacy, auto, standard, \
                       in-region, cross-region, mobile.";
        assert_eq!((error.name(), error.message()), ("InvalidDefaultsMode", message));
    }

    #[test]
    fn auto_compares_the_region_of_the_program_with_that_of_the_client() {
        let at_aws = [("AWS_EXECUTION_ENV", "x"), ("AWS_REGION", "here"), ("AWS_DEFAULT_REGION", "other")];
        assert_eq!(millis("auto", "here", &at_aws).unwrap(), Some(1100));
        assert_eq!(millis("auto", "there", &at_aws).unwrap(), Some(3100));
        assert_eq!(millis("auto", "here", &at_aws[1..]).unwrap(), Some(3100));
    }

    #[test]
    fn auto_leaves_the_region_to_the_metadata_service_if_the_environment_does_not_name_it() {
        let asked = |variables: &[(&str, &str)]| {
            let environment = variables.iter().copied().collect();
            defaults("auto", Some("here"), &environment, &Definitions::embedded()).unwrap().in_region_connect_timeout_millis
        };
        assert_eq!(asked(&[("AWS_EXECUTION_ENV", "x"), ("AWS_REGION", "here")]), None);
        assert_eq!(asked(&[("AWS_EXECUTION_ENV", "x")]), Some(1100));
        assert_eq!(asked(&[("AWS_REGION", "here")]), Some(1100));
    }

    #[test]
    fn a_change_overrides_adds_or_multiplies() {
        let base = Value::Int(1000);
        assert_eq!(changed(&base, &value!({"override": 7})), Value::Int(7));
        assert_eq!(changed(&base, &value!({"add": 7})), Value::Int(1007));
        assert_eq!(changed(&base, &value!({"multiply": 1.5})), Value::Int(1500));
        assert_eq!(changed(&base, &Value::Null), base);
    }
}
