//! Endpoints from the older data, `endpoints.json`, resolved once when a client is created.
//!
//! The endpoint rules determine the URL of each call. This data determines the client's region, partition, and signing
//! scope, and whether a region is required. For a service without rules it also provides the URL.

use crate::definition::LegacyEndpoints;
use crate::definition::endpoints::{CredentialScope, EndpointEntry, LegacyPartition, ServiceEntries, Variant};
use crate::error::{Error, ErrorKind, Result};
use crate::value::Str;

/// A query for an endpoint. Service-specific hooks may change it before it is resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegacyQuery<'a> {
    /// The service's name in this data.
    pub endpoint_prefix: &'a str,
    /// The requested region, or a pseudo-region such as `aws-global`.
    pub region: Option<&'a str>,
    /// Whether a FIPS endpoint is requested.
    pub fips: bool,
    /// Whether a dual-stack (IPv4 and IPv6) endpoint is requested.
    pub dual_stack: bool,
}

/// An endpoint from the older data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegacyEndpoint {
    /// The name of the entry: a region, or a pseudo-region such as `aws-global`.
    pub name: String,
    /// The partition.
    pub partition: String,
    /// The host.
    pub hostname: String,
    /// The DNS suffix of host names in this partition.
    pub dns_suffix: String,
    /// The supported schemes: `https`, `http`.
    pub protocols: Vec<Str>,
    /// The signature versions that the endpoint accepts.
    pub signature_versions: Vec<Str>,
    /// The signing region, if it differs from `name`.
    pub signing_region: Option<Str>,
    /// The signing name, if it differs from the definition's.
    pub signing_name: Option<Str>,
    /// Whether the endpoint is deprecated.
    pub deprecated: bool,
}

/// The partitions without any dual-stack endpoints.
const WITHOUT_DUAL_STACK: [&str; 2] = ["aws-iso", "aws-iso-b"];

impl LegacyEndpoint {
    /// Finds the endpoint. A region that no partition recognizes is assumed to belong to the first partition.
    ///
    /// # Errors
    /// - `NoRegion` if no region is given and the service has no partition-wide endpoint.
    /// - `EndpointResolution` (`EndpointVariantError`) if there is no such FIPS or dual-stack endpoint.
    pub fn resolve(data: &LegacyEndpoints, query: &LegacyQuery<'_>) -> Result<LegacyEndpoint> {
        for partition in data.partitions() {
            if query.dual_stack && WITHOUT_DUAL_STACK.contains(&partition.name.as_str()) {
                continue;
            }
            if let Some(endpoint) = in_partition(data, partition, query, false)? {
                return Ok(endpoint);
            }
        }
        in_partition(data, &data.partitions()[0], query, true)?.ok_or_else(no_region)
    }

    /// Returns the URL: https unless `use_ssl` is false or the endpoint supports only http.
    pub fn url(&self, use_ssl: bool) -> String {
        let scheme = if use_ssl && self.protocols.iter().any(|protocol| protocol == "https") { "https" } else { "http" };
        format!("{scheme}://{}", self.hostname)
    }
}

/// The URL, region, and signing scope of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientEndpoint {
    /// The URL of the client, boto3's `meta.endpoint_url`.
    pub url: String,
    /// The region of the client, boto3's `meta.region_name`; a pseudo-region for a service without regions.
    pub region: Option<String>,
    /// The signing region.
    pub signing_region: Option<String>,
    /// The signing name.
    pub signing_name: String,
    /// The endpoint from the older data. Its partition and signature versions apply even if the URL is configured.
    pub legacy: LegacyEndpoint,
}

impl ClientEndpoint {
    /// Combines an endpoint with a configured URL. `region` is the requested region, `signing_name` the definition's.
    pub fn new(
        legacy: LegacyEndpoint,
        region: Option<&str>,
        endpoint_url: Option<&str>,
        use_ssl: bool,
        signing_name: &str,
    ) -> ClientEndpoint {
        let signing_name = legacy.signing_name.as_deref().unwrap_or(signing_name).to_owned();
        let (url, region, signing_region) = match endpoint_url {
            Some(url) => (url.to_owned(), region.map(str::to_owned), region.map(str::to_owned)),
            None => {
                let signing_region = legacy.signing_region.as_deref().unwrap_or(&legacy.name).to_owned();
                (legacy.url(use_ssl), Some(legacy.name.clone()), Some(signing_region))
            }
        };
        ClientEndpoint { url, region, signing_region, signing_name, legacy }
    }
}

/// Returns the names of the partitions, in the order of the data.
pub fn available_partitions(data: &LegacyEndpoints) -> Vec<Str> {
    data.partitions().iter().map(|partition| partition.name.clone()).collect()
}

/// Returns the regions in which a service has an endpoint, in the order of the data; with `non_regional`, pseudo-regions
/// too. Empty for an unknown service or partition.
///
/// # Errors
/// If the entries of the service are broken.
pub fn available_regions(data: &LegacyEndpoints, endpoint_prefix: &str, partition: &str, non_regional: bool) -> Result<Vec<Str>> {
    let Some(partition) = data.partitions().iter().find(|known| known.name == partition) else { return Ok(Vec::new()) };
    let Some(service) = data.service(partition, endpoint_prefix)? else { return Ok(Vec::new()) };
    let listed = |name: &&str| non_regional || partition.regions.iter().any(|region| region == *name);
    Ok(service.names().filter(listed).map(Str::from).collect())
}

/// Returns the name of the partition that a region belongs to.
///
/// # Errors
/// `InvalidRegion` (`UnknownRegionError`) if it does not belong to any partition.
pub fn partition_for_region<'a>(data: &'a LegacyEndpoints, region: &str) -> Result<&'a str> {
    for partition in data.partitions() {
        if partition.has_region(region)? {
            return Ok(&partition.name);
        }
    }
    let message = format!("Unknown region: '{region}'. No partition found for provided region_name.");
    Err(Error::new(ErrorKind::InvalidRegion, message).with_name("UnknownRegionError"))
}

/// Returns the endpoint in one partition if the region belongs to it, or in any case with `force`.
fn in_partition(
    data: &LegacyEndpoints,
    partition: &LegacyPartition,
    query: &LegacyQuery<'_>,
    force: bool,
) -> Result<Option<LegacyEndpoint>> {
    let service = data.service(partition, query.endpoint_prefix)?;
    let whole = service.as_ref().and_then(|service| service.partition_endpoint.as_deref());
    let resolve = |name: &str| resolve_entry(partition, service.as_ref(), query, name).map(Some);
    let Some(region) = query.region else {
        return resolve(whole.ok_or_else(no_region)?);
    };
    if service.as_ref().is_some_and(|service| service.names().any(|name| name == region)) {
        return resolve(region);
    }
    if !force && !partition.has_region(region)? {
        return Ok(None);
    }
    let regionalized = service.as_ref().is_none_or(|service| service.is_regionalized);
    resolve(whole.filter(|_| !regionalized).unwrap_or(region))
}

fn no_region() -> Error {
    Error::new(ErrorKind::NoRegion, "You must specify a region.")
}

/// Resolves the entry `name`; missing values come from the service's defaults, then from the partition's.
fn resolve_entry(
    partition: &LegacyPartition,
    service: Option<&ServiceEntries<'_>>,
    query: &LegacyQuery<'_>,
    name: &str,
) -> Result<LegacyEndpoint> {
    let entry = service.map(|service| service.endpoint(name)).transpose()?.flatten();
    let layers: Vec<&EndpointEntry> =
        entry.as_ref().into_iter().chain(service.map(|service| &service.defaults)).chain([&partition.defaults]).collect();
    let variant = variant(&layers, query)?;
    let first = |of: fn(&EndpointEntry) -> &Option<Str>| layers.iter().find_map(|layer| of(layer).clone());
    let dns_suffix = variant.dns_suffix.unwrap_or_else(|| partition.dns_suffix.clone());
    let hostname = variant.hostname.or_else(|| first(|layer| &layer.hostname)).unwrap_or_default();
    let scope: CredentialScope = layers.iter().find_map(|layer| layer.credential_scope.clone()).unwrap_or_default();
    let list = |of: fn(&EndpointEntry) -> &Option<Vec<Str>>| layers.iter().find_map(|layer| of(layer).clone()).unwrap_or_default();
    Ok(LegacyEndpoint {
        name: name.to_owned(),
        partition: partition.name.to_string(),
        hostname: hostname.replace("{service}", query.endpoint_prefix).replace("{region}", name).replace("{dnsSuffix}", &dns_suffix),
        dns_suffix: dns_suffix.to_string(),
        protocols: list(|layer| &layer.protocols),
        signature_versions: list(|layer| &layer.signature_versions),
        signing_region: scope.region,
        signing_name: scope.service,
        deprecated: layers.iter().find_map(|layer| layer.deprecated).unwrap_or_default(),
    })
}

/// Merges the requested variant of the endpoint, the service, and the partition; earlier layers take precedence.
fn variant(layers: &[&EndpointEntry], query: &LegacyQuery<'_>) -> Result<Variant> {
    let wanted = [("dualstack", query.dual_stack), ("fips", query.fips)];
    let tags: Vec<&str> = wanted.into_iter().filter_map(|(tag, wanted)| wanted.then_some(tag)).collect();
    if tags.is_empty() {
        return Ok(Variant::default());
    }
    let variants: Vec<&Variant> = layers.iter().filter_map(|layer| layer.variant(&tags)).collect();
    if variants.is_empty() {
        let message = format!("Unable to construct a modeled endpoint with the following variant(s) ['{}']: ", tags.join("', '"));
        return Err(Error::new(ErrorKind::EndpointResolution, message).with_name("EndpointVariantError"));
    }
    Ok(Variant {
        tags: Vec::new(),
        hostname: variants.iter().find_map(|variant| variant.hostname.clone()),
        dns_suffix: variants.iter().find_map(|variant| variant.dns_suffix.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Definitions;

    const DATA: &str = r#"{"version": 3, "partitions": [
      {"partition": "one", "dnsSuffix": "one.com", "regionRegex": "^us\\-\\w+\\-\\d+$", "regions": {"us-a-1": {}, "us-b-1": {}},
       "defaults": {"hostname": "{service}.{region}.{dnsSuffix}", "protocols": ["https"], "signatureVersions": ["v4"],
         "variants": [{"tags": ["fips"], "hostname": "{service}-fips.{region}.{dnsSuffix}", "dnsSuffix": "fips.one"}]},
       "services": {
         "whole": {"isRegionalized": false, "partitionEndpoint": "one-global", "endpoints": {"one-global":
           {"hostname": "whole.one.com", "credentialScope": {"region": "us-a-1"}}}},
         "plain": {"defaults": {"credentialScope": {"service": "signed"}}, "endpoints": {"us-b-1": {}, "us-a-1": {},
           "local": {"hostname": "localhost:8000", "protocols": ["http"], "credentialScope": {"region": "us-a-1"}}}}}},
      {"partition": "two", "dnsSuffix": "two.com", "regionRegex": "^cn\\-\\w+\\-\\d+$", "regions": {"cn-a-1": {}},
       "defaults": {"hostname": "{service}.{region}.{dnsSuffix}", "protocols": ["https"], "signatureVersions": ["v4"]}, "services": {}}]}"#;

    fn data() -> LegacyEndpoints {
        LegacyEndpoints::parse(DATA, true).unwrap()
    }

    fn resolve(endpoint_prefix: &str, region: Option<&str>, fips: bool) -> Result<LegacyEndpoint> {
        LegacyEndpoint::resolve(&data(), &LegacyQuery { endpoint_prefix, region, fips, dual_stack: false })
    }

    #[test]
    fn a_partition_wide_service_needs_no_region() {
        for region in [None, Some("us-b-1"), Some("bogus-region-9")] {
            let client = ClientEndpoint::new(resolve("whole", region, false).unwrap(), region, None, true, "whole");
            assert_eq!((client.url.as_str(), client.region.as_deref()), ("https://whole.one.com", Some("one-global")));
            assert_eq!(client.signing_region.as_deref(), Some("us-a-1"));
        }
        assert_eq!(resolve("plain", None, false).unwrap_err().kind(), ErrorKind::NoRegion);
    }

    #[test]
    fn a_region_belongs_to_the_partition_that_lists_or_matches_it() {
        let url = |region: &str| resolve("plain", Some(region), false).unwrap().url(true);
        assert_eq!(url("us-z-9"), "https://plain.us-z-9.one.com");
        assert_eq!(url("cn-a-1"), "https://plain.cn-a-1.two.com");
        assert_eq!(url("bogus-region-9"), "https://plain.bogus-region-9.one.com");
        assert_eq!(url("local"), "http://localhost:8000");
        assert_eq!(partition_for_region(&data(), "cn-b-7").unwrap(), "two");
        assert_eq!(partition_for_region(&data(), "one-global").unwrap_err().name(), "UnknownRegionError");
    }

    #[test]
    fn a_configured_url_keeps_the_requested_region() {
        let client = ClientEndpoint::new(resolve("whole", None, false).unwrap(), None, Some("http://x"), true, "whole");
        assert_eq!((client.url.as_str(), client.region, client.signing_region), ("http://x", None, None));
        let client = ClientEndpoint::new(resolve("plain", Some("us-a-1"), false).unwrap(), Some("us-a-1"), None, false, "plain");
        assert_eq!((client.url.as_str(), client.signing_name.as_str()), ("http://plain.us-a-1.one.com", "signed"));
    }

    #[test]
    fn a_variant_missing_from_the_endpoint_comes_from_the_partition() {
        assert_eq!(resolve("plain", Some("us-a-1"), true).unwrap().hostname, "plain-fips.us-a-1.fips.one");
        let error = resolve("plain", Some("cn-a-1"), true).unwrap_err();
        assert_eq!(error.name(), "EndpointVariantError");
        assert_eq!(error.message(), "Unable to construct a modeled endpoint with the following variant(s) ['fips']: ");
    }

    #[test]
    fn regions_are_listed_in_the_order_of_the_data() {
        let regions = |service: &str, partition: &str, all: bool| available_regions(&data(), service, partition, all).unwrap().join(" ");
        assert_eq!(regions("plain", "one", false), "us-b-1 us-a-1");
        assert_eq!(regions("plain", "one", true), "us-b-1 us-a-1 local");
        assert_eq!((regions("whole", "one", false), regions("plain", "nope", true), regions("nope", "one", true)), Default::default());
    }

    #[test]
    fn the_part_of_a_service_gives_the_same_endpoints_as_the_whole_file() {
        let definitions = Definitions::embedded();
        let whole = definitions.shared::<LegacyEndpoints>().unwrap();
        let regions =
            ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "us-isob-east-1", "aws-global", "fips-us-east-1", "nowhere"];
        for name in definitions.services().unwrap() {
            let service = definitions.service(&name, None).unwrap();
            let part = definitions.endpoints(&name, None).unwrap();
            for region in regions.into_iter().map(Some).chain([None]) {
                for (fips, dual_stack) in [(false, false), (true, false), (false, true)] {
                    let query = LegacyQuery { endpoint_prefix: service.endpoint_prefix().unwrap(), region, fips, dual_stack };
                    let [whole, part] = [&*whole, &part].map(|data| LegacyEndpoint::resolve(data, &query).map_err(|e| e.to_string()));
                    assert_eq!(part, whole, "{name} {query:?}");
                }
            }
        }
    }
}
