//! The S3 request matrix: a sample of operations × kinds of bucket names × settings, prepared by tucuxi and by botocore with `awscrt`.
//!
//! `reference/s3_matrix.py` makes up the cases and tells botocore's request, presigned URL, or error for each. Requests must be equal:
//! method, URL, headers, body, and signature. Errors must have the same name and message. Signatures of Signature Version 4a are random
//! in botocore; both signatures must be valid for the same canonical request.
//!
//! These tests fail if botocore with `awscrt` cannot be installed or started: the matrix is not compared in any other way.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use tucuxi::http::Request;
use tucuxi::{Client, Map, OperationRequest, Value};

use crate::case::{self, params, refused};
use crate::reference::{Question, Reference};
use crate::sigv4a::{self, Signed};
use crate::{clients, known, python, request, tagged};

/// The number of tests, each with as many clients, each with 16 cases.
const PARTS: u64 = 8;
const CLIENTS: u64 = 48;

/// The least number of cases, and of those that end with a request.
const CASES: usize = 6000;
const REQUESTS: usize = 3500;
const PRESIGNED: usize = 100;
const SIGV4A: usize = 200;
/// How many requests each kind of bucket has at least. Only some settings accept `uppercase` names and ARNs.
const REQUESTS_OF_A_KIND: usize = 30;
/// These kinds of names are always refused.
const REFUSED: [&str; 3] = ["invalid", "bad access point", "client"];

const LIFETIME: Duration = Duration::from_secs(900);

static REFERENCE: LazyLock<Reference> = LazyLock::new(|| Reference::new("s3_matrix.py", python::with_crt));

/// What was compared.
#[derive(Default)]
pub struct Tally {
    parts: u64,
    cases: usize,
    requests: BTreeMap<String, usize>,
    presigned: usize,
    sigv4a: usize,
    causes: BTreeMap<&'static str, usize>,
}

/// The tests of the matrix.
pub fn trials(tally: &Arc<Mutex<Tally>>, seed: u64) -> Vec<Trial> {
    let trial = |part| {
        let tally = Arc::clone(tally);
        Trial::test(format!("s3_matrix/{part}"), move || run(part, seed, &tally).map_err(Failed::from))
    };
    (0..PARTS).map(trial).collect()
}

/// Prints the figures of a complete run; there must be enough cases of each kind.
pub fn report(tally: &Mutex<Tally>) -> Result<(), String> {
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    if tally.parts < PARTS {
        return Ok(());
    }
    let requests: usize = tally.requests.values().sum();
    let Tally { cases, presigned, sigv4a, .. } = *tally;
    println!("the S3 matrix: {cases} cases, {requests} requests, {presigned} presigned URLs, {sigv4a} signatures of Version 4a");
    println!("requests by kind of bucket: {:?}", tally.requests);
    tally.causes.iter().for_each(|(cause, count)| println!("{count:>7}  {cause}"));
    let few = tally.requests.iter().find(|(kind, count)| !REFUSED.contains(&kind.as_str()) && **count < REQUESTS_OF_A_KIND);
    let enough = cases >= CASES && requests >= REQUESTS && presigned >= PRESIGNED && sigv4a >= SIGV4A;
    match few {
        None if enough => Ok(()),
        _ => Err(format!("the S3 matrix is too small: {few:?}")),
    }
}

fn run(part: u64, seed: u64, tally: &Mutex<Tally>) -> Result<(), String> {
    let lines = REFERENCE.ask(&Question { service: format!("s3_matrix/{part}"), seed, rounds: CLIENTS })?;
    let mut differences = Vec::new();
    tally.lock().unwrap_or_else(PoisonError::into_inner).parts += 1;
    for line in lines {
        let case = tagged::json(&line);
        let outcome = compare(&case);
        let cause = outcome.as_ref().err().and_then(|difference| cause(&case, difference));
        tally.lock().unwrap_or_else(PoisonError::into_inner).count(&case, cause);
        if let (Err(difference), None) = (outcome, cause) {
            differences.push(case::report(&case, &difference));
        }
    }
    match differences.len() {
        0 => Ok(()),
        count => Err(format!("{count} differences\n\n{}", differences.join("\n\n"))),
    }
}

impl Tally {
    fn count(&mut self, case: &Value, cause: Option<&'static str>) {
        self.cases += 1;
        let kind = case["kind"].as_str().unwrap_or_default();
        *self.requests.entry(kind.to_owned()).or_default() += usize::from(case.get("request").is_some());
        self.presigned += usize::from(case.get("presigned").is_some());
        let signature = case["request"]["headers"]["Authorization"].as_str().unwrap_or_default();
        self.sigv4a += usize::from(sigv4a::is_header(signature) || sigv4a::is_url(case["presigned"].as_str().unwrap_or_default()));
        if let Some(cause) = cause {
            *self.causes.entry(cause).or_default() += 1;
        }
    }
}

/// The reason for an intended difference.
fn cause(case: &Value, difference: &str) -> Option<&'static str> {
    let preference = !case["client"]["auth_scheme_preference"].is_null();
    if preference && case["error"]["message"].as_str() == Some("Signature version(s) are not supported: sigv4-s3express") {
        return Some("the reference cannot sign for a directory bucket if a preference for another signature is set");
    }
    let signature = ["signature", "authorization", "X-Amz-Signature"].iter().any(|name| difference.contains(name));
    let urls = [&case["request"]["url"], &case["presigned"]];
    if signature && urls.iter().any(|url| url.as_str().is_some_and(|url| url.contains(".[::1]"))) {
        return Some("the reference signs a host that is not the one of the URL, if that has a prefix before an IPv6 address");
    }
    let region = case["client"]["region"].as_str().unwrap_or_default();
    let fips = case["client"]["use_fips_endpoint"].as_bool() == Some(true) || region.contains("fips");
    if fips && difference.starts_with("presigned: url") && ["us-east-1.", "aws-global."].iter().any(|region| difference.contains(region)) {
        return Some("the reference points presigned URLs for FIPS endpoints to us-east-1, here it is the region of the client");
    }
    if difference.starts_with("presigned: url") && case["operation"].as_str() == Some("put_bucket_policy") {
        return Some("the reference makes parameters of a presigned URL from the members of a body in JSON");
    }
    let sets_regions =
        !case["client"]["sigv4a_signing_region_set"].is_null() && case["client"]["signature_version"].as_str() == Some("s3v4a");
    if sets_regions && (difference.contains("header x-amz-region-set") || difference.contains("X-Amz-Region-Set=")) {
        return Some("the reference ignores the region set of the settings if the signature version is set as well");
    }
    known::cause(case, difference)
}

fn compare(case: &Value) -> Result<(), String> {
    let client = clients::client(case["service"].as_str().unwrap_or_default(), &case["client"]);
    let client = match (client, case.get("error")) {
        (Ok(client), _) => client,
        (Err(found), Some(expected)) if found.contains(expected["class"].as_str().unwrap_or("no class")) => return Ok(()),
        (Err(found), _) => return Err(found),
    };
    let expected_url = case["presigned"].as_str();
    if expected_url.is_some() || case["presigns"].as_bool() == Some(true) {
        return match (call(&client, case).presign(LIFETIME), expected_url) {
            (Ok(found), Some(expected)) => urls(case, &found, expected),
            (Err(found), None) => refused(&found, &case["error"]),
            (Ok(found), None) => Err(format!("presigned: expected {:?}, found {found}", case["error"])),
            (Err(found), Some(expected)) => {
                Err(format!("presigned: {}: {}, but the reference has {expected}", found.name(), found.message()))
            }
        };
    }
    match (call(&client, case).prepare(), case.get("request")) {
        (Ok(found), Some(expected)) => requests(found, expected),
        (Err(found), None) => refused(&found, &case["error"]).map_err(|e| format!("refusal: {e}")),
        (Ok(found), None) => Err(format!("refusal: expected {:?}, found {} {}", case["error"], found.method, found.url)),
        (Err(found), Some(expected)) => Err(format!(
            "refusal: {}: {}, but the reference sends {}",
            found.name(),
            found.message(),
            expected["url"].as_str().unwrap_or_default()
        )),
    }
}

fn call<'c>(client: &'c Client, case: &Value) -> OperationRequest<'c> {
    let call = client.request(case["operation"].as_str().unwrap_or_default(), params(&case["params"]));
    match case["endpoint_url"].as_str() {
        Some(url) => call.endpoint_url(url),
        None => call,
    }
}

/// The credentials that signed a request: those of the session, or of the S3 Express session.
fn credentials(signature: &str) -> (&'static str, &'static str) {
    match signature.contains("EXPRESSKEY") {
        true => ("EXPRESSKEY", "expresssecret"),
        false => ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    }
}

fn requests(mut found: Request, expected: &Value) -> Result<(), String> {
    let expected = &trimmed(expected);
    trim_headers(&mut found);
    let theirs = expected["headers"]["Authorization"].as_str().unwrap_or_default().to_owned();
    let ours = found.headers.get("Authorization").unwrap_or_default().to_owned();
    if !(sigv4a::is_header(&theirs) && sigv4a::is_header(&ours)) {
        return request::compare(found, expected).map_err(|e| format!("request: {e}"));
    }
    let lowercase = |(name, value): (&str, &str)| (name.to_ascii_lowercase(), value.to_owned());
    let headers: Vec<_> = found.headers.iter().map(lowercase).collect();
    let signed = Signed { method: &found.method, url: &found.url, headers: &headers };
    sigv4a::verify_header(&signed, &ours, credentials(&ours)).map_err(|e| format!("our signature: {e}"))?;
    let headers: Vec<_> =
        expected["headers"].as_map().into_iter().flatten().map(|(n, v)| lowercase((n.as_str(), v.as_str().unwrap_or_default()))).collect();
    let text = |name: &str| expected[name].as_str().unwrap_or_default();
    let signed = Signed { method: text("method"), url: text("url"), headers: &headers };
    sigv4a::verify_header(&signed, &theirs, credentials(&theirs)).map_err(|e| format!("the reference's signature: {e}"))?;
    // Everything but the digits of the signature is compared as text.
    let (start, _) = ours.split_once("Signature=").unwrap_or((&ours, ""));
    let (expected_start, _) = theirs.split_once("Signature=").unwrap_or((&theirs, ""));
    if start != expected_start {
        return Err(format!("request: header authorization: expected\n{theirs}\nfound\n{ours}"));
    }
    found.headers.set("Authorization", theirs);
    request::compare(found, expected).map_err(|e| format!("request: {e}"))
}

/// `awscrt` sends the values of headers as they are signed: without white space around them. Other signers of botocore do not.
fn trim_headers(request: &mut Request) {
    let padded = request.headers.iter().filter(|(_, value)| value.trim() != *value);
    let trimmed: Vec<_> = padded.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
    trimmed.into_iter().for_each(|(name, value)| request.headers.set(name, value));
}

fn trimmed(expected: &Value) -> Value {
    let headers = expected["headers"].as_map().into_iter().flatten();
    let headers: Map = headers.map(|(name, value)| (name.clone(), Value::from(value.as_str().unwrap_or_default().trim()))).collect();
    let mut trimmed = expected.clone();
    trimmed["headers"] = headers.into();
    trimmed
}

fn urls(case: &Value, found: &str, expected: &str) -> Result<(), String> {
    if !(sigv4a::is_url(found) && sigv4a::is_url(expected)) {
        return request::urls(found, expected).map_err(|e| format!("presigned: {e}"));
    }
    if expected.contains("X-Amz-SignedHeaders=host&") {
        let method = case["method"].as_str().unwrap_or_default();
        let verify = |url| sigv4a::verify_url(&Signed { method, url, headers: &[] }, credentials(url));
        verify(found).map_err(|e| format!("our signature: {e}"))?;
        verify(expected).map_err(|e| format!("the reference's signature: {e}"))?;
    }
    let without = |url: &str| {
        let pairs: Vec<&str> = url.split('&').filter(|pair| !pair.starts_with("X-Amz-Signature=")).collect();
        pairs.join("&")
    };
    request::urls(&without(found), &without(expected)).map_err(|e| format!("presigned: {e}"))
}
