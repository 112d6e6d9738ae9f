//! Values: Python objects to [`Value`]s and back.

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem;
use std::sync::{LazyLock, Mutex, PoisonError};

use foldhash::fast::RandomState;
use pyo3::exceptions::{PyRecursionError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    IntoPyDict, PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMapping, PySequence, PySet, PyString, PyTuple,
};

use super::super::bridge::{Object, Visitor, visit};
use super::streams::{FileObject, is_file};
use super::{Handle, Registry};
use crate::value::{Bytes, List, MAX_DEPTH, Map, Notation, Number, Set, Stream, Timestamp, Value};

/// Converts a value.
pub(super) fn to_python(py: Python<'_>, value: &Value, plain: bool) -> PyResult<Py<PyAny>> {
    let converter = Converter { py, registry: Registry::get(py)?, plain, keys: RefCell::new(Keys::take()) };
    let _paused = if is_large(value) { PausedCollector::new(py)? } else { None };
    let converted = visit(&converter, value).map(Bound::unbind);
    converter.keys.into_inner().give_back();
    converted
}

/// Whether a response contains a long list.
fn is_large(value: &Value) -> bool {
    const LONG: usize = 64;
    let is_long = |value: &Value| value.as_list().is_some_and(|list| list.len() >= LONG);
    is_long(value) || value.as_map().is_some_and(|map| map.iter().any(|(_, value)| is_long(value)))
}

/// Python's garbage collector, which does not run while this exists. Every new dictionary counts for it, so a large conversion would
/// start it again and again, although nothing that is being made can be garbage.
struct PausedCollector<'py>(Bound<'py, PyModule>);

impl<'py> PausedCollector<'py> {
    /// Returns `None` if the program has disabled it.
    fn new(py: Python<'py>) -> PyResult<Option<PausedCollector<'py>>> {
        let collector = py.import(intern!(py, "gc"))?;
        if !collector.call_method0(intern!(py, "isenabled"))?.is_truthy()? {
            return Ok(None);
        }
        collector.call_method0(intern!(py, "disable"))?;
        Ok(Some(PausedCollector(collector)))
    }
}

impl Drop for PausedCollector<'_> {
    fn drop(&mut self) {
        // It takes no arguments and cannot fail.
        let _ = self.0.call_method0(intern!(self.0.py(), "enable"));
    }
}

/// The keys of the maps that were converted: most maps have the same ones. They are interned, as the literals are by which programs
/// look entries up.
#[derive(Default)]
struct Keys(HashMap<Box<str>, Py<PyString>, RandomState>);

/// The keys, unless a conversion has them.
static KEYS: LazyLock<Mutex<Keys>> = LazyLock::new(Mutex::default);

impl Keys {
    /// Maps whose keys are data would fill the memory.
    const LIMIT: usize = 2048;
    const LONGEST: usize = 64;

    /// A conversion takes the keys, because the Python code that it may run can start another one.
    fn take() -> Keys {
        mem::take(&mut *KEYS.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Leaves the keys to the next conversion. Those of maps whose keys are data are forgotten.
    fn give_back(mut self) {
        if self.0.len() >= Keys::LIMIT {
            return;
        }
        let mut kept = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.len() > kept.0.len() {
            mem::swap(&mut *kept, &mut self);
        }
    }

    fn get<'py>(&mut self, py: Python<'py>, key: &str) -> Bound<'py, PyString> {
        if let Some(known) = self.0.get(key) {
            return known.bind(py).clone();
        }
        if self.0.len() >= Keys::LIMIT || key.len() > Keys::LONGEST {
            return PyString::new(py, key);
        }
        let new = PyString::intern(py, key);
        self.0.insert(key.into(), new.clone().unbind());
        new
    }
}

struct Converter<'py> {
    py: Python<'py>,
    registry: &'static Registry,
    plain: bool,
    keys: RefCell<Keys>,
}

/// An item of a list, converted while the list is made.
struct Item<'c, 'py>(&'c Converter<'py>, &'c Value);

impl<'py> IntoPyObject<'py> for Item<'_, 'py> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, _: Python<'py>) -> PyResult<Self::Output> {
        visit(self.0, self.1)
    }
}

impl<'py> Visitor for Converter<'py> {
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn null(&self) -> PyResult<Self::Output> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn bool(&self, value: bool) -> PyResult<Self::Output> {
        Ok(PyBool::new(self.py, value).to_owned().into_any())
    }

    fn int(&self, value: i64) -> PyResult<Self::Output> {
        Ok(PyInt::new(self.py, value).into_any())
    }

    fn float(&self, value: f64) -> PyResult<Self::Output> {
        Ok(PyFloat::new(self.py, value).into_any())
    }

    fn number(&self, value: &Number) -> PyResult<Self::Output> {
        if self.plain {
            return self.registry.decimal.bind(self.py).call1((value.as_str(),));
        }
        let digits = value.as_str().strip_prefix('-').unwrap_or(value.as_str());
        if digits.bytes().all(|b| b.is_ascii_digit()) {
            return self.py.get_type::<PyInt>().call1((value.as_str(),));
        }
        self.float(value.to_f64())
    }

    fn string(&self, value: &str) -> PyResult<Self::Output> {
        Ok(PyString::new(self.py, value).into_any())
    }

    fn bytes(&self, value: &Bytes) -> PyResult<Self::Output> {
        let bytes = PyBytes::new(self.py, value);
        if self.plain { self.registry.binary.bind(self.py).call1((bytes,)) } else { Ok(bytes.into_any()) }
    }

    /// Python's years are 1 to 9999.
    fn timestamp(&self, value: Timestamp) -> PyResult<Self::Output> {
        const DAY: i64 = 86_400;
        let (days, second) = (value.seconds().div_euclid(DAY), value.seconds().rem_euclid(DAY));
        let (year, month, day) = civil(days);
        let datetime = self.registry.datetime.bind(self.py);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let zone = match value.notation() {
            Notation::NoZone => return datetime.call1((year, month, day, hour, minute, second, value.microseconds())),
            Notation::Zoned => &self.registry.zoned,
            Notation::Named | Notation::Epoch => &self.registry.utc,
        };
        let time = datetime.call1((year, month, day, hour, minute, second, value.microseconds(), zone))?;
        match value.notation() {
            // As in boto3, which asks the operating system for the time.
            Notation::Epoch => time.call_method1(intern!(self.py, "astimezone"), (&self.registry.local,)),
            _ => Ok(time),
        }
    }

    fn list(&self, value: &List) -> PyResult<Self::Output> {
        PyList::new(self.py, value.iter().map(|item| Item(self, item))).map(Bound::into_any)
    }

    fn map(&self, value: &Map) -> PyResult<Self::Output> {
        let dict = PyDict::new(self.py);
        for (key, value) in value {
            let value = visit(self, value)?;
            dict.set_item(self.keys.borrow_mut().get(self.py, key), value)?;
        }
        Ok(dict.into_any())
    }

    fn set(&self, value: &Set) -> PyResult<Self::Output> {
        let set = PySet::empty(self.py)?;
        for item in value.iter() {
            set.add(visit(self, item)?)?;
        }
        Ok(set.into_any())
    }

    fn stream(&self, value: &Stream) -> PyResult<Self::Output> {
        let handle = Handle { object: Object::stream(value), plain: false, service: None };
        self.registry.stream.bind(self.py).call1((handle,))
    }
}

/// The date of a day counted from 1970-01-01, in the proleptic Gregorian calendar (Howard Hinnant's algorithm).
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Converts the arguments of a call.
pub(super) fn params_from_python(params: &Bound<'_, PyDict>, plain: bool) -> PyResult<Map> {
    map_from_python(params, plain, 0)
}

/// Converts an object.
pub(super) fn from_python(object: &Bound<'_, PyAny>, plain: bool) -> PyResult<Value> {
    convert(object, plain, 0)
}

fn convert(object: &Bound<'_, PyAny>, plain: bool, depth: usize) -> PyResult<Value> {
    if depth > MAX_DEPTH {
        return Err(PyRecursionError::new_err("a value is nested too deeply"));
    }
    if object.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(text) = object.cast::<PyString>() {
        return Ok(Value::String(text.to_cow()?.as_ref().into()));
    }
    if let Ok(dict) = object.cast::<PyDict>() {
        return map_from_python(dict, plain, depth).map(Value::Map);
    }
    if let Ok(list) = object.cast::<PyList>() {
        return items(list.iter(), plain, depth);
    }
    if let Ok(flag) = object.cast::<PyBool>() {
        return Ok(Value::Bool(flag.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        return Ok(match object.extract::<i64>() {
            Ok(number) => Value::Int(number),
            Err(_) => number(&object.str()?.to_cow()?),
        });
    }
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(Value::Bytes(bytes.as_bytes().into()));
    }
    if let Ok(float) = object.cast::<PyFloat>() {
        if plain {
            return Err(PyTypeError::new_err("Float types are not supported. Use Decimal types instead."));
        }
        return Ok(Value::Float(float.value()));
    }
    if let Ok(tuple) = object.cast::<PyTuple>() {
        return items(tuple.iter(), plain, depth);
    }
    if let Ok(bytes) = object.cast::<PyByteArray>() {
        return Ok(Value::Bytes(bytes.to_vec().into()));
    }
    convert_other(object, plain, depth)
}

fn items<'py>(items: impl Iterator<Item = Bound<'py, PyAny>>, plain: bool, depth: usize) -> PyResult<Value> {
    let convert = |(index, item): (usize, Bound<'py, PyAny>)| {
        convert(&item, plain, depth + 1).map_err(|error| match index.into_pyobject(item.py()) {
            Ok(index) => located(error, &index),
            Err(_) => error,
        })
    };
    items.enumerate().map(convert).collect::<PyResult<Vec<_>>>().map(|list| Value::List(list.into()))
}

/// Notes in the exception about a foreign value that it is inside of this key or index. The package finds the parameter by the path.
fn located(error: PyErr, step: &Bound<'_, PyAny>) -> PyErr {
    let py = step.py();
    if let Ok(path) = error.value(py).getattr(intern!(py, "_path")) {
        // What cannot be noted is not in the message.
        let _ = path.call_method1(intern!(py, "insert"), (0, step));
    }
    error
}

/// Types that are rarely arguments.
fn convert_other(object: &Bound<'_, PyAny>, plain: bool, depth: usize) -> PyResult<Value> {
    let py = object.py();
    let registry = Registry::get(py)?;
    if let Ok(handle) = object.cast::<Handle>()
        && let Object::Stream(stream) = &handle.get().object
        && let Some(stream) = stream.lock().unwrap_or_else(PoisonError::into_inner).give_back()
    {
        return Ok(Value::Stream(stream));
    }
    // The class is asked, because a mock has every attribute.
    if object.get_type().hasattr(intern!(py, "_tucuxi_value"))? {
        return convert(&object.call_method0(intern!(py, "_tucuxi_value"))?, plain, depth + 1);
    }
    if object.is_instance(registry.datetime.bind(py))? {
        return timestamp(object);
    }
    if object.is_instance(registry.decimal.bind(py))? {
        // A decimal without a fraction stays a decimal: the program expects one back.
        let text = object.str()?;
        let digits = text.to_cow()?;
        return Ok(match Number::parse(&digits) {
            Some(number) => Value::Number(number),
            // `NaN` and `Infinity` are floats, which DynamoDB does not have.
            None if plain => Value::String(digits.as_ref().into()),
            None => Value::Float(object.extract()?),
        });
    }
    if object.is_instance_of::<PySet>() || object.is_instance_of::<PyFrozenSet>() {
        let items = object.try_iter()?.map(|item| convert(&item?, plain, depth + 1));
        return Ok(Value::Set(items.collect::<PyResult<Vec<_>>>()?.into_iter().collect()));
    }
    if is_file(object) {
        return FileObject::new(object.clone().unbind()).into_stream(py).map(Value::Stream);
    }
    if let Ok(mapping) = object.cast::<PyMapping>() {
        let mut map = Map::new();
        for item in mapping.items()?.iter() {
            let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item.extract()?;
            map.insert(key.str()?.to_cow()?, convert(&value, plain, depth + 1)?);
        }
        return Ok(Value::Map(map));
    }
    if object.is_instance_of::<pyo3::types::PyMemoryView>() {
        return convert(&object.call_method0(intern!(py, "tobytes"))?, plain, depth);
    }
    if plain && let Ok(sequence) = object.cast::<PySequence>() {
        let items = sequence.try_iter()?.map(|item| convert(&item?, plain, depth + 1));
        return items.collect::<PyResult<Vec<_>>>().map(|list| Value::List(list.into()));
    }
    Err(PyErr::from_value(registry.foreign.bind(py).call1((object, plain))?))
}

fn map_from_python(dict: &Bound<'_, PyDict>, plain: bool, depth: usize) -> PyResult<Map> {
    let mut map = Map::with_capacity(dict.len());
    for (key, value) in dict.iter() {
        let value = convert(&value, plain, depth + 1).map_err(|error| located(error, &key))?;
        match key.cast::<PyString>() {
            Ok(key) => map.insert(key.to_cow()?, value),
            Err(_) => return Err(PyErr::from_value(Registry::get(dict.py())?.foreign.bind(dict.py()).call1((key, plain))?)),
        };
    }
    Ok(map)
}

/// Converts the digits of an integer, which need not fit 64 bits.
fn number(digits: &str) -> Value {
    if let Ok(number) = digits.parse() {
        return Value::Int(number);
    }
    Number::parse(digits).map_or_else(|| Value::String(digits.into()), Value::Number)
}

/// A time without a zone is local, as in boto3.
fn timestamp(datetime: &Bound<'_, PyAny>) -> PyResult<Value> {
    let py = datetime.py();
    let whole = datetime.call_method(intern!(py, "replace"), (), Some(&[("microsecond", 0)].into_py_dict(py)?))?;
    let seconds: f64 = whole.call_method0(intern!(py, "timestamp"))?.extract()?;
    let microseconds: u32 = datetime.getattr(intern!(py, "microsecond"))?.extract()?;
    Ok(Value::Timestamp(Timestamp::new(seconds as i64, microseconds * 1000)))
}
