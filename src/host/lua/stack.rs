//! Plain data on Lua's stack.
//!
//! Most arguments and results consist of tables, strings, and numbers. mlua holds a reference to each value that it passes on, which
//! costs more than the value itself, so this module reads and makes tables with Lua's own functions. Values that need mlua, such as
//! userdata and functions, are left to [`convert`](super::convert).
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::{ptr, slice};

use mlua::ffi::{self, lua_State};
use mlua::{Lua, Table, Value as LuaValue};

use crate::error::{Error, ErrorKind};
use crate::value::{Bytes, List, MAX_DEPTH, Map, Set, Value};

/// The marks of tables whose kind cannot be seen. Their addresses are the keys of the metatables in the registry.
static MARKS: [u8; 3] = [0; 3];
const LIST: usize = 0;
const MAP: usize = 1;
const SET: usize = 2;

fn key(mark: usize) -> *const c_void {
    ptr::from_ref(&MARKS[mark]).cast()
}

/// Registers the metatables that mark lists, maps, and sets.
pub(super) fn register_marks(lua: &Lua, list: Table, map: Table, set: Table) -> mlua::Result<()> {
    // SAFETY: the arguments are on the stack in this order, and each call removes the last one.
    unsafe {
        lua.exec_raw((list, map, set), |state| {
            for mark in [SET, MAP, LIST] {
                ffi::lua_rawsetp(state, ffi::LUA_REGISTRYINDEX, key(mark));
            }
        })
    }
}

/// Makes a table of a list, a map, or a set. `special` is a sequence of the values in it that are not plain, in their order. Returns nil
/// if there are more of them.
pub(super) fn make_table(lua: &Lua, value: &Value, special: Option<&Table>) -> mlua::Result<LuaValue> {
    let count = special.map_or(0, Table::raw_len);
    let mut is_too_deep = false;
    // SAFETY: the argument is replaced by the result. An error of Lua leaves `push` by a jump, and none of the frames that it leaves
    // owns anything.
    let table = unsafe {
        lua.exec_raw(special, |state| {
            let mut stack = Stack { state, taken: 0, count, is_too_deep: false };
            if !stack.push(value, 0) {
                ffi::lua_pushnil(state);
            }
            is_too_deep = stack.is_too_deep;
            ffi::lua_replace(state, 1);
            ffi::lua_settop(state, 1);
        })
    };
    if is_too_deep { Err(too_deep()) } else { table }
}

/// The error for values that are nested too deeply for Lua's and this program's stacks.
pub(super) fn too_deep() -> mlua::Error {
    let message = format!("the value is nested deeper than {MAX_DEPTH} levels");
    mlua::Error::external(Error::new(ErrorKind::Conversion, message))
}

/// A stack with the sequence of special values at its bottom.
struct Stack {
    state: *mut lua_State,
    /// The number of special values that were taken, of `count`.
    taken: usize,
    count: usize,
    is_too_deep: bool,
}

impl Stack {
    /// Pushes a value; returns whether all special values in it were there.
    ///
    /// # Safety
    /// The stack has room for a value. No caller up to the protected call owns anything, because an error of Lua jumps there.
    unsafe fn push(&mut self, value: &Value, depth: usize) -> bool {
        let state = self.state;
        if depth > MAX_DEPTH {
            self.is_too_deep = true;
            return false;
        }
        // SAFETY: each table makes room for its key, its value, and what marks it, and strings are copied.
        unsafe {
            match value {
                Value::Null => ffi::lua_pushlightuserdata(state, ptr::null_mut()),
                Value::Bool(value) => ffi::lua_pushboolean(state, c_int::from(*value)),
                Value::Int(value) => ffi::lua_pushinteger(state, *value),
                Value::Float(value) => ffi::lua_pushnumber(state, *value),
                Value::String(value) => push_bytes(state, value.as_bytes()),
                Value::Bytes(value) => push_bytes(state, value),
                Value::List(list) => {
                    let complete = self.push_items(list.len(), list.iter(), depth);
                    if list.is_empty() {
                        mark(state, LIST);
                    }
                    return complete;
                }
                Value::Set(set) => {
                    let complete = self.push_items(set.len(), set.iter(), depth);
                    if complete {
                        mark(state, SET);
                    }
                    return complete;
                }
                Value::Map(map) => return self.push_entries(map, depth),
                Value::Number(_) | Value::Timestamp(_) | Value::Stream(_) => {
                    if self.taken == self.count {
                        return false;
                    }
                    self.taken += 1;
                    ffi::lua_rawgeti(state, 1, self.taken as ffi::lua_Integer);
                }
            }
        }
        true
    }

    /// # Safety
    /// That of [`push`](Stack::push).
    unsafe fn push_entries(&mut self, map: &Map, depth: usize) -> bool {
        // SAFETY: the table is below the key and the value.
        unsafe {
            ffi::luaL_checkstack(self.state, 4, ptr::null());
            ffi::lua_createtable(self.state, 0, capacity(map.len()));
            for (name, value) in map {
                push_bytes(self.state, name.as_bytes());
                if !self.push(value, depth + 1) {
                    return false;
                }
                ffi::lua_rawset(self.state, -3);
            }
        }
        true
    }

    /// # Safety
    /// That of [`push`](Stack::push).
    unsafe fn push_items<'v>(&mut self, len: usize, values: impl Iterator<Item = &'v Value>, depth: usize) -> bool {
        // SAFETY: the table is below the value.
        unsafe {
            ffi::luaL_checkstack(self.state, 4, ptr::null());
            ffi::lua_createtable(self.state, capacity(len), 0);
            for (index, value) in (1..).zip(values) {
                if !self.push(value, depth + 1) {
                    return false;
                }
                ffi::lua_rawseti(self.state, -2, index);
            }
        }
        true
    }
}

/// Pushes a string.
///
/// # Safety
/// That of [`push`](Stack::push).
unsafe fn push_bytes(state: *mut lua_State, bytes: &[u8]) {
    // SAFETY: Lua copies the bytes.
    unsafe {
        ffi::lua_pushlstring(state, bytes.as_ptr().cast(), bytes.len());
    }
}

/// Marks the table on the top of the stack.
///
/// # Safety
/// There is one.
unsafe fn mark(state: *mut lua_State, mark: usize) {
    // SAFETY: `register_marks` has stored a table under the key.
    unsafe {
        ffi::lua_rawgetp(state, ffi::LUA_REGISTRYINDEX, key(mark));
        ffi::lua_setmetatable(state, -2);
    }
}

/// The expected number of entries, which is only a hint.
fn capacity(len: usize) -> c_int {
    c_int::try_from(len).unwrap_or(0)
}

/// Reads a value that is plain throughout; returns `None` for others, also for those that are errors.
pub(super) fn read_plain(lua: &Lua, value: &LuaValue) -> Option<Value> {
    match value {
        LuaValue::Nil => Some(Value::Null),
        LuaValue::Boolean(value) => Some((*value).into()),
        LuaValue::Integer(value) => Some((*value).into()),
        LuaValue::Number(value) => Some((*value).into()),
        LuaValue::String(text) => Some(string(&text.as_bytes())),
        LuaValue::Table(table) => {
            let mut found = None;
            // SAFETY: the table is on the top of the stack, which is left empty.
            let done = unsafe {
                lua.exec_raw::<()>(table, |state| {
                    found = read(state, 0);
                    ffi::lua_settop(state, 0);
                })
            };
            done.ok().and(found)
        }
        _ => None,
    }
}

/// Reads the value on the top of the stack. None of the functions of Lua that are called here can raise an error.
///
/// # Safety
/// There is a value.
unsafe fn read(state: *mut lua_State, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    // SAFETY: each value is read by the function of its type.
    unsafe {
        Some(match ffi::lua_type(state, -1) {
            ffi::LUA_TBOOLEAN => (ffi::lua_toboolean(state, -1) != 0).into(),
            ffi::LUA_TNUMBER if ffi::lua_isinteger(state, -1) != 0 => ffi::lua_tointegerx(state, -1, ptr::null_mut()).into(),
            ffi::LUA_TNUMBER => ffi::lua_tonumberx(state, -1, ptr::null_mut()).into(),
            ffi::LUA_TSTRING => string(bytes(state, -1)),
            ffi::LUA_TLIGHTUSERDATA if ffi::lua_touserdata(state, -1).is_null() => Value::Null,
            ffi::LUA_TTABLE if ffi::lua_checkstack(state, 4) != 0 => match kind(state) {
                LIST => List::from(read_items(state, depth)?).into(),
                SET => Set::from(read_items(state, depth)?).into(),
                _ => read_map(state, depth)?.into(),
            },
            _ => return None,
        })
    }
}

/// The kind of the table on the top of the stack: that of its mark, or a list if it has items.
///
/// # Safety
/// There is a table, and room for two more values.
unsafe fn kind(state: *mut lua_State) -> usize {
    // SAFETY: what is pushed is removed.
    unsafe {
        if ffi::lua_getmetatable(state, -1) != 0 {
            let marked = [LIST, MAP, SET].into_iter().find(|mark| {
                ffi::lua_rawgetp(state, ffi::LUA_REGISTRYINDEX, key(*mark));
                let same = ffi::lua_rawequal(state, -1, -2) != 0;
                ffi::lua_settop(state, -2);
                same
            });
            ffi::lua_settop(state, -2);
            if let Some(mark) = marked {
                return mark;
            }
        }
        if ffi::lua_rawlen(state, -1) > 0 { LIST } else { MAP }
    }
}

/// # Safety
/// There is a table, and room for three more values.
unsafe fn read_map(state: *mut lua_State, depth: usize) -> Option<Map> {
    let mut map = Map::new();
    // SAFETY: the key stays on the stack as it is, below its value, until the next entry.
    unsafe {
        ffi::lua_pushnil(state);
        while ffi::lua_next(state, -2) != 0 {
            if ffi::lua_type(state, -2) != ffi::LUA_TSTRING {
                return None;
            }
            let name = str::from_utf8(bytes(state, -2)).ok()?;
            map.insert(name, read(state, depth + 1)?);
            ffi::lua_settop(state, -2);
        }
    }
    Some(map)
}

/// # Safety
/// There is a table, and room for three more values.
unsafe fn read_items(state: *mut lua_State, depth: usize) -> Option<Vec<Value>> {
    // SAFETY: what is pushed is removed.
    unsafe {
        let len = ffi::lua_rawlen(state, -1);
        let mut entries = 0;
        ffi::lua_pushnil(state);
        while ffi::lua_next(state, -2) != 0 {
            entries += 1;
            ffi::lua_settop(state, -2);
        }
        // A table with items and names is an error.
        if entries != len {
            return None;
        }
        let item = |index| {
            ffi::lua_rawgeti(state, -1, index);
            let value = read(state, depth + 1)?;
            ffi::lua_settop(state, -2);
            Some(value)
        };
        (1..).map(item).take(len).collect()
    }
}

/// The content of the string at an index.
///
/// # Safety
/// There is a string, and it stays on the stack.
unsafe fn bytes<'s>(state: *mut lua_State, index: c_int) -> &'s [u8] {
    let mut len = 0;
    // SAFETY: Lua does not move strings, and a string is converted to nothing else.
    unsafe {
        let start = ffi::lua_tolstring(state, index, &mut len);
        slice::from_raw_parts(start.cast(), len)
    }
}

/// Text, or binary data if it is not UTF-8.
pub(super) fn string(bytes: &[u8]) -> Value {
    match str::from_utf8(bytes) {
        Ok(text) => Value::from(text),
        Err(_) => Bytes::from(bytes).into(),
    }
}
