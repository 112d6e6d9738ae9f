//! `cloudtrail validate-logs`: checks that the log files of a trail are complete and unchanged.
//!
//! CloudTrail stores a signed digest file per hour. It has the SHA-256 of each log file and the place of the digest file
//! before it. Digest files for hours that were left out at first are stored later, under names that end with `_backfill`; they
//! are a chain of their own. The formats are those of AWS's documentation ("CloudTrail digest file structure" and "Custom implementations of
//! CloudTrail log file integrity validation"); the order of requests and the output are those of the AWS CLI.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use ring::digest;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use super::custom::{Line, Options};
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::text::encoding::hex;
use crate::value;
use crate::value::Value;
use crate::{Client, Timestamp};

pub(super) const OPTIONS: Options = &[
    ("trail-arn", Arity::One, "The ARN of the trail."),
    ("start-time", Arity::One, "The start of the period, for example 2024-01-02T03:04:05Z."),
    ("end-time", Arity::One, "The end of the period. Default: now."),
    ("s3-bucket", Arity::One, "The bucket of the digest files. Default: the trail's."),
    ("s3-prefix", Arity::One, "The prefix of the digest files. Default: the trail's."),
    ("account-id", Arity::One, "The account whose log files are checked. Required for organization trails."),
    ("verbose", Arity::None, "Prints a line for each valid file as well."),
];

const MINUTE: i64 = 60;
/// The time that a digest file covers. One that ends this much after the period has log files of the period.
const COVERED: i64 = 60 * MINUTE;

/// Checks the digest files of the period, the newest first, and their log files.
///
/// # Errors
/// A usage failure for an invalid ARN or period; exit code 1 if a file is invalid or missing; the failure of a call.
pub(super) fn run(line: &Line) -> Result<()> {
    let arn = line.required("trail-arn");
    let Some((home_region, account, trail)) = parts(arn) else {
        return Err(Failure::usage(format!("Invalid trail ARN provided: {arn}")));
    };
    let (start, end) = (time(line.required("start-time"))?, line.text("end-time").map_or_else(|| Ok(now()), time)?);
    if start > end {
        return Err(Failure::usage("Invalid time range specified: start-time must occur before end-time"));
    }
    let cloudtrail = line.client("cloudtrail")?.build()?;
    let place = place(line, &cloudtrail, arn)?;
    let region = cloudtrail.region().unwrap_or(home_region).to_owned();
    let account = line.text("account-id").unwrap_or(account);
    let folder = format!("{}/{account}/CloudTrail-Digest/{region}", place.root);
    let name = format!("{account}_CloudTrail-Digest_{region}_{trail}_{home_region}_");
    output::lines([format!("Validating log files for trail {arn} between {} and {}\n", shown(start), shown(end))])?;

    let mut validation = Validation {
        s3: line.client("s3")?.build()?,
        keys: HashMap::new(),
        region,
        is_verbose: line.has("verbose"),
        digests: Count::default(),
        backfills: Count::default(),
        logs: Count::default(),
        found: None,
        cloudtrail,
        generated: HashSet::new(),
    };
    let mut names = Names { folder, name, start, end, is_backfill: false };
    let listed = validation.list(&place.bucket, &names)?;
    validation.keys = public_keys(&validation.cloudtrail, start, end + 2 * COVERED)?;
    if validation.keys.is_empty() {
        let end = shown(end + 2 * COVERED);
        return Err(Failure::general(format!("No public keys found between {} and {end}", shown(start))));
    }
    for is_backfill in [false, true] {
        names.is_backfill = is_backfill;
        let of_period = listed.iter().filter(|key| names.is_of_period(key)).cloned().collect();
        validation.walk(&place.bucket, of_period, &names)?;
    }
    validation.report(start, end)
}

/// The home region, the account, and the name of a trail.
fn parts(arn: &str) -> Option<(&str, &str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let (scheme, _, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, trail) = (parts.next()?, parts.next()?, parts.next()?.strip_prefix("trail/")?);
    let is_trail = scheme == "arn" && service == "cloudtrail" && account.len() == 12 && !trail.is_empty();
    is_trail.then_some((region, account, trail))
}

fn time(text: &str) -> Result<i64> {
    Timestamp::parse(text).map(Timestamp::seconds).map_err(|_| Failure::usage(format!("Unable to parse date value: {text}")))
}

fn now() -> i64 {
    Timestamp::now().seconds()
}

fn shown(seconds: i64) -> Timestamp {
    Timestamp::new(seconds, 0)
}

/// Where the files of a trail are.
struct Place {
    bucket: String,
    /// The part of their keys up to `AWSLogs`, or to the ID of the organization.
    root: String,
}

fn place(line: &Line, cloudtrail: &Client, arn: &str) -> Result<Place> {
    let root = |prefix: Option<&str>| prefix.map_or_else(|| "AWSLogs".to_owned(), |prefix| format!("{prefix}/AWSLogs"));
    if let Some(bucket) = line.text("s3-bucket") {
        return Ok(Place { bucket: bucket.to_owned(), root: root(line.text("s3-prefix")) });
    }
    let trails = interrupt::call(cloudtrail, "describe_trails", value!({}))?;
    let mut trails = trails["trailList"].as_list().into_iter().flatten();
    let unknown = || Failure::general(format!("A trail could not be found for {arn}"));
    let trail = trails.find(|trail| trail["TrailARN"].as_str() == Some(arn)).ok_or_else(unknown)?;
    let mut root = root(line.text("s3-prefix").or(trail["S3KeyPrefix"].as_str()));
    if trail["IsOrganizationTrail"].as_bool() == Some(true) {
        if !line.has("account-id") {
            return Err(Failure::usage("Missing required parameter for organization trail: '--account-id'"));
        }
        let found = interrupt::call(&line.client("organizations")?.build()?, "describe_organization", value!({}))?;
        root = format!("{root}/{}", found["Organization"]["Id"].as_str().unwrap_or_default());
    }
    Ok(Place { bucket: trail["S3BucketName"].as_str().unwrap_or_default().to_owned(), root })
}

/// The public keys of a period in DER (PKCS #1), by fingerprint.
fn public_keys(cloudtrail: &Client, start: i64, end: i64) -> Result<HashMap<String, Vec<u8>>> {
    let params = value!({"StartTime": shown(start), "EndTime": shown(end)});
    let mut keys = HashMap::new();
    for page in cloudtrail.paginate("list_public_keys", params)?.cancel(interrupt::cancel()) {
        for key in page?["PublicKeyList"].as_list().into_iter().flatten() {
            let fingerprint = key["Fingerprint"].as_str().unwrap_or_default().to_owned();
            keys.insert(fingerprint, key["Value"].as_bytes().unwrap_or_default().to_vec());
        }
    }
    Ok(keys)
}

/// The names of a trail's digest files, which end with the end of the hour that they cover.
struct Names {
    folder: String,
    name: String,
    start: i64,
    end: i64,
    is_backfill: bool,
}

impl Names {
    /// The key after which the digest files of the period are listed.
    fn marker(&self) -> String {
        let before = shown(self.start - MINUTE).to_string();
        let day = before.get(..10).unwrap_or_default().replace('-', "/");
        format!("{}/{day}/{}{}.json.gz", self.folder, self.name, before.replace(['-', ':'], ""))
    }

    /// The end of the hour of a digest file of this trail.
    fn time_of(&self, key: &str) -> Option<i64> {
        let name = key.strip_prefix(&self.folder)?.rsplit('/').next()?;
        let suffix = if self.is_backfill { "_backfill.json.gz" } else { ".json.gz" };
        let time = name.strip_prefix(&self.name)?.strip_suffix(suffix)?;
        Timestamp::parse(time).ok().map(Timestamp::seconds)
    }

    fn is_of_period(&self, key: &str) -> bool {
        self.time_of(key).is_some_and(|time| (self.start..=self.end + COVERED).contains(&time))
    }
}

#[derive(Default)]
struct Count {
    valid: usize,
    invalid: usize,
}

impl Count {
    /// `2/3 digest files valid, 1/3 digest files INVALID`; nothing if there are none.
    fn text(&self, kind: &str) -> Option<String> {
        let all = self.valid + self.invalid;
        let valid = format!("{}/{all} {kind} files valid", self.valid);
        match (all, self.invalid) {
            (0, _) => None,
            (_, 0) => Some(valid),
            (_, invalid) => Some(format!("{valid}, {invalid}/{all} {kind} files INVALID")),
        }
    }
}

struct Validation {
    s3: Client,
    keys: HashMap<String, Vec<u8>>,
    region: String,
    is_verbose: bool,
    digests: Count,
    backfills: Count,
    logs: Count,
    /// The start of the oldest valid digest file and the end of the newest one.
    found: Option<(i64, i64)>,
    cloudtrail: Client,
    /// The times of backfills whose public keys are known.
    generated: HashSet<i64>,
}

impl Validation {
    /// The keys in the folder of the digest files from the period's start, the oldest first.
    fn list(&self, bucket: &str, names: &Names) -> Result<Vec<String>> {
        let params = value!({"Bucket": bucket, "Marker": names.marker(), "Prefix": names.folder.as_str()});
        let mut keys = Vec::new();
        for page in self.s3.paginate("list_objects", params)?.cancel(interrupt::cancel()) {
            let page = page?;
            let listed = page["Contents"].as_list().into_iter().flatten().filter_map(|object| object["Key"].as_str());
            keys.extend(listed.map(str::to_owned));
        }
        Ok(keys)
    }

    /// Follows the chain of digest files back to the start. Where it breaks, it goes on with the next older one of the list.
    fn walk(&mut self, bucket: &str, mut listed: Vec<String>, names: &Names) -> Result<()> {
        let mut next = listed.pop().map(|key| (bucket.to_owned(), key));
        // The start of the digest file that begins a chain.
        let mut chain_start = None;
        let kind = if names.is_backfill { "(backfill) Digest file" } else { "Digest file" };
        let count: fn(&mut Validation) -> &mut Count =
            if names.is_backfill { |validation| &mut validation.backfills } else { |validation| &mut validation.digests };
        while let Some((bucket, key)) = next.take() {
            let time = names.time_of(&key);
            listed.retain(|other| *other != key && names.time_of(other) < time);
            let checked = self.check_digest(&bucket, &key, names.is_backfill)?;
            self.note(&format!("{kind}\ts3://{bucket}/{key}"), checked.as_ref().err(), count)?;
            let older = |listed: &mut Vec<String>| listed.pop().map(|key| (bucket.clone(), key));
            let Ok(digest) = checked else {
                next = older(&mut listed);
                continue;
            };
            let [from, to] = ["digestStartTime", "digestEndTime"].map(|member| digest[member].as_str().unwrap_or_default().to_owned());
            if let Some(start) = chain_start.take() {
                output::note(format_args!("No log files were delivered by CloudTrail between {to} and {start}"));
            }
            if let (Ok(from), Ok(to)) = (Timestamp::parse(&from), Timestamp::parse(&to)) {
                let (from, to) = (from.seconds(), to.seconds());
                self.found = Some(self.found.map_or((from, to), |(start, end)| (start.min(from), end.max(to))));
            }
            self.check_logs(&digest)?;
            let previous = |member: &str| digest[member].as_str().map(str::to_owned);
            next = match previous("previousDigestS3Bucket").zip(previous("previousDigestS3Object")) {
                Some((bucket, key)) => names.time_of(&key).is_some_and(|time| time >= names.start).then_some((bucket, key)),
                None => {
                    chain_start = Some(from);
                    older(&mut listed)
                }
            };
        }
        Ok(())
    }

    /// The content of a digest file, or what is wrong with it.
    fn check_digest(&mut self, bucket: &str, key: &str, is_backfill: bool) -> Result<std::result::Result<Value, String>> {
        let Some(object) = self.object(bucket, key)? else { return Ok(Err("not found".to_owned())) };
        let content = decompress(&body(&object)?);
        let parsed = content.as_deref().and_then(|content| std::str::from_utf8(content).ok()).map(serde_json::from_str::<Value>);
        let (Some(content), Some(Ok(digest @ Value::Map(_)))) = (content, parsed) else { return Ok(Err("invalid format".to_owned())) };
        if is_backfill {
            let generated = object["Metadata"]["backfill-generation-timestamp"].as_str().map(Timestamp::parse);
            let Some(Ok(generated)) = generated else { return Ok(Err("invalid format".to_owned())) };
            self.add_keys_of(generated.seconds())?;
        }
        let text = |member: &str| digest[member].as_str().unwrap_or_default();
        if (text("digestS3Bucket"), text("digestS3Object")) != (bucket, key) {
            return Ok(Err("has been moved from its original location".to_owned()));
        }
        let fingerprint = text("digestPublicKeyFingerprint");
        let Some(public) = self.keys.get(fingerprint) else {
            return Ok(Err(format!("public key not found in region {} for fingerprint {fingerprint}", self.region)));
        };
        let hash = hex(digest::digest(&digest::SHA256, &content).as_ref());
        let previous = digest["previousDigestSignature"].as_str().unwrap_or("null");
        let signed = format!("{}\n{bucket}/{key}\n{hash}\n{previous}", text("digestEndTime"));
        let signature = object["Metadata"]["signature"].as_str().and_then(bytes_of_hex).unwrap_or_default();
        let verified = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(signed.as_bytes(), &signature);
        Ok(verified.map(|()| digest).map_err(|_| "signature verification failed".to_owned()))
    }

    /// Fetches the public keys of the hours around the time at which a backfill was made.
    fn add_keys_of(&mut self, time: i64) -> Result<()> {
        if self.generated.insert(time) {
            self.keys.extend(public_keys(&self.cloudtrail, time - COVERED, time + COVERED)?);
        }
        Ok(())
    }

    fn check_logs(&mut self, digest: &Value) -> Result<()> {
        for log in digest["logFiles"].as_list().into_iter().flatten() {
            let text = |member: &str| log[member].as_str().unwrap_or_default();
            let (bucket, key) = (text("s3Bucket"), text("s3Object"));
            let problem = match self.object(bucket, key)? {
                None => Some("not found"),
                Some(object) => match decompress(&body(&object)?) {
                    None => Some("invalid format"),
                    Some(content) if hex(digest::digest(&digest::SHA256, &content).as_ref()) != text("hashValue") => {
                        Some("hash value doesn't match")
                    }
                    Some(_) => None,
                },
            };
            self.note(&format!("Log file\ts3://{bucket}/{key}"), problem.as_ref(), |validation| &mut validation.logs)?;
        }
        Ok(())
    }

    /// Counts a file, and prints the line for it.
    fn note(&mut self, name: &str, problem: Option<&impl Display>, count: fn(&mut Validation) -> &mut Count) -> Result<()> {
        match problem {
            Some(problem) => {
                count(self).invalid += 1;
                output::note(format_args!("{name}\tINVALID: {problem}\n"));
            }
            None => {
                count(self).valid += 1;
                if self.is_verbose {
                    output::lines([format!("{name}\tvalid")])?;
                }
            }
        }
        Ok(())
    }

    /// An object; `None` if there is none.
    fn object(&self, bucket: &str, key: &str) -> Result<Option<Value>> {
        match interrupt::call(&self.s3, "get_object", value!({"Bucket": bucket, "Key": key})) {
            Err(error) if error.status() == Some(404) => Ok(None),
            other => Ok(Some(other?)),
        }
    }

    fn report(&self, start: i64, end: i64) -> Result<()> {
        let requested = format!("Results requested for {} to {}", shown(start), shown(end));
        let has_printed = self.is_verbose && self.digests.valid + self.backfills.valid + self.logs.valid > 0;
        let mut lines = Vec::from_iter(has_printed.then(String::new));
        lines.push(requested);
        match (self.found, self.digests.invalid + self.backfills.invalid) {
            (Some((from, to)), _) => lines.push(format!("Results found for {} to {}:\n", shown(from.max(start)), shown(to.min(end)))),
            (None, 0) => lines.push("No digests found".to_owned()),
            (None, _) => lines.push("No valid digests found in range\n".to_owned()),
        }
        lines.extend(self.digests.text("digest"));
        lines.extend(self.backfills.text("backfill digest"));
        lines.extend(self.logs.text("log"));
        output::lines(lines)?;
        match self.digests.invalid + self.backfills.invalid + self.logs.invalid {
            0 => Ok(()),
            _ => Err(Failure { message: String::new(), code: 1 }),
        }
    }
}

fn body(object: &Value) -> Result<Vec<u8>> {
    let stream = object["Body"].as_stream().ok_or_else(|| Failure::general("The response has no body."))?;
    Ok(stream.read_all()?.to_vec())
}

/// The content of a file in gzip format.
fn decompress(compressed: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    MultiGzDecoder::new(compressed).read_to_end(&mut content).ok().map(|_| content)
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |pair: &[u8]| u8::try_from(digit(*pair.first()?)? * 16 + digit(*pair.get(1)?)?).ok();
    digits.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_files_of_a_period_have_names_with_the_end_of_their_hour() {
        let at = |text: &str| time(text).unwrap();
        let names = Names {
            folder: "AWSLogs/1/CloudTrail-Digest/us-east-1".to_owned(),
            name: "1_CloudTrail-Digest_us-east-1_T_us-east-1_".to_owned(),
            start: at("2024-01-02T03:30:00Z"),
            end: at("2024-01-02T04:30:00Z"),
            is_backfill: false,
        };
        let key = |time: &str| format!("{}/2024/01/02/{}20240102T{time}Z.json.gz", names.folder, names.name);
        assert_eq!(names.marker(), key("032900"));
        let of_period = ["030910", "032959", "033000", "050910", "053000", "053001", "060910"].map(|time| names.is_of_period(&key(time)));
        assert_eq!(of_period, [false, false, true, true, true, false, false]);
        assert!(!names.is_of_period(&key("040000").replace("_T_", "_Other_")), "the file of another trail");
        let backfill = key("040000").replace(".json", "_backfill.json");
        assert_eq!((names.is_of_period(&backfill), Names { is_backfill: true, ..names }.is_of_period(&backfill)), (false, true));
    }

    #[test]
    fn the_parts_of_an_arn_are_those_of_a_trail() {
        assert_eq!(parts("arn:aws:cloudtrail:us-east-1:123456789012:trail/T"), Some(("us-east-1", "123456789012", "T")));
        for other in ["x", "arn:aws:cloudtrail:us-east-1:12:trail/T", "arn:aws:sns:us-east-1:123456789012:trail/T"] {
            assert_eq!(parts(other), None, "{other}");
        }
        assert_eq!((bytes_of_hex("00fF"), bytes_of_hex("0"), bytes_of_hex("zz")), (Some(vec![0, 255]), None, None));
    }
}
