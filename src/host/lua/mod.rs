//! Lua: sessions, clients, and resources for scripts (feature `lua`).
//!
//! [`register`] adds the module to a Lua state. The guide has a [chapter](crate::guide::lua) about the language's side.
//!
//! ```
//! use tucuxi::{Credentials, Environment, Session};
//!
//! let session = Session::builder()
//!     .environment(Environment::empty())
//!     .region("eu-west-1")
//!     .credentials(Credentials::new("AKID", "SECRET"))
//!     .build()?;
//! let lua = mlua::Lua::new();
//! tucuxi::host::lua::register(&lua, session)?;
//! let url: String = lua
//!     .load(r#"
//!         local s3 = require("tucuxi").client("s3")
//!         return s3:generate_presigned_url("get_object", { Params = { Bucket = "river", Key = "a.txt" } })
//!     "#)
//!     .eval()?;
//! assert!(url.starts_with("https://river.s3.amazonaws.com/a.txt?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod convert;
mod object;
mod stack;

use std::sync::Arc;

use mlua::{AnyUserData, Function, IntoLuaMulti, Lua, MultiValue, Table, Value as LuaValue, Variadic};

use self::convert::{LuaBytes, LuaNumber, LuaTimestamp, add_argument, from_lua, internal, to_lua};
use self::object::{CancelToken, Handle, LuaError};
use super::bridge::{Answer, Object};
use super::callbacks::Callbacks;
use super::functions::{Input, Raised};
use super::script::{self, Arguments, Named};
use crate::error::{Error, Result};
use crate::http::Cancel;
use crate::session::Session;
use crate::text::invalid;
use crate::value::{Map, Number, Timestamp, Value};

const SUPPORT: &str = "tucuxi.support";

/// What the binding keeps for a Lua state.
struct Binding {
    session: Arc<Object>,
    callbacks: Arc<Callbacks>,
}

/// Adds the module `tucuxi` to a Lua state: as a global and, if the state has the package library, for `require`. Its functions
/// `client` and `resource` use the session. Returns the module.
///
/// Functions of a script run on the thread on which the script makes the call that needs them. A script can create sessions of
/// its own, which read the environment and the shared files; remove `session` from the module to prevent that.
///
/// # Errors
/// The errors of Lua, for example if it is out of memory.
pub fn register(lua: &Lua, session: Session) -> mlua::Result<Table> {
    lua.set_app_data(Binding { session: Arc::new(Object::Session(session)), callbacks: Arc::default() });
    let chunk = lua.load(include_str!("prelude.lua")).set_name("=tucuxi");
    let (module, support): (Table, Table) = chunk.call(library(lua)?)?;
    let marks: Table = support.raw_get("marks")?;
    stack::register_marks(lua, marks.raw_get("list")?, marks.raw_get("map")?, marks.raw_get("set")?)?;
    lua.set_named_registry_value(SUPPORT, support)?;
    lua.globals().set("tucuxi", &module)?;
    if lua.globals().contains_key("package")? {
        lua.register_module("tucuxi", &module)?;
    }
    Ok(module)
}

/// Returns a token for the settings of calls (`{ cancel = token }`), so that the program can cancel what a script does.
///
/// # Errors
/// The errors of Lua.
pub fn cancel_token(lua: &Lua, cancel: &Cancel) -> mlua::Result<AnyUserData> {
    lua.create_userdata(CancelToken(cancel.clone()))
}

/// Runs a program with arguments. `name` appears in messages.
///
/// # Errors
/// The message of the error that the program raised, with its positions in the script.
pub fn run(lua: &Lua, name: &str, source: &[u8], arguments: Vec<String>) -> std::result::Result<(), String> {
    let program = lua.load(source).set_name(format!("@{name}")).into_function().map_err(|error| error.to_string())?;
    let execute: Function = support(lua).and_then(|support| support.raw_get("execute")).map_err(|error| error.to_string())?;
    match execute.call::<(bool, Option<String>)>((program, Variadic::from_iter(arguments))) {
        Ok((true, _)) => Ok(()),
        Ok((false, message)) => Err(message.unwrap_or_default()),
        Err(error) => Err(error.to_string()),
    }
}

fn support(lua: &Lua) -> mlua::Result<Table> {
    lua.named_registry_value(SUPPORT)
}

/// The functions that the part written in Lua needs. Those that can fail return whether they succeeded, then the result or the
/// error.
fn library(lua: &Lua) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    library.set("null", LuaValue::NULL)?;
    library.set("version", env!("CARGO_PKG_VERSION"))?;
    let add = |name: &str, function: fn(&Lua, MultiValue) -> mlua::Result<MultiValue>| library.set(name, lua.create_function(function)?);
    add("index", index)?;
    add("call", |lua, mut arguments| {
        let object = arguments.pop_front().unwrap_or_default();
        let Some(LuaValue::String(method)) = arguments.pop_front() else { return checked(lua, Err(invalid("no method"))) };
        let method = method.to_string_lossy();
        match handle(&object) {
            Some(object) => call(lua, &object, &method, arguments),
            None => checked(lua, Err(invalid(format_args!("{method} is a method: call it with a colon, as in object:{method}()")))),
        }
    })?;
    add("next", |lua, arguments| {
        let Some(object) = arguments.front().and_then(handle) else { return checked(lua, Err(invalid("no object"))) };
        let next = with_hooks(lua, || object.next());
        checked(lua, next.and_then(|next| next.map_or(Ok(LuaValue::Nil), |answer| answered(lua, answer).map_err(internal))))
    })?;
    add("kind", |lua, arguments| arguments.front().and_then(handle).map(|object| object.kind()).into_lua_multi(lua))?;
    add("repr", |lua, arguments| arguments.front().and_then(handle).map(|object| object.repr()).into_lua_multi(lua))?;
    add("session", |lua, arguments| {
        let Some(options) = arguments.front() else {
            let session = binding(lua).map(|binding| Handle(Arc::clone(&binding.session)));
            return checked(lua, session.and_then(|session| lua.create_userdata(session).map_err(internal)).map(LuaValue::UserData));
        };
        let session = from_lua(lua, options).and_then(|options| {
            let options: Map = options.try_into()?;
            Object::session(&script::with_boto3_names(options), None)
        });
        checked(lua, session.and_then(|session| wrapped(lua, session).map_err(internal)))
    })?;
    add("client", |lua, arguments| of_session(lua, "client", arguments))?;
    add("resource", |lua, arguments| of_session(lua, "resource", arguments))?;
    add("bytes", |lua, arguments| {
        let bytes = match arguments.front() {
            Some(LuaValue::String(text)) => Ok(LuaBytes((&*text.as_bytes()).into())),
            _ => Err(invalid("bytes needs a string")),
        };
        checked(lua, bytes.and_then(|bytes| lua.create_userdata(bytes).map_err(internal)).map(LuaValue::UserData))
    })?;
    add("number", |lua, arguments| {
        let text = arguments.front().map(LuaValue::to_string).transpose()?.unwrap_or_default();
        let number = Number::parse(&text).ok_or_else(|| invalid(format_args!("{text:?} is not a number")));
        checked(lua, number.and_then(|number| lua.create_userdata(LuaNumber(number)).map_err(internal)).map(LuaValue::UserData))
    })?;
    add("timestamp", |lua, arguments| {
        let value = arguments.front().map_or(Ok(Value::Null), |value| from_lua(lua, value));
        let timestamp = value.and_then(|value| timestamp(&value));
        checked(lua, timestamp.and_then(|time| lua.create_userdata(LuaTimestamp(time)).map_err(internal)).map(LuaValue::UserData))
    })?;
    add("cancel", |lua, _| lua.create_userdata(CancelToken(Cancel::new()))?.into_lua_multi(lua))?;
    add("traceback", |lua, arguments| {
        let message = arguments.front().map(LuaValue::to_string).transpose()?;
        lua.traceback(message.as_deref(), 1)?.into_lua_multi(lua)
    })?;
    Ok(library)
}

fn timestamp(value: &Value) -> Result<Timestamp> {
    match value {
        Value::Null => Ok(Timestamp::now()),
        Value::String(text) => Timestamp::parse(text),
        number => {
            number.as_float().and_then(Timestamp::from_f64).ok_or_else(|| invalid("timestamp needs a string or the seconds since 1970"))
        }
    }
}

/// The two results of a function that can fail.
fn checked(lua: &Lua, result: Result<LuaValue>) -> mlua::Result<MultiValue> {
    match result {
        Ok(value) => (true, value).into_lua_multi(lua),
        Err(error) => (false, raised(lua, error)?).into_lua_multi(lua),
    }
}

/// The value to raise for an error: what a function of the script raised comes out as itself.
fn raised(lua: &Lua, error: Error) -> mlua::Result<LuaValue> {
    if let Some(number) = Raised::cause_of(&error) {
        let value: LuaValue = support(lua)?.raw_get::<Function>("take_raised")?.call(number)?;
        if !value.is_nil() {
            return Ok(value);
        }
    }
    lua.create_userdata(LuaError(error)).map(LuaValue::UserData)
}

fn handle(value: &LuaValue) -> Option<Arc<Object>> {
    value.as_userdata()?.borrow::<Handle>().ok().map(|handle| Arc::clone(&handle.0))
}

fn binding(lua: &Lua) -> Result<mlua::AppDataRef<'_, Binding>> {
    lua.app_data_ref::<Binding>().ok_or_else(|| invalid("the Lua state is closed"))
}

/// Returns `method`, or `value` with the value, or `error` with the error.
fn index(lua: &Lua, arguments: MultiValue) -> mlua::Result<MultiValue> {
    let mut arguments = arguments.into_iter();
    let object = arguments.next().as_ref().and_then(handle);
    let (Some(object), Some(LuaValue::String(name))) = (object, arguments.next()) else {
        return ("value", LuaValue::Nil).into_lua_multi(lua);
    };
    let name = name.to_string_lossy();
    if name == "lines" && matches!(*object, Object::Stream(_)) {
        return "method".into_lua_multi(lua);
    }
    match with_hooks(lua, || script::lookup(&object, &name)) {
        Ok(Named::Method) => "method".into_lua_multi(lua),
        // An identifier or attribute without a value.
        Ok(Named::Attribute(Answer::Value(Value::Null))) => ("value", LuaValue::Nil).into_lua_multi(lua),
        Ok(Named::Attribute(answer)) => ("value", answered(lua, answer)?).into_lua_multi(lua),
        Err(error) => ("error", raised(lua, error)?).into_lua_multi(lua),
    }
}

/// Calls a method.
fn call(lua: &Lua, object: &Object, method: &str, values: MultiValue) -> mlua::Result<MultiValue> {
    let callbacks = Arc::clone(&binding(lua).map_err(mlua::Error::external)?.callbacks);
    let mut arguments = Arguments::new(&callbacks, method);
    let added = values.iter().try_for_each(|value| add_argument(lua, &mut arguments, value));
    let functions = std::mem::take(&mut arguments.functions);
    let needs_script = !functions.is_empty() || callbacks.has_hooks();
    let at_most = values.front().and_then(LuaValue::as_integer);
    let answer = added.and_then(|()| match needs_script {
        true => callbacks.serve(|| script::invoke(object, arguments), |function, input| execute(lua, function, input)),
        false => script::invoke(object, arguments),
    });
    let answer = answer.and_then(|answer| {
        if let (Object::Session(_), Answer::Object(made)) = (object, &answer) {
            match made {
                Object::Client(client) => script::settle_empty_containers(client)?,
                Object::Resource(resource) => script::settle_empty_containers(resource.client())?,
                _ => {}
            }
        }
        match (object, answer) {
            // Like `file:read(n)`: nil at the end.
            (Object::Stream(_), Answer::Value(Value::Bytes(content))) if content.is_empty() && at_most.is_some_and(|n| n > 0) => {
                Ok(LuaValue::Nil)
            }
            (_, Answer::Value(Value::Null)) => Ok(LuaValue::Nil),
            (_, answer) => answered(lua, answer).map_err(internal),
        }
    });
    let results = checked(lua, answer)?;
    if let (Some(number), "off") = (at_most.and_then(|number| u64::try_from(number).ok()), method) {
        forget(lua, &[number])?;
    }
    // Only now: the error that a function raised is kept with it.
    forget(lua, &functions)?;
    Ok(results)
}

fn of_session(lua: &Lua, method: &str, arguments: MultiValue) -> mlua::Result<MultiValue> {
    let session = Arc::clone(&binding(lua).map_err(mlua::Error::external)?.session);
    call(lua, &session, method, arguments)
}

/// Does something that may run hooks of the script.
fn with_hooks<T: Send>(lua: &Lua, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let callbacks = Arc::clone(&binding(lua)?.callbacks);
    match callbacks.has_hooks() {
        true => callbacks.serve(work, |function, input| execute(lua, function, input)),
        false => work(),
    }
}

/// Executes a function of the script.
fn execute(lua: &Lua, number: u64, input: Input) -> anyhow::Result<(Value, Value)> {
    let lua_error = |error: mlua::Error| anyhow::anyhow!("{error}");
    let run: Function = support(lua).and_then(|support| support.raw_get("run")).map_err(lua_error)?;
    let call = |arguments: MultiValue| {
        let mut arguments = arguments;
        arguments.push_front(LuaValue::Integer(i64::try_from(number).unwrap_or(i64::MAX)));
        let (succeeded, result): (bool, LuaValue) = run.call(arguments).map_err(lua_error)?;
        match succeeded {
            true => Ok(result),
            false => Err(anyhow::Error::new(Raised { number, message: result.to_string().map_err(lua_error)? })),
        }
    };
    match input {
        Input::Arguments(values) => {
            let arguments = values.iter().map(|value| to_lua(lua, value)).collect::<mlua::Result<MultiValue>>().map_err(lua_error)?;
            Ok((from_lua(lua, &call(arguments)?)?, Value::Null))
        }
        Input::Event(event) => {
            let event = to_lua(lua, &event).map_err(lua_error)?;
            let before = from_lua(lua, &event)?;
            call(MultiValue::from_iter([event.clone()]))?;
            Ok((before, from_lua(lua, &event)?))
        }
    }
}

/// Keeps a function of the script under a number.
fn keep_function(lua: &Lua, function: LuaValue) -> mlua::Result<u64> {
    let number = binding(lua).map_err(mlua::Error::external)?.callbacks.number();
    support(lua)?.raw_get::<Function>("keep")?.call::<()>((number, function))?;
    Ok(number)
}

fn forget(lua: &Lua, functions: &[u64]) -> mlua::Result<()> {
    let keep = || support(lua)?.raw_get::<Function>("keep");
    functions.iter().try_for_each(|number| keep()?.call::<()>((*number, LuaValue::Nil)))
}

/// The result of a verb in Lua.
fn answered(lua: &Lua, answer: Answer) -> mlua::Result<LuaValue> {
    match answer {
        Answer::Value(value) => to_lua(lua, &value),
        Answer::Object(object) => wrapped(lua, object),
        Answer::Objects(objects) => listed(lua, objects.into_iter().map(|object| wrapped(lua, object))),
        Answer::Answers(answers) => listed(lua, answers.into_iter().map(|answer| answered(lua, answer))),
    }
}

fn wrapped(lua: &Lua, object: Object) -> mlua::Result<LuaValue> {
    lua.create_userdata(Handle::new(object)).map(LuaValue::UserData)
}

fn listed(lua: &Lua, items: impl Iterator<Item = mlua::Result<LuaValue>>) -> mlua::Result<LuaValue> {
    lua.create_sequence_from(items.collect::<mlua::Result<Vec<_>>>()?).map(LuaValue::Table)
}
