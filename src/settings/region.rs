//! The syntax of region names. Whether a region exists is not checked: a new region works without an update.

use crate::error::{Error, ErrorKind, Result};
use crate::value::Str;

/// A region as clients use it.
#[derive(Debug, PartialEq)]
pub(super) struct Region {
    pub name: Str,
    /// Whether it was written as a pseudo-region for FIPS endpoints (`fips-us-west-2`, `us-west-2-fips`).
    pub is_fips: bool,
}

/// Checks the name, and removes the affix of a pseudo-region.
///
/// # Errors
/// `InvalidRegion` for a name that is not a valid host label.
pub(super) fn normalize(name: &str) -> Result<Region> {
    let is_valid = name.len() <= 63
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && (name.is_empty() || !name.bytes().all(|b| b.is_ascii_digit()));
    if !is_valid {
        let message = format!("Provided region_name '{name}' doesn't match a supported format.");
        return Err(Error::new(ErrorKind::InvalidRegion, message));
    }
    let plain = name.replace("fips-", "").replace("-fips", "");
    Ok(Region { is_fips: plain != name, name: plain.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_host_labels() {
        for good in ["us-east-1", "US-EAST-1", "aws-global", "xx-yyyy-1", "", "1a"] {
            assert_eq!(normalize(good).unwrap(), Region { name: good.into(), is_fips: false });
        }
        for bad in ["-a", "a-", "123", "a_b", "a.b", "us east", &"a".repeat(64)] {
            let error = normalize(bad).unwrap_err();
            assert_eq!(error.message(), format!("Provided region_name '{bad}' doesn't match a supported format."));
        }
    }

    #[test]
    fn pseudo_regions_select_fips() {
        for name in ["fips-us-west-2", "us-west-2-fips", "us-fips-west-2"] {
            assert_eq!(normalize(name).unwrap(), Region { name: "us-west-2".into(), is_fips: true }, "{name}");
        }
    }
}
