//! Managed transfers: files and streams to and from S3, and copies between buckets, in parallel parts.
//!
//! A [`Transfer`] holds the client and the settings. [`upload`] and [`download`] split an object into parts; [`parts`] runs
//! them on threads, bounds the memory, and stops all of them at the first failure. The requests are ordinary calls of the
//! client, so hooks, retries, checksums, and limits apply to them.

mod arguments;
mod copy;
mod download;
mod parts;
mod upload;

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::call::CallOptions;
use crate::client::{Client, OperationRequest, params_map};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::http::{Cancel, Limits};
use crate::value::{Map, Str, Value};

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
    multipart_threshold: u64,
    multipart_chunksize: u64,
    max_concurrency: usize,
    num_download_attempts: u32,
}

impl Default for TransferConfig {
    fn default() -> TransferConfig {
        TransferConfig { multipart_threshold: 8 << 20, multipart_chunksize: 8 << 20, max_concurrency: 10, num_download_attempts: 5 }
    }
}

impl TransferConfig {
    /// Returns the default settings.
    pub fn new() -> TransferConfig {
        TransferConfig::default()
    }

    /// Returns the settings of a map, by boto3's names: `multipart_threshold`, `multipart_chunksize`, `max_concurrency`,
    /// `num_download_attempts`, and `use_threads`. `io_chunksize`, `max_io_queue`, and `preferred_transfer_client` are accepted
    /// and have no effect. Null is an empty map.
    ///
    /// # Errors
    /// `InvalidConfig` for an unknown name, a value that is not a whole number above zero, and `max_bandwidth`, which is not
    /// supported.
    pub fn from_value(options: &Value) -> Result<TransferConfig> {
        let mut config = TransferConfig::default();
        for (name, value) in options.as_map().into_iter().flat_map(Map::iter).filter(|(_, value)| !value.is_null()) {
            config = match name.as_str() {
                "multipart_threshold" => config.multipart_threshold(positive(name, value)?),
                "multipart_chunksize" => config.multipart_chunksize(positive(name, value)?),
                "max_concurrency" => config.max_concurrency(usize::try_from(positive(name, value)?).unwrap_or(usize::MAX)),
                "num_download_attempts" => config.num_download_attempts(u32::try_from(positive(name, value)?).unwrap_or(u32::MAX)),
                "use_threads" | "io_chunksize" | "max_io_queue" | "preferred_transfer_client" => config,
                "max_bandwidth" => return Err(Error::new(ErrorKind::InvalidConfig, "The transfer option max_bandwidth is not supported.")),
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

    /// Sets how many parts are transferred at the same time: 10 by default, at most 1,000.
    pub fn max_concurrency(mut self, parts: usize) -> Self {
        self.max_concurrency = parts.clamp(1, 1000);
        self
    }

    /// Sets how often a download continues after a broken response, including the first attempt: 5 by default.
    pub fn num_download_attempts(mut self, attempts: u32) -> Self {
        self.num_download_attempts = attempts.max(1);
        self
    }
}

const OPTIONS: &[&str] = &["multipart_threshold", "multipart_chunksize", "max_concurrency", "num_download_attempts", "use_threads"];

fn positive(name: &str, value: &Value) -> Result<u64> {
    let number = value.as_int().and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0);
    number
        .ok_or_else(|| Error::new(ErrorKind::InvalidConfig, format!("Provided parameter {name} of value {value} must be greater than 0.")))
}

type Progress = Arc<dyn Fn(i64) -> anyhow::Result<()> + Send + Sync>;

/// Transfers of one S3 client.
///
/// ```no_run
/// use tucuxi::{Session, Transfer, value};
///
/// let s3 = Session::new()?.client("s3")?;
/// Transfer::new(&s3)
///     .extra_args(value!({"ContentType": "image/jpeg", "ACL": "public-read"}))
///     .on_progress(|bytes| {
///         println!("{bytes} more bytes");
///         Ok(())
///     })
///     .upload_file("photo.jpg", "river", "photos/1.jpg")?;
/// Transfer::new(&s3).download_file("river", "photos/1.jpg", "copy.jpg")?;
/// # Ok::<(), tucuxi::Error>(())
/// ```
///
/// # Differs from boto3
///
/// - A failed part of a download continues from the failed byte, and only if the object is unchanged.
/// - A server that ignores `Range` is an error; boto3 writes a corrupt file.
/// - The caller's stream is not closed.
/// - A failure after a completed multipart upload sends no abort.
/// - Progress of uploads is reported per part.
#[derive(Clone)]
#[must_use]
pub struct Transfer {
    client: Client,
    source_client: Option<Client>,
    config: TransferConfig,
    extra_args: Value,
    progress: Option<Progress>,
    expected_size: Option<u64>,
    /// The settings of each call; the deadline is that of the transfer.
    options: CallOptions,
}

impl Transfer {
    /// Returns transfers with the default settings.
    pub fn new(client: &Client) -> Transfer {
        Transfer {
            client: client.clone(),
            source_client: None,
            config: TransferConfig::default(),
            extra_args: Value::Null,
            progress: None,
            expected_size: None,
            options: CallOptions::default(),
        }
    }

    /// Returns transfers whose calls have the settings of a request.
    pub(crate) fn of_request(request: &OperationRequest<'_>) -> Transfer {
        Transfer { options: request.options().clone(), ..Transfer::new(request.client()) }
    }

    /// Sets the transfer settings.
    pub fn config(mut self, config: TransferConfig) -> Self {
        self.config = config;
        self
    }

    /// Sets further parameters for the requests, boto3's `ExtraArgs`: `ContentType`, `Metadata`, `ServerSideEncryption`, …
    pub fn extra_args(mut self, args: impl Into<Value>) -> Self {
        self.extra_args = args.into();
        self
    }

    /// Sets a function that receives the number of bytes transferred since its last call. It runs on the threads of the
    /// transfer. The numbers add up to the size of the object. An error stops the transfer.
    pub fn on_progress(mut self, progress: impl Fn(i64) -> anyhow::Result<()> + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Stops the transfer when `cancel` is used. If a multipart upload has begun, the call that aborts it may take up to five
    /// more seconds.
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.options.cancel = Some(cancel.clone());
        self
    }

    /// Sets how long a transfer may take. If a multipart upload has begun, the call that aborts it may take up to five more
    /// seconds.
    pub fn deadline(mut self, total: Duration) -> Self {
        self.options.deadline = Some(total);
        self
    }

    /// Sets the expected number of bytes of a reader of unknown length. S3 takes at most 10,000 parts: without it, the parts of
    /// a reader have the size of the settings, which is enough for 80 GiB by default.
    pub fn expected_size(mut self, bytes: u64) -> Self {
        self.expected_size = Some(bytes);
        self
    }

    /// Sets the client that reads the source of a copy, for a bucket in another region or account.
    pub fn source_client(mut self, client: &Client) -> Self {
        self.source_client = Some(client.clone());
        self
    }

    /// Uploads a file.
    ///
    /// # Errors
    /// `Transfer` (`S3UploadFailedError`) if S3 rejects a request, with that error as its source; `Stream` if the file
    /// cannot be read; `ParamValidation` for unknown extra arguments. No multipart upload is left behind.
    pub fn upload_file(&self, path: impl AsRef<Path>, bucket: &str, key: &str) -> Result<()> {
        self.run(|job| upload::file(job, path.as_ref(), bucket, key))
    }

    /// Uploads everything that a reader yields. The length may be unknown; at most `max_concurrency` + 3 parts are in
    /// memory.
    ///
    /// # Errors
    /// The error of S3 or of the reader; `ParamValidation` for unknown extra arguments.
    pub fn upload_fileobj(&self, reader: impl Read + Send, bucket: &str, key: &str) -> Result<()> {
        self.run(|job| upload::reader(job, reader, bucket, key))
    }

    /// Downloads an object to a file. The file appears when it is complete: it is written under a temporary name in the same
    /// folder and renamed. Devices and pipes are written directly.
    ///
    /// # Errors
    /// The error of S3; `Transfer` if the object changes meanwhile (`S3DownloadFailedError`) or the attempts are exhausted
    /// (`RetriesExceededError`); `Stream` if the file cannot be written.
    pub fn download_file(&self, bucket: &str, key: &str, path: impl AsRef<Path>) -> Result<()> {
        self.run(|job| download::file(job, bucket, key, path.as_ref()))
    }

    /// Downloads an object to a writer, in order.
    ///
    /// # Errors
    /// As [`download_file`](Self::download_file); what was written before an error stays written.
    pub fn download_fileobj(&self, bucket: &str, key: &str, mut writer: impl Write + Send) -> Result<()> {
        self.run(|job| download::writer(job, bucket, key, &mut writer))
    }

    /// Copies an object within S3. `source` is a map with `Bucket`, `Key`, and perhaps `VersionId`.
    ///
    /// # Errors
    /// The error of S3; `ParamValidation` if `source` is not such a map; `Transfer` (`S3CopyFailedError`) if the source
    /// changes meanwhile.
    pub fn copy(&self, source: impl Into<Value>, bucket: &str, key: &str) -> Result<()> {
        let source = source.into();
        self.run(|job| copy::object(job, &source, bucket, key))
    }

    fn run<T>(&self, transfer: impl FnOnce(&Job<'_>) -> Result<T>) -> Result<T> {
        if self.client.service().service_id()? != "S3" {
            let message = format!("{} has no managed transfers; only s3 has them.", self.client.service().name());
            return Err(Error::new(ErrorKind::UnknownOperation, message));
        }
        let limits = Limits {
            idle: None,
            deadline: self.options.deadline.and_then(|total| Instant::now().checked_add(total)),
            cancel: self.options.cancel.clone(),
        };
        let extra_args = params_map(self.extra_args.clone())?;
        transfer(&Job { transfer: self, limits, extra_args })
    }
}

impl std::fmt::Debug for Transfer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transfer").field("client", &self.client).field("config", &self.config).finish_non_exhaustive()
    }
}

/// One running transfer.
struct Job<'a> {
    transfer: &'a Transfer,
    limits: Limits,
    extra_args: Map,
}

impl Job<'_> {
    fn client(&self) -> &Client {
        &self.transfer.client
    }

    fn source_client(&self) -> &Client {
        self.transfer.source_client.as_ref().unwrap_or(&self.transfer.client)
    }

    fn config(&self) -> &TransferConfig {
        &self.transfer.config
    }

    /// Calls an operation within the limits of the transfer.
    fn call(&self, operation: &str, params: Map) -> Result<Value> {
        self.call_with(self.client(), operation, params)
    }

    fn call_with(&self, client: &Client, operation: &str, params: Map) -> Result<Value> {
        self.limits.check()?;
        self.request(client, operation, params).send()
    }

    fn request<'c>(&self, client: &'c Client, operation: &str, params: Map) -> OperationRequest<'c> {
        let options = CallOptions { deadline: None, ..self.transfer.options.clone() };
        client.request(operation, params).with_options(options).limits(&self.limits)
    }

    /// A call that cleans up. It has five seconds of its own, so that it is made after a cancellation and never hangs.
    fn clean_up(&self, operation: &str, params: Map) {
        let options = CallOptions { cancel: None, deadline: Some(CLEAN_UP), ..self.transfer.options.clone() };
        // Its failure is not reported: the error that made it necessary is.
        let _ = self.client().request(operation, params).with_options(options).send();
    }

    /// Reports transferred bytes.
    fn progress(&self, bytes: i64) -> Result<()> {
        match &self.transfer.progress {
            Some(progress) if bytes != 0 => progress(bytes).map_err(|error| Error::foreign("the progress callback", error)),
            _ => Ok(()),
        }
    }
}

/// How long a call that cleans up may take.
const CLEAN_UP: Duration = Duration::from_secs(5);

/// The parameters that address an object.
fn address(bucket: &str, key: &str) -> Map {
    Map::from_iter([("Bucket", bucket), ("Key", key)])
}

fn text(value: &Value) -> Option<Str> {
    value.as_str().map(Str::from)
}

/// The bytes of a part as a progress report.
fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
