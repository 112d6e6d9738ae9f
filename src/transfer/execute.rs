//! Executing plans, and the report at the end.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::download::Known;
use super::location::TargetFolder;
use super::plan::onto_itself;
use super::{
    ALREADY_EXISTS, Counters, Job, Location, Plan, PlanItem, Skipped, Transfer, address, arguments, copy, download, of_file, upload,
};
use crate::error::{Error, Result};
use crate::http::Limits;
use crate::text::invalid;
use crate::value;
use crate::value::Value;

/// A function that learns of each finished item.
pub(super) type Observer = Arc<dyn Fn(&PlanItem, std::result::Result<(), &Error>) + Send + Sync>;

/// A transfer that failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TransferFailure {
    /// What was to be done.
    pub item: PlanItem,
    /// Why it failed.
    pub error: Error,
}

/// What the execution of a plan has done.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[must_use = "transfers may have failed: see `failures` or `check`"]
pub struct TransferReport {
    /// How many objects and files were transferred.
    pub objects: u64,
    /// How many objects and files were deleted.
    pub deleted: u64,
    /// How many bytes were transferred, including those of transfers that failed later.
    pub bytes: u64,
    /// How many parts were transferred. An object that is not cut is one part.
    pub parts: u64,
    /// How many requests were retried, and how many broken downloads continued.
    pub retries: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// What was not transferred, with the reason.
    pub skipped: Vec<Skipped>,
    /// What failed, with the error.
    pub failures: Vec<TransferFailure>,
}

impl TransferReport {
    /// Returns the transferred bytes per second.
    pub fn rate(&self) -> f64 {
        self.bytes as f64 / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// Returns the report if nothing failed.
    ///
    /// # Errors
    /// The first failure.
    pub fn check(self) -> Result<TransferReport> {
        match self.failures.first() {
            Some(failure) => Err(failure.error.clone()),
            None => Ok(self),
        }
    }

    /// Returns the report as a value with the names of its fields, seconds for `elapsed`, and the `rate`.
    pub fn to_value(&self) -> Value {
        let failure = |failure: &TransferFailure| {
            value!({
                "action": failure.item.action.as_str(),
                "source": failure.item.source.as_ref().map(ToString::to_string),
                "target": failure.item.target.to_string(),
                "error": failure.error.to_value(),
            })
        };
        let skipped = |skipped: &Skipped| value!({"path": skipped.path.as_str(), "reason": skipped.reason.as_str()});
        value!({
            "objects": self.objects,
            "deleted": self.deleted,
            "bytes": self.bytes,
            "parts": self.parts,
            "retries": self.retries,
            "elapsed": self.elapsed.as_secs_f64(),
            "rate": self.rate(),
            "skipped": self.skipped.iter().map(skipped).collect::<Value>(),
            "failures": self.failures.iter().map(failure).collect::<Value>(),
        })
    }
}

/// Adds up reports as values, such as those of the parts of a plan. Parts run side by side, so the longest time is that of all.
///
/// # Errors
/// `ParamValidation` for a value that is not a report.
pub(crate) fn merge_reports(reports: &[Value]) -> Result<Value> {
    let mut merged = TransferReport::default().to_value().as_map().cloned().unwrap_or_default();
    for (index, report) in reports.iter().enumerate() {
        let wrong = |name: &str| invalid(format!("Invalid report: reports[{index}].{name} is missing or invalid."));
        for name in ["objects", "deleted", "bytes", "parts", "retries"] {
            let number = report[name].as_int().ok_or_else(|| wrong(name))?;
            merged.insert(name, merged[name].as_int().unwrap_or(0).saturating_add(number));
        }
        let elapsed = report["elapsed"].as_float().ok_or_else(|| wrong("elapsed"))?;
        merged.insert("elapsed", elapsed.max(merged["elapsed"].as_float().unwrap_or(0.0)));
        for name in ["skipped", "failures"] {
            let more = report[name].as_list().ok_or_else(|| wrong(name))?;
            let all: Value = merged[name].as_list().into_iter().flatten().chain(more).cloned().collect();
            merged.insert(name, all);
        }
    }
    let (bytes, elapsed) = (merged["bytes"].as_float(), merged["elapsed"].as_float());
    merged.insert("rate", bytes.unwrap_or(0.0) / elapsed.unwrap_or(0.0).max(f64::MIN_POSITIVE));
    Ok(merged.into())
}

impl fmt::Display for TransferReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} transferred ({} bytes, {} parts, {} retries, {:.1} s, {:.1} MiB/s), {} deleted, {} skipped, {} failed",
            self.objects,
            self.bytes,
            self.parts,
            self.retries,
            self.elapsed.as_secs_f64(),
            self.rate() / f64::from(1 << 20),
            self.deleted,
            self.skipped.len(),
            self.failures.len()
        )?;
        self.skipped.iter().try_for_each(|skipped| write!(f, "\n{skipped}"))?;
        self.failures.iter().try_for_each(|failure| write!(f, "\nfailed {}: {}", failure.item, failure.error))
    }
}

/// Executes a plan: first the transfers, then the deletions. Others continue when one fails.
pub(super) fn run(transfer: &Transfer, plan: &Plan, observer: Option<Observer>) -> Result<TransferReport> {
    let begun = Instant::now();
    let counters = Arc::new(Counters::default());
    let job = transfer.job(counters.clone())?;
    let report = Arc::new(Mutex::new(TransferReport { skipped: plan.skipped.clone(), ..TransferReport::default() }));
    let (deletions, transfers): (Vec<PlanItem>, Vec<PlanItem>) = plan.items.iter().cloned().partition(|item| item.source.is_none());
    let folder = plan.folder.as_ref().map(|root| Arc::new(TargetFolder::new(root)));
    let mut stopped = Ok(());
    for items in [transfers, deletions] {
        let (job, report, observer, folder) = (job.clone(), report.clone(), observer.clone(), folder.clone());
        let engine = job.engine().clone();
        let count = items.len();
        let are_small = items.iter().filter(|item| item.source.is_none() || job.is_small(item.size)).count() > count / 2;
        let work = move |index: u64| {
            let item = &items[usize::try_from(index).unwrap_or(usize::MAX)];
            let done = one(&job, item, folder.as_deref());
            if let Some(observer) = &observer {
                observer(item, done.as_ref().copied());
            }
            note(&report, item, done)
        };
        let done = if are_small { engine.run_small(count as u64, work) } else { engine.run(count as u64, work) };
        stopped = done.map(drop);
        if stopped.is_err() {
            break;
        }
    }
    let mut report = std::mem::take(&mut *report.lock().unwrap_or_else(PoisonError::into_inner));
    report.bytes = counters.bytes.load(Ordering::Relaxed);
    report.parts = counters.parts.load(Ordering::Relaxed);
    report.retries = counters.retries.load(Ordering::Relaxed);
    report.elapsed = begun.elapsed();
    match stopped {
        Ok(()) => Ok(report),
        Err(error) => Err(error.with_detail("report", report.to_value())),
    }
}

/// Adds an item to the report.
///
/// # Errors
/// A cancellation or the deadline, which stop the other items.
fn note(report: &Mutex<TransferReport>, item: &PlanItem, done: Result<()>) -> Result<()> {
    let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
    match done {
        Ok(()) if item.source.is_none() => report.deleted += 1,
        Ok(()) => report.objects += 1,
        Err(error) if Limits::stopped(&error) => return Err(error),
        Err(error) if error.name() == ALREADY_EXISTS => {
            report.skipped.push(Skipped { path: item.target.to_string(), reason: "It exists and is not overwritten.".to_owned() });
        }
        Err(error) => report.failures.push(TransferFailure { item: item.clone(), error }),
    }
    Ok(())
}

fn one(job: &Arc<Job>, item: &PlanItem, folder: Option<&TargetFolder>) -> Result<()> {
    job.limits.check()?;
    let mut args = job.extra_args.clone();
    args.extend(item.extra_args.iter().map(|(name, value)| (name.clone(), value.clone())));
    match (&item.source, &item.target) {
        (None, target) => delete(job, target, folder),
        (Some(Location::File(source)), Location::Object { bucket, key }) => {
            let before = if item.moves { Some(version(source)?) } else { None };
            upload::file(&job.with_args(args), source, bucket, key)?;
            match before {
                // What was written meanwhile is in no object.
                Some(before) if version(source)? != before => {
                    Err(invalid(format!("{} changed while it was moved, and was not removed.", source.display())))
                }
                Some(_) => fs::remove_file(source).map_err(of_file(source)),
                None => Ok(()),
            }
        }
        (Some(source @ Location::Object { bucket, key }), Location::File(target)) => {
            let folder = folder.ok_or_else(|| invalid("Invalid plan: folder is missing; downloads need it."))?;
            folder.prepare(target)?;
            let known = Known { size: Some(item.size), keeps_time: true };
            download::file(&job.with_args(arguments::of_download(&args)), bucket, key, target, known)?;
            if item.moves { delete_object(job, source, job.source_client()) } else { Ok(()) }
        }
        (Some(source @ Location::Object { bucket: from, key: from_key }), target @ Location::Object { bucket, key }) => {
            if item.moves && source == target {
                return Err(onto_itself(source, target));
            }
            let address = value!({"Bucket": from.as_str(), "Key": from_key.as_str()});
            copy::object(&job.with_args(args), &address, Some(item.size), bucket, key)?;
            if item.moves { delete_object(job, source, job.source_client()) } else { Ok(()) }
        }
        (Some(Location::File(_)), Location::File(_)) => Err(invalid("One of the locations must be in S3.")),
    }
}

/// The size and modification time of a file.
fn version(path: &Path) -> Result<(u64, Option<SystemTime>)> {
    fs::metadata(path).map(|metadata| (metadata.len(), metadata.modified().ok())).map_err(of_file(path))
}

fn delete(job: &Job, target: &Location, folder: Option<&TargetFolder>) -> Result<()> {
    match target {
        Location::File(path) => {
            let folder = folder.ok_or_else(|| invalid("Invalid plan: folder is missing; deletions of files need it."))?;
            folder.prepare(path)?;
            fs::remove_file(path).map_err(of_file(path))
        }
        object => delete_object(job, object, job.client()),
    }
}

fn delete_object(job: &Job, object: &Location, client: &crate::client::Client) -> Result<()> {
    let Location::Object { bucket, key } = object else { return Ok(()) };
    let mut params = address(bucket, key);
    params.extend(arguments::only(&job.extra_args, arguments::OF_DELETION));
    let _slot = job.small_slot()?;
    job.call_with(client, "DeleteObject", params).map(drop)
}
