//! Managed transfers: files and streams to and from S3, and copies between buckets, in parallel parts.
//!
//! A [`Transfer`] holds the client and the settings. [`upload`], [`download`], and [`copy`] split an object into parts;
//! [`engine`] runs the parts of all objects on shared threads and bounds requests, memory, and bandwidth. [`plan`] lists the
//! transfers between a folder and a prefix or two prefixes, and [`execute`] runs them. [`resume`] remembers what an interrupted
//! transfer has done. The requests are ordinary calls of the client, so hooks, retries, checksums, and limits apply to them.

pub(crate) mod arguments;
mod config;
mod copy;
mod download;
mod engine;
mod execute;
mod filters;
mod key_ranges;
mod listing;
mod location;
mod plan;
mod resume;
mod upload;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::call::{CallOptions, Progress};
use crate::client::{Client, OperationRequest, params_map};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Cancel, Limits};
use crate::value::{Map, Str, Value};
use engine::{Engine, Held};

pub use config::TransferConfig;
pub(crate) use execute::merge_reports;
pub use execute::{TransferFailure, TransferReport};
pub use filters::Filters;
pub use key_ranges::KeyRange;
pub use location::Location;
pub use plan::{Compare, Plan, PlanAction, PlanItem, PlanOptions, Skipped};

/// Transfers of one S3 client. Clones share threads and limits: however many of them work at the same time, no more than
/// [`max_concurrency`](TransferConfig::max_concurrency) requests are in flight.
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
    resume: Option<PathBuf>,
    no_overwrite: bool,
    engine: Arc<Engine>,
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
            resume: None,
            no_overwrite: false,
            engine: TransferConfig::default().engine(),
            options: CallOptions::default(),
        }
    }

    /// Returns transfers whose calls have the settings of a request.
    pub(crate) fn of_request(request: &OperationRequest<'_>) -> Transfer {
        let options = request.options().clone();
        Transfer { progress: options.progress.clone(), options, ..Transfer::new(request.client()) }
    }

    /// Sets the transfer settings. Clones made before keep theirs.
    pub fn config(mut self, config: TransferConfig) -> Self {
        self.engine = config.engine();
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
        self.progress = Some(Progress(Arc::new(progress)));
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

    /// Lets interrupted transfers of files continue: small files in `folder` say what was done. An upload that fails or is
    /// killed keeps its finished parts in S3, a download its finished parts under a temporary name next to the target. The same
    /// transfer, started again, transfers only the missing parts, provided that the size, the modification time, or the `ETag`
    /// of its source is unchanged; otherwise it starts anew. It does not survive a loss of power during the transfer.
    pub fn resume(mut self, folder: impl Into<PathBuf>) -> Self {
        self.resume = Some(folder.into());
        self
    }

    /// Leaves existing objects and files as they are: a transfer to one of them is an error with the name `AlreadyExists`.
    pub fn no_overwrite(mut self) -> Self {
        self.no_overwrite = true;
        self
    }

    /// Sets the client that reads the source of copies and downloads, for a bucket in another region or account.
    pub fn source_client(mut self, client: &Client) -> Self {
        self.source_client = Some(client.clone());
        self
    }

    /// Uploads a file.
    ///
    /// # Errors
    /// `Transfer` (`S3UploadFailedError`) if S3 rejects a request, with that error as its source; `Stream` if the file
    /// cannot be read or changes meanwhile; `ParamValidation` for unknown extra arguments. No multipart upload is left behind.
    pub fn upload_file(&self, path: impl AsRef<Path>, bucket: &str, key: &str) -> Result<()> {
        self.run(|job| upload::file(job, path.as_ref(), bucket, key))
    }

    /// Uploads everything that a reader yields. The length may be unknown; `max_memory` bounds the parts in memory.
    ///
    /// # Errors
    /// The error of S3 or of the reader; `ParamValidation` for unknown extra arguments.
    pub fn upload_fileobj(&self, reader: impl Read + Send, bucket: &str, key: &str) -> Result<()> {
        self.run(|job| upload::reader(job, reader, bucket, key))
    }

    /// Downloads an object to a file. The file appears when it is complete: it is written under a temporary name in the same
    /// folder and renamed. It is not flushed to the disk. Devices and pipes are written directly.
    ///
    /// # Errors
    /// The error of S3; `Transfer` if the object changes meanwhile (`S3DownloadFailedError`) or the attempts are exhausted
    /// (`RetriesExceededError`); `Stream` if the file cannot be written.
    pub fn download_file(&self, bucket: &str, key: &str, path: impl AsRef<Path>) -> Result<()> {
        self.run(|job| download::file(job, bucket, key, path.as_ref(), download::Known::default()))
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
        self.run(|job| copy::object(job, &source, None, bucket, key))
    }

    /// Plans the transfer of everything below a folder or prefix to another one; [`PlanOptions`] select what is included. A
    /// prefix without a slash at its end gets one. Nothing is transferred.
    ///
    /// Keys that are not file names below a local target (`../x`, `/x`, `a//b`, NUL) are skipped and listed in
    /// [`Plan::skipped`], as are files and folders that cannot be read.
    ///
    /// # Errors
    /// `ParamValidation` if neither location is in S3, or a move has the same source and target; `Stream` if a local source does
    /// not exist; the error of S3 if listing fails.
    pub fn plan(&self, source: &Location, target: &Location, options: &PlanOptions) -> Result<Plan> {
        self.run(|job| plan::tree(job, source, target, options))
    }

    /// Plans the transfer of a single file or object.
    ///
    /// # Errors
    /// As [`plan`](Self::plan), and with the status 404 if the object does not exist.
    pub fn plan_object(&self, source: &Location, target: &Location, options: &PlanOptions) -> Result<Plan> {
        self.run(|job| plan::single(job, source, target, options))
    }

    /// Plans the deletion of everything below a prefix or folder.
    ///
    /// # Errors
    /// The error of S3 if listing fails.
    pub fn plan_removal(&self, location: &Location, options: &PlanOptions) -> Result<Plan> {
        self.run(|job| plan::removal(job, location, options))
    }

    /// Executes a plan. Transfers run side by side, deletions after them. If one fails, the others continue.
    ///
    /// Downloaded files get the modification time of their objects. A file is never written outside the folder of the plan, also
    /// if symbolic links lead out of it.
    ///
    /// # Errors
    /// `Canceled` or `Deadline`, with the report so far as the detail `report`. Failures of single transfers are in the report.
    pub fn execute(&self, plan: &Plan) -> Result<TransferReport> {
        execute::run(self, plan, None)
    }

    /// Executes a plan, and calls `observer` with each item that is done or has failed. It runs on the threads of the transfer.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub fn execute_with(
        &self,
        plan: &Plan,
        observer: impl Fn(&PlanItem, std::result::Result<(), &Error>) + Send + Sync + 'static,
    ) -> Result<TransferReport> {
        execute::run(self, plan, Some(Arc::new(observer)))
    }

    /// Uploads all files below a folder.
    ///
    /// # Errors
    /// As [`plan`](Self::plan) and [`execute`](Self::execute).
    pub fn upload_dir(&self, folder: impl AsRef<Path>, bucket: &str, prefix: &str, options: &PlanOptions) -> Result<TransferReport> {
        self.execute(&self.plan(&Location::file(folder.as_ref()), &Location::object(bucket, prefix), options)?)
    }

    /// Downloads all objects below a prefix.
    ///
    /// # Errors
    /// As [`plan`](Self::plan) and [`execute`](Self::execute).
    pub fn download_dir(&self, bucket: &str, prefix: &str, folder: impl AsRef<Path>, options: &PlanOptions) -> Result<TransferReport> {
        self.execute(&self.plan(&Location::object(bucket, prefix), &Location::file(folder.as_ref()), options)?)
    }

    /// Transfers the files and objects that are missing or have changed at the target, between a folder and a prefix or two
    /// prefixes. Unless the options say otherwise, they are compared by size and time.
    ///
    /// # Errors
    /// As [`plan`](Self::plan) and [`execute`](Self::execute).
    pub fn sync(&self, source: &Location, target: &Location, options: &PlanOptions) -> Result<TransferReport> {
        let compare = options.compare.unwrap_or(Compare::SizeAndTime);
        self.execute(&self.plan(source, target, &options.clone().changed(compare))?)
    }

    fn run<T>(&self, transfer: impl FnOnce(&Arc<Job>) -> Result<T>) -> Result<T> {
        transfer(&self.job(Arc::default())?)
    }

    /// Begins a job, whose deadline counts from now.
    fn job(&self, counters: Arc<Counters>) -> Result<Arc<Job>> {
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
        Ok(Arc::new(Job { transfer: self.clone(), limits, extra_args, counters }))
    }
}

impl std::fmt::Debug for Transfer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transfer").field("client", &self.client).field("config", &self.config).finish_non_exhaustive()
    }
}

/// What transfers have done, for reports.
#[derive(Debug, Default)]
struct Counters {
    parts: AtomicU64,
    retries: AtomicU64,
    bytes: AtomicU64,
}

/// One running transfer.
struct Job {
    transfer: Transfer,
    limits: Limits,
    extra_args: Map,
    counters: Arc<Counters>,
}

impl Job {
    fn client(&self) -> &Client {
        &self.transfer.client
    }

    fn source_client(&self) -> &Client {
        self.transfer.source_client.as_ref().unwrap_or(&self.transfer.client)
    }

    fn config(&self) -> &TransferConfig {
        &self.transfer.config
    }

    fn engine(&self) -> &Arc<Engine> {
        &self.transfer.engine
    }

    /// This job with other extra arguments.
    fn with_args(&self, extra_args: Map) -> Arc<Job> {
        let (transfer, limits, counters) = (self.transfer.clone(), self.limits.clone(), self.counters.clone());
        Arc::new(Job { transfer, limits, extra_args, counters })
    }

    /// Waits for the right to have one more request for a part in flight.
    fn slot(&self) -> Result<Held> {
        self.engine().request(&self.limits, false)
    }

    /// Waits for the right to have one more request for a small object in flight.
    fn small_slot(&self) -> Result<Held> {
        self.engine().request(&self.limits, true)
    }

    /// Whether an object is not cut into parts.
    fn is_small(&self, size: u64) -> bool {
        size < self.config().multipart_threshold
    }

    /// Calls an operation within the limits of the transfer.
    fn call(&self, operation: &str, params: Map) -> Result<Value> {
        self.call_with(self.client(), operation, params)
    }

    fn call_with(&self, client: &Client, operation: &str, params: Map) -> Result<Value> {
        self.limits.check()?;
        let options = CallOptions { deadline: None, ..self.transfer.options.clone() };
        let response = client.request(operation, params).with_options(options).limits(&self.limits).send();
        let retries = match &response {
            Ok(response) => response["ResponseMetadata"]["RetryAttempts"].as_int().and_then(|retries| u64::try_from(retries).ok()),
            Err(error) => Some(u64::from(error.attempts()).saturating_sub(1)),
        };
        self.counters.retries.fetch_add(retries.unwrap_or(0), Ordering::Relaxed);
        response
    }

    /// A call that cleans up. It has five seconds of its own, so that it is made after a cancellation and never hangs.
    fn clean_up(&self, operation: &str, params: Map) {
        let options = CallOptions { cancel: None, deadline: Some(CLEAN_UP), ..self.transfer.options.clone() };
        // Its failure is not reported: the error that made it necessary is.
        let _ = self.client().request(operation, params).with_options(options).send();
    }

    /// Reports transferred bytes.
    fn progress(&self, bytes: u64) -> Result<()> {
        self.counters.bytes.fetch_add(bytes, Ordering::Relaxed);
        match &self.transfer.progress {
            Some(Progress(progress)) if bytes != 0 => {
                progress(signed(bytes)).map_err(|error| Error::foreign("the progress callback", error))
            }
            _ => Ok(()),
        }
    }

    fn count_part(&self) {
        self.counters.parts.fetch_add(1, Ordering::Relaxed);
    }

    /// # Errors
    /// `AlreadyExists` if the object exists and must stay.
    fn check_absent(&self, bucket: &str, key: &str) -> Result<()> {
        if !self.transfer.no_overwrite {
            return Ok(());
        }
        let mut params = address(bucket, key);
        params.extend(arguments::only(&self.extra_args, arguments::OF_HEAD));
        match self.call("HeadObject", params) {
            Ok(_) => Err(already_exists(&format!("s3://{bucket}/{key}"))),
            Err(error) if error.status() == Some(404) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The error of a transfer that would overwrite something.
fn already_exists(place: &str) -> Error {
    Error::new(ErrorKind::Transfer, format!("{place} exists and is not overwritten.")).with_name(ALREADY_EXISTS)
}

const ALREADY_EXISTS: &str = "AlreadyExists";

/// The error of a file, which names it.
fn of_file(path: &Path) -> impl Fn(std::io::Error) -> Error + use<> {
    let path = path.display().to_string();
    move |error| Error::new(ErrorKind::Stream, format!("{path}: {error}")).with_source(error)
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
