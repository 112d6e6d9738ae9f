//! The `metadata` of a service: who it is and how it speaks.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error::{Error, ErrorKind, Result};
use crate::value::Str;

/// The `metadata` of a service. Members that a definition may lack are options; the accessors
/// of the same names in [`Service`](super::Service) give an error instead.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Metadata {
    /// The version of the API, `2006-03-01`.
    pub api_version: Option<Str>,
    /// The service's name in host names and in the older data.
    pub endpoint_prefix: Option<Str>,
    /// The service's identity, `Elastic Load Balancing v2`.
    pub service_id: Option<Str>,
    /// The one protocol of older definitions.
    pub protocol: Option<Str>,
    /// The protocols that the service speaks.
    pub protocols: Vec<Str>,
    /// The signature version of older definitions.
    pub signature_version: Option<Str>,
    /// The authentication schemes, the service's preferred one first.
    pub auth: Vec<Str>,
    /// The name that signatures carry, where it is not the endpoint prefix.
    pub signing_name: Option<Str>,
    /// The version in the content type of the json protocol.
    pub json_version: Option<Str>,
    /// What stands before the operation in the json and cbor protocols.
    pub target_prefix: Option<Str>,
    /// Set when the service spoke the query protocol before and still answers with its error codes.
    #[serde(deserialize_with = "presence")]
    pub aws_query_compatible: bool,
    /// The name for people.
    pub service_full_name: Option<Str>,
    /// The XML namespace of the service.
    pub xml_namespace: Option<Str>,
}

/// The key being there is what counts.
fn presence<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// The protocols that can be spoken here.
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
    /// All of them; where a service speaks several, the first here is chosen, as botocore 1.44.5 does.
    pub const ALL: [ProtocolName; 6] =
        [ProtocolName::Json, ProtocolName::RestJson, ProtocolName::RestXml, ProtocolName::Cbor, ProtocolName::Query, ProtocolName::Ec2];

    /// The name in the definitions.
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

impl Metadata {
    /// The protocol to speak: the first of [`ProtocolName::ALL`] that `protocols` lists, else `protocol`.
    pub(super) fn choose_protocol(&self, service: &str) -> Result<ProtocolName> {
        let listed: Vec<&str> = match self.protocols.as_slice() {
            [] => self.protocol.iter().map(|p| p.as_str()).collect(),
            protocols => protocols.iter().map(|p| p.as_str()).collect(),
        };
        ProtocolName::ALL.into_iter().find(|p| listed.contains(&p.as_str())).ok_or_else(|| {
            let known: Vec<_> = ProtocolName::ALL.iter().map(|p| p.as_str()).collect();
            Error::new(
                ErrorKind::InvalidDefinition,
                format!("{service}: metadata.protocols: none of [{}] is known; supported are {}", listed.join(", "), known.join(", ")),
            )
            .with_name("UnsupportedServiceProtocolsError")
        })
    }
}
