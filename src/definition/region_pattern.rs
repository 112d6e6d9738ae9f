//! The pattern of a partition's region names, compiled when it is first asked.

use std::sync::OnceLock;

use regex_lite::Regex;
use serde::{Deserialize, Deserializer};

use crate::error::{Error, ErrorKind, Result};

/// A regular expression that a region's name must match from its beginning.
#[derive(Debug)]
pub(crate) struct RegionPattern {
    text: Box<str>,
    regex: OnceLock<Result<Regex, regex_lite::Error>>,
}

impl RegionPattern {
    pub fn new(text: impl Into<Box<str>>) -> RegionPattern {
        RegionPattern { text: text.into(), regex: OnceLock::new() }
    }

    /// Whether `region` matches.
    ///
    /// # Errors
    /// `InvalidDefinition` if the pattern is no regular expression.
    pub fn is_match(&self, region: &str) -> Result<bool> {
        match self.regex.get_or_init(|| Regex::new(&format!("^(?:{})", self.text))) {
            Ok(regex) => Ok(regex.is_match(region)),
            Err(e) => {
                let message = format!("The regionRegex {:?} of a partition is no regular expression: {e}", self.text);
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
