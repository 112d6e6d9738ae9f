//! `endpoints.json`, the older endpoint data: regions, partitions, and one entry per service and region.
//!
//! It is large and a client needs one service of it, so only the partitions are read at once; a service's
//! entries are read when they are asked for. What resolves an endpoint from it is `endpoint::legacy`.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::index::{Places, place_in};
use super::json::Object;
use super::region_pattern::RegionPattern;
use super::source::{Definition, Source};
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
    services: Places,
}

/// The entries of one service in one partition; an endpoint's is read when it is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceEntries<'a> {
    #[serde(default)]
    pub defaults: EndpointEntry,
    /// Whether an endpoint that has no entry is made from the defaults.
    #[serde(default = "yes")]
    pub is_regionalized: bool,
    /// The endpoint of a service that has one for the whole partition.
    #[serde(default)]
    pub partition_endpoint: Option<Str>,
    /// By region or pseudo-region, in the file's order.
    #[serde(borrow, default)]
    endpoints: Object<'a, &'a RawValue>,
}

fn yes() -> bool {
    true
}

/// What is known of one endpoint; what is missing comes from the defaults.
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

/// Who the signature is for, where it differs from the service and the region.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CredentialScope {
    pub region: Option<Str>,
    pub service: Option<Str>,
}

/// What is different when FIPS, dual-stack or both are asked for.
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
    /// Reads the partitions and notes where the services are. `builtin`: the file is the crate's own.
    ///
    /// # Errors
    /// `InvalidDefinition` if this is no such file, or has no partition.
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

    /// Whether the file is the crate's own. If a user supplied it, its URLs win over those of the endpoint rules.
    pub fn is_builtin(&self) -> bool {
        self.builtin
    }

    /// The partitions, in the file's order; there is at least one.
    pub(crate) fn partitions(&self) -> &[LegacyPartition] {
        &self.partitions
    }

    /// The entries of the service with that endpoint prefix, if the partition has any.
    pub(crate) fn service(&self, partition: &LegacyPartition, endpoint_prefix: &str) -> Result<Option<ServiceEntries<'_>>> {
        let Some(place) = partition.services.get(endpoint_prefix) else { return Ok(None) };
        let broken = |e| invalid(&format!("partition {}, services.{endpoint_prefix}", partition.name), e);
        serde_json::from_str(&self.text[place.clone()]).map(Some).map_err(broken)
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
            services: raw.services.0.into_iter().map(|(name, raw)| (name.into(), place_in(text, raw))).collect(),
        }
    }

    /// Whether `region` is listed here or looks like the regions here.
    pub fn has_region(&self, region: &str) -> Result<bool> {
        Ok(self.regions.iter().any(|known| known == region) || self.pattern.is_match(region)?)
    }
}

impl ServiceEntries<'_> {
    /// The names of the regions and pseudo-regions, in the file's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.endpoints.0.iter().map(|(name, _)| &**name)
    }

    /// The entry of that region or pseudo-region.
    pub fn endpoint(&self, name: &str) -> Result<Option<EndpointEntry>> {
        let Some((_, raw)) = self.endpoints.0.iter().find(|(known, _)| known == name) else { return Ok(None) };
        serde_json::from_str(raw.get()).map(Some).map_err(|e| invalid(&format!("the endpoint {name}"), e))
    }
}

fn invalid(place: &str, error: serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidDefinition, format!("{place}: {error}")).with_source(error)
}

impl EndpointEntry {
    /// The variant that has exactly these tags.
    pub fn variant(&self, tags: &[&str]) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.tags.len() == tags.len() && variant.tags.iter().all(|tag| tags.contains(&tag.as_str())))
    }
}
