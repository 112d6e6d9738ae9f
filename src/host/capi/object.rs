//! Objects and their verbs.

use std::ffi::{CString, c_char, c_void};
use std::sync::{Mutex, PoisonError};
use std::{ptr, slice, vec};

use super::{
    UserData, attempt, borrowed, boxed, callback_failed, invalid, optional_text, settings, text, tucuxi_error, tucuxi_settings,
    tucuxi_value, value,
};
use crate::error::{Error, ErrorKind, Result};
use crate::host::bridge::{self, Answer, Object, Settings};
use crate::value::{Map, Value};

/// A session, client, resource, collection, paginator, iteration, waiter, stream, or stubber. Free it with `tucuxi_free`.
pub struct tucuxi_object(Handle);

/// A session.
pub type tucuxi_session = tucuxi_object;
/// A client of a service.
pub type tucuxi_client = tucuxi_object;
/// A resource.
pub type tucuxi_resource = tucuxi_object;
/// Pages, items, or objects, in order: what `tucuxi_next` returns one after the other.
pub type tucuxi_iteration = tucuxi_object;
/// A body or a stream of events.
pub type tucuxi_stream = tucuxi_object;

enum Handle {
    Object(Object),
    /// Objects that an action returned together.
    Objects(Mutex<vec::IntoIter<Object>>),
}

impl tucuxi_object {
    pub(super) fn object(&self) -> Result<&Object> {
        match &self.0 {
            Handle::Object(object) => Ok(object),
            Handle::Objects(_) => Err(invalid("object", "is a list of objects, which has no members")),
        }
    }
}

/// Called with the data of an event: `name`, `stage`, `service`, `operation`, `region`, `params`, `request`, `response`, and others,
/// as far as the stage has them. Returns null, or a map with changes of the same form, which the library frees. A change `error`,
/// a text, makes the call fail with it.
pub type tucuxi_hook_callback = extern "C" fn(user_data: *mut c_void, event: *const tucuxi_value) -> *mut tucuxi_value;

/// Returns a map with `access_key`, `secret_key`, and optionally `token`, `account_id`, and `expires` (a timestamp), which the library
/// frees; or null on failure.
pub type tucuxi_credentials_callback = extern "C" fn(user_data: *mut c_void) -> *mut tucuxi_value;

/// Returns the version of the library. With a NUL byte; never freed.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Creates a session. `options`, which can be null, is a map with boto3's names: `region_name`, `profile_name`, `aws_access_key_id`,
/// `aws_secret_access_key`, `aws_session_token`, and `config`, a map of options for all clients. It opens no connection.
///
/// # Safety
/// `options` is null or valid, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_session_new(options: *const tucuxi_value, error: *mut *mut tucuxi_error) -> *mut tucuxi_session {
    object(error, || {
        // SAFETY: as required of the caller.
        let options = unsafe { map(options, "options")? };
        Object::session(&options, None)
    })
}

/// Creates a session whose credentials come from a callback. They are renewed before they expire. Any thread can call the callback.
///
/// # Safety
/// `options` is null or valid, and `error` is null or can be written to. Any thread can use `user_data`; `free_user_data`, if it is not
/// null, is called once when it is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_session_new_with_credentials(
    options: *const tucuxi_value,
    credentials: tucuxi_credentials_callback,
    user_data: *mut c_void,
    free_user_data: Option<extern "C" fn(*mut c_void)>,
    error: *mut *mut tucuxi_error,
) -> *mut tucuxi_session {
    let data = UserData { pointer: user_data, free: free_user_data };
    let load = move || {
        let data = &data;
        let found = credentials(data.pointer);
        // SAFETY: the callback returns null or a value that belongs to the library.
        let found = unsafe { value::taken(found, "credentials") }.map_err(|_| callback_failed("credentials"))?;
        Ok(Some(bridge::credentials_from(found)?))
    };
    object(error, || {
        // SAFETY: as required of the caller.
        let options = unsafe { map(options, "options")? };
        let session = bridge::session_builder(&options, None)?.sole_credential_provider(load).build()?;
        Ok(Object::Session(session))
    })
}

/// Creates a client. `options`, which can be null, is a map with boto3's names: `region_name`, `endpoint_url`, `verify`, `config`, ….
///
/// # Safety
/// `session` is valid, `service` ends with a NUL byte, `options` is null or valid, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_session_client(
    session: *const tucuxi_session,
    service: *const c_char,
    options: *const tucuxi_value,
    error: *mut *mut tucuxi_error,
) -> *mut tucuxi_client {
    // SAFETY: as required of the caller.
    object(error, || unsafe { of_service(session, "client", service, options) })
}

/// Creates a resource of a service, such as `s3` or `dynamodb`. The arguments are those of `tucuxi_session_client`.
///
/// # Safety
/// As for `tucuxi_session_client`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_session_resource(
    session: *const tucuxi_session,
    service: *const c_char,
    options: *const tucuxi_value,
    error: *mut *mut tucuxi_error,
) -> *mut tucuxi_resource {
    // SAFETY: as required of the caller.
    object(error, || unsafe { of_service(session, "resource", service, options) })
}

/// # Safety
/// The pointers are null or valid.
unsafe fn of_service(session: *const tucuxi_session, method: &str, service: *const c_char, options: *const tucuxi_value) -> Result<Object> {
    // SAFETY: as required of the caller.
    let (session, service, mut options) = unsafe { (borrowed(session, "session")?, text(service, "service")?, map(options, "options")?) };
    options.insert("service_name", service);
    match session.object()?.call(method, options, Settings::default())? {
        Answer::Object(object) => Ok(object),
        _ => Err(invalid("session", "is not a session")),
    }
}

/// Calls an operation or another method whose result is a value. `params` can be null, and `settings` too; the call frees the settings.
///
/// # Safety
/// `object` is valid, `name` ends with a NUL byte, `params` is null or valid, `settings` is null or valid and not used afterwards, and
/// `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_call(
    object: *const tucuxi_object,
    name: *const c_char,
    params: *const tucuxi_value,
    settings: *mut tucuxi_settings,
    error: *mut *mut tucuxi_error,
) -> *mut tucuxi_value {
    // SAFETY: as required of the caller.
    boxed(attempt(error, || unsafe { answer(object, name, params, settings)?.into_value().map(tucuxi_value) }))
}

/// Calls a method whose result is an object: a resource's action, `get_paginator`, a collection's `filter` or `iterate`, …. The
/// parameter of a sub-resource such as `Bucket` is `identifiers`, a list or a map. Several objects are returned as an iteration.
///
/// # Safety
/// As for `tucuxi_call`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_open(
    object: *const tucuxi_object,
    name: *const c_char,
    params: *const tucuxi_value,
    settings: *mut tucuxi_settings,
    error: *mut *mut tucuxi_error,
) -> *mut tucuxi_object {
    // SAFETY: as required of the caller.
    boxed(attempt(error, || unsafe { opened(answer(object, name, params, settings)?) }))
}

/// # Safety
/// As for `tucuxi_call`.
unsafe fn answer(
    object: *const tucuxi_object,
    name: *const c_char,
    params: *const tucuxi_value,
    settings: *mut tucuxi_settings,
) -> Result<Answer> {
    // SAFETY: as required of the caller. The settings are taken in any case.
    unsafe {
        let settings = settings::taken(settings);
        borrowed(object, "object")?.object()?.call(text(name, "name")?, map(params, "params")?, settings)
    }
}

fn opened(answer: Answer) -> Result<tucuxi_object> {
    match answer {
        Answer::Object(object) => Ok(tucuxi_object(Handle::Object(object))),
        Answer::Objects(objects) => Ok(tucuxi_object(Handle::Objects(Mutex::new(objects.into_iter())))),
        _ => Err(Error::new(ErrorKind::Conversion, "The result is a value, not an object.")),
    }
}

/// Returns an attribute that is a value. Attributes of resources are loaded at their first use.
///
/// # Safety
/// `object` is valid, `name` ends with a NUL byte, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_get(object: *const tucuxi_object, name: *const c_char, error: *mut *mut tucuxi_error) -> *mut tucuxi_value {
    // SAFETY: as required of the caller.
    boxed(attempt(error, || unsafe { borrowed(object, "object")?.object()?.get(text(name, "name")?)?.into_value().map(tucuxi_value) }))
}

/// Returns an attribute that is an object: a reference or a collection of a resource.
///
/// # Safety
/// As for `tucuxi_get`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_get_object(
    object: *const tucuxi_object,
    name: *const c_char,
    error: *mut *mut tucuxi_error,
) -> *mut tucuxi_object {
    // SAFETY: as required of the caller.
    boxed(attempt(error, || unsafe { opened(borrowed(object, "object")?.object()?.get(text(name, "name")?)?) }))
}

/// Returns the pages of an operation. The arguments are those of `tucuxi_call`.
///
/// # Safety
/// As for `tucuxi_call`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_paginate(
    client: *const tucuxi_client,
    operation: *const c_char,
    params: *const tucuxi_value,
    settings: *mut tucuxi_settings,
    error: *mut *mut tucuxi_error,
) -> *mut tucuxi_iteration {
    // SAFETY: as required of the caller. The settings are taken in any case.
    boxed(attempt(error, || unsafe {
        let settings = settings::taken(settings);
        let name = Map::from([("operation_name", text(operation, "operation")?)]);
        match borrowed(client, "client")?.object()?.call("get_paginator", name, Settings::default())? {
            Answer::Object(paginator) => opened(paginator.call("paginate", map(params, "params")?, settings)?),
            _ => Err(invalid("client", "is not a client")),
        }
    }))
}

/// Waits until a condition is met. The arguments are those of `tucuxi_call`; `params` can contain `WaiterConfig`.
///
/// # Safety
/// As for `tucuxi_call`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_wait(
    client: *const tucuxi_client,
    waiter: *const c_char,
    params: *const tucuxi_value,
    settings: *mut tucuxi_settings,
    error: *mut *mut tucuxi_error,
) -> bool {
    // SAFETY: as required of the caller. The settings are taken in any case.
    let done = attempt(error, || unsafe {
        let settings = settings::taken(settings);
        let name = Map::from([("waiter_name", text(waiter, "waiter")?)]);
        match borrowed(client, "client")?.object()?.call("get_waiter", name, Settings::default())? {
            Answer::Object(waiter) => waiter.call("wait", map(params, "params")?, settings).map(drop),
            _ => Err(invalid("client", "is not a client")),
        }
    });
    done.is_some()
}

/// Takes the next page, item, event, or object. Returns 1 if there is one, 0 at the end, and -1 on failure. It is stored in `*value` or
/// in `*object`, and the other is set to null. A null pointer discards that kind.
///
/// # Safety
/// `iteration` is valid; the other pointers are null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_next(
    iteration: *const tucuxi_iteration,
    value: *mut *mut tucuxi_value,
    object: *mut *mut tucuxi_object,
    error: *mut *mut tucuxi_error,
) -> i32 {
    // SAFETY: as required of the caller.
    let next = attempt(error, || match &unsafe { borrowed(iteration, "iteration")? }.0 {
        Handle::Object(object) => object.next(),
        Handle::Objects(objects) => Ok(objects.lock().unwrap_or_else(PoisonError::into_inner).next().map(Answer::Object)),
    });
    let (found, next_value, next_object) = match next {
        Some(Some(Answer::Value(next))) => (1, boxed(Some(tucuxi_value(next))), ptr::null_mut()),
        Some(Some(answer)) => (1, ptr::null_mut(), boxed(opened(answer).ok())),
        Some(None) => (0, ptr::null_mut(), ptr::null_mut()),
        None => (-1, ptr::null_mut(), ptr::null_mut()),
    };
    // SAFETY: what is not stored was made above; the rest is required of the caller.
    unsafe {
        if value.is_null() {
            value::tucuxi_value_free(next_value)
        } else {
            *value = next_value
        }
        if object.is_null() { tucuxi_free(next_object) } else { *object = next_object }
    }
    found
}

/// Takes the content of a stream in a response, such as the `Body` of `get_object`. Bodies are read with `tucuxi_read`, events with
/// `tucuxi_next`.
///
/// # Safety
/// `stream` is valid, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_open_stream(stream: *const tucuxi_value, error: *mut *mut tucuxi_error) -> *mut tucuxi_stream {
    object(error, || {
        // SAFETY: as required of the caller.
        let stream = unsafe { borrowed(stream, "stream")? }.0.as_stream().ok_or_else(|| invalid("stream", "is not a stream"))?;
        Ok(Object::stream(stream))
    })
}

/// Reads up to `capacity` bytes. Returns how many were read, fewer than requested only at the end, and -1 on failure.
///
/// # Safety
/// `stream` is valid, `buffer` has `capacity` bytes, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_read(
    stream: *const tucuxi_stream,
    buffer: *mut u8,
    capacity: usize,
    error: *mut *mut tucuxi_error,
) -> isize {
    let read = attempt(error, || {
        // SAFETY: as required of the caller.
        let Object::Stream(stream) = unsafe { borrowed(stream, "stream")? }.object()? else {
            return Err(invalid("stream", "is not a stream"));
        };
        if buffer.is_null() {
            return Err(invalid("buffer", "is null"));
        }
        // SAFETY: as required of the caller. The bytes need not be initialized, because reading only writes them.
        let buffer = unsafe {
            ptr::write_bytes(buffer, 0, capacity);
            slice::from_raw_parts_mut(buffer, capacity)
        };
        stream.lock().unwrap_or_else(PoisonError::into_inner).read_into(buffer)
    });
    read.and_then(|read| isize::try_from(read).ok()).unwrap_or(-1)
}

/// Registers a hook of a client, or of a session for the clients that it creates later. `event` has boto3's form:
/// `before-sign.s3.PutObject`. The callback is called by the threads that make the calls.
///
/// # Safety
/// `object` is valid, `event` ends with a NUL byte, and `error` is null or can be written to. Any thread can use `user_data`;
/// `free_user_data`, if it is not null, is called once when it is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_on(
    object: *const tucuxi_object,
    event: *const c_char,
    hook: tucuxi_hook_callback,
    user_data: *mut c_void,
    free_user_data: Option<extern "C" fn(*mut c_void)>,
    error: *mut *mut tucuxi_error,
) -> bool {
    let data = UserData { pointer: user_data, free: free_user_data };
    let hook = bridge::hook(move |event: Value| {
        let data = &data;
        let event = tucuxi_value(event);
        let changes = hook(data.pointer, &raw const event);
        if changes.is_null() {
            return Ok(None);
        }
        // SAFETY: the callback returns null or a value that belongs to the library.
        let changes = unsafe { value::taken(changes, "changes")? };
        let changes = changes.as_map().ok_or_else(|| invalid("changes", "is not a map"))?;
        match changes["error"].as_str() {
            Some(message) => Err(Error::new(ErrorKind::Foreign, message).with_name("CallbackError").into()),
            None => Ok(Some(changes.clone())),
        }
    });
    let done = attempt(error, || {
        // SAFETY: as required of the caller.
        let (object, event) = unsafe { (borrowed(object, "object")?, text(event, "event")?) };
        match object.object()? {
            Object::Client(client) => client.on(event, hook).map(drop),
            Object::Session(session) => session.on(event, hook).map(drop),
            _ => Err(invalid("object", "is neither a client nor a session")),
        }
    });
    done.is_some()
}

/// Lists the members of an object: maps with `name`, `kind`, `parameters` in their positional order, and `help`.
///
/// # Safety
/// `object` is valid, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_members(object: *const tucuxi_object, error: *mut *mut tucuxi_error) -> *mut tucuxi_value {
    boxed(attempt(error, || {
        // SAFETY: as required of the caller.
        let members = unsafe { borrowed(object, "object")? }.object()?.members()?;
        let member = |member: bridge::Member| {
            Value::from(Map::from([
                ("name", Value::from(member.name)),
                ("kind", member.kind.into()),
                ("parameters", member.parameters.into()),
                ("help", member.help.into()),
            ]))
        };
        Ok(tucuxi_value(members.into_iter().map(member).collect::<Vec<_>>().into()))
    }))
}

/// Returns whether an object has a member of that name.
///
/// # Safety
/// `object` is null or valid, and `name` ends with a NUL byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_has(object: *const tucuxi_object, name: *const c_char) -> bool {
    // SAFETY: as required of the caller.
    let has = attempt(ptr::null_mut(), || unsafe { Ok(borrowed(object, "object")?.object()?.has(text(name, "name")?)) });
    has.unwrap_or_default()
}

/// Describes an operation of a client: its input, output, and errors. For a resource, `name` can be null.
///
/// # Safety
/// `object` is valid, `name` is null or ends with a NUL byte, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_describe(
    object: *const tucuxi_object,
    name: *const c_char,
    error: *mut *mut tucuxi_error,
) -> *mut tucuxi_value {
    // SAFETY: as required of the caller.
    boxed(attempt(error, || unsafe {
        let name = optional_text(name, "name")?.unwrap_or_default();
        borrowed(object, "object")?.object()?.describe(name).map(tucuxi_value)
    }))
}

/// Returns the kind of an object: `session`, `client`, `resource`, `collection`, `paginator`, `pages`, `waiter`, `stream`, `stubber`, or
/// `objects`. With a NUL byte; never freed. Null for a null pointer.
///
/// # Safety
/// `object` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_kind(object: *const tucuxi_object) -> *const c_char {
    const KINDS: [&str; 9] =
        ["session\0", "client\0", "resource\0", "collection\0", "paginator\0", "pages\0", "waiter\0", "stream\0", "stubber\0"];
    // SAFETY: as required of the caller.
    let kind = match unsafe { object.as_ref() }.map(|object| &object.0) {
        Some(Handle::Object(object)) => KINDS.into_iter().find(|kind| kind.strip_suffix('\0') == Some(object.kind())),
        Some(Handle::Objects(_)) => Some("objects\0"),
        None => None,
    };
    kind.map_or(ptr::null(), |kind| kind.as_ptr().cast())
}

/// Returns a short text for a debugger, with a NUL byte. Free it with `tucuxi_string_free`.
///
/// # Safety
/// `object` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_repr(object: *const tucuxi_object) -> *mut c_char {
    let text = attempt(ptr::null_mut(), || {
        // SAFETY: as required of the caller.
        Ok(match &unsafe { borrowed(object, "object")? }.0 {
            Handle::Object(object) => object.repr(),
            Handle::Objects(_) => "objects".to_owned(),
        })
    });
    text.and_then(|text| CString::new(text).ok()).map_or(ptr::null_mut(), CString::into_raw)
}

/// Releases what an object holds open: the connection of a stream, the rest of an iteration, the hooks of a stubber. The object can still
/// be used; a closed stream or iteration returns errors.
///
/// # Safety
/// `object` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_close(object: *const tucuxi_object) {
    // SAFETY: as required of the caller.
    if let Some(Handle::Object(object)) = unsafe { object.as_ref() }.map(|object| &object.0) {
        object.close();
    }
}

/// Frees an object. What was created from it stays valid.
///
/// # Safety
/// `object` is null or valid, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_free(object: *mut tucuxi_object) {
    if !object.is_null() {
        // SAFETY: as required of the caller.
        drop(unsafe { Box::from_raw(object) });
    }
}

fn object(error: *mut *mut tucuxi_error, make: impl FnOnce() -> Result<Object>) -> *mut tucuxi_object {
    boxed(attempt(error, make).map(|object| tucuxi_object(Handle::Object(object))))
}

/// The map that a pointer is; an empty one for null.
///
/// # Safety
/// `value` is null or valid.
unsafe fn map(value: *const tucuxi_value, name: &str) -> Result<Map> {
    // SAFETY: as required of the caller.
    match unsafe { value.as_ref() }.map(|value| &value.0) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Map(map)) => Ok(map.clone()),
        Some(other) => Err(invalid(name, &format!("is a {}, not a map", other.type_name()))),
    }
}
