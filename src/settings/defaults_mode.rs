//! The defaults modes (`standard`, `in-region`, …): sets of defaults that AWS ships as data.
//!
//! A mode changes the default of a setting, never a value from another source. `auto` does not query the metadata service,
//! because creating a client opens no connection.

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
}

/// Returns the defaults of a mode. `auto` compares `region`, the client's, with the region in which the program runs.
///
/// # Errors
/// `InvalidConfig` for an unknown mode.
pub(super) fn defaults(mode: &str, region: Option<&str>, environment: &Environment, definitions: &Definitions) -> Result<ModeDefaults> {
    let name = mode.to_lowercase();
    let name = match name.as_str() {
        "legacy" => return Ok(ModeDefaults::default()),
        "auto" => mode_for(region, environment),
        name => name,
    };
    let file = definitions.shared::<Modes>()?;
    file.defaults(name).ok_or_else(|| {
        let known: Vec<&str> = ["legacy", "auto"].into_iter().chain(file.names()).collect();
        let message = format!("Client configured with invalid defaults mode: {mode}. Valid defaults modes include: {}.", known.join(", "));
        Error::new(ErrorKind::InvalidConfig, message).with_name("InvalidDefaultsMode")
    })
}

/// The mode that `auto` selects, by whether the program runs in the region that it calls.
fn mode_for(region: Option<&str>, environment: &Environment) -> &'static str {
    let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let runs_at_aws = table::EXECUTION_ENVIRONMENT.variables().any(|name| variable(name).is_some());
    let own = variable("AWS_REGION").or_else(|| table::REGION.variables().find_map(variable));
    match own.filter(|_| runs_at_aws) {
        Some(own) if Some(own.as_str()) == region => "in-region",
        Some(_) => "cross-region",
        None => "standard",
    }
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
        Some(ModeDefaults { settings: settings.into_iter().collect(), connect_timeout_millis: millis })
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
    fn a_change_overrides_adds_or_multiplies() {
        let base = Value::Int(1000);
        assert_eq!(changed(&base, &value!({"override": 7})), Value::Int(7));
        assert_eq!(changed(&base, &value!({"add": 7})), Value::Int(1007));
        assert_eq!(changed(&base, &value!({"multiply": 1.5})), Value::Int(1500));
        assert_eq!(changed(&base, &Value::Null), base);
    }
}
