//! Values: built and read piece by piece, or exchanged whole as JSON.

use std::ffi::{CString, c_char, c_void};
use std::io::{self, Read};
use std::{ptr, slice};

use super::{UserData, attempt, borrowed, boxed, callback_failed, invalid, text, tucuxi_error};
use crate::error::Result;
use crate::value::{Bytes, List, Map, Number, Set, Stream, Timestamp, Value};

/// A value. Free it with `tucuxi_value_free`.
#[repr(transparent)]
pub struct tucuxi_value(pub(super) Value);

/// The type of a value.
#[repr(C)]
pub enum tucuxi_type {
    /// No value.
    TUCUXI_NULL,
    /// A boolean.
    TUCUXI_BOOL,
    /// An integer of 64 bits.
    TUCUXI_INT,
    /// A float.
    TUCUXI_FLOAT,
    /// A number whose digits count: a decimal, or an integer beyond 64 bits.
    TUCUXI_NUMBER,
    /// Text in UTF-8.
    TUCUXI_STRING,
    /// Binary data.
    TUCUXI_BYTES,
    /// A timestamp.
    TUCUXI_TIMESTAMP,
    /// A list.
    TUCUXI_LIST,
    /// A map with text as keys, in order.
    TUCUXI_MAP,
    /// A set, as DynamoDB has them.
    TUCUXI_SET,
    /// A body or a stream of events.
    TUCUXI_STREAM,
}

/// Reads up to `capacity` bytes into `buffer`. Returns how many it read, 0 at the end, or -1 on failure.
pub type tucuxi_read_callback = extern "C" fn(user_data: *mut c_void, buffer: *mut u8, capacity: usize) -> isize;

fn owned(value: impl Into<Value>) -> *mut tucuxi_value {
    boxed(Some(tucuxi_value(value.into())))
}

/// Returns null.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_value_new_null() -> *mut tucuxi_value {
    owned(Value::Null)
}

/// Returns a boolean.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_value_new_bool(value: bool) -> *mut tucuxi_value {
    owned(value)
}

/// Returns an integer.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_value_new_int(value: i64) -> *mut tucuxi_value {
    owned(value)
}

/// Returns a float.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_value_new_float(value: f64) -> *mut tucuxi_value {
    owned(value)
}

/// Returns a number with these digits, such as `3.10` or `1E+100`.
///
/// # Safety
/// `digits` ends with a NUL byte; `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_new_number(digits: *const c_char, error: *mut *mut tucuxi_error) -> *mut tucuxi_value {
    // SAFETY: as required of the caller.
    boxed(attempt(error, || unsafe {
        let number = Number::parse(text(digits, "digits")?).ok_or_else(|| invalid("digits", "is not a number"))?;
        Ok(tucuxi_value(Value::Number(number)))
    }))
}

/// Returns text. The argument is copied.
///
/// # Safety
/// `string` ends with a NUL byte; `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_new_string(string: *const c_char, error: *mut *mut tucuxi_error) -> *mut tucuxi_value {
    // SAFETY: as required of the caller.
    boxed(attempt(error, || unsafe { Ok(tucuxi_value(text(string, "string")?.into())) }))
}

/// Returns binary data. The argument is copied.
///
/// # Safety
/// `data` has `length` bytes, and can be null if that is 0; `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_new_bytes(data: *const u8, length: usize, error: *mut *mut tucuxi_error) -> *mut tucuxi_value {
    boxed(attempt(error, || {
        let data = match (data.is_null(), length) {
            (_, 0) => &[],
            (true, _) => return Err(invalid("data", "is null")),
            // SAFETY: as required of the caller.
            _ => unsafe { slice::from_raw_parts(data, length) },
        };
        Ok(tucuxi_value(Value::Bytes(Bytes::from(data))))
    }))
}

/// Returns a timestamp from its text in ISO 8601 or another notation that AWS uses.
///
/// # Safety
/// `string` ends with a NUL byte; `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_new_timestamp(string: *const c_char, error: *mut *mut tucuxi_error) -> *mut tucuxi_value {
    // SAFETY: as required of the caller.
    boxed(attempt(error, || unsafe { Ok(tucuxi_value(Value::Timestamp(Timestamp::parse(text(string, "string")?)?))) }))
}

/// Returns an empty list.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_value_new_list() -> *mut tucuxi_value {
    owned(List::new())
}

/// Returns an empty map.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_value_new_map() -> *mut tucuxi_value {
    owned(Map::new())
}

/// Returns an empty set.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_value_new_set() -> *mut tucuxi_value {
    owned(Value::Set(Set::new()))
}

/// Returns a stream that is read from a callback while it is sent. `length` is the number of bytes, or -1 if it is unknown.
/// `free_user_data`, if it is not null, is called once when the stream is not used any more. The callback can be called by
/// another thread than the caller's, but by one at a time.
#[unsafe(no_mangle)]
pub extern "C" fn tucuxi_value_new_stream(
    read: tucuxi_read_callback,
    user_data: *mut c_void,
    free_user_data: Option<extern "C" fn(*mut c_void)>,
    length: i64,
) -> *mut tucuxi_value {
    let reader = Reader { read, data: UserData { pointer: user_data, free: free_user_data } };
    owned(Value::Stream(match u64::try_from(length) {
        Ok(length) => Stream::from_reader_with_length(reader, length),
        Err(_) => Stream::from_reader(reader),
    }))
}

struct Reader {
    read: tucuxi_read_callback,
    data: UserData,
}

impl Read for Reader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = (self.read)(self.data.pointer, buf.as_mut_ptr(), buf.len());
        usize::try_from(read).ok().filter(|read| *read <= buf.len()).ok_or_else(|| io::Error::other(callback_failed("read")))
    }
}

/// Parses JSON. Types that JSON lacks are tagged: `{"$bytes": "aGk="}`, `{"$timestamp": "2015-01-25T08:00:00Z"}`,
/// `{"$float": "NaN"}`, `{"$set": ["a"]}`.
///
/// # Safety
/// `json` ends with a NUL byte; `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_from_json(json: *const c_char, error: *mut *mut tucuxi_error) -> *mut tucuxi_value {
    // SAFETY: as required of the caller.
    boxed(attempt(error, || unsafe { Value::from_json_text(text(json, "json")?).map(tucuxi_value) }))
}

/// Returns a value as JSON, tagged as for `tucuxi_value_from_json`, with a NUL byte. Free it with `tucuxi_string_free`.
///
/// # Safety
/// `value` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_to_json(value: *const tucuxi_value) -> *mut c_char {
    // SAFETY: as required of the caller.
    match unsafe { value.as_ref() } {
        // JSON escapes NUL.
        Some(value) => CString::new(value.0.to_json_text(false)).map_or(ptr::null_mut(), CString::into_raw),
        None => ptr::null_mut(),
    }
}

/// Frees text that a function returned for it.
///
/// # Safety
/// `string` is null or was returned by such a function, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_string_free(string: *mut c_char) {
    if !string.is_null() {
        // SAFETY: as required of the caller.
        drop(unsafe { CString::from_raw(string) });
    }
}

/// Returns the type of a value. A null pointer has the type null.
///
/// # Safety
/// `value` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_type(value: *const tucuxi_value) -> tucuxi_type {
    // SAFETY: as required of the caller.
    match unsafe { value.as_ref() }.map(|value| &value.0) {
        None | Some(Value::Null) => tucuxi_type::TUCUXI_NULL,
        Some(Value::Bool(_)) => tucuxi_type::TUCUXI_BOOL,
        Some(Value::Int(_)) => tucuxi_type::TUCUXI_INT,
        Some(Value::Float(_)) => tucuxi_type::TUCUXI_FLOAT,
        Some(Value::Number(_)) => tucuxi_type::TUCUXI_NUMBER,
        Some(Value::String(_)) => tucuxi_type::TUCUXI_STRING,
        Some(Value::Bytes(_)) => tucuxi_type::TUCUXI_BYTES,
        Some(Value::Timestamp(_)) => tucuxi_type::TUCUXI_TIMESTAMP,
        Some(Value::List(_)) => tucuxi_type::TUCUXI_LIST,
        Some(Value::Map(_)) => tucuxi_type::TUCUXI_MAP,
        Some(Value::Set(_)) => tucuxi_type::TUCUXI_SET,
        Some(Value::Stream(_)) => tucuxi_type::TUCUXI_STREAM,
    }
}

/// Returns a boolean, or `otherwise` for a value of another type.
///
/// # Safety
/// `value` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_bool(value: *const tucuxi_value, otherwise: bool) -> bool {
    // SAFETY: as required of the caller.
    unsafe { value.as_ref() }.and_then(|value| value.0.as_bool()).unwrap_or(otherwise)
}

/// Returns an integer, or `otherwise` for a value that is none.
///
/// # Safety
/// `value` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_int(value: *const tucuxi_value, otherwise: i64) -> i64 {
    // SAFETY: as required of the caller.
    unsafe { value.as_ref() }.and_then(|value| value.0.as_int()).unwrap_or(otherwise)
}

/// Returns a number as a float, or `otherwise` for a value that is none.
///
/// # Safety
/// `value` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_float(value: *const tucuxi_value, otherwise: f64) -> f64 {
    // SAFETY: as required of the caller.
    unsafe { value.as_ref() }.and_then(|value| value.0.as_float()).unwrap_or(otherwise)
}

/// Returns text, or null for a value of another type. Borrowed, without a NUL byte; `*length` is its length in bytes.
///
/// # Safety
/// `value` is null or valid; `length` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_string(value: *const tucuxi_value, length: *mut usize) -> *const c_char {
    // SAFETY: as required of the caller.
    unsafe { with_length(value.as_ref().and_then(|value| value.0.as_str()).map(str::as_bytes), length) }.cast()
}

/// Returns binary data, or null for a value of another type. Borrowed; `*length` is its length in bytes.
///
/// # Safety
/// `value` is null or valid; `length` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_bytes(value: *const tucuxi_value, length: *mut usize) -> *const u8 {
    // SAFETY: as required of the caller.
    unsafe { with_length(value.as_ref().and_then(|value| value.0.as_bytes()), length) }
}

/// # Safety
/// `length` is null or can be written to.
unsafe fn with_length(bytes: Option<&[u8]>, length: *mut usize) -> *const u8 {
    if !length.is_null() {
        // SAFETY: as required of the caller.
        unsafe { *length = bytes.map_or(0, <[u8]>::len) };
    }
    bytes.map_or(ptr::null(), <[u8]>::as_ptr)
}

/// Returns a scalar as text with a NUL byte: text, the digits of a number, a timestamp in ISO 8601. Null for other types, and for
/// text that contains a NUL byte. Free it with `tucuxi_string_free`.
///
/// # Safety
/// `value` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_text(value: *const tucuxi_value) -> *mut c_char {
    // SAFETY: as required of the caller.
    let text = match unsafe { value.as_ref() }.map(|value| &value.0) {
        Some(Value::String(text)) => text.to_string(),
        Some(scalar @ (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Number(_) | Value::Timestamp(_))) => scalar.to_string(),
        _ => return ptr::null_mut(),
    };
    CString::new(text).map_or(ptr::null_mut(), CString::into_raw)
}

/// Returns the number of values in a list, map, or set; 0 for other types.
///
/// # Safety
/// `value` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_length(value: *const tucuxi_value) -> usize {
    // SAFETY: as required of the caller.
    match unsafe { value.as_ref() }.map(|value| &value.0) {
        Some(collection @ (Value::List(_) | Value::Map(_) | Value::Set(_))) => collection.len(),
        _ => 0,
    }
}

/// Returns the value at an index of a list, map, or set, or null. Borrowed.
///
/// # Safety
/// `value` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_at(value: *const tucuxi_value, index: usize) -> *const tucuxi_value {
    // SAFETY: as required of the caller.
    inner(match unsafe { value.as_ref() }.map(|value| &value.0) {
        Some(Value::List(list)) => list.get(index),
        Some(Value::Map(map)) => map.values().nth(index),
        Some(Value::Set(set)) => set.get(index),
        _ => None,
    })
}

/// Returns the key at an index of a map, or null. Borrowed, without a NUL byte; `*length` is its length in bytes.
///
/// # Safety
/// `value` is null or valid; `length` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_key(value: *const tucuxi_value, index: usize, length: *mut usize) -> *const c_char {
    // SAFETY: as required of the caller.
    unsafe {
        let map = value.as_ref().and_then(|value| value.0.as_map());
        with_length(map.and_then(|map| map.keys().nth(index)).map(str::as_bytes), length).cast()
    }
}

/// Returns the value of a key of a map, or null. Borrowed. A null pointer has no keys, so that calls can be nested.
///
/// # Safety
/// `value` is null or valid; `key` ends with a NUL byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_get(value: *const tucuxi_value, key: *const c_char) -> *const tucuxi_value {
    // SAFETY: as required of the caller.
    unsafe {
        let key = text(key, "key").ok();
        inner(value.as_ref().zip(key).and_then(|(value, key)| value.0.get(key)))
    }
}

fn inner(value: Option<&Value>) -> *const tucuxi_value {
    // The type is transparent.
    value.map_or(ptr::null(), |value| ptr::from_ref(value).cast())
}

/// Evaluates a JMESPath expression.
///
/// # Safety
/// `value` is valid, `expression` ends with a NUL byte, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_search(
    value: *const tucuxi_value,
    expression: *const c_char,
    error: *mut *mut tucuxi_error,
) -> *mut tucuxi_value {
    // SAFETY: as required of the caller.
    boxed(attempt(error, || unsafe { borrowed(value, "value")?.0.search(text(expression, "expression")?).map(tucuxi_value) }))
}

/// Appends to a list, or adds to a set. `item` belongs to the list afterwards, also on failure.
///
/// # Safety
/// `list` and `item` are valid, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_push(list: *mut tucuxi_value, item: *mut tucuxi_value, error: *mut *mut tucuxi_error) -> bool {
    let done = attempt(error, || {
        // SAFETY: as required of the caller.
        let (list, item) = unsafe { (list.as_mut().ok_or_else(|| invalid("list", "is null"))?, taken(item, "item")?) };
        match &mut list.0 {
            Value::List(list) => list.push(item),
            Value::Set(set) => drop(set.insert(item)),
            _ => return Err(invalid("list", "is neither a list nor a set")),
        }
        Ok(())
    });
    done.is_some()
}

/// Sets a key of a map. `item` belongs to the map afterwards, also on failure.
///
/// # Safety
/// `map` and `item` are valid, `key` ends with a NUL byte, and `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_set(
    map: *mut tucuxi_value,
    key: *const c_char,
    item: *mut tucuxi_value,
    error: *mut *mut tucuxi_error,
) -> bool {
    let done = attempt(error, || {
        // SAFETY: as required of the caller.
        let (item, map, key) = unsafe { (taken(item, "item")?, map.as_mut(), text(key, "key")?) };
        let map = map.and_then(|map| map.0.as_map_mut()).ok_or_else(|| invalid("map", "is not a map"))?;
        map.insert(key, item);
        Ok(())
    });
    done.is_some()
}

/// # Safety
/// `value` is null or valid, and is not used afterwards.
pub(super) unsafe fn taken(value: *mut tucuxi_value, name: &str) -> Result<Value> {
    if value.is_null() {
        return Err(invalid(name, "is null"));
    }
    // SAFETY: as required of the caller.
    Ok(unsafe { Box::from_raw(value) }.0)
}

/// Copies a value. Text, binary data, and collections are shared until one of the copies changes.
///
/// # Safety
/// `value` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_clone(value: *const tucuxi_value) -> *mut tucuxi_value {
    // SAFETY: as required of the caller.
    boxed(unsafe { value.as_ref() }.map(|value| tucuxi_value(value.0.clone())))
}

/// Returns whether two values are equal. Streams equal nothing.
///
/// # Safety
/// `one` and `other` are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_equal(one: *const tucuxi_value, other: *const tucuxi_value) -> bool {
    // SAFETY: as required of the caller.
    match unsafe { (one.as_ref(), other.as_ref()) } {
        (Some(one), Some(other)) => one.0 == other.0,
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Frees a value.
///
/// # Safety
/// `value` is null or valid and not borrowed, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tucuxi_value_free(value: *mut tucuxi_value) {
    if !value.is_null() {
        // SAFETY: as required of the caller.
        drop(unsafe { Box::from_raw(value) });
    }
}
