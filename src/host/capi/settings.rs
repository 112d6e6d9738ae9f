//! What a call takes besides its parameters, and handles that cancel calls.

use std::ffi::{c_char, c_void};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use super::{UserData, attempt, borrowed, boxed, callback_failed, invalid, text, tucuxi_error};
use crate::host::bridge::{Object, Settings};
use crate::http::Cancel;

/// The settings of one call. A call that receives them frees them.
#[derive(Default)]
pub struct tucuxi_settings(pub(super) Settings);

/// A handle that cancels calls. Free it with `tucuxi_cancel_free`.
pub struct tucuxi_cancel(Cancel);

/// Receives the number of bytes that were sent or received since the last time; negative if they must be sent again. Returns
/// whether the transfer continues.
pub type tucuxi_progress_callback = extern "C" fn(user_data: *mut c_void, bytes: i64) -> bool;

/// Receives the bytes of a download in order. Returns whether the transfer continues.
pub type tucuxi_write_callback = extern "C" fn(user_data: *mut c_void, data: *const u8, length: usize) -> bool;

/// Returns settings without effect.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_settings_new() -> *mut tucuxi_settings {
    boxed(Some(tucuxi_settings::default()))
}

/// Limits the total time of the call, in milliseconds, including retries and the retrieval of credentials.
///
/// # Safety
/// `settings` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_settings_deadline(settings: *mut tucuxi_settings, milliseconds: u64) {
    // SAFETY: as required of the caller.
    if let Some(settings) = unsafe { settings.as_mut() } {
        settings.0.deadline = Some(Duration::from_millis(milliseconds));
    }
}

/// Lets `cancel` stop the call. The handle stays the caller's, and can be used for several calls and freed before they end.
///
/// # Safety
/// `settings` and `cancel` are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_settings_cancel(settings: *mut tucuxi_settings, cancel: *const tucuxi_cancel) {
    // SAFETY: as required of the caller.
    if let (Some(settings), Some(cancel)) = unsafe { (settings.as_mut(), cancel.as_ref()) } {
        settings.0.cancel = Some(cancel.0.clone());
    }
}

/// Adds a header to the request.
///
/// # Safety
/// `settings` is valid, `name` and `value` end with a NUL byte, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_settings_header(
    settings: *mut tucuxi_settings,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut tucuxi_error,
) -> bool {
    let done = attempt(error, || {
        // SAFETY: as required of the caller.
        let (settings, name, value) = unsafe { (settings.as_mut(), text(name, "name")?, text(value, "value")?) };
        let settings = settings.ok_or_else(|| invalid("settings", "is null"))?;
        settings.0.headers.push((name.to_owned(), value.to_owned()));
        Ok(())
    });
    done.is_some()
}

/// Reports the progress of a transfer. The callback is called by threads of the transfer, by one at a time.
///
/// # Safety
/// `settings` is null or valid. Any thread can use `user_data`; `free_user_data`, if it is not null, is called once when it is not
/// used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_settings_progress(
    settings: *mut tucuxi_settings,
    progress: tucuxi_progress_callback,
    user_data: *mut c_void,
    free_user_data: Option<extern "C" fn(*mut c_void)>,
) {
    let data = UserData { pointer: user_data, free: free_user_data };
    // SAFETY: as required of the caller.
    if let Some(settings) = unsafe { settings.as_mut() } {
        settings.0.progress = Some(Arc::new(move |bytes| {
            let data = &data;
            if progress(data.pointer, bytes) { Ok(()) } else { Err(callback_failed("progress").into()) }
        }));
    }
}

/// Sets the destination of `download_fileobj`. The callback is called by one thread at a time.
///
/// # Safety
/// As for `tucuxi_settings_progress`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_settings_writer(
    settings: *mut tucuxi_settings,
    write: tucuxi_write_callback,
    user_data: *mut c_void,
    free_user_data: Option<extern "C" fn(*mut c_void)>,
) {
    let data = UserData { pointer: user_data, free: free_user_data };
    // SAFETY: as required of the caller.
    if let Some(settings) = unsafe { settings.as_mut() } {
        settings.0.writer = Some(Box::new(Writer { write, data }));
    }
}

struct Writer {
    write: tucuxi_write_callback,
    data: UserData,
}

impl Write for Writer {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match (self.write)(self.data.pointer, buf.as_ptr(), buf.len()) {
            true => Ok(buf.len()),
            false => Err(io::Error::other(callback_failed("write"))),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sets the client that reads the source of `copy`.
///
/// # Safety
/// `settings` and `client` are valid, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_settings_source_client(
    settings: *mut tucuxi_settings,
    client: *const super::tucuxi_object,
    error: *mut *mut tucuxi_error,
) -> bool {
    let done = attempt(error, || {
        // SAFETY: as required of the caller.
        let (settings, client) = unsafe { (settings.as_mut(), borrowed(client, "client")?) };
        let settings = settings.ok_or_else(|| invalid("settings", "is null"))?;
        let Object::Client(client) = client.object()? else { return Err(invalid("client", "is not a client")) };
        settings.0.source_client = Some(client.clone());
        Ok(())
    });
    done.is_some()
}

/// Frees settings that no call received.
///
/// # Safety
/// `settings` is null or valid, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_settings_free(settings: *mut tucuxi_settings) {
    // SAFETY: as required of the caller.
    drop(unsafe { taken(settings) });
}

/// # Safety
/// `settings` is null or valid, and is not used afterwards.
pub(super) unsafe fn taken(settings: *mut tucuxi_settings) -> Settings {
    if settings.is_null() {
        return Settings::default();
    }
    // SAFETY: as required of the caller.
    unsafe { Box::from_raw(settings) }.0
}

/// Returns a handle that cancels calls.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_cancel_new() -> *mut tucuxi_cancel {
    boxed(Some(tucuxi_cancel(Cancel::new())))
}

/// Ends the calls that have the handle, and those that receive it later, with an error named `Canceled`. Any thread can call it.
///
/// # Safety
/// `cancel` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_cancel_cancel(cancel: *const tucuxi_cancel) {
    // SAFETY: as required of the caller.
    if let Some(cancel) = unsafe { cancel.as_ref() } {
        cancel.0.cancel();
    }
}

/// Frees a handle. The calls that have it are not affected.
///
/// # Safety
/// `cancel` is null or valid, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_cancel_free(cancel: *mut tucuxi_cancel) {
    if !cancel.is_null() {
        // SAFETY: as required of the caller.
        drop(unsafe { Box::from_raw(cancel) });
    }
}
