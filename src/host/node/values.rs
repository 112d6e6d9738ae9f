//! Values between JavaScript and the library.
//!
//! | JavaScript | value |
//! |---|---|
//! | `null`, `undefined` | null; a property that is undefined is absent |
//! | boolean, string | boolean, text |
//! | number | integer if it is one within 2^53, otherwise float |
//! | bigint | integer; beyond 64 bits a number |
//! | `NumberValue` | number |
//! | `Buffer`, typed array, `DataView`, `ArrayBuffer` | binary data |
//! | `Date` | timestamp |
//! | array, `Set` | list, set |
//! | `Map` with text as keys, any other object | map |
//!
//! In the other direction an integer that a JavaScript number cannot hold exactly is a bigint, and a decimal a `NumberValue`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use napi::bindgen_prelude::{
    Array, BigInt, External, FromNapiValue, Function, JavaScriptClassExt, JsObjectValue, Null, Object as JsObject, ToNapiValue, TypeName,
    Unknown, ValidateNapiValue,
};
use napi::{Env, JsValue, ValueType, check_status, sys};

use super::channel::Source;
use super::{Handle, NumberValue};
use crate::error::Result;
use crate::host::bridge::{Answer, Object};
use crate::host::functions::{body_of, wrong_type};
use crate::text::invalid;
use crate::value::{Bytes, List, MAX_DEPTH, Map, Number, Set, Str, Timestamp, Value};

/// The largest integer that a JavaScript number counts to without gaps.
const SAFE: i64 = (1 << 53) - 1;

/// How deeply values can be nested.
const DEEPEST: usize = 200;

/// A value of JavaScript, or why it cannot be converted.
pub struct Data(Result<Value>);

impl Data {
    pub(super) fn value(self) -> Result<Value> {
        self.0
    }

    pub(super) fn map(self) -> Result<Map> {
        match self.0? {
            Value::Null => Ok(Map::new()),
            Value::Map(map) => Ok(map),
            other => Err(invalid(format_args!("Invalid type for the parameters, type: {}, valid types: object", other.type_name()))),
        }
    }
}

impl TypeName for Data {
    fn type_name() -> &'static str {
        "unknown"
    }

    fn value_type() -> ValueType {
        ValueType::Unknown
    }
}

impl ValidateNapiValue for Data {
    unsafe fn validate(_: sys::napi_env, _: sys::napi_value) -> napi::Result<sys::napi_value> {
        Ok(ptr::null_mut())
    }
}

impl FromNapiValue for Data {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Self> {
        // SAFETY: napi passes an environment and a value of it.
        let value = unsafe { Unknown::from_napi_value(env, value)? };
        let reader = Reader { env: Env::from_raw(env), classes: RefCell::default() };
        Ok(Data(reader.value(&value, "", 0)))
    }
}

/// Converts the values of one argument.
struct Reader {
    env: Env,
    classes: RefCell<HashMap<&'static str, sys::napi_value>>,
}

impl Reader {
    fn value(&self, value: &Unknown<'_>, path: &str, depth: usize) -> Result<Value> {
        if depth > DEEPEST {
            return Err(rejected(path, "it is nested too deeply, or it contains itself"));
        }
        let failed = |error: napi::Error| rejected(path, &error.reason);
        match value.get_type().map_err(failed)? {
            ValueType::Null | ValueType::Undefined => Ok(Value::Null),
            ValueType::Boolean => self.cast::<bool>(value).map(Value::Bool).map_err(failed),
            ValueType::Number => self.cast::<f64>(value).map(number).map_err(failed),
            ValueType::BigInt => self.cast::<BigInt>(value).map(|number| integer(&number)).map_err(failed),
            ValueType::String => self.cast::<String>(value).map(Value::from).map_err(failed),
            ValueType::External => Ok(self.cast::<&External<Source>>(value).map_err(failed)?.stream()?.into()),
            ValueType::Object => self.object(value, path, depth),
            other => Err(wrong_type(path, &format!("{other:?}").to_lowercase())),
        }
    }

    fn object(&self, value: &Unknown<'_>, path: &str, depth: usize) -> Result<Value> {
        let failed = |error: napi::Error| rejected(path, &error.reason);
        if value.is_array().map_err(failed)? {
            return self.list(value, path, depth).map(Value::List);
        }
        if value.is_date().map_err(failed)? {
            let mut milliseconds = 0.0;
            // SAFETY: the value is a date of this environment.
            check_status!(unsafe { sys::napi_get_date_value(self.env.raw(), value.raw(), &mut milliseconds) }).map_err(failed)?;
            let timestamp = Timestamp::from_f64(milliseconds / 1000.0);
            return timestamp.map(Value::Timestamp).ok_or_else(|| rejected(path, "the date is invalid"));
        }
        if value.is_buffer().map_err(failed)? || value.is_arraybuffer().map_err(failed)? {
            return self.bytes(value).map(Value::Bytes).map_err(failed);
        }
        if self.is_a(value, "Set").map_err(failed)? {
            let items = self.list(&self.spread(value).map_err(failed)?, path, depth)?;
            return Ok(Value::Set(items.into_iter().collect::<Set>()));
        }
        if self.is_a(value, "Map").map_err(failed)? {
            return self.entries(&self.spread(value).map_err(failed)?, path, depth);
        }
        if NumberValue::instance_of(&self.env, value).map_err(failed)? {
            return Ok(Value::Number(self.cast::<&NumberValue>(value).map_err(failed)?.0.clone()));
        }
        if Handle::instance_of(&self.env, value).map_err(failed)? {
            let object = Arc::clone(&self.cast::<&Handle>(value).map_err(failed)?.0);
            return match &*object {
                Object::Stream(_) => Ok(body_of(object)),
                other => Err(wrong_type(path, other.kind())),
            };
        }
        self.properties(value, path, depth).map(Value::Map)
    }

    fn properties(&self, value: &Unknown<'_>, path: &str, depth: usize) -> Result<Map> {
        let failed = |error: napi::Error| rejected(path, &error.reason);
        let object = self.cast::<JsObject<'_>>(value).map_err(failed)?;
        let names = self.own_names(value).map_err(failed)?;
        let mut map = Map::new();
        for index in 0..names.len() {
            let Some(name) = names.get::<Unknown<'_>>(index).map_err(failed)? else { continue };
            let item = object.get_property::<_, Unknown<'_>>(name).map_err(failed)?;
            if item.get_type().map_err(failed)? != ValueType::Undefined {
                let name = self.cast::<String>(&name).map_err(failed)?;
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                map.insert(name, self.value(&item, &path, depth + 1)?);
            }
        }
        Ok(map)
    }

    /// The names of the object's own enumerable properties.
    fn own_names(&self, value: &Unknown<'_>) -> napi::Result<Array<'_>> {
        let mut names = ptr::null_mut();
        // SAFETY: the value is an object of this environment.
        unsafe {
            check_status!(sys::napi_get_all_property_names(
                self.env.raw(),
                value.raw(),
                sys::KeyCollectionMode::own_only,
                sys::KeyFilter::enumerable | sys::KeyFilter::skip_symbols,
                sys::KeyConversion::numbers_to_strings,
                &mut names,
            ))?;
            Array::from_napi_value(self.env.raw(), names)
        }
    }

    fn list(&self, value: &Unknown<'_>, path: &str, depth: usize) -> Result<List> {
        let failed = |error: napi::Error| rejected(path, &error.reason);
        let array = self.cast::<Array<'_>>(value).map_err(failed)?;
        let mut list = List::new();
        for index in 0..array.len() {
            let item = array.get::<Unknown<'_>>(index).map_err(failed)?;
            list.push(item.map_or(Ok(Value::Null), |item| self.value(&item, &format!("{path}[{index}]"), depth + 1))?);
        }
        Ok(list)
    }

    /// The map of an array of pairs.
    fn entries(&self, pairs: &Unknown<'_>, path: &str, depth: usize) -> Result<Value> {
        let mut map = Map::new();
        for pair in self.list(pairs, path, depth)? {
            let key = pair[0].as_str().ok_or_else(|| rejected(path, "a key is not a string"))?;
            map.insert(Str::from(key), pair[1].clone());
        }
        Ok(Value::Map(map))
    }

    fn bytes(&self, value: &Unknown<'_>) -> napi::Result<Bytes> {
        let (mut data, mut length) = (ptr::null_mut::<c_void>(), 0);
        // SAFETY: the value is a buffer, a view, or an array buffer of this environment. Its memory is copied before JavaScript goes on.
        unsafe {
            if value.is_buffer()? {
                check_status!(sys::napi_get_buffer_info(self.env.raw(), value.raw(), &mut data, &mut length))?;
            } else {
                check_status!(sys::napi_get_arraybuffer_info(self.env.raw(), value.raw(), &mut data, &mut length))?;
            }
            // An empty buffer can have no memory.
            Ok(if length == 0 { Bytes::default() } else { Bytes::from(std::slice::from_raw_parts(data.cast::<u8>(), length)) })
        }
    }

    /// Whether a value is an instance of a global class.
    fn is_a(&self, value: &Unknown<'_>, class: &'static str) -> napi::Result<bool> {
        let known = self.classes.borrow().get(class).copied();
        let class = match known {
            Some(class) => class,
            None => {
                let found = self.env.get_global()?.get_named_property::<Unknown<'_>>(class)?.raw();
                self.classes.borrow_mut().insert(class, found);
                found
            }
        };
        let mut is = false;
        // SAFETY: both values belong to this environment.
        check_status!(unsafe { sys::napi_instanceof(self.env.raw(), value.raw(), class, &mut is) })?;
        Ok(is)
    }

    /// The items of an iterable, as `Array.from` returns them.
    fn spread(&self, value: &Unknown<'_>) -> napi::Result<Unknown<'_>> {
        let array = self.cast::<JsObject<'_>>(&self.env.get_global()?.get_named_property::<Unknown<'_>>("Array")?)?;
        let from = array.get_named_property::<Function<'_, Unknown<'_>, Unknown<'_>>>("from")?;
        from.apply(array, *value)
    }

    fn cast<T: FromNapiValue>(&self, value: &Unknown<'_>) -> napi::Result<T> {
        // SAFETY: the value belongs to this environment.
        unsafe { T::from_napi_value(self.env.raw(), value.raw()) }
    }
}

fn rejected(path: &str, reason: &str) -> crate::error::Error {
    match path {
        "" => invalid(format_args!("Invalid value for the parameters: {reason}")),
        path => invalid(format_args!("Invalid value for parameter {path}: {reason}")),
    }
}

fn number(number: f64) -> Value {
    let is_integer = number.fract() == 0.0 && number.abs() <= SAFE as f64 && !(number == 0.0 && number.is_sign_negative());
    if is_integer { Value::Int(number as i64) } else { Value::Float(number) }
}

fn integer(number: &BigInt) -> Value {
    if let (value, true) = number.get_i64() {
        return Value::Int(value);
    }
    // Base 2^64 to base 10^18.
    const CHUNK: u128 = 1_000_000_000_000_000_000;
    let mut words = number.words.clone();
    let mut chunks = Vec::new();
    while words.iter().any(|word| *word != 0) {
        let mut rest = 0;
        for word in words.iter_mut().rev() {
            let dividend = (rest << 64) | u128::from(*word);
            (*word, rest) = ((dividend / CHUNK) as u64, dividend % CHUNK);
        }
        chunks.push(rest);
    }
    let mut digits = if number.sign_bit { "-".to_owned() } else { String::new() };
    for (index, chunk) in chunks.iter().rev().enumerate() {
        digits += &if index == 0 { format!("{chunk}") } else { format!("{chunk:018}") };
    }
    Number::parse(&digits).map_or(Value::Null, Value::Number)
}

/// Data for JavaScript.
pub enum Output {
    /// The result of a verb: `{value}`, `{handle}`, `{handles}`, `{results}`, or `{error}`.
    Result(Result<Answer>),
    /// A result that JSON can represent: `{json}`. `JSON.parse` makes objects several times faster than Node-API does.
    Json(String),
    /// The arguments of a function: an array.
    Arguments(List),
    /// An event for a hook: `{event, before}`, twice the same.
    Event(Value),
}

impl Output {
    /// The result of a call. What needs no JavaScript is done here, on the thread of the call.
    pub(super) fn of_call(result: Result<Answer>) -> Output {
        match result {
            Ok(Answer::Value(value @ (Value::List(_) | Value::Map(_)))) if has_json_form(&value, 0) => Output::Json(value.to_string()),
            result => Output::Result(result),
        }
    }
}

/// Whether JSON keeps the value as it is.
fn has_json_form(value: &Value, depth: usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Int(value) => value.unsigned_abs() <= SAFE as u64,
        Value::Float(value) => value.is_finite(),
        Value::List(list) => depth < MAX_DEPTH && list.iter().all(|item| has_json_form(item, depth + 1)),
        Value::Map(map) => depth < MAX_DEPTH && map.values().all(|item| has_json_form(item, depth + 1)),
        _ => false,
    }
}

impl TypeName for Output {
    fn type_name() -> &'static str {
        "unknown"
    }

    fn value_type() -> ValueType {
        ValueType::Object
    }
}

impl ToNapiValue for Output {
    unsafe fn to_napi_value(env: sys::napi_env, output: Self) -> napi::Result<sys::napi_value> {
        let keys = RefCell::default();
        let writer = Writer { env, keys };
        match &output {
            Output::Arguments(arguments) => writer.list(arguments.len(), arguments.iter().map(|item| writer.value(item))),
            Output::Json(text) => writer.object([("json", writer.text(text)?)]),
            Output::Event(event) => writer.object([("event", writer.value(event)?), ("before", writer.value(event)?)]),
            Output::Result(_) => {
                let Output::Result(result) = output else { unreachable!("it was just matched") };
                writer.result(result)
            }
        }
    }
}

/// Makes values of JavaScript.
///
/// Every function is called by napi on JavaScript's thread with a valid environment, in a scope that keeps the new values. This is
/// what makes the calls of Node-API below sound.
struct Writer {
    env: sys::napi_env,
    /// The names of properties repeat.
    keys: RefCell<HashMap<Str, sys::napi_value>>,
}

impl Writer {
    fn result(&self, result: Result<Answer>) -> napi::Result<sys::napi_value> {
        let entry = match result {
            Ok(Answer::Value(value)) => ("value", self.value(&value)?),
            Ok(Answer::Object(object)) => ("handle", self.handle(object)?),
            Ok(Answer::Objects(objects)) => ("handles", self.list(objects.len(), objects.into_iter().map(|object| self.handle(object)))?),
            Ok(Answer::Answers(answers)) => {
                ("results", self.list(answers.len(), answers.into_iter().map(|answer| self.result(Ok(answer))))?)
            }
            Err(error) => {
                let mut fields = error.to_value();
                if let Some(fields) = fields.as_map_mut() {
                    fields.insert("text", error.to_string());
                    fields.insert("attempts", error.attempts());
                    if let Some(thrown) = crate::host::functions::Raised::cause_of(&error) {
                        fields.insert("thrown", i64::try_from(thrown).unwrap_or_default());
                    }
                }
                ("error", self.value(&fields)?)
            }
        };
        self.object([entry])
    }

    fn value(&self, value: &Value) -> napi::Result<sys::napi_value> {
        match value {
            Value::Null => self.make(Null),
            Value::Bool(value) => self.make(*value),
            Value::Int(value) if value.unsigned_abs() <= SAFE as u64 => self.make(*value),
            Value::Int(value) => self.make(BigInt::from(*value)),
            Value::Float(value) => self.make(*value),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.text(text),
            Value::Bytes(bytes) => {
                let (mut data, mut buffer) = (ptr::null_mut(), ptr::null_mut());
                // SAFETY: see `Writer`; Node copies the bytes.
                check_status!(unsafe {
                    sys::napi_create_buffer_copy(self.env, bytes.len(), bytes.as_ptr().cast(), &mut data, &mut buffer)
                })?;
                Ok(buffer)
            }
            Value::Timestamp(timestamp) => {
                let milliseconds = timestamp.seconds() as f64 * 1000.0 + f64::from(timestamp.nanoseconds() / 1_000_000);
                let mut date = ptr::null_mut();
                // SAFETY: see `Writer`.
                check_status!(unsafe { sys::napi_create_date(self.env, milliseconds, &mut date) })?;
                Ok(date)
            }
            Value::List(list) => self.list(list.len(), list.iter().map(|item| self.value(item))),
            Value::Map(map) => self.map(map),
            Value::Set(set) => {
                let items = self.list(set.len(), set.iter().map(|item| self.value(item)))?;
                let (class, mut made) = (self.global("Set")?, ptr::null_mut());
                // SAFETY: see `Writer`.
                check_status!(unsafe { sys::napi_new_instance(self.env, class, 1, &items, &mut made) })?;
                Ok(made)
            }
            Value::Stream(stream) => self.handle(Object::stream(stream)),
        }
    }

    fn map(&self, map: &Map) -> napi::Result<sys::napi_value> {
        let mut object = ptr::null_mut();
        // SAFETY: see `Writer`.
        check_status!(unsafe { sys::napi_create_object(self.env, &mut object) })?;
        for (key, item) in map {
            let known = self.keys.borrow().get(key).copied();
            let name = match known {
                Some(name) => name,
                None => {
                    let name = self.text(key)?;
                    self.keys.borrow_mut().insert(key.clone(), name);
                    name
                }
            };
            let item = self.value(item)?;
            // SAFETY: see `Writer`.
            check_status!(unsafe { sys::napi_set_property(self.env, object, name, item) })?;
        }
        Ok(object)
    }

    fn object<const N: usize>(&self, entries: [(&str, sys::napi_value); N]) -> napi::Result<sys::napi_value> {
        let mut object = ptr::null_mut();
        // SAFETY: see `Writer`.
        check_status!(unsafe { sys::napi_create_object(self.env, &mut object) })?;
        for (key, value) in entries {
            let key = self.text(key)?;
            // SAFETY: see `Writer`.
            check_status!(unsafe { sys::napi_set_property(self.env, object, key, value) })?;
        }
        Ok(object)
    }

    fn list(&self, length: usize, items: impl Iterator<Item = napi::Result<sys::napi_value>>) -> napi::Result<sys::napi_value> {
        let mut array = ptr::null_mut();
        // SAFETY: see `Writer`.
        check_status!(unsafe { sys::napi_create_array_with_length(self.env, length, &mut array) })?;
        for (index, item) in (0..).zip(items) {
            // SAFETY: see `Writer`.
            check_status!(unsafe { sys::napi_set_element(self.env, array, index, item?) })?;
        }
        Ok(array)
    }

    fn text(&self, text: &str) -> napi::Result<sys::napi_value> {
        let mut made = ptr::null_mut();
        let length = isize::try_from(text.len()).unwrap_or(isize::MAX);
        // SAFETY: see `Writer`; Node copies the text.
        check_status!(unsafe { sys::napi_create_string_utf8(self.env, text.as_ptr().cast(), length, &mut made) })?;
        Ok(made)
    }

    /// A JavaScript number if it holds every digit, otherwise a bigint or a `NumberValue`.
    fn number(&self, number: &Number) -> napi::Result<sys::napi_value> {
        let exact = number.normalized();
        if number.is_integer() {
            return match exact.as_str().parse() {
                Ok(integer) => self.value(&Value::Int(integer)),
                Err(_) => self.big_integer(&exact),
            };
        }
        let float = number.to_f64();
        match Number::parse(&format!("{float:?}")) {
            Some(same) if same.normalized() == exact => self.make(float),
            _ => self.make(NumberValue(number.clone()).into_instance(&Env::from_raw(self.env))?),
        }
    }

    fn big_integer(&self, digits: &Number) -> napi::Result<sys::napi_value> {
        let (class, text) = (self.global("BigInt")?, self.text(digits.as_str())?);
        let (mut this, mut made) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: see `Writer`.
        unsafe {
            check_status!(sys::napi_get_undefined(self.env, &mut this))?;
            check_status!(sys::napi_call_function(self.env, this, class, 1, &text, &mut made))?;
        }
        Ok(made)
    }

    fn handle(&self, object: Object) -> napi::Result<sys::napi_value> {
        self.make(Handle(Arc::new(object)).into_instance(&Env::from_raw(self.env))?)
    }

    fn global(&self, name: &str) -> napi::Result<sys::napi_value> {
        Ok(Env::from_raw(self.env).get_global()?.get_named_property::<Unknown<'_>>(name)?.raw())
    }

    fn make(&self, value: impl ToNapiValue) -> napi::Result<sys::napi_value> {
        // SAFETY: see `Writer`.
        unsafe { ToNapiValue::to_napi_value(self.env, value) }
    }
}
