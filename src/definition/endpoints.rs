//! `endpoints.json`, the older endpoint data: partitions, regions, and one entry per service and region.
//!
//! The file is large, and a client needs one service of it. Therefore an import also writes it in parts: the partitions, and for
//! each service a file with its entries. Where those parts are missing, as in botocore's folders, the whole file is scanned. In
//! both cases entries are parsed when they are requested. `endpoint::legacy` resolves endpoints with this data.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::json::Object;
use super::lazy::{Ranges, range_in};
use super::loader::{Definition, Source};
use super::partitions::RegionPattern;
use crate::error::{Error, ErrorKind, Result};
use crate::value::Str;

/// The older endpoint data: of all services, or of one.
#[derive(Clone, Debug)]
pub struct LegacyEndpoints {
    partitions: Arc<EndpointPartitions>,
    services: Arc<ServiceEndpoints>,
    builtin: bool,
}

/// The partitions in the older endpoint data, in the order of the file. There is at least one.
#[derive(Debug)]
pub(crate) struct EndpointPartitions(Vec<LegacyPartition>);

/// A partition in the older endpoint data.
#[derive(Debug)]
pub(crate) struct LegacyPartition {
    pub name: Str,
    pub dns_suffix: Str,
    pub regions: Vec<Str>,
    pub defaults: EndpointEntry,
    pattern: RegionPattern,
}

/// The entries of services by partition and endpoint prefix.
#[derive(Debug)]
pub(crate) struct ServiceEndpoints {
    text: String,
    partitions: Vec<(Str, Ranges)>,
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

/// The file, or one of its parts: in one the partitions have no services, in the others they have nothing else.
#[derive(Deserialize)]
struct RawEndpoints<'a> {
    #[serde(borrow)]
    partitions: Vec<RawPartition<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPartition<'a> {
    partition: Str,
    #[serde(default)]
    dns_suffix: Option<Str>,
    #[serde(default)]
    region_regex: Option<RegionPattern>,
    #[serde(borrow, default)]
    regions: Object<'a, IgnoredAny>,
    #[serde(default)]
    defaults: EndpointEntry,
    #[serde(borrow, default)]
    services: Object<'a, &'a RawValue>,
}

impl<'a> RawEndpoints<'a> {
    fn parse(text: &'a str) -> Result<Vec<RawPartition<'a>>> {
        let raw: RawEndpoints<'_> =
            serde_json::from_str(text).map_err(|e| Error::new(ErrorKind::InvalidDefinition, e.to_string()).with_source(e))?;
        match raw.partitions.is_empty() {
            true => Err(Error::new(ErrorKind::InvalidDefinition, "partitions is empty")),
            false => Ok(raw.partitions),
        }
    }
}

impl LegacyEndpoints {
    /// Parses the partitions and indexes their services. `builtin` means that the file is embedded in the crate.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if the file is invalid or has no partition.
    pub fn parse(text: impl Into<String>, builtin: bool) -> Result<LegacyEndpoints> {
        let text = text.into();
        let mut raw = RawEndpoints::parse(&text)?;
        let services = ServiceEndpoints::ranges(&text, &mut raw);
        let partitions = Arc::new(EndpointPartitions::new(raw)?);
        Ok(LegacyEndpoints { partitions, services: Arc::new(ServiceEndpoints { text, partitions: services }), builtin })
    }

    /// Joins the partitions and the entries of a service.
    pub(super) fn of_service(partitions: Arc<EndpointPartitions>, services: Arc<ServiceEndpoints>, builtin: bool) -> LegacyEndpoints {
        LegacyEndpoints { partitions, services, builtin }
    }

    /// Returns whether the file is embedded in the crate. URLs in a file supplied by the user take precedence over the endpoint
    /// rules.
    pub fn is_builtin(&self) -> bool {
        self.builtin
    }

    /// Returns the partitions in the order of the file. There is at least one.
    pub(crate) fn partitions(&self) -> &[LegacyPartition] {
        &self.partitions.0
    }

    /// Returns the entries of the service with this endpoint prefix, if there are any.
    pub(crate) fn service(&self, partition: &LegacyPartition, endpoint_prefix: &str) -> Result<Option<ServiceEntries<'_>>> {
        let ServiceEndpoints { text, partitions } = &*self.services;
        let found = partitions.iter().find(|(name, _)| *name == partition.name);
        let Some(range) = found.and_then(|(_, services)| services.get(endpoint_prefix)) else { return Ok(None) };
        let broken = |e| invalid(&format!("partition {}, services.{endpoint_prefix}", partition.name), e);
        serde_json::from_str(&text[range.clone()]).map(Some).map_err(broken)
    }
}

impl Definition for LegacyEndpoints {
    const KIND: &'static str = "endpoints";

    fn parse(source: Source) -> Result<LegacyEndpoints> {
        LegacyEndpoints::parse(source.text, source.builtin)
    }
}

impl EndpointPartitions {
    fn new(raw: Vec<RawPartition<'_>>) -> Result<EndpointPartitions> {
        raw.into_iter().map(LegacyPartition::new).collect::<Result<_>>().map(EndpointPartitions)
    }
}

impl Definition for EndpointPartitions {
    const KIND: &'static str = "endpoint-partitions";

    fn parse(source: Source) -> Result<EndpointPartitions> {
        EndpointPartitions::new(RawEndpoints::parse(&source.text)?)
    }
}

impl ServiceEndpoints {
    /// Returns the ranges of the entries in the text that they borrow from.
    fn ranges(text: &str, raw: &mut [RawPartition<'_>]) -> Vec<(Str, Ranges)> {
        raw.iter_mut()
            .map(|raw| {
                let services = std::mem::take(&mut raw.services).0;
                (raw.partition.clone(), services.into_iter().map(|(name, raw)| (name.into(), range_in(text, raw))).collect())
            })
            .collect()
    }
}

impl Definition for ServiceEndpoints {
    const KIND: &'static str = "endpoints-1";

    fn parse(source: Source) -> Result<ServiceEndpoints> {
        let partitions = ServiceEndpoints::ranges(&source.text, &mut RawEndpoints::parse(&source.text)?);
        Ok(ServiceEndpoints { text: source.text, partitions })
    }
}

impl LegacyPartition {
    fn new(raw: RawPartition<'_>) -> Result<LegacyPartition> {
        let required = |key| Error::new(ErrorKind::InvalidDefinition, format!("partition {}: {key} is missing", raw.partition));
        Ok(LegacyPartition {
            dns_suffix: raw.dns_suffix.ok_or_else(|| required("dnsSuffix"))?,
            pattern: raw.region_regex.ok_or_else(|| required("regionRegex"))?,
            name: raw.partition,
            regions: raw.regions.0.into_iter().map(|(name, _)| name.into()).collect(),
            defaults: raw.defaults,
        })
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
