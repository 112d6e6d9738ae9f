//! Values of Lua and of the library.
//!
//! A string that is not UTF-8 is binary data. A table with items is a list, and any other one is a map, unless it is marked.
//! Numbers that neither an integer nor a float of Lua holds keep their digits in a userdata.

use mlua::{AnyUserData, Lua, MetaMethod, Table, UserData, UserDataFields, UserDataMethods, Value as LuaValue};

use super::object::{CancelToken, Handle};
use super::stack::{make_table, read_plain, string, too_deep};
use super::support;
use crate::error::{Error, ErrorKind, Result};
use crate::host::bridge::Object;
use crate::host::script::{Arguments, Foreign};
use crate::text::invalid;
use crate::value::{Bytes, List, MAX_DEPTH, Map, Number, Set, Timestamp, Value};

/// Converts a value for Lua. The content of a stream moves to the userdata.
pub(super) fn to_lua(lua: &Lua, value: &Value) -> mlua::Result<LuaValue> {
    match value {
        Value::Null => Ok(LuaValue::NULL),
        Value::Bool(value) => Ok(LuaValue::Boolean(*value)),
        Value::Int(value) => Ok(LuaValue::Integer(*value)),
        Value::Float(value) => Ok(LuaValue::Number(*value)),
        Value::String(value) => lua.create_string(value.as_str()).map(LuaValue::String),
        Value::Bytes(value) => lua.create_string(&value[..]).map(LuaValue::String),
        Value::Number(value) => number(lua, value),
        Value::Timestamp(value) => lua.create_userdata(LuaTimestamp(*value)).map(LuaValue::UserData),
        Value::Stream(value) => lua.create_userdata(Handle::new(Object::stream(value))).map(LuaValue::UserData),
        Value::List(_) | Value::Map(_) | Value::Set(_) => match make_table(lua, value, None)? {
            LuaValue::Nil => {
                let mut special = Vec::new();
                add_special(lua, value, &mut special, 0)?;
                make_table(lua, value, Some(&lua.create_sequence_from(special)?))
            }
            table => Ok(table),
        },
    }
}

/// Converts the values in a container that are not plain, in their order.
fn add_special(lua: &Lua, value: &Value, special: &mut Vec<LuaValue>, depth: usize) -> mlua::Result<()> {
    match value {
        _ if depth > MAX_DEPTH => Err(too_deep()),
        Value::List(list) => list.iter().try_for_each(|value| add_special(lua, value, special, depth + 1)),
        Value::Map(map) => map.values().try_for_each(|value| add_special(lua, value, special, depth + 1)),
        Value::Set(set) => set.iter().try_for_each(|value| add_special(lua, value, special, depth + 1)),
        Value::Number(_) | Value::Timestamp(_) | Value::Stream(_) => {
            special.push(to_lua(lua, value)?);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// An integer or a float if it has the same value, or else a userdata with all digits.
fn number(lua: &Lua, value: &Number) -> mlua::Result<LuaValue> {
    if let Ok(integer) = value.as_str().parse() {
        return Ok(LuaValue::Integer(integer));
    }
    let float = value.to_f64();
    match Number::parse(&format!("{float:?}")) {
        Some(same) if same.normalized() == value.normalized() => Ok(LuaValue::Number(float)),
        _ => Ok(LuaValue::UserData(lua.create_userdata(LuaNumber(value.clone()))?)),
    }
}

/// Converts a value of Lua.
///
/// # Errors
/// `ParamValidation` for functions, threads, foreign userdata, tables with items and names, and tables that contain themselves.
pub(super) fn from_lua(lua: &Lua, value: &LuaValue) -> Result<Value> {
    match read_plain(lua, value) {
        Some(value) => Ok(value),
        None => FromLua::new(lua)?.value(value, &Path::Root, 0),
    }
}

/// Adds an argument of a method.
pub(super) fn add_argument(lua: &Lua, arguments: &mut Arguments<'_>, value: &LuaValue) -> Result<()> {
    if let Some(value) = read_plain(lua, value) {
        return match value {
            Value::Map(map) => arguments.push_map(map),
            value => {
                arguments.push(value);
                Ok(())
            }
        };
    }
    let reader = FromLua::new(lua)?;
    match value {
        LuaValue::Table(table) if reader.kind(table)? == Kind::Map => {
            let mut map = Map::new();
            for entry in table.pairs::<LuaValue, LuaValue>() {
                let (name, value) = entry.map_err(internal)?;
                let name = text_key(&name, &Path::Root)?;
                let value = match foreign(lua, &value, arguments.writes(&name))? {
                    // A setting of the call, which has no value, is left out.
                    Some(foreign) => match arguments.foreign(&name, foreign)? {
                        Value::Null if name != "cancel" => continue,
                        value => value,
                    },
                    None => reader.value(&value, &Path::Name(&Path::Root, &name), 1)?,
                };
                map.insert(name, value);
            }
            arguments.push_map(map)
        }
        value => match foreign(lua, value, arguments.writes("Fileobj"))? {
            Some(foreign) => arguments.push_foreign(foreign),
            None => {
                arguments.push(reader.value(value, &Path::Root, 0)?);
                Ok(())
            }
        },
    }
}

/// A value that is no data.
fn foreign(lua: &Lua, value: &LuaValue, writes: bool) -> Result<Option<Foreign>> {
    let function = match value {
        LuaValue::Function(_) => value.clone(),
        LuaValue::UserData(data) => {
            if let Ok(handle) = data.borrow::<Handle>() {
                return Ok(Some(Foreign::Object(handle.0.clone())));
            }
            if let Ok(cancel) = data.borrow::<CancelToken>() {
                return Ok(Some(Foreign::Cancel(cancel.0.clone())));
            }
            if scalar(data).is_some() {
                return Ok(None);
            }
            let function = support(lua).and_then(|support| support.raw_get::<mlua::Function>("file")?.call::<LuaValue>((data, writes)));
            match function.map_err(internal)? {
                LuaValue::Nil => return Ok(Some(Foreign::Other("userdata".to_owned()))),
                function => function,
            }
        }
        _ => return Ok(None),
    };
    super::keep_function(lua, function).map(|number| Some(Foreign::Function(number))).map_err(internal)
}

/// A userdata that is data.
fn scalar(data: &AnyUserData) -> Option<Value> {
    if let Ok(timestamp) = data.borrow::<LuaTimestamp>() {
        return Some(timestamp.0.into());
    }
    if let Ok(number) = data.borrow::<LuaNumber>() {
        return Some(Value::Number(number.0.clone()));
    }
    data.borrow::<LuaBytes>().ok().map(|bytes| bytes.0.clone().into())
}

#[derive(PartialEq)]
enum Kind {
    List,
    Map,
    Set,
}

/// A place inside an argument, for messages.
enum Path<'p> {
    Root,
    Name(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl std::fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Path::Root => f.write_str("input"),
            Path::Name(Path::Root, name) => f.write_str(name),
            Path::Name(parent, name) => write!(f, "{parent}.{name}"),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

struct FromLua {
    marks: [(*const std::ffi::c_void, Kind); 3],
}

impl FromLua {
    fn new(lua: &Lua) -> Result<FromLua> {
        let marks = support(lua).and_then(|support| support.raw_get::<Table>("marks")).map_err(internal)?;
        let mark = |name: &str| marks.raw_get::<Table>(name).map(|table| table.to_pointer()).map_err(internal);
        Ok(FromLua { marks: [(mark("list")?, Kind::List), (mark("map")?, Kind::Map), (mark("set")?, Kind::Set)] })
    }

    fn value(&self, value: &LuaValue, path: &Path<'_>, depth: usize) -> Result<Value> {
        if depth > MAX_DEPTH {
            return Err(invalid("Invalid value for parameter input: it is nested too deeply, or it contains itself"));
        }
        let wrong = |kind: &str| Err(invalid(format_args!("Invalid type for parameter {path}, type: {kind}")));
        match value {
            LuaValue::Nil => Ok(Value::Null),
            LuaValue::LightUserData(pointer) if pointer.0.is_null() => Ok(Value::Null),
            LuaValue::Boolean(value) => Ok((*value).into()),
            LuaValue::Integer(value) => Ok((*value).into()),
            LuaValue::Number(value) => Ok((*value).into()),
            LuaValue::String(text) => Ok(string(&text.as_bytes())),
            LuaValue::Table(table) => self.table(table, path, depth),
            LuaValue::UserData(data) => match (scalar(data), data.borrow::<Handle>()) {
                (Some(value), _) => Ok(value),
                (None, Ok(handle)) => wrong(handle.0.kind()),
                (None, Err(_)) => wrong("userdata"),
            },
            other => wrong(other.type_name()),
        }
    }

    fn kind(&self, table: &Table) -> Result<Kind> {
        let mark = table.metatable().map(|mark| mark.to_pointer());
        Ok(match self.marks.iter().find(|(pointer, _)| Some(*pointer) == mark) {
            Some((_, Kind::List)) => Kind::List,
            Some((_, Kind::Set)) => Kind::Set,
            Some((_, Kind::Map)) => Kind::Map,
            None if table.raw_len() > 0 => Kind::List,
            None => Kind::Map,
        })
    }

    fn table(&self, table: &Table, path: &Path<'_>, depth: usize) -> Result<Value> {
        match self.kind(table)? {
            Kind::List => Ok(List::from(self.items(table, path, depth)?).into()),
            Kind::Set => Ok(Set::from(self.items(table, path, depth)?).into()),
            Kind::Map => {
                let mut map = Map::new();
                for entry in table.pairs::<LuaValue, LuaValue>() {
                    let (name, value) = entry.map_err(internal)?;
                    let name = text_key(&name, path)?;
                    let value = self.value(&value, &Path::Name(path, &name), depth + 1)?;
                    map.insert(name, value);
                }
                Ok(map.into())
            }
        }
    }

    fn items(&self, table: &Table, path: &Path<'_>, depth: usize) -> Result<Vec<Value>> {
        let length = table.raw_len();
        let count = table.pairs::<LuaValue, LuaValue>().count();
        if count != length {
            return Err(invalid(format_args!("Invalid value for parameter {path}: a table has either items 1 to n or names")));
        }
        let item = |index: usize| {
            let value: LuaValue = table.raw_get(index).map_err(internal)?;
            self.value(&value, &Path::Index(path, index - 1), depth + 1)
        };
        (1..=length).map(item).collect()
    }
}

fn text_key(key: &LuaValue, path: &Path<'_>) -> Result<String> {
    match key {
        LuaValue::String(text) => text.to_str().map(|text| text.to_owned()).map_err(internal),
        other => Err(invalid(format_args!("Invalid key in parameter {path}, type: {}, valid types: string", other.type_name()))),
    }
}

/// A failure inside Lua.
pub(super) fn internal(error: mlua::Error) -> Error {
    Error::new(ErrorKind::Conversion, error.to_string())
}

/// A point in time.
pub(super) struct LuaTimestamp(pub(super) Timestamp);

impl UserData for LuaTimestamp {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "tucuxi.timestamp");
        fields.add_field_method_get("seconds", |_, this| Ok(this.0.seconds()));
        fields.add_field_method_get("nanoseconds", |_, this| Ok(this.0.nanoseconds()));
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| Ok(this.0.to_string()));
        methods.add_meta_function(MetaMethod::Eq, |_, (a, b): (AnyUserData, AnyUserData)| Ok(order(&a, &b)?.is_eq()));
        methods.add_meta_function(MetaMethod::Lt, |_, (a, b): (AnyUserData, AnyUserData)| Ok(order(&a, &b)?.is_lt()));
        methods.add_meta_function(MetaMethod::Le, |_, (a, b): (AnyUserData, AnyUserData)| Ok(order(&a, &b)?.is_le()));
    }
}

fn order(a: &AnyUserData, b: &AnyUserData) -> mlua::Result<std::cmp::Ordering> {
    Ok(a.borrow::<LuaTimestamp>()?.0.cmp(&b.borrow::<LuaTimestamp>()?.0))
}

/// A number with more digits than the numbers of Lua.
pub(super) struct LuaNumber(pub(super) Number);

impl UserData for LuaNumber {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "tucuxi.number");
        fields.add_field_method_get("float", |_, this| Ok(this.0.to_f64()));
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| Ok(this.0.to_string()));
        methods.add_meta_function(MetaMethod::Eq, |_, (a, b): (AnyUserData, AnyUserData)| {
            Ok(a.borrow::<LuaNumber>()?.0.normalized() == b.borrow::<LuaNumber>()?.0.normalized())
        });
    }
}

/// Binary data, also if it happens to be UTF-8.
pub(super) struct LuaBytes(pub(super) Bytes);

impl UserData for LuaBytes {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |lua, this, ()| lua.create_string(&this.0[..]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Credentials, Environment, Session, value};

    fn state() -> Lua {
        let session = Session::builder().environment(Environment::empty()).credentials(Credentials::new("AKID", "SECRET"));
        let lua = Lua::new();
        super::super::register(&lua, session.build().unwrap()).unwrap();
        lua
    }

    #[test]
    fn values_survive_the_way_to_lua_and_back() {
        let lua = state();
        let times = || (0..3).map(|seconds| Value::from(Timestamp::new(seconds, 0))).collect::<List>();
        let digits = Number::parse("0.12345678901234567890123").unwrap();
        let special = Set::from(vec![Value::Number(digits.clone()), Value::Int(1)]);
        let mut value = value!({
            "null": null, "yes": true, "int": i64::MIN, "float": 0.5, "text": "Rio Branco\u{0}", "binary": Bytes::from(&b"\xff\0"[..]),
            "list": [1, [2, {"a": []}], "x"], "map": {"": {"b": null}}, "times": times(), "digits": Value::Number(digits),
            "deep": [{"times": times(), "set": special}], "set": Set::from(vec![Value::from("a")]), "empty": Set::from(vec![]),
        });
        for _ in 0..MAX_DEPTH - 5 {
            value = value!([value]);
        }
        let given = to_lua(&lua, &value).unwrap();
        assert_eq!(from_lua(&lua, &given).unwrap(), value);
    }

    #[test]
    fn a_value_that_is_nested_too_deeply_is_an_error() {
        let lua = state();
        for innermost in [Value::Null, Value::from(Timestamp::new(0, 0))] {
            let deep = (0..100_000).fold(innermost, |value, _| value!([value]));
            let error = to_lua(&lua, &deep).unwrap_err().downcast_ref::<Error>().map(|error| error.kind());
            assert_eq!(error, Some(ErrorKind::Conversion));
        }
    }

    #[test]
    fn a_table_with_a_special_value_is_read_like_a_plain_one() {
        let lua = state();
        for text in ["{}", "{ 1, { 2 } }", "{ a = { b = 'c' }, list = tucuxi.list(), set = tucuxi.set{ 1 }, null = tucuxi.null }"] {
            let both: Table = lua.load(format!("return {{ {text}, {{ t = tucuxi.timestamp(0), v = {text} }} }}")).eval().unwrap();
            let [plain, special] = [1, 2].map(|index| from_lua(&lua, &both.raw_get(index).unwrap()).unwrap());
            assert_eq!(special, value!({"t": Timestamp::new(0, 0), "v": plain}), "{text}");
        }
    }

    #[test]
    fn values_that_are_no_data_are_named_at_any_depth() {
        let lua = state();
        for (text, message) in [
            ("{ a = { { b = print } } }", "Invalid type for parameter a[0].b, type: function"),
            ("{ a = { [1] = 'x', y = 'z' } }", "Invalid value for parameter a: a table has either items 1 to n or names"),
            ("{ a = { [true] = 1 } }", "Invalid key in parameter a, type: boolean, valid types: string"),
        ] {
            let value: LuaValue = lua.load(format!("return {text}")).eval().unwrap();
            assert!(from_lua(&lua, &value).unwrap_err().to_string().contains(message), "{text}");
        }
    }
}
