//! `endpoints.json`, the older endpoint data: partitions, regions, and one entry per service and region.
//!
//! The file is large, and a client needs one service of it. Therefore only the partitions are parsed at once, and the entries of
//! a service when they are requested. `endpoint::legacy` resolves endpoints with this data.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::json::Object;
use super::lazy::{Ranges, range_in};
use super::loader::{Definition, Source};
use super::partitions::RegionPattern;
use crate::error::{Error, ErrorKind, Result};
use crate::value::Str;

/// The older endpoint data.
#[derive(Debug)]
pub struct LegacyEndpoints {
    text: String,
    partitions: Vec<LegacyPartition>,
    builtin: bool,
}

/// A partition in the older endpoint data.
#[derive(Debug)]
pub(crate) struct LegacyPartition {
    pub name: Str,
    pub dns_suffix: Str,
    pub regions: Vec<Str>,
    pub defaults: EndpointEntry,
    pattern: RegionPattern,
    services: Ranges,
}

/// The entries of one service in one partition. The entry of an endpoint is parsed when it is requested.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceEntries<'a> {
    #[serde(default)]
    pub defaults: EndpointEntry,
    /// Whether an endpoint without an entry is derived from the defaults.
    #[serde(default = "yes")]
    pub is_regionalized: bool,
    /// The endpoint of a service that has a single one for the partition.
    #[serde(default)]
    pub partition_endpoint: Option<Str>,
    /// By region or pseudo-region, in the order of the file.
    #[serde(borrow, default)]
    endpoints: Object<'a, &'a RawValue>,
}

fn yes() -> bool {
    true
}

/// The properties of an endpoint. Missing ones come from the defaults.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct EndpointEntry {
    pub hostname: Option<Str>,
    pub dns_suffix: Option<Str>,
    pub protocols: Option<Vec<Str>>,
    pub signature_versions: Option<Vec<Str>>,
    pub credential_scope: Option<CredentialScope>,
    pub ssl_common_name: Option<Str>,
    pub deprecated: Option<bool>,
    pub variants: Vec<Variant>,
}

/// The signing region and service, if they differ from the client's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CredentialScope {
    pub region: Option<Str>,
    pub service: Option<Str>,
}

/// The properties that differ for FIPS, dual-stack, or both.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Variant {
    pub tags: Vec<Str>,
    pub hostname: Option<Str>,
    pub dns_suffix: Option<Str>,
}

#[derive(Deserialize)]
struct RawEndpoints<'a> {
    #[serde(borrow)]
    partitions: Vec<RawPartition<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPartition<'a> {
    partition: Str,
    dns_suffix: Str,
    region_regex: RegionPattern,
    #[serde(borrow, default)]
    regions: Object<'a, IgnoredAny>,
    #[serde(default)]
    defaults: EndpointEntry,
    #[serde(borrow, default)]
    services: Object<'a, &'a RawValue>,
}

impl LegacyEndpoints {
    /// Parses the partitions and indexes their services. `builtin` means that the file is embedded in the crate.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if the file is invalid or has no partition.
    pub fn parse(text: impl Into<String>, builtin: bool) -> Result<LegacyEndpoints> {
        let text = text.into();
        let raw: RawEndpoints<'_> =
            serde_json::from_str(&text).map_err(|e| Error::new(ErrorKind::InvalidDefinition, e.to_string()).with_source(e))?;
        let partitions: Vec<_> = raw.partitions.into_iter().map(|raw| LegacyPartition::new(&text, raw)).collect();
        if partitions.is_empty() {
            return Err(Error::new(ErrorKind::InvalidDefinition, "partitions is empty"));
        }
        Ok(LegacyEndpoints { text, partitions, builtin })
    }

    /// Returns whether the file is embedded in the crate. URLs in a file supplied by the user take precedence over the endpoint
    /// rules.
    pub fn is_builtin(&self) -> bool {
        self.builtin
    }

    /// Returns the partitions in the order of the file. There is at least one.
    pub(crate) fn partitions(&self) -> &[LegacyPartition] {
        &self.partitions
    }

    /// Returns the entries of the service with this endpoint prefix, if there are any.
    pub(crate) fn service(&self, partition: &LegacyPartition, endpoint_prefix: &str) -> Result<Option<ServiceEntries<'_>>> {
        let Some(range) = partition.services.get(endpoint_prefix) else { return Ok(None) };
        let broken = |e| invalid(&format!("partition {}, services.{endpoint_prefix}", partition.name), e);
        serde_json::from_str(&self.text[range.clone()]).map(Some).map_err(broken)
    }
}

impl Definition for LegacyEndpoints {
    const KIND: &'static str = "endpoints";

    fn parse(source: Source) -> Result<LegacyEndpoints> {
        LegacyEndpoints::parse(source.text, source.builtin)
    }
}

impl LegacyPartition {
    fn new(text: &str, raw: RawPartition<'_>) -> LegacyPartition {
        LegacyPartition {
            name: raw.partition,
            dns_suffix: raw.dns_suffix,
            regions: raw.regions.0.into_iter().map(|(name, _)| name.into()).collect(),
            defaults: raw.defaults,
            pattern: raw.region_regex,
            services: raw.services.0.into_iter().map(|(name, raw)| (name.into(), range_in(text, raw))).collect(),
        }
    }

    /// Returns whether the partition lists `region` or its pattern matches it.
    pub fn has_region(&self, region: &str) -> Result<bool> {
        Ok(self.regions.iter().any(|known| known == region) || self.pattern.is_match(region)?)
    }
}

impl ServiceEntries<'_> {
    /// Returns the names of the regions and pseudo-regions in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.endpoints.0.iter().map(|(name, _)| &**name)
    }

    /// Returns the entry of a region or pseudo-region.
    pub fn endpoint(&self, name: &str) -> Result<Option<EndpointEntry>> {
        let Some((_, raw)) = self.endpoints.0.iter().find(|(known, _)| known == name) else { return Ok(None) };
        serde_json::from_str(raw.get()).map(Some).map_err(|e| invalid(&format!("the endpoint {name}"), e))
    }
}

fn invalid(place: &str, error: serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidDefinition, format!("{place}: {error}")).with_source(error)
}

impl EndpointEntry {
    /// Returns the variant with exactly these tags.
    pub fn variant(&self, tags: &[&str]) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.tags.len() == tags.len() && variant.tags.iter().all(|tag| tags.contains(&tag.as_str())))
    }
}
