//! Lua.

use std::cell::RefCell;
use std::rc::Rc;

use mlua::{Lua, Value as LuaValue};
use serde_json::{Value, json};
use tucuxi::host::lua;

use super::session;
use crate::{moto, scenario};

/// A state with the module.
fn state() -> Lua {
    let lua = Lua::new();
    lua::register(&lua, session()).unwrap();
    lua
}

fn json(value: LuaValue) -> Value {
    match value {
        LuaValue::Boolean(value) => value.into(),
        LuaValue::Integer(value) => value.into(),
        LuaValue::Number(value) => value.into(),
        LuaValue::String(text) => text.to_str().unwrap().to_owned().into(),
        LuaValue::Table(table) if table.raw_len() > 0 => table.sequence_values().map(|item| json(item.unwrap())).collect(),
        LuaValue::Table(table) => {
            table.pairs::<String, LuaValue>().map(|entry| entry.map(|(name, value)| (name, json(value))).unwrap()).collect()
        }
        other => json!(format!("a {}", other.type_name())),
    }
}

/// The opposite of `json`.
fn table(lua: &Lua, value: &Value) -> LuaValue {
    match value {
        Value::Null => LuaValue::Nil,
        Value::Bool(value) => LuaValue::Boolean(*value),
        Value::Number(number) => number.as_i64().map_or_else(|| LuaValue::Number(number.as_f64().unwrap()), LuaValue::Integer),
        Value::String(text) => LuaValue::String(lua.create_string(text).unwrap()),
        Value::Array(items) => LuaValue::Table(lua.create_sequence_from(items.iter().map(|item| table(lua, item))).unwrap()),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(name, value)| (name.as_str(), table(lua, value)));
            LuaValue::Table(lua.create_table_from(entries).unwrap())
        }
    }
}

#[test]
fn the_scenario() {
    let lua = state();
    let results = Rc::new(RefCell::new(serde_json::Map::new()));
    let reported = Rc::clone(&results);
    let report = lua.create_function(move |_, (step, result): (String, LuaValue)| {
        reported.borrow_mut().insert(step, json(result));
        Ok(())
    });
    lua.globals().set("report", report.unwrap()).unwrap();
    let given: serde_json::Map<_, _> = scenario::steps().into_iter().map(|step| (step.name, step.given)).collect();
    lua.globals().set("given", table(&lua, &given.into())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let arguments = vec![moto::url(), "lua-rivers".to_owned(), folder.path().to_str().unwrap().to_owned()];
    let script = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/scripting/scenario.lua")).unwrap();
    lua::run(&lua, "scenario.lua", &script, arguments).unwrap_or_else(|message| panic!("{message}"));
    scenario::check("lua", &results.borrow()).unwrap_or_else(|differences| panic!("{differences}"));
}

/// The message of the error that a script raises.
fn failure(script: &str) -> String {
    lua::run(&state(), "script.lua", script.as_bytes(), Vec::new()).unwrap_err()
}

#[test]
fn errors_have_positions_in_the_script() {
    let message = failure("local s3 = tucuxi.client('s3')\nlocal function ask()\n  s3:get_object{ Kye = 1 }\nend\nask()");
    assert!(message.starts_with("Parameter validation failed"), "{message}");
    assert!(message.contains("script.lua:3:") && message.contains("script.lua:5:"), "{message}");
    assert!(failure("local =").starts_with("syntax error: script.lua:1:"), "{}", failure("local ="));
}

#[test]
fn wrong_arguments_are_named() {
    let cases = [
        ("tucuxi.client('s3').get_object{ Key = 'k' }", "get_object is a method: call it with a colon, as in object:get_object()"),
        ("tucuxi.client('s3'):get_object('k')", "get_object takes its parameters in a map"),
        ("tucuxi.client('s3', 'a', 'b', 'c', 'd', 'e', 'f')", "client takes at most 6 arguments before the map: service_name, region_name"),
        ("tucuxi.client('s3'):put_object{ Metadata = { a = print } }", "Invalid type for parameter Metadata.a, type: function"),
        (
            "tucuxi.client('s3'):put_object{ Metadata = { 1, a = 2 } }",
            "Invalid value for parameter Metadata: a table has either items 1 to n or names",
        ),
        ("local t = {}; t.t = t; tucuxi.client('s3'):put_object{ Metadata = t }", "it is nested too deeply, or it contains itself"),
        (
            "tucuxi.client('s3'):put_object({}, { dedline = 1 })",
            "Unknown setting of a call: \"dedline\", must be one of: cancel, deadline, headers",
        ),
        (
            "tucuxi.client('s3'):put_object({}, { deadline = -1 })",
            "Invalid value for setting deadline: a positive number of seconds is expected",
        ),
        (
            "tucuxi.client('s3'):upload_file{ Filename = 'f', Bucket = 'b', Key = 'k', SourceClient = tucuxi.session() }",
            "Invalid type for parameter SourceClient, type: session",
        ),
        ("tucuxi.session{ regoin = 'x' }", "There is no session option \"regoin\"."),
        ("for x in tucuxi.client('s3') do end", "A client is not iterable."),
    ];
    for (script, message) in cases {
        assert!(failure(script).contains(message), "{script}: {}", failure(script));
    }
}

#[test]
fn hooks_change_presigned_urls_too() {
    let lua = state();
    lua.load("s3 = tucuxi.client('s3'); s3:on('before-parameter-build', function(event) event.params.Bucket = 'hooked' end)")
        .exec()
        .unwrap();
    let url: String = lua.load("return s3:generate_presigned_url('get_object', { Params = { Bucket = 'b', Key = 'k' } })").eval().unwrap();
    assert!(url.contains("hooked"), "{url}");
}

#[test]
fn a_program_cancels_the_calls_of_a_script() {
    let lua = state();
    let cancel = tucuxi::Cancel::new();
    lua.globals().set("token", lua::cancel_token(&lua, &cancel).unwrap()).unwrap();
    cancel.cancel();
    let script = "local ok, err = pcall(function() tucuxi.client('s3'):list_buckets({}, { cancel = token }) end); return err.kind";
    assert_eq!(lua.load(script).eval::<String>().unwrap(), "Canceled");
}
