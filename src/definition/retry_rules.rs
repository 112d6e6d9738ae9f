//! `_retry.json`: what the legacy retry mode retries, and how long it waits.
//!
//! Rules are keyed by endpoint prefix. The rules of a service are merged into the defaults.

use serde_json::Value as Json;

use super::loader::{Definition, Source};
use crate::error::{Error, ErrorKind, Result};

/// The parsed file.
#[derive(Debug)]
pub struct RetryRules(Json);

/// The rules of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceRetryRules {
    /// The maximum number of attempts, including the first.
    pub max_attempts: u32,
    /// The delay before the first retry in seconds; `None` is a random number between 0 and 1.
    pub base: Option<f64>,
    /// The factor by which each further delay grows.
    pub growth_factor: f64,
    /// The conditions for a retry, in the order in which they are checked.
    pub conditions: Vec<RetryCondition>,
}

/// A condition for a retry. All of its parts must be met.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RetryCondition {
    /// The status of the response.
    pub status: Option<u16>,
    /// The error code.
    pub code: Option<String>,
    /// The header with the CRC-32 of the body, which must not match.
    pub crc32_header: Option<String>,
    /// The connection failed.
    pub connection: bool,
}

impl RetryRules {
    /// Returns the rules of the service with this endpoint prefix.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if the file lacks the number of attempts or the delay.
    pub fn service(&self, endpoint_prefix: &str) -> Result<ServiceRetryRules> {
        let mut merged = self.resolved(&self.0["retry"]["__default__"], 0);
        merge(&mut merged, self.resolved(&self.0["retry"][endpoint_prefix]["__default__"], 0));
        let missing = |what: &str| Error::new(ErrorKind::InvalidDefinition, format!("_retry: {endpoint_prefix} has no {what}"));
        let max_attempts = merged["max_attempts"].as_u64().and_then(|n| u32::try_from(n).ok());
        let delay = &merged["delay"];
        Ok(ServiceRetryRules {
            max_attempts: max_attempts.ok_or_else(|| missing("max_attempts"))?,
            base: match &delay["base"] {
                Json::String(word) if word == "rand" => None,
                base => Some(base.as_f64().ok_or_else(|| missing("delay.base"))?),
            },
            growth_factor: delay["growth_factor"].as_f64().ok_or_else(|| missing("delay.growth_factor"))?,
            conditions: merged["policies"].as_object().into_iter().flat_map(|p| p.values()).map(condition).collect(),
        })
    }

    /// Replaces each `{"$ref": name}` with the definition.
    fn resolved(&self, node: &Json, depth: usize) -> Json {
        const MAX_DEPTH: usize = 16;
        let Some(object) = node.as_object().filter(|_| depth < MAX_DEPTH) else { return node.clone() };
        if let (1, Some(Json::String(name))) = (object.len(), object.get("$ref")) {
            return self.resolved(&self.0["definitions"][name.as_str()], depth + 1);
        }
        Json::Object(object.iter().map(|(key, value)| (key.clone(), self.resolved(value, depth + 1))).collect())
    }
}

impl Definition for RetryRules {
    const KIND: &'static str = "_retry";

    fn parse(source: Source) -> Result<RetryRules> {
        let parsed = serde_json::from_str(&source.text);
        parsed.map(RetryRules).map_err(|e| Error::new(ErrorKind::InvalidDefinition, e.to_string()).with_source(e))
    }
}

fn condition(policy: &Json) -> RetryCondition {
    let when = &policy["applies_when"];
    let response = &when["response"];
    let text = |name: &str| response[name].as_str().map(str::to_owned);
    RetryCondition {
        status: response["http_status_code"].as_u64().and_then(|n| u16::try_from(n).ok()),
        code: text("service_error_code"),
        crc32_header: text("crc32body"),
        connection: when["socket_errors"].as_array().is_some_and(|errors| !errors.is_empty()),
    }
}

/// Merges objects recursively and replaces anything else.
fn merge(base: &mut Json, over: Json) {
    match (base, over) {
        (Json::Object(base), Json::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key).or_insert(Json::Null), value);
            }
        }
        (_, Json::Null) => {}
        (base, over) => *base = over,
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::{Definitions, RetryRules};

    #[test]
    fn the_rules_of_a_service_are_merged_into_the_defaults() {
        let rules = Definitions::embedded().shared::<RetryRules>().unwrap();
        let (all, special, own) =
            (rules.service("nothing").unwrap(), rules.service("dynamodb").unwrap(), rules.service("organizations").unwrap());
        assert_eq!((all.max_attempts, all.base, all.growth_factor), (5, None, 2.0));
        assert_eq!((special.max_attempts, special.base), (10, Some(0.05)));
        assert_eq!(special.conditions.len(), all.conditions.len() + 3);
        assert!(special.conditions.iter().any(|c| c.crc32_header.as_deref() == Some("x-amz-crc32")));
        assert!(all.conditions.iter().any(|c| c.connection));
        assert!(all.conditions.iter().any(|c| c.status == Some(429) && c.code.is_none()));
        assert!(!own.conditions.iter().any(|c| c.status == Some(429)), "its own rule replaces the one of the same name");
    }
}
