//! The `metadata` of a service: its names, protocols, and authentication schemes.

use std::str::FromStr;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error::{Error, ErrorKind, Result};
use crate::value::Str;

/// The `metadata` of a service. Members that a definition may lack are options; the accessors with the same names in
/// [`Service`](super::Service) return an error instead.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Metadata {
    /// The version of the API, such as `2006-03-01`.
    pub api_version: Option<Str>,
    /// The name of the service in host names and in `endpoints.json`.
    pub endpoint_prefix: Option<Str>,
    /// The service ID, such as `Elastic Load Balancing v2`.
    pub service_id: Option<Str>,
    /// The protocol in older definitions.
    pub protocol: Option<Str>,
    /// The protocols that the service supports.
    pub protocols: Vec<Str>,
    /// The signature version in older definitions.
    pub signature_version: Option<Str>,
    /// The authentication schemes in order of preference.
    pub auth: Vec<Str>,
    /// The name of the service in signatures, if it is not the endpoint prefix.
    pub signing_name: Option<Str>,
    /// The version in the content type of the json protocol.
    pub json_version: Option<Str>,
    /// The prefix of the operation name in the json and cbor protocols.
    pub target_prefix: Option<Str>,
    /// Whether the service used the query protocol before and still returns its error codes.
    #[serde(deserialize_with = "presence")]
    pub aws_query_compatible: bool,
    /// The short name; boto3 names its client classes after it.
    pub service_abbreviation: Option<Str>,
    /// The full name.
    pub service_full_name: Option<Str>,
    /// The XML namespace of the service.
    pub xml_namespace: Option<Str>,
}

/// Only the presence of the key matters.
fn presence<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// The supported protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum ProtocolName {
    Json,
    RestJson,
    RestXml,
    Cbor,
    Query,
    Ec2,
}

impl ProtocolName {
    /// All supported protocols. If a service supports several, the first one in this list is used (as in botocore 1.44.5).
    pub const ALL: [ProtocolName; 6] =
        [ProtocolName::Json, ProtocolName::RestJson, ProtocolName::RestXml, ProtocolName::Cbor, ProtocolName::Query, ProtocolName::Ec2];

    /// Returns the name in the definitions.
    pub fn as_str(self) -> &'static str {
        match self {
            ProtocolName::Json => "json",
            ProtocolName::RestJson => "rest-json",
            ProtocolName::RestXml => "rest-xml",
            ProtocolName::Cbor => "smithy-rpc-v2-cbor",
            ProtocolName::Query => "query",
            ProtocolName::Ec2 => "ec2",
        }
    }
}

impl FromStr for ProtocolName {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::InvalidConfig`] if there is no such protocol; the message lists all.
    fn from_str(name: &str) -> Result<ProtocolName> {
        ProtocolName::ALL.into_iter().find(|protocol| protocol.as_str() == name).ok_or_else(|| {
            let known = ProtocolName::ALL.map(ProtocolName::as_str).join(", ");
            Error::new(ErrorKind::InvalidConfig, format!("\"{name}\" is not a protocol. The protocols are {known}."))
        })
    }
}

impl Metadata {
    /// Returns whether the service supports a protocol.
    pub(super) fn supports(&self, protocol: ProtocolName) -> bool {
        let listed: &[Str] = if self.protocols.is_empty() { self.protocol.as_slice() } else { &self.protocols };
        listed.iter().any(|listed| listed == protocol.as_str())
    }

    /// Returns the protocol to use: the first of [`ProtocolName::ALL`] in `protocols`, or otherwise `protocol`.
    pub(super) fn choose_protocol(&self, service: &str) -> Result<ProtocolName> {
        ProtocolName::ALL.into_iter().find(|protocol| self.supports(*protocol)).ok_or_else(|| {
            let listed: &[Str] = if self.protocols.is_empty() { self.protocol.as_slice() } else { &self.protocols };
            let known: Vec<_> = ProtocolName::ALL.iter().map(|p| p.as_str()).collect();
            Error::new(
                ErrorKind::InvalidDefinition,
                format!(
                    "{service}: metadata.protocols: none of [{}] is supported; tucuxi supports {}",
                    listed.iter().map(Str::as_str).collect::<Vec<_>>().join(", "),
                    known.join(", ")
                ),
            )
            .with_name("UnsupportedServiceProtocolsError")
        })
    }
}
