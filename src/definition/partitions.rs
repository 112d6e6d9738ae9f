//! `partitions.json`, the partitions of the endpoint rules.
//!
//! The older `endpoints.json` has partitions of its own; see [`super::endpoints`].

use std::sync::OnceLock;

use foldhash::HashSet;
use regex_lite::Regex;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::json::Object;
use super::loader::{Definition, Source};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

/// The partitions in the order of the file. There is at least one.
#[derive(Debug)]
pub struct Partitions(Vec<Partition>);

#[derive(Debug)]
struct Partition {
    pattern: RegionPattern,
    regions: HashSet<Str>,
    outputs: Map,
}

#[derive(Deserialize)]
struct RawPartitions<'a> {
    #[serde(borrow)]
    partitions: Vec<RawPartition<'a>>,
}

#[derive(Deserialize)]
struct RawPartition<'a> {
    id: Str,
    #[serde(rename = "regionRegex")]
    pattern: RegionPattern,
    #[serde(borrow, default)]
    regions: Object<'a, IgnoredAny>,
    #[serde(borrow, default)]
    outputs: Object<'a, Value>,
}

impl Partitions {
    /// Parses the file.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if the file is invalid or has no partition.
    pub fn parse(json: &[u8]) -> Result<Partitions> {
        let invalid = |what: String| Error::new(ErrorKind::InvalidDefinition, what);
        let raw: RawPartitions<'_> = serde_json::from_slice(json).map_err(|e| invalid(e.to_string()).with_source(e))?;
        if raw.partitions.is_empty() {
            return Err(invalid("partitions is empty".to_owned()));
        }
        Ok(Partitions(raw.partitions.into_iter().map(Partition::from).collect()))
    }

    /// Returns the outputs (`name`, `dnsSuffix`, …) of the partition of `region`: the first one that lists it or whose pattern
    /// matches, or otherwise the first one in the file.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if the pattern of a partition is not a regular expression.
    pub fn outputs(&self, region: &str) -> Result<&Map> {
        for partition in &self.0 {
            if partition.regions.contains(region) || partition.pattern.is_match(region)? {
                return Ok(&partition.outputs);
            }
        }
        Ok(&self.0[0].outputs)
    }
}

impl Definition for Partitions {
    const KIND: &'static str = "partitions";

    fn parse(source: Source) -> Result<Partitions> {
        Partitions::parse(source.text.as_bytes())
    }
}

impl From<RawPartition<'_>> for Partition {
    fn from(raw: RawPartition<'_>) -> Partition {
        let mut outputs: Map = raw.outputs.0.into_iter().collect();
        outputs.insert("name", raw.id);
        Partition { pattern: raw.pattern, regions: raw.regions.0.into_iter().map(|(name, _)| name.into()).collect(), outputs }
    }
}

/// A regular expression that region names match from their beginning, compiled on first use.
#[derive(Debug)]
pub(crate) struct RegionPattern {
    text: Box<str>,
    regex: OnceLock<Result<Regex, regex_lite::Error>>,
}

impl RegionPattern {
    pub fn new(text: impl Into<Box<str>>) -> RegionPattern {
        RegionPattern { text: text.into(), regex: OnceLock::new() }
    }

    /// Returns whether `region` matches.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if the pattern is not a regular expression.
    pub fn is_match(&self, region: &str) -> Result<bool> {
        match self.regex.get_or_init(|| Regex::new(&format!("^(?:{})", self.text))) {
            Ok(regex) => Ok(regex.is_match(region)),
            Err(e) => {
                let message = format!("The regionRegex {:?} of a partition is not a regular expression: {e}", self.text);
                Err(Error::new(ErrorKind::InvalidDefinition, message).with_source(e.clone()))
            }
        }
    }
}

impl<'de> Deserialize<'de> for RegionPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<str>::deserialize(deserializer).map(RegionPattern::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"{"version": "1.1", "partitions": [
        {"id": "one", "regionRegex": "^(us|eu)\\-\\w+\\-\\d+$", "regions": {"one-global": {}}, "outputs": {"dnsSuffix": "one.com"}},
        {"id": "two", "regionRegex": "^us\\-gov\\-\\w+\\-\\d+$", "regions": {"us-east-9": {}}, "outputs": {"dnsSuffix": "two.com"}}]}"#;

    #[test]
    fn a_region_is_listed_or_matches_or_belongs_to_the_first_partition() {
        let partitions = Partitions::parse(TWO.as_bytes()).unwrap();
        let name = |region: &str| partitions.outputs(region).unwrap()["name"].as_str().unwrap().to_owned();
        assert_eq!(name("one-global"), "one");
        assert_eq!(name("us-gov-west-1"), "two");
        assert_eq!(name("us-east-9"), "one", "the first that lists or matches wins");
        assert_eq!(name("nowhere"), "one");
        assert_eq!(name("xeu-west-1"), "one");
        assert_eq!(partitions.outputs("us-gov-a-1").unwrap()["dnsSuffix"], Value::from("two.com"));
    }

    #[test]
    fn an_invalid_pattern_is_an_error_when_it_is_needed() {
        let json = TWO.replace("^us\\\\-gov", "^us(");
        let partitions = Partitions::parse(json.as_bytes()).unwrap();
        assert!(partitions.outputs("eu-west-1").is_ok());
        assert_eq!(partitions.outputs("nowhere").unwrap_err().kind(), ErrorKind::InvalidDefinition);
        assert_eq!(Partitions::parse(br#"{"partitions": []}"#).unwrap_err().kind(), ErrorKind::InvalidDefinition);
    }
}
