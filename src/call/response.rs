//! The stage that turns a response into a result or the service's error.

use std::io::Read;

use super::hooks::Stage;
use super::{Call, attempts, checksum, observe};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Response, ResponseBody};
use crate::protocol::{self, ParseOptions};
use crate::value::{Map, Value, read_to_end};

/// From this status on a response is parsed as an error. As in boto3, 300 is not, although it fails the call.
const FIRST_ERROR: u16 = 301;

/// Reads, verifies, and parses the response. `Some` is a failure that may be worth another attempt; `Err` is one that is
/// not.
pub(super) fn receive(call: &mut Call<'_>) -> Result<Option<Error>> {
    if let Err(error) = buffer(call) {
        // An incomplete response is no response.
        call.response = None;
        let is_final = matches!(error.kind(), ErrorKind::Checksum | ErrorKind::ResponseTooLarge);
        return if is_final { Err(error) } else { Ok(Some(error)) };
    }
    checksum::verify(call)?;
    call.emit(Stage::BeforeParse)?;
    parse(call)?;
    if !call.unknown_output.is_empty() {
        observe::unknown_output(call);
        call.emit(Stage::UnknownOutput)?;
    }
    Ok(None)
}

/// Leaves the response as it is: the caller of a raw call reads it.
pub(super) fn keep(_: &mut Call<'_>) -> Result<Option<Error>> {
    Ok(None)
}

/// The result of the call, after the last hooks.
pub(super) fn finish(call: &mut Call<'_>) -> Result<Map> {
    if !call.is_final {
        call.emit(Stage::AfterCall)?;
    }
    if call.status() >= 300 {
        return Err(service_error(call));
    }
    if call.status() >= 200 {
        attempts::succeeded(call);
    }
    Ok(call.result.take().unwrap_or_default())
}

/// The error that the service returned.
pub(super) fn service_error(call: &mut Call<'_>) -> Error {
    let status = call.status();
    let result = call.result.take().unwrap_or_default();
    let error = Error::service(call.error_class.as_deref(), status, Value::Map(result));
    error.with_classification(call.attempts.retryable, call.attempts.throttling)
}

/// Reads the body into memory, unless the operation hands it to the caller as a stream.
fn buffer(call: &mut Call<'_>) -> Result<()> {
    let streams = protocol::streams_output(call.service, call.operation)?;
    let limit = call.client.settings.max_response_body_size;
    // The response to HEAD announces the length of a body that it does not have.
    let has_body = call.request.as_ref().is_none_or(|request| request.method != "HEAD");
    let Some(response) = &mut call.response else { return Ok(()) };
    if streams && response.status < FIRST_ERROR {
        return Ok(());
    }
    let announced = response.headers.get("content-length").and_then(|length| length.trim().parse::<usize>().ok());
    let body = match &mut response.body {
        ResponseBody::Bytes(body) => body.clone(),
        ResponseBody::Reader(_) if has_body && announced.is_some_and(|length| length > limit) => {
            return Err(too_large(response.status, limit));
        }
        ResponseBody::Reader(reader) => {
            // One byte more shows that there is more.
            let mut reader = reader.take((limit as u64).saturating_add(1));
            read_to_end(&mut reader, announced.filter(|_| has_body)).map_err(Error::from_stream)?.into()
        }
    };
    if body.len() > limit {
        return Err(too_large(response.status, limit));
    }
    response.body = ResponseBody::Bytes(body);
    Ok(())
}

fn too_large(status: u16, limit: usize) -> Error {
    let message = format!(
        "The body of the response (status {status}) is larger than {limit} bytes. The setting max_response_body_size raises the limit."
    );
    Error::new(ErrorKind::ResponseTooLarge, message).with_detail("status", status).with_detail("limit", limit as i64)
}

fn parse(call: &mut Call<'_>) -> Result<()> {
    call.unknown_output.clear();
    let success = match call.status() < FIRST_ERROR {
        true => parse_success(call)?,
        false => None,
    };
    let mut result = match success {
        Some(result) => result,
        None => parse_error(call)?,
    };
    if let Some(metadata) = result.get_mut("ResponseMetadata").and_then(Value::as_map_mut) {
        metadata.insert("RetryAttempts", call.attempts.number.saturating_sub(1));
        if let Some(algorithm) = call.verified_with {
            metadata.insert("ChecksumAlgorithm", algorithm);
        }
    }
    if let Some(added) = call.added.take() {
        result.extend(added);
    }
    call.result = Some(result);
    Ok(())
}

/// Parses a successful response. `None` means that it counts as an error, whose status is set by then.
fn parse_success(call: &mut Call<'_>) -> Result<Option<Map>> {
    let Some(response) = &mut call.response else { return Ok(None) };
    // The parser takes a stream; everything else stays for later hooks.
    let body = match &response.body {
        ResponseBody::Bytes(bytes) => ResponseBody::Bytes(bytes.clone()),
        ResponseBody::Reader(_) => std::mem::replace(&mut response.body, ResponseBody::Bytes(Default::default())),
    };
    let mut taken = Response::new(response.status, response.headers.clone(), Vec::new());
    taken.body = body;
    let options = ParseOptions::lenient(call.client.settings.lenient_parsing);
    let parsed = if call.client.settings.report_unknown_output {
        protocol::parse_reporting_unknown(call.service, call.operation, taken, &options).map(|(output, unknown)| {
            call.unknown_output = unknown;
            output
        })
    } else {
        protocol::parse_with(call.service, call.operation, taken, &options)
    };
    match (parsed, &response.body, call.malformed_status) {
        (Err(_), ResponseBody::Bytes(body), Some(status)) if protocol::xml_root_name(body).is_err() => {
            response.status = status;
            Ok(None)
        }
        (parsed, ..) => parsed.map(Some),
    }
}

fn parse_error(call: &mut Call<'_>) -> Result<Map> {
    let Some(response) = &mut call.response else { return Ok(Map::new()) };
    let body = response.body.buffer().map_err(Error::from_stream)?;
    let parsed = protocol::parse_error(call.service, call.operation, response.status, &response.headers, &body)?;
    call.error_class = parsed.class;
    Ok(parsed.response)
}
