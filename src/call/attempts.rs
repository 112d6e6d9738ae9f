//! The attempts of a call: sign, send, receive, and retry while that is allowed and useful.
//!
//! The `retry` module and the hooks of `needs-retry` decide what is retried and after which delay. Every attempt starts
//! from the request as it was before it was first signed.

use std::time::{Duration, Instant};

use super::Call;
use super::hooks::Stage;
use super::monitor::{self, LastAttempt};
use super::{auth_type, discovery, endpoint, observe, response, signing};
use crate::credentials::InstanceRegion;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Limits, Request, SendOptions, deadline_exceeded};
use crate::retry::{self, Modeled, Outcome, Verdict};
use crate::value::{Map, Str, Timestamp, Value};

/// The request as it was before it was signed.
pub(crate) struct Unsigned {
    /// Without its body.
    pub head: Request,
    /// A body in memory; others are rewound.
    body: Option<Body>,
}

/// The state shared by the attempts of one call.
#[derive(Default)]
pub(crate) struct Attempts {
    /// The number of attempts started.
    pub number: u32,
    pub unsigned: Option<Unsigned>,
    /// The delay before the next attempt; `None` if there is none.
    pub retry: Option<Duration>,
    /// Whether the last outcome was transient, and whether it was throttling.
    pub retryable: bool,
    pub throttling: bool,
    /// What the retries took from the client's quota.
    loan: retry::Loan,
    /// The invocation ID, the same for all attempts.
    invocation: Str,
    signed_at: Option<Timestamp>,
    /// When the last response arrived, and the date that the service gave it.
    last_seen: Option<(Timestamp, Timestamp)>,
    /// The correction of the client's clock before this call changed it.
    skew_before: Option<i64>,
    /// A hook asked for the endpoint to be resolved again before the next attempt.
    pub resolves_again: bool,
    /// For the event of the call, if the client is monitored.
    pub monitored: LastAttempt,
}

/// Gets a result: from the service, or from a hook that answered in its place.
pub(super) fn run(call: &mut Call<'_>) -> Result<()> {
    let outcome = match (&call.result, &call.response) {
        (Some(_), _) => return Ok(()),
        (None, None) => attempts(call),
        (None, Some(_)) => (call.pipeline.receive)(call).and_then(|failure| failure.map_or(Ok(()), Err)),
    };
    call.failure = outcome.err();
    if call.failure.is_some() {
        call.emit(Stage::AfterCallError)?;
    }
    let (retryable, throttling) = (call.attempts.retryable, call.attempts.throttling);
    call.failure.take().map_or(Ok(()), |error| Err(error.with_classification(retryable, throttling)))
}

/// Makes attempts until there is a response or a failure that is final.
fn attempts(call: &mut Call<'_>) -> Result<()> {
    call.attempts.invocation = (call.client.time.uuids)().into();
    call.attempts.unsigned = Some(Unsigned::of(call.request_mut()));
    loop {
        admit(call)?;
        call.failure = monitor::attempt(call, |call| observe::attempt(call, attempt))?;
        if let Some(error) = &call.failure {
            stopped(call, error)?;
        }
        call.emit(Stage::ResponseReceived)?;
        let delay = decide(call, call.failure.as_ref().map(Error::kind))?;
        let failure = call.failure.take();
        let delay = delay.filter(|delay| call.left().is_none_or(|left| *delay < left));
        observe::decision(call, delay);
        match delay {
            Some(delay) => again(call, delay, failure)?,
            None => return failure.map_or(Ok(()), Err),
        }
    }
}

/// Returns to the quota what a successful call took from it.
pub(crate) fn succeeded(call: &Call<'_>) {
    if call.attempts.number > 0 {
        call.client.retries.release(&call.attempts.loan);
    }
}

/// Waits until the rate limiter admits an attempt.
fn admit(call: &Call<'_>) -> Result<()> {
    loop {
        if let Some(cancel) = &call.options.cancel {
            cancel.check()?;
        }
        let left = call.left();
        if left.is_some_and(|left| left.is_zero()) {
            return Err(deadline_exceeded());
        }
        let pace = &call.client.time.pace;
        let wait = call.client.retries.throttle(pace.now());
        if wait.is_zero() {
            return Ok(());
        }
        pace.pause(left.map_or(wait, |left| wait.min(left)), call.options.cancel.as_ref())?;
    }
}

/// One attempt. `Some` is a failure that may be worth another attempt; `Err` is one that is not.
fn attempt(call: &mut Call<'_>) -> Result<Option<Error>> {
    call.attempts.signed_at = Some(call.client.time.now());
    signing::sign(call)?;
    call.attempts.number += 1;
    announce(call)?;
    call.emit_until(Stage::BeforeSend, |call| call.response.is_some())?;
    if call.response.is_none() {
        let options = call.send_options();
        let client = call.client;
        match client.transport.send(call.request_mut(), &options) {
            Ok(response) => call.response = Some(response),
            Err(error) => return Ok(Some(Error::transport(error))),
        }
    }
    call.attempts.last_seen = call.response.as_ref().and_then(|response| {
        let theirs = Timestamp::parse(response.headers.get("date")?).ok()?;
        Some(((call.client.time.clock)(), theirs))
    });
    (call.pipeline.receive)(call)
}

/// Turns a failure caused by a cancellation or the deadline into the matching error.
fn stopped(call: &Call<'_>, error: &Error) -> Result<()> {
    if let Some(cancel) = &call.options.cancel {
        cancel.check()?;
    }
    let timed_out = matches!(error.kind(), ErrorKind::ReadTimeout | ErrorKind::ConnectTimeout);
    if timed_out && call.left().is_some_and(|left| left.is_zero()) { Err(deadline_exceeded()) } else { Ok(()) }
}

/// Adds the headers by which a service tells the attempts of a call apart; they are not signed.
fn announce(call: &mut Call<'_>) -> Result<()> {
    let attempts = &call.attempts;
    let ttl = match attempts.last_seen.filter(|_| attempts.number > 1) {
        Some(seen) if !signing::has_streaming_input(call)? => ttl(call, seen),
        _ => None,
    };
    let max = (call.client.retries.announces_max() || attempts.number > 1).then_some(call.max_attempts());
    let mut told = String::with_capacity(64);
    if let Some(ttl) = ttl {
        told.extend(["ttl=", &ttl, "; "]);
    }
    told.extend(["attempt=", &attempts.number.to_string()]);
    if let Some(max) = max {
        told.extend(["; max=", &max.to_string()]);
    }
    let invocation = attempts.invocation.clone();
    let headers = &mut call.request_mut().headers;
    headers.set("amz-sdk-invocation-id", invocation);
    headers.set("amz-sdk-request", told);
    Ok(())
}

/// When the attempt times out, on the service's clock.
fn ttl(call: &Call<'_>, (received, theirs): (Timestamp, Timestamp)) -> Option<String> {
    let timeout = i64::try_from(call.read_timeout()?.as_secs()).ok()?;
    let now = (call.client.time.clock)().seconds();
    let ends = now.checked_add(timeout)?.checked_add(theirs.seconds() - received.seconds())?;
    let at = Timestamp::checked(ends, 0)?.to_utc()?;
    let (date, time) = (at.date(), at.time());
    Some(format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    ))
}

/// Decides whether there is another attempt, and after which delay.
fn decide(call: &mut Call<'_>, failure: Option<ErrorKind>) -> Result<Option<Duration>> {
    let client = call.client;
    let now = client.time.pace.now();
    let mut loan = std::mem::take(&mut call.attempts.loan);
    let outcome = outcome(call, failure)?;
    let verdict = client.retries.verdict(&outcome, &mut loan, now, &|| client.time.pace.random());
    let signed_at = call.attempts.signed_at.filter(|_| signing::covers_time(call));
    let skew = signed_at.and_then(|signed| retry::skew(&outcome, signed, (client.time.clock)()));
    let rejected = outcome.code.is_some_and(retry::is_about_signature);
    let throttling = outcome.is_throttling();
    let retryable = retry::is_retryable(outcome.code, outcome.status, outcome.failure, outcome.modeled);
    let may = outcome.attempt < outcome.max_attempts;
    let refused = discovery::forget_if_refused(call)?;

    let attempts = &mut call.attempts;
    (attempts.loan, attempts.retryable, attempts.throttling) = (loan, retryable, throttling);
    attempts.retry = match verdict {
        Verdict::Retry(delay) => Some(delay),
        _ => None,
    };
    match (attempts.skew_before, skew) {
        // The correction did not help, so the response with the other date proved nothing.
        (Some(before), _) if rejected => client.time.set_skew(before),
        (None, Some(skew)) if may => {
            attempts.skew_before = Some(client.time.skew());
            client.time.set_skew(skew.seconds);
            attempts.retry.get_or_insert(Duration::ZERO);
        }
        (None, Some(skew)) if skew.is_certain => client.time.set_skew(skew.seconds),
        _ => {}
    }
    if refused && may {
        attempts.retry.get_or_insert(Duration::ZERO);
    }
    report(call, &verdict);
    call.emit(Stage::NeedsRetry)?;
    match (call.attempts.retry, verdict) {
        (None, Verdict::Corrupt { expected, calculated }) => Err(corrupt(expected, calculated)),
        (None, Verdict::Quota(pause)) => {
            let pause = call.left().map_or(pause, |left| pause.min(left));
            client.time.pace.pause(pause, call.options.cancel.as_ref()).map(|()| None)
        }
        (retry, _) => Ok(retry),
    }
}

fn outcome<'a>(call: &'a Call<'_>, failure: Option<ErrorKind>) -> Result<Outcome<'a>> {
    let response = call.response.as_ref();
    let status = response.map(|r| r.status);
    let code = call.result.as_ref().filter(|_| status >= Some(300)).and_then(|result| result["Error"]["Code"].as_str());
    Ok(Outcome {
        operation: &call.operation.name,
        attempt: call.attempts.number,
        max_attempts: call.max_attempts(),
        failure,
        status,
        code,
        headers: response.map(|r| &r.headers),
        body: response.and_then(|r| r.body.in_memory()),
        modeled: code.map_or(Ok(Modeled::default()), |code| modeled(call, code))?,
    })
}

/// What the operation's definition says about an error code.
fn modeled(call: &Call<'_>, code: &str) -> Result<Modeled> {
    for error in &call.operation.errors {
        let node = call.service.node(error)?;
        let own = node.shape().traits.error.as_ref().and_then(|e| e.code.as_deref());
        if own.unwrap_or(&node.shape().name) == code {
            let retryable = node.shape().traits.retryable;
            return Ok(Modeled { known: true, retryable: retryable.is_some(), throttling: retryable.is_some_and(|r| r.throttling) });
        }
    }
    Ok(Modeled::default())
}

/// Records in the metadata how many retries there were, and why there are no more.
fn report(call: &mut Call<'_>, verdict: &Verdict) {
    let retries = call.attempts.number.saturating_sub(1);
    let Some(metadata) = call.result.as_mut().and_then(metadata) else { return };
    match verdict {
        Verdict::MaxAttempts | Verdict::Corrupt { .. } => metadata.insert("MaxAttemptsReached", true),
        Verdict::Quota(_) => metadata.insert("RetryQuotaReached", true),
        Verdict::Retry(_) | Verdict::Stop => None,
    };
    metadata.insert("RetryAttempts", retries);
}

fn metadata(result: &mut Map) -> Option<&mut Map> {
    result.get_mut("ResponseMetadata").and_then(Value::as_map_mut)
}

fn corrupt(expected: u32, calculated: u32) -> Error {
    let message = format!("Checksum crc32 failed, expected checksum {expected} did not match calculated checksum {calculated}.");
    Error::new(ErrorKind::Checksum, message).with_name("ChecksumError")
}

/// Prepares the request for another attempt, and waits.
fn again(call: &mut Call<'_>, delay: Duration, failure: Option<Error>) -> Result<()> {
    if let Err(error) = call.request_mut().body.rewind() {
        let because = failure.unwrap_or_else(|| response::service_error(call));
        let message = format!(
            "Need to rewind the stream of the body, but stream is not seekable ({error}). It was to be sent again because of: {because}"
        );
        return Err(Error::new(ErrorKind::Stream, message).with_name("UnseekableStreamError").with_source(because));
    }
    (call.response, call.result) = (None, None);
    call.signing.signer = None;
    call.error_class = None;
    if std::mem::take(&mut call.attempts.resolves_again) {
        endpoint::resolve(call)?;
        auth_type::decide(call)?;
        if let (Some(unsigned), Some(endpoint)) = (&mut call.attempts.unsigned, &call.endpoint) {
            unsigned.head.set_host(&endpoint.url);
        }
    }
    if let Some(unsigned) = call.attempts.unsigned.take() {
        unsigned.restore(call.request_mut());
        call.attempts.unsigned = Some(unsigned);
    }
    call.client.time.pace.pause(delay, call.options.cancel.as_ref())
}

impl Unsigned {
    fn of(request: &Request) -> Unsigned {
        let body = match &request.body {
            Body::Bytes(bytes) => Some(Body::Bytes(bytes.clone())),
            _ => None,
        };
        Unsigned { head: head(request), body }
    }

    fn restore(&self, request: &mut Request) {
        let body = std::mem::take(&mut request.body);
        *request = head(&self.head);
        request.body = match &self.body {
            Some(Body::Bytes(bytes)) => Body::Bytes(bytes.clone()),
            _ => body,
        };
    }
}

fn head(request: &Request) -> Request {
    let mut head = Request::new(request.method.as_str(), request.url.as_str());
    head.headers = request.headers.clone();
    head.secrets = request.secrets.clone();
    head
}

impl Call<'_> {
    /// The maximum number of attempts.
    pub(crate) fn max_attempts(&self) -> u32 {
        self.options.max_attempts.unwrap_or(self.client.retries.max_attempts())
    }

    /// The time left until the deadline.
    pub(crate) fn left(&self) -> Option<Duration> {
        let allowed = self.options.deadline.or(self.client.settings.deadline)?;
        Some(allowed.saturating_sub(self.client.time.pace.now().saturating_sub(self.started)))
    }

    /// The limits of everything that is done on the call's behalf.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            idle: self.options.read_timeout,
            deadline: self.left().and_then(|left| Instant::now().checked_add(left)),
            cancel: self.options.cancel.clone(),
        }
    }

    /// May ask the metadata service, once per session.
    fn connect_timeout(&self) -> Option<Duration> {
        let transport = &self.client.settings.transport;
        let is_in_region = |instance: &InstanceRegion| {
            let region = instance.find(&self.limits());
            region.is_some() && region == self.client.settings.region.as_deref()
        };
        match &self.client.instance_region {
            Some(instance) if is_in_region(instance) => transport.in_region_connect_timeout,
            _ => transport.connect_timeout,
        }
    }

    fn read_timeout(&self) -> Option<Duration> {
        self.options.read_timeout.or(self.client.settings.transport.read_timeout)
    }

    /// The limits of one attempt.
    pub(crate) fn send_options(&self) -> SendOptions {
        let mut options = SendOptions::default();
        options.connect_timeout = self.connect_timeout();
        options.read_timeout = self.read_timeout();
        options.deadline = self.left().and_then(|left| Instant::now().checked_add(left));
        options.cancel = self.options.cancel.clone();
        options
    }
}
