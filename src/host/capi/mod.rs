//! The C API: opaque handles, and functions whose names begin with `tucuxi_`.
//!
//! The header `tucuxi.h` in this folder is generated from these files. Conventions that hold for all functions:
//!
//! - **Errors.** A function that can fail takes a `tucuxi_error **`. It sets `*error` to null, and on failure to a new error, and
//!   returns null, false, or -1. The caller frees the error. `NULL` in place of the pointer discards errors.
//! - **Ownership.** What a function returns belongs to the caller, who frees it with the function that its type names, unless the
//!   documentation calls it borrowed: a borrowed pointer is valid as long as the value that it comes from, unchanged.
//! - **Threads.** Objects and cancel handles can be used by any number of threads at the same time, and freed by any of them when no
//!   other thread uses them. A value, an error, or settings belong to one thread at a time; values can be read by several threads.
//! - **Text** is UTF-8. Arguments end with a NUL byte. Returned text has a length, and a NUL byte after it where stated.
//! - **Panics** do not cross the boundary: they become errors with the name `InternalError`.
//! - **Null.** A null handle is an error where the function can fail; functions that free accept it.

// Pointers of the caller are dereferenced here and nowhere else in the library. Each function states what it requires of them.
#![allow(unsafe_code)]
#![allow(non_camel_case_types)]

mod error;
mod object;
mod settings;
mod value;

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use self::error::tucuxi_error;
pub use self::object::tucuxi_object;
pub use self::settings::{tucuxi_cancel, tucuxi_settings};
pub use self::value::tucuxi_value;
use crate::error::{Error, ErrorKind, Result};

/// Runs the body of a function. Its error, or the panic that it ends with, is stored in `*error`.
fn attempt<T>(error: *mut *mut tucuxi_error, body: impl FnOnce() -> Result<T>) -> Option<T> {
    let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let reason = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Error::new(ErrorKind::Foreign, format!("Internal error: {}", reason.unwrap_or("unknown"))).with_name("InternalError"))
    });
    let (value, failure) = match outcome {
        Ok(value) => (Some(value), std::ptr::null_mut()),
        Err(failure) => (None, tucuxi_error::new(failure)),
    };
    if error.is_null() {
        // SAFETY: it was made above, or it is null.
        unsafe { error::tucuxi_error_free(failure) };
    } else {
        // SAFETY: the caller passes null or a pointer that can be written to.
        unsafe { *error = failure };
    }
    value
}

/// Puts a result on the heap for the caller.
fn boxed<T>(value: Option<T>) -> *mut T {
    value.map_or(std::ptr::null_mut(), |value| Box::into_raw(Box::new(value)))
}

/// # Safety
/// `pointer` is null or a valid object of its type.
unsafe fn borrowed<'a, T>(pointer: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: as required of the caller.
    unsafe { pointer.as_ref() }.ok_or_else(|| invalid(name, "is null"))
}

/// # Safety
/// `text` is null or ends with a NUL byte.
unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: as required of the caller.
    unsafe { optional_text(text, name) }?.ok_or_else(|| invalid(name, "is null"))
}

/// # Safety
/// `text` is null or ends with a NUL byte.
unsafe fn optional_text<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: it is not null, and the rest is required of the caller.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|_| invalid(name, "is not UTF-8"))
}

fn invalid(name: &str, reason: &str) -> Error {
    Error::new(ErrorKind::ParamValidation, format!("The argument {name} {reason}."))
}

/// What a callback returned to say that it failed.
fn callback_failed(what: &str) -> Error {
    Error::new(ErrorKind::Foreign, format!("The {what} callback failed.")).with_name("CallbackError")
}

/// A pointer of the caller, passed to callbacks as it is.
struct UserData {
    pointer: *mut std::ffi::c_void,
    free: Option<extern "C" fn(*mut std::ffi::c_void)>,
}

// SAFETY: the documentation of the functions that take user data requires that any thread can use it.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(free) = self.free {
            free(self.pointer);
        }
    }
}
