//! Divides `endpoints.json` into the parts that a client reads: its partitions, and the entries of each service.
//!
//! The parts have the structure of the file: in one the partitions have no services, in the others they have nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The properties of an object. Their order has no meaning here.
type Properties<'a> = BTreeMap<&'a str, &'a RawValue>;

/// `endpoints.json`.
#[derive(Deserialize)]
pub(crate) struct Endpoints<'a> {
    #[serde(borrow)]
    partitions: Vec<Properties<'a>>,
}

/// A part of the file.
#[derive(Serialize)]
struct Part<T> {
    partitions: Vec<T>,
}

/// The entries of one service in one partition.
#[derive(Serialize)]
struct OneService<'a> {
    partition: Option<&'a RawValue>,
    services: Properties<'a>,
}

impl<'a> Endpoints<'a> {
    /// Reads the file.
    ///
    /// # Errors
    /// If the text is not JSON, or a partition is not an object.
    pub(crate) fn parse(text: &'a str) -> serde_json::Result<Endpoints<'a>> {
        serde_json::from_str(text)
    }

    /// Returns the partitions without their services.
    ///
    /// # Errors
    /// If serde_json cannot write JSON that it has read.
    pub(crate) fn partitions(&self) -> serde_json::Result<Vec<u8>> {
        let partitions = self.partitions.iter().map(|partition| {
            let mut properties = partition.clone();
            properties.remove("services");
            properties
        });
        serde_json::to_vec(&Part { partitions: partitions.collect() })
    }

    /// Returns the partitions with the entries of the service of this prefix only.
    ///
    /// # Errors
    /// If the services of a partition are not an object.
    pub(crate) fn of_service(&self, endpoint_prefix: &str) -> serde_json::Result<Vec<u8>> {
        let partitions = self.partitions.iter().map(|partition| {
            let mut services: Properties<'_> = match partition.get("services") {
                Some(services) => serde_json::from_str(services.get())?,
                None => Properties::new(),
            };
            services.retain(|name, _| *name == endpoint_prefix);
            Ok(OneService { partition: partition.get("partition").copied(), services })
        });
        serde_json::to_vec(&Part { partitions: partitions.collect::<serde_json::Result<_>>()? })
    }
}

/// Returns the endpoint prefix in the definition of a service.
///
/// # Errors
/// If the text is not a definition.
pub(crate) fn endpoint_prefix(service: &str) -> serde_json::Result<String> {
    #[derive(Deserialize)]
    struct Definition {
        #[serde(default)]
        metadata: Metadata,
    }
    #[derive(Default, Deserialize)]
    struct Metadata {
        #[serde(default, rename = "endpointPrefix")]
        endpoint_prefix: String,
    }
    serde_json::from_str::<Definition>(service).map(|definition| definition.metadata.endpoint_prefix)
}
