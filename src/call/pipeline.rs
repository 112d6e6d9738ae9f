//! The pipelines: sending, preparing, presigning, and raw calls. Each is a list of steps in execution order.
//!
//! ```text
//! name + Value ─► Operation ─► hooks ─► defaults ─► endpoint ─► validate
//!    ─► serialize ─► hooks ─► [ sign ─► transport ─► parse ─► retry? ]* ─► hooks ─► Value
//! ```
//!
//! The part in brackets is the step [`attempts::run`]. A step fills in its own part of the [`Call`] and never runs an
//! earlier step.

use super::{
    Call, attempts, auth_type, checksum, compression, discovery, endpoint, monitor, observe, request, response, signing, validate,
};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Request, Response};
use crate::value::Map;

/// One step of a call.
type Step = fn(&mut Call<'_>) -> Result<()>;

/// A list of steps.
#[derive(Debug)]
pub(crate) struct Pipeline {
    /// The steps up to the complete request.
    build: &'static [Step],
    /// The step that uses the request; `None` if the caller signs it.
    then: Option<Step>,
    /// Handles a response. `Some` is a failure that may be worth another attempt; `Err` is one that is not.
    pub receive: fn(&mut Call<'_>) -> Result<Option<Error>>,
    /// Whether the request is sent.
    pub sends: bool,
}

/// The steps from the parameters of an operation to its request.
const OPERATION: &[Step] = &[
    request::check_support,
    discovery::check,
    validate::omit_null_parameters,
    request::offer_params_to_hooks,
    request::fill_idempotency_tokens,
    checksum::inject_validation_mode,
    endpoint::resolve,
    auth_type::decide,
    validate::check,
    request::build,
    request::add_headers,
    request::add_user_agent,
    checksum::plan,
    request::add_standing_headers,
    request::offer_to_hooks,
    compression::apply,
    checksum::apply,
];

/// As [`OPERATION`], for a URL or a form: its user sends neither a checksum nor this client's user agent.
const PRESIGNED: &[Step] = &[
    request::check_support,
    discovery::check,
    validate::omit_null_parameters,
    request::offer_params_to_hooks,
    request::fill_idempotency_tokens,
    endpoint::resolve,
    auth_type::decide_presigned,
    validate::check,
    request::build,
    request::add_headers,
];

/// An operation, from its name and parameters to its result.
pub(crate) static SEND: Pipeline = Pipeline { build: OPERATION, then: Some(attempts::run), receive: response::receive, sends: true };

/// An operation, up to its signed request.
pub(crate) static PREPARE: Pipeline = Pipeline { build: OPERATION, then: Some(signing::sign), receive: response::receive, sends: false };

/// An operation, up to the request whose URL or form is signed.
pub(crate) static PRESIGN: Pipeline = Pipeline { build: PRESIGNED, then: None, receive: response::receive, sends: false };

/// A request that no definition describes; [`request::build_raw`] has built it.
pub(crate) static RAW: Pipeline = Pipeline {
    build: &[request::add_headers, request::add_user_agent, request::offer_to_hooks],
    then: Some(attempts::run),
    receive: response::keep,
    sends: true,
};

/// A request that no definition describes, up to its signature.
pub(crate) static RAW_PREPARE: Pipeline =
    Pipeline { build: &[request::add_headers, request::add_user_agent], then: Some(signing::sign), receive: response::keep, sends: false };

impl Pipeline {
    fn run(&self, call: &mut Call<'_>) -> Result<()> {
        if !self.sends {
            // Attempts check the limits by themselves.
            call.limits().check()?;
        }
        self.build.iter().chain(&self.then).try_for_each(|step| step(call))
    }
}

/// Sends an operation. Returns the result, or the error of the service.
pub(crate) fn send(call: &mut Call<'_>) -> Result<Map> {
    observed(call, |call| {
        SEND.run(call)?;
        response::finish(call)
    })
}

/// Returns the signed request of an operation without sending it.
pub(crate) fn prepare(call: &mut Call<'_>) -> Result<Request> {
    call.limits().check()?;
    PREPARE.run(call)?;
    take_request(call)
}

/// Returns the request of an operation after `sign` has signed its URL or form.
pub(crate) fn presign(call: &mut Call<'_>, sign: impl FnOnce(&mut Call<'_>) -> Result<()>) -> Result<Request> {
    call.limits().check()?;
    PRESIGN.run(call)?;
    sign(call)?;
    take_request(call)
}

/// Sends a request that no definition describes. Returns the response, whatever its status.
pub(crate) fn send_raw(call: &mut Call<'_>) -> Result<Response> {
    observed(call, |call| {
        RAW.run(call)?;
        attempts::succeeded(call);
        let missing = || Error::new(ErrorKind::Foreign, "a hook answered a raw call without a response");
        call.response.take().ok_or_else(missing)
    })
}

/// Returns a signed request that no definition describes, without sending it.
pub(crate) fn prepare_raw(call: &mut Call<'_>) -> Result<Request> {
    call.limits().check()?;
    RAW_PREPARE.run(call)?;
    take_request(call)
}

/// Runs a call with its span and the event of its monitoring.
fn observed<T>(call: &mut Call<'_>, run: impl FnOnce(&mut Call<'_>) -> Result<T>) -> Result<T> {
    monitor::call(call, |call| observe::call(call, run))
}

fn take_request(call: &mut Call<'_>) -> Result<Request> {
    call.request.take().ok_or_else(|| Error::new(ErrorKind::Foreign, "a hook answered before there was a request"))
}
