//! Errors.

use std::ffi::{CString, c_char};
use std::ptr;

use super::tucuxi_value;
use crate::error::Error;

/// An error. Free it with `tucuxi_error_free`.
pub struct tucuxi_error {
    error: Error,
    name: CString,
    code: Option<CString>,
    message: CString,
    request_id: Option<CString>,
    text: CString,
}

impl tucuxi_error {
    pub(super) fn new(error: Error) -> *mut tucuxi_error {
        let text = |text: &str| CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default();
        Box::into_raw(Box::new(tucuxi_error {
            name: text(error.name()),
            code: error.code().map(text),
            message: text(error.message()),
            request_id: error.request_id().map(text),
            text: text(&error.to_string()),
            error,
        }))
    }
}

/// Returns the name that a boto3 user would catch, such as `NoSuchBucket` or `ParamValidationError`. Borrowed, with a NUL byte.
///
/// # Safety
/// `error` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_error_name(error: *const tucuxi_error) -> *const c_char {
    // SAFETY: as required of the caller.
    unsafe { error.as_ref() }.map_or(ptr::null(), |error| error.name.as_ptr())
}

/// Returns the code of a service's error, or null. Borrowed, with a NUL byte.
///
/// # Safety
/// `error` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_error_code(error: *const tucuxi_error) -> *const c_char {
    // SAFETY: as required of the caller.
    unsafe { error.as_ref() }.and_then(|error| error.code.as_ref()).map_or(ptr::null(), |code| code.as_ptr())
}

/// Returns the message without the circumstances. Borrowed, with a NUL byte.
///
/// # Safety
/// `error` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_error_message(error: *const tucuxi_error) -> *const c_char {
    // SAFETY: as required of the caller.
    unsafe { error.as_ref() }.map_or(ptr::null(), |error| error.message.as_ptr())
}

/// Returns the complete text: operation, code, message, status, request ID, attempts, and host. Borrowed, with a NUL byte.
///
/// # Safety
/// `error` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_error_text(error: *const tucuxi_error) -> *const c_char {
    // SAFETY: as required of the caller.
    unsafe { error.as_ref() }.map_or(ptr::null(), |error| error.text.as_ptr())
}

/// Returns the service's request ID, or null. Borrowed, with a NUL byte.
///
/// # Safety
/// `error` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_error_request_id(error: *const tucuxi_error) -> *const c_char {
    // SAFETY: as required of the caller.
    unsafe { error.as_ref() }.and_then(|error| error.request_id.as_ref()).map_or(ptr::null(), |id| id.as_ptr())
}

/// Returns the HTTP status, or 0 if there was no response.
///
/// # Safety
/// `error` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_error_status(error: *const tucuxi_error) -> u16 {
    // SAFETY: as required of the caller.
    unsafe { error.as_ref() }.and_then(|error| error.error.status()).unwrap_or_default()
}

/// Returns whether a later attempt can succeed.
///
/// # Safety
/// `error` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_error_is_retryable(error: *const tucuxi_error) -> bool {
    // SAFETY: as required of the caller.
    unsafe { error.as_ref() }.is_some_and(|error| error.error.is_retryable())
}

/// Returns all fields of the error as a map: `name`, `kind`, `message`, `code`, `details`, `response`, and others. Null for a null
/// error.
///
/// # Safety
/// `error` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_error_value(error: *const tucuxi_error) -> *mut tucuxi_value {
    // SAFETY: as required of the caller.
    super::boxed(unsafe { error.as_ref() }.map(|error| tucuxi_value(error.error.to_value())))
}

/// Frees an error.
///
/// # Safety
/// `error` is null or valid, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_error_free(error: *mut tucuxi_error) {
    if !error.is_null() {
        // SAFETY: as required of the caller.
        drop(unsafe { Box::from_raw(error) });
    }
}
