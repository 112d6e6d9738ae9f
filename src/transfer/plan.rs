//! Plans: the transfers and deletions between a folder and a prefix, or two prefixes, before anything is done.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use md5::{Digest as _, Md5};

use super::listing::{Entries, Entry, entries, of_object, of_path};
use super::location::file_below;
use super::{Filters, Job, Location, address, arguments, of_file};
use crate::error::{Error, Result};
use crate::http::{Checksum, ChecksumAlgorithm};
use crate::text::encoding::hex;
use crate::text::invalid;
use crate::value;
use crate::value::{Map, Value};

/// How a synchronization decides whether a file or object that exists on both sides has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compare {
    /// The sizes differ, or the source is newer. The AWS CLI's rule for `sync`.
    SizeAndTime,
    /// The sizes differ.
    Size,
    /// The sizes or, to the second, the times differ. Between two prefixes and for uploads like [`SizeAndTime`](Self::SizeAndTime).
    ExactTime,
    /// The sizes or the contents differ. Contents are compared by the checksums that S3 has of the whole object, or by its `ETag`
    /// if that is an MD5 digest. An object that has neither, or whose source has neither, counts as changed.
    Checksum,
}

/// What a plan includes.
#[derive(Clone, Debug)]
#[must_use]
pub struct PlanOptions {
    pub(super) filters: Filters,
    pub(super) compare: Option<Compare>,
    pub(super) delete: bool,
    pub(super) follow_symlinks: bool,
    pub(super) moves: bool,
    pub(super) transfers_archived: bool,
    pub(super) ignores_archived: bool,
    pub(super) page_size: Option<u64>,
}

impl Default for PlanOptions {
    fn default() -> PlanOptions {
        PlanOptions {
            filters: Filters::new(),
            compare: None,
            delete: false,
            follow_symlinks: true,
            moves: false,
            transfers_archived: false,
            ignores_archived: false,
            page_size: None,
        }
    }
}

impl PlanOptions {
    /// Returns options for a plan that transfers everything.
    pub fn new() -> PlanOptions {
        PlanOptions::default()
    }

    /// Selects files and objects by their paths relative to the source. Deletions are selected in the same way.
    pub fn filters(mut self, filters: Filters) -> Self {
        self.filters = filters;
        self
    }

    /// Leaves out what exists at the target and has not changed.
    pub fn changed(mut self, compare: Compare) -> Self {
        self.compare = Some(compare);
        self
    }

    /// Deletes what exists only at the target. Nothing is deleted if part of the source could not be read.
    pub fn delete(mut self, delete: bool) -> Self {
        self.delete = delete;
        self
    }

    /// Sets whether symbolic links in a local source are followed: true by default. Links to folders that contain them never
    /// are.
    pub fn follow_symlinks(mut self, follow: bool) -> Self {
        self.follow_symlinks = follow;
        self
    }

    /// Deletes each source after its transfer.
    pub fn moves(mut self, moves: bool) -> Self {
        self.moves = moves;
        self
    }

    /// Includes objects in the storage classes `GLACIER` and `DEEP_ARCHIVE`. By default they are skipped with a reason.
    pub fn transfer_archived(mut self, transfer: bool) -> Self {
        self.transfers_archived = transfer;
        self
    }

    /// Skips objects in the storage classes `GLACIER` and `DEEP_ARCHIVE` without reporting them.
    pub fn ignore_archived(mut self, ignore: bool) -> Self {
        self.ignores_archived = ignore;
        self
    }

    /// Sets how many objects a request lists: 1,000 by default, which is also the maximum.
    pub fn page_size(mut self, objects: u64) -> Self {
        self.page_size = Some(objects);
        self
    }
}

/// What an item of a plan does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanAction {
    /// Uploads a file.
    Upload,
    /// Downloads an object.
    Download,
    /// Copies an object.
    Copy,
    /// Deletes the target.
    Delete,
}

impl PlanAction {
    const ALL: [PlanAction; 4] = [PlanAction::Upload, PlanAction::Download, PlanAction::Copy, PlanAction::Delete];

    fn between(from: &Location, to: &Location) -> Result<PlanAction> {
        match (from, to) {
            (Location::File(_), Location::Object { .. }) => Ok(PlanAction::Upload),
            (Location::Object { .. }, Location::File(_)) => Ok(PlanAction::Download),
            (Location::Object { .. }, Location::Object { .. }) => Ok(PlanAction::Copy),
            (Location::File(_), Location::File(_)) => Err(invalid(format!("One of the locations must be in S3: {from}, {to}."))),
        }
    }

    /// Returns the name: `upload`, `download`, `copy`, or `delete`.
    pub fn as_str(self) -> &'static str {
        match self {
            PlanAction::Upload => "upload",
            PlanAction::Download => "download",
            PlanAction::Copy => "copy",
            PlanAction::Delete => "delete",
        }
    }
}

/// One transfer or deletion of a plan.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlanItem {
    /// What is done.
    pub action: PlanAction,
    /// Where the content comes from. Null for deletions.
    pub source: Option<Location>,
    /// What is written or deleted.
    pub target: Location,
    /// The size of the source in bytes, or of what is deleted.
    pub size: u64,
    /// Whether the source is deleted after the transfer.
    pub moves: bool,
    /// Extra arguments of this transfer, in addition to those of the [`Transfer`](crate::Transfer).
    pub extra_args: Map,
}

impl fmt::Display for PlanItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.moves { "move" } else { self.action.as_str() };
        match &self.source {
            Some(source) => write!(f, "{verb}: {source} to {}", self.target),
            None => write!(f, "{verb}: {}", self.target),
        }
    }
}

/// A file or object that is not transferred.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// The file or object.
    pub path: String,
    /// Why it is skipped.
    pub reason: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Skipping file {}. {}", self.path, self.reason)
    }
}

/// A list of transfers and deletions. It can be printed, saved as JSON, cut into parts, and executed by another program.
///
/// ```no_run
/// use tucuxi::{Compare, Plan, PlanOptions, Session, Transfer};
///
/// let transfer = Transfer::new(&Session::new()?.client("s3")?);
/// let options = PlanOptions::new().changed(Compare::SizeAndTime).delete(true);
/// let plan = transfer.plan(&"photos".parse()?, &"s3://river/photos".parse()?, &options)?;
/// println!("{plan}");
/// let saved = plan.to_json();
/// for part in Plan::from_json(&saved)?.split(4) {
///     let report = transfer.execute(&part)?;
///     println!("{report}");
/// }
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Plan {
    /// The folder that downloads must not leave.
    pub(super) folder: Option<PathBuf>,
    /// The transfers and deletions, in the order of their paths; deletions come last.
    pub items: Vec<PlanItem>,
    /// What is not transferred although the options include it.
    pub skipped: Vec<Skipped>,
}

impl Plan {
    /// Returns a plan that deletes one object.
    pub fn deletion(object: Location) -> Plan {
        Plan { items: vec![deletion(object, 0)], ..Plan::default() }
    }

    /// Returns the number of bytes to transfer.
    pub fn bytes(&self) -> u64 {
        self.items.iter().filter(|item| item.source.is_some()).map(|item| item.size).sum()
    }

    /// Cuts the plan into at most `count` plans of about the same number of bytes, with no item in common.
    #[must_use]
    pub fn split(&self, count: usize) -> Vec<Plan> {
        let count = count.clamp(1, self.items.len().max(1));
        let mut parts: Vec<Plan> = (0..count).map(|_| Plan { folder: self.folder.clone(), ..Plan::default() }).collect();
        let mut loads = vec![(0_u64, 0_usize); count];
        let mut by_size: Vec<usize> = (0..self.items.len()).collect();
        by_size.sort_by_key(|index| std::cmp::Reverse(self.items[*index].size));
        let mut part_of = vec![0; self.items.len()];
        for index in by_size {
            // Every item costs a request besides its bytes.
            let lightest = (0..count).min_by_key(|part| loads[*part]).unwrap_or(0);
            part_of[index] = lightest;
            loads[lightest] = (loads[lightest].0 + self.items[index].size, loads[lightest].1 + 1);
        }
        for (item, part) in self.items.iter().zip(part_of) {
            parts[part].items.push(item.clone());
        }
        parts[0].skipped.clone_from(&self.skipped);
        parts
    }

    /// Returns the plan as JSON. Paths that are not Unicode are not part of plans. Extra arguments are included, and with them
    /// encryption keys.
    pub fn to_json(&self) -> String {
        self.to_value().to_json_text(true)
    }

    /// Reads the JSON of [`to_json`](Self::to_json).
    ///
    /// # Errors
    /// `ParamValidation`, with the path, for text that is not such a plan.
    pub fn from_json(text: &str) -> Result<Plan> {
        Plan::from_value(&Value::from_json_text(text)?)
    }

    /// Returns the plan as a value: `folder`, `items`, and `skipped`.
    pub fn to_value(&self) -> Value {
        let location = |location: &Location| Value::from(location.to_string());
        let item = |item: &PlanItem| -> Value {
            let mut map = Map::from_iter([("action", Value::from(item.action.as_str()))]);
            if let Some(source) = &item.source {
                map.insert("source", location(source));
            }
            map.insert("target", location(&item.target));
            map.insert("size", item.size);
            if item.moves {
                map.insert("moves", true);
            }
            if !item.extra_args.is_empty() {
                map.insert("extra_args", item.extra_args.clone());
            }
            map.into()
        };
        let skipped = |skipped: &Skipped| value!({"path": skipped.path.as_str(), "reason": skipped.reason.as_str()});
        value!({
            "version": 1,
            "folder": self.folder.as_ref().map(|folder| folder.display().to_string()),
            "items": self.items.iter().map(item).collect::<Value>(),
            "skipped": self.skipped.iter().map(skipped).collect::<Value>(),
        })
    }

    /// Reads the value of [`to_value`](Self::to_value).
    ///
    /// # Errors
    /// `ParamValidation`, with the path, for a value that is not such a plan.
    pub fn from_value(plan: &Value) -> Result<Plan> {
        if plan["version"].as_int() != Some(1) {
            return Err(invalid("This is not a plan of transfers: version must be 1."));
        }
        let items = plan["items"].as_list().ok_or_else(|| invalid("This is not a plan of transfers: items must be a list."))?;
        let items = items.iter().enumerate().map(|(index, item)| {
            let wrong = |member: &str| invalid(format!("Invalid plan: items[{index}].{member} is missing or invalid."));
            let place = |member: &str| item[member].as_str().ok_or_else(|| wrong(member))?.parse::<Location>();
            let name = item["action"].as_str().unwrap_or_default();
            let action = PlanAction::ALL.into_iter().find(|action| action.as_str() == name).ok_or_else(|| wrong("action"))?;
            let source = if action == PlanAction::Delete { None } else { Some(place("source")?) };
            let target = place("target")?;
            if let Some(source) = &source
                && PlanAction::between(source, &target)? != action
            {
                return Err(wrong("action"));
            }
            Ok(PlanItem {
                action,
                source,
                target,
                size: item["size"].as_int().and_then(|size| u64::try_from(size).ok()).ok_or_else(|| wrong("size"))?,
                moves: item["moves"].as_bool().unwrap_or(false),
                extra_args: item["extra_args"].as_map().cloned().unwrap_or_default(),
            })
        });
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Plan {
            folder: plan["folder"].as_str().map(PathBuf::from),
            items: items.collect::<Result<_>>()?,
            skipped: plan["skipped"]
                .as_list()
                .into_iter()
                .flatten()
                .map(|item| Skipped { path: text(&item["path"]), reason: text(&item["reason"]) })
                .collect(),
        })
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.iter().try_for_each(|item| writeln!(f, "{item}"))?;
        self.skipped.iter().try_for_each(|skipped| writeln!(f, "{skipped}"))?;
        write!(f, "{} items, {} bytes to transfer, {} skipped", self.items.len(), self.bytes(), self.skipped.len())
    }
}

/// Plans the transfer of everything below a location.
pub(super) fn tree(job: &Arc<Job>, from: &Location, to: &Location, options: &PlanOptions) -> Result<Plan> {
    let (from, to) = (from.as_folder(), to.as_folder());
    let action = PlanAction::between(&from, &to)?;
    if options.moves && from == to {
        return Err(onto_itself(&from, &to));
    }
    if let Location::File(folder) = &from {
        std::fs::symlink_metadata(folder).map_err(of_file(folder))?;
    }
    let mut source = entries(job, job.source_client(), &from, options, true)?;
    let target = match options.compare.is_some() || options.delete {
        true => entries(job, job.client(), &to, options, false)?,
        false => Entries::default(),
    };
    let mut skipped = source.skipped;
    let mut deleted = Vec::new();
    if options.delete && source.unread > 0 {
        let reason = "Nothing was deleted, because part of the source could not be read.".to_owned();
        skipped.push(Skipped { path: to.to_string(), reason });
    } else if options.delete {
        let extra = target.by_path.iter().filter(|(path, _)| !source.by_path.contains_key(*path));
        deleted.extend(extra.map(|(_, entry)| deletion(entry.location.clone(), entry.size)));
    }
    if let Some(compare) = options.compare {
        let pairs: Vec<(String, Entry, Option<Entry>)> =
            source.by_path.into_iter().map(|(path, entry)| (path.clone(), entry, target.by_path.get(&path).cloned())).collect();
        source.by_path = changed(job, pairs, compare)?.into_iter().collect();
    }
    let mut plan = Plan { folder: folder_of(&to), items: Vec::new(), skipped };
    for (path, entry) in source.by_path {
        let target = match &to {
            Location::Object { bucket, key } => Ok(Location::object(bucket.as_str(), format!("{key}{path}"))),
            Location::File(folder) => file_below(folder, &path).map(Location::File),
        };
        match target {
            Ok(target) => plan.add(action, entry, target, options),
            Err(_) => {
                let reason = "Its key is not a file name below the destination.".to_owned();
                plan.skipped.push(Skipped { path: entry.location.to_string(), reason });
            }
        }
    }
    plan.items.extend(deleted);
    Ok(plan)
}

/// Plans the deletion of everything below a prefix.
pub(super) fn removal(job: &Arc<Job>, at: &Location, options: &PlanOptions) -> Result<Plan> {
    let found = entries(job, job.client(), at, options, false)?;
    let items = found.by_path.into_values().map(|entry| deletion(entry.location, entry.size)).collect();
    Ok(Plan { folder: folder_of(at), items, skipped: found.skipped })
}

/// Plans the transfer of a single file or object.
pub(super) fn single(job: &Arc<Job>, from: &Location, to: &Location, options: &PlanOptions) -> Result<Plan> {
    let action = PlanAction::between(from, to)?;
    if options.moves && from == to {
        return Err(onto_itself(from, to));
    }
    let entry = match from {
        Location::File(path) => of_path(path, &std::fs::metadata(path).map_err(of_file(path))?),
        Location::Object { bucket, key } => {
            let mut params = address(bucket, key);
            params.extend(arguments::only(&job.extra_args, arguments::OF_HEAD));
            of_object(bucket, key, &job.call_with(job.source_client(), "HeadObject", params)?, "ContentLength")
        }
    };
    let folder = match to {
        Location::File(path) => path.parent().map(Path::to_owned),
        Location::Object { .. } => None,
    };
    let mut plan = Plan { folder, ..Plan::default() };
    plan.add(action, entry, to.clone(), options);
    Ok(plan)
}

impl Plan {
    fn add(&mut self, action: PlanAction, entry: Entry, target: Location, options: &PlanOptions) {
        if let Some(class) = entry.archived.as_ref().filter(|_| !options.transfers_archived) {
            if !options.ignores_archived {
                let verb = if options.moves { "move" } else { action.as_str() };
                let reason = format!(
                    "Object is of storage class {class}. Unable to perform {verb} operations on {class} objects. You must restore the object \
                     to be able to perform the operation."
                );
                self.skipped.push(Skipped { path: entry.location.to_string(), reason });
            }
            return;
        }
        let (source, size, moves) = (Some(entry.location), entry.size, options.moves);
        self.items.push(PlanItem { action, source, target, size, moves, extra_args: Map::new() });
    }
}

fn deletion(target: Location, size: u64) -> PlanItem {
    PlanItem { action: PlanAction::Delete, source: None, target, size, moves: false, extra_args: Map::new() }
}

fn folder_of(location: &Location) -> Option<PathBuf> {
    match location {
        Location::File(folder) => Some(folder.clone()),
        Location::Object { .. } => None,
    }
}

/// A move onto itself would copy the object and then delete it.
pub(super) fn onto_itself(from: &Location, to: &Location) -> Error {
    invalid(format!("Cannot mv a file onto itself: {from} - {to}"))
}

/// The entries that are missing or different at the target.
fn changed(job: &Arc<Job>, pairs: Vec<(String, Entry, Option<Entry>)>, compare: Compare) -> Result<Vec<(String, Entry)>> {
    let differs = match compare {
        // Contents take requests or reading, which the threads of the engine share.
        Compare::Checksum => {
            let (shared, inner) = (Arc::new(pairs), job.clone());
            let pairs = shared.clone();
            let differs = job.engine().run_small(shared.len() as u64, move |index| {
                let (_, source, target) = &pairs[usize::try_from(index).unwrap_or(usize::MAX)];
                let Some(target) = target.as_ref().filter(|target| target.size == source.size) else { return Ok(true) };
                Ok(!has_same_content(&inner, source, target)?)
            })?;
            let both = shared.iter().zip(differs);
            return Ok(both.filter(|(_, differs)| *differs).map(|((path, entry, _), _)| (path.clone(), entry.clone())).collect());
        }
        compare => move |source: &Entry, target: &Entry| differs_by_listing(compare, source, target),
    };
    let pairs = pairs.into_iter().filter(|(_, source, target)| target.as_ref().is_none_or(|target| differs(source, target)));
    Ok(pairs.map(|(path, source, _)| (path, source)).collect())
}

fn differs_by_listing(compare: Compare, source: &Entry, target: &Entry) -> bool {
    if source.size != target.size {
        return true;
    }
    if compare == Compare::Size {
        return false;
    }
    let seconds = |time: Option<SystemTime>| time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map(|age| age.as_secs());
    match (seconds(source.modified), seconds(target.modified)) {
        (Some(source_time), Some(target_time)) => match &target.location {
            Location::File(_) if compare == Compare::ExactTime => source_time != target_time,
            _ => source_time > target_time,
        },
        _ => true,
    }
}

fn has_same_content(job: &Job, source: &Entry, target: &Entry) -> Result<bool> {
    match (&source.location, &target.location) {
        (Location::File(path), object) => file_has_content_of(job, path, job.client(), object),
        (object, Location::File(path)) => file_has_content_of(job, path, job.source_client(), object),
        (one, other) => {
            // An ETag identifies a content even if it is no digest.
            if source.etag.is_some() && source.etag == target.etag {
                return Ok(true);
            }
            let (one, other) = (describe(job, job.source_client(), one)?, describe(job, job.client(), other)?);
            Ok(whole_checksums(&one).any(|(_, name, checksum)| whole_checksums(&other).any(|(_, n, c)| n == name && c == checksum)))
        }
    }
}

/// Describes an object with its checksums. An object that has disappeared has no members.
fn describe(job: &Job, client: &crate::client::Client, object: &Location) -> Result<Value> {
    let Location::Object { bucket, key } = object else { return Ok(Value::Null) };
    let mut params = address(bucket, key);
    params.extend(arguments::only(&job.extra_args, arguments::OF_HEAD));
    params.insert("ChecksumMode", "ENABLED");
    let _slot = job.small_slot()?;
    match job.call_with(client, "HeadObject", params) {
        Err(error) if error.status() == Some(404) => Ok(Value::Null),
        described => described,
    }
}

/// The checksums of the whole content in a description.
fn whole_checksums(head: &Value) -> impl Iterator<Item = (ChecksumAlgorithm, String, &str)> {
    // Without a type it may be a checksum of checksums.
    let is_whole = head["ChecksumType"].as_str() == Some("FULL_OBJECT");
    ChecksumAlgorithm::ALL.into_iter().filter(move |_| is_whole).filter_map(|algorithm| {
        let name = format!("Checksum{}", algorithm.as_str().to_uppercase());
        let checksum = head[name.as_str()].as_str()?;
        Some((algorithm, name, checksum))
    })
}

fn file_has_content_of(job: &Job, path: &Path, client: &crate::client::Client, object: &Location) -> Result<bool> {
    let head = describe(job, client, object)?;
    if let Some((algorithm, _, expected)) = whole_checksums(&head).next() {
        let mut checksum = Checksum::new(algorithm);
        read_blocks(job, path, |block| checksum.update(block))?;
        return Ok(checksum.finish() == expected);
    }
    // With these kinds of encryption, the ETag is not the digest of the content.
    let is_opaque =
        head["ServerSideEncryption"].as_str().is_some_and(|sse| sse.starts_with("aws:kms")) || !head["SSECustomerAlgorithm"].is_null();
    let etag = head["ETag"].as_str().map(|etag| etag.trim_matches('"')).filter(|etag| etag.len() == 32 && !is_opaque);
    let Some(etag) = etag else { return Ok(false) };
    let mut digest = Md5::new();
    read_blocks(job, path, |block| digest.update(block))?;
    Ok(hex(&digest.finalize()).eq_ignore_ascii_case(etag))
}

fn read_blocks(job: &Job, path: &Path, mut take: impl FnMut(&[u8])) -> Result<()> {
    let mut file = std::fs::File::open(path).map_err(of_file(path))?;
    let mut block = vec![0; 256 << 10];
    loop {
        job.limits.check()?;
        match file.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => take(&block[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(of_file(path)(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::value::Timestamp;

    fn item(target: &str, size: u64) -> PlanItem {
        let source = Some(Location::file(format!("/tmp/{target}")));
        let target = Location::object("river", target);
        PlanItem { action: PlanAction::Upload, source, target, size, moves: false, extra_args: Map::from_iter([("ContentType", "text/x")]) }
    }

    fn plan() -> Plan {
        let mut items: Vec<PlanItem> = (1..=9).map(|number| item(&number.to_string(), number)).collect();
        items.push(deletion(Location::object("river", "old"), 5));
        Plan { folder: Some("/tmp".into()), items, skipped: vec![Skipped { path: "x".into(), reason: "It is no file.".into() }] }
    }

    #[test]
    fn a_plan_survives_json() {
        assert_eq!(Plan::from_json(&plan().to_json()).unwrap(), plan());
        for (text, path) in [
            ("{}", "version"),
            (r#"{"version": 1}"#, "items"),
            (r#"{"version": 1, "items": [{"action": "destroy"}]}"#, "items[0].action"),
            (r#"{"version": 1, "items": [{"action": "delete", "target": "s3://b/k"}]}"#, "items[0].size"),
            (r#"{"version": 1, "items": [{"action": "copy", "source": "f", "target": "s3://b/k", "size": 1}]}"#, "items[0].action"),
        ] {
            let error = Plan::from_json(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ParamValidation);
            assert!(error.message().contains(path), "{error}");
        }
    }

    #[test]
    fn the_parts_of_a_plan_are_disjoint_complete_and_balanced() {
        let parts = plan().split(3);
        assert_eq!(parts.len(), 3);
        let mut all: Vec<String> = parts.iter().flat_map(|part| part.items.iter().map(ToString::to_string)).collect();
        let mut expected: Vec<String> = plan().items.iter().map(ToString::to_string).collect();
        all.sort();
        expected.sort();
        assert_eq!(all, expected);
        assert!(parts.iter().all(|part| (12..=18).contains(&part.bytes())), "{:?}", parts.iter().map(Plan::bytes).collect::<Vec<_>>());
        assert_eq!(plan().split(100).len(), 10);
        assert_eq!(Plan::default().split(4).len(), 1);
    }

    #[test]
    fn times_are_compared_to_the_second_and_by_direction() {
        let entry = |location: Location, seconds: u64, size: u64| Entry {
            location,
            size,
            modified: Some(SystemTime::from(Timestamp::new(i64::try_from(seconds).unwrap(), 5))),
            etag: None,
            archived: None,
        };
        let object = |seconds, size| entry(Location::object("b", "k"), seconds, size);
        let file = |seconds, size| entry(Location::file("f"), seconds, size);
        assert!(differs_by_listing(Compare::SizeAndTime, &file(20, 1), &object(10, 1)));
        assert!(!differs_by_listing(Compare::SizeAndTime, &object(10, 1), &file(20, 1)));
        assert!(differs_by_listing(Compare::ExactTime, &object(10, 1), &file(20, 1)));
        assert!(!differs_by_listing(Compare::ExactTime, &file(10, 1), &object(20, 1)));
        assert!(differs_by_listing(Compare::Size, &file(20, 1), &object(10, 2)));
        assert!(!differs_by_listing(Compare::Size, &file(20, 1), &object(10, 1)));
    }
}
