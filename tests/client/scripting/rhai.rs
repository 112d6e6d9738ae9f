//! Rhai.

use std::sync::{Arc, Mutex};

use ::rhai::{Array, Dynamic, Engine, Map, Scope};
use serde_json::{Value, json};
use tucuxi::host::rhai;

use super::session;
use crate::{moto, scenario};

fn engine() -> Engine {
    let mut engine = Engine::new();
    rhai::register(&mut engine, session());
    engine
}

fn json(value: Dynamic) -> Value {
    let value = value.flatten();
    match value.type_name() {
        "bool" => value.as_bool().unwrap().into(),
        "i64" => value.as_int().unwrap().into(),
        "f64" => value.as_float().unwrap().into(),
        "string" => value.into_string().unwrap().into(),
        "array" => value.cast::<Array>().into_iter().map(json).collect(),
        "map" => value.cast::<Map>().into_iter().map(|(name, value)| (name.to_string(), json(value))).collect(),
        other => json!(format!("a {other}")),
    }
}

#[test]
fn the_scenario() {
    let mut engine = engine();
    engine.set_max_expr_depths(128, 128);
    let results = Arc::new(Mutex::new(serde_json::Map::new()));
    let reported = Arc::clone(&results);
    engine.register_fn("report", move |step: &str, result: Dynamic| {
        reported.lock().unwrap().insert(step.to_owned(), json(result));
    });
    let given: serde_json::Map<_, _> = scenario::steps().into_iter().map(|step| (step.name, step.given)).collect();
    let given = Value::Object(given).to_string();
    engine.register_fn("given", move || Engine::new().parse_json(&given, true).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let arguments = vec![moto::url(), "rhai-rivers".to_owned(), folder.path().to_str().unwrap().to_owned()];
    let script = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/scripting/scenario.rhai")).unwrap();
    rhai::run(&engine, "scenario.rhai", &script, arguments).unwrap_or_else(|message| panic!("{message}"));
    scenario::check("rhai", &results.lock().unwrap()).unwrap_or_else(|differences| panic!("{differences}"));
}

/// The message of the error that a script raises.
fn failure(script: &str) -> String {
    rhai::run(&engine(), "script.rhai", script, Vec::new()).err().unwrap_or_else(|| panic!("{script} raises an error"))
}

#[test]
fn errors_have_positions_in_the_script() {
    // Rhai tells its hook for unknown functions no position, so the message of a call has only the name of the script.
    let message = failure("let s3 = tucuxi::client(\"s3\");\ns3.get_object(#{ Kye: 1 });");
    assert!(message.starts_with("script.rhai: Parameter validation failed"), "{message}");
    assert!(failure("let x =").starts_with("script.rhai:1:"), "{}", failure("let x ="));
    assert!(failure("\nlet x = 1; x.nope();").starts_with("script.rhai:2:"));
}

#[test]
fn wrong_arguments_are_named() {
    let cases = [
        ("let x = tucuxi::client(\"s3\").get_object;", "get_object is a method: call it, as in object.get_object()"),
        ("tucuxi::client(\"s3\").get_object(\"k\")", "get_object takes its parameters in a map"),
        ("tucuxi::client(\"s3\").put_object(#{ Metadata: #{ a: || 1 } })", "Invalid type for parameter Metadata.a, type: function"),
        (
            "tucuxi::client(\"s3\").put_object(#{}, #{ dedline: 1 })",
            "Unknown setting of a call: \"dedline\", must be one of: cancel, deadline, headers",
        ),
        (
            "tucuxi::client(\"s3\").put_object(#{}, #{ deadline: -1 })",
            "Invalid value for setting deadline: a positive number of seconds is expected",
        ),
        ("tucuxi::session(#{ regoin: \"x\" })", "There is no session option \"regoin\"."),
        ("for x in tucuxi::client(\"s3\") { print(x); }", "A client is not iterable."),
        ("let x = 5; x.get_object(#{})", "Function not found: get_object"),
    ];
    for (script, message) in cases {
        assert!(failure(script).contains(message), "{script}: {}", failure(script));
    }
}

#[test]
fn a_program_reads_the_error_of_a_call_and_cancels_calls() {
    let engine = engine();
    let error = engine.run("fn ask() { tucuxi::client(\"s3\").get_object(#{}) } ask()").unwrap_err();
    assert_eq!(rhai::call_error(&error).unwrap().kind(), tucuxi::ErrorKind::ParamValidation);
    let cancel = tucuxi::Cancel::new();
    cancel.cancel();
    let mut scope = Scope::new();
    scope.push("token", rhai::cancel_token(&cancel));
    let error = engine.run_with_scope(&mut scope, "tucuxi::client(\"s3\").list_buckets(#{}, #{ cancel: token })").unwrap_err();
    assert_eq!(rhai::call_error(&error).unwrap().kind(), tucuxi::ErrorKind::Canceled);
}
