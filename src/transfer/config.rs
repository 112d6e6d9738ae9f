//! The settings of transfers.

use std::sync::Arc;

use super::engine::{Engine, Width};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::value::{Map, Value};

/// The settings of transfers, with boto3's names and defaults.
///
/// ```
/// use tucuxi::TransferConfig;
///
/// let config = TransferConfig::new().multipart_chunksize(16 << 20).max_concurrency(4);
/// # let _ = config;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct TransferConfig {
    pub(super) multipart_threshold: u64,
    pub(super) multipart_chunksize: u64,
    pub(super) max_concurrency: usize,
    /// How many requests for small objects may be in flight.
    pub(super) max_small_requests: usize,
    pub(super) num_download_attempts: u32,
    pub(super) max_bandwidth: Option<u64>,
    pub(super) max_memory: u64,
}

impl Default for TransferConfig {
    fn default() -> TransferConfig {
        TransferConfig {
            multipart_threshold: 8 << 20,
            multipart_chunksize: 8 << 20,
            max_concurrency: 10,
            max_small_requests: 40,
            num_download_attempts: 5,
            max_bandwidth: None,
            max_memory: 128 << 20,
        }
    }
}

impl TransferConfig {
    /// Returns the default settings.
    pub fn new() -> TransferConfig {
        TransferConfig::default()
    }

    /// Returns the settings of a map, by boto3's names: `multipart_threshold`, `multipart_chunksize`, `max_concurrency`,
    /// `num_download_attempts`, `max_bandwidth`, and `use_threads`; and `max_memory`. `io_chunksize`, `max_io_queue`, and
    /// `preferred_transfer_client` are accepted and have no effect. Null is an empty map.
    ///
    /// # Errors
    /// `InvalidConfig` for an unknown name and a value that is not a whole number above zero.
    pub fn from_value(options: &Value) -> Result<TransferConfig> {
        let mut config = TransferConfig::default();
        for (name, value) in options.as_map().into_iter().flat_map(Map::iter).filter(|(_, value)| !value.is_null()) {
            config = match name.as_str() {
                "multipart_threshold" => config.multipart_threshold(positive(name, value)?),
                "multipart_chunksize" => config.multipart_chunksize(positive(name, value)?),
                "max_concurrency" => config.max_concurrency(usize::try_from(positive(name, value)?).unwrap_or(usize::MAX)),
                "num_download_attempts" => config.num_download_attempts(u32::try_from(positive(name, value)?).unwrap_or(u32::MAX)),
                "use_threads" | "io_chunksize" | "max_io_queue" | "preferred_transfer_client" => config,
                "max_bandwidth" => config.max_bandwidth(positive(name, value)?),
                "max_memory" => config.max_memory(positive(name, value)?),
                _ => {
                    let near = did_you_mean(name, OPTIONS.iter().copied());
                    return Err(Error::new(ErrorKind::InvalidConfig, format!("There is no transfer option {name:?}.{near}")));
                }
            };
        }
        Ok(if options["use_threads"].as_bool() == Some(false) { config.max_concurrency(1) } else { config })
    }

    /// Sets the size in bytes from which on an object is transferred in parts: 8 MiB by default.
    pub fn multipart_threshold(mut self, bytes: u64) -> Self {
        self.multipart_threshold = bytes.max(1);
        self
    }

    /// Sets the size of a part in bytes: 8 MiB by default. Uploads adjust it to S3's limits of 5 MiB to 5 GiB and 10,000
    /// parts.
    pub fn multipart_chunksize(mut self, bytes: u64) -> Self {
        self.multipart_chunksize = bytes.max(1);
        self
    }

    /// Sets how many objects and parts are transferred at the same time: 10 by default, at most 1,000. All clones of a
    /// transfer share this number. With 1, everything happens on the calling thread, in order.
    ///
    /// Unless this is set, up to 40 objects that are smaller than the threshold are transferred at the same time if the
    /// server takes long to respond: waiting for a response costs a connection, not bandwidth.
    pub fn max_concurrency(mut self, parts: usize) -> Self {
        self.max_concurrency = parts.clamp(1, 1000);
        self.max_small_requests = self.max_concurrency;
        self
    }

    /// Sets how often a download continues after a broken response, including the first attempt: 5 by default.
    pub fn num_download_attempts(mut self, attempts: u32) -> Self {
        self.num_download_attempts = attempts.max(1);
        self
    }

    /// Sets how many bytes per second all clones of a transfer may send and receive together: unlimited by default. Data that
    /// is sent again after a failed attempt does not count.
    pub fn max_bandwidth(mut self, bytes_per_second: u64) -> Self {
        self.max_bandwidth = Some(bytes_per_second.max(1));
        self
    }

    /// Sets how many bytes of parts all clones of a transfer may hold in memory: 128 MiB by default. Only uploads from readers
    /// and downloads to writers hold parts; files are read and written in place. A part that is larger is held alone.
    pub fn max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = bytes.max(1);
        self
    }

    pub(super) fn engine(&self) -> Arc<Engine> {
        Engine::new(Width { parts: self.max_concurrency, small: self.max_small_requests }, self.max_memory, self.max_bandwidth)
    }
}

const OPTIONS: &[&str] = &[
    "multipart_threshold",
    "multipart_chunksize",
    "max_concurrency",
    "num_download_attempts",
    "max_bandwidth",
    "max_memory",
    "use_threads",
];

fn positive(name: &str, value: &Value) -> Result<u64> {
    let number = value.as_int().and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0);
    number
        .ok_or_else(|| Error::new(ErrorKind::InvalidConfig, format!("Provided parameter {name} of value {value} must be greater than 0.")))
}
