//! Rhai: sessions, clients, and resources for scripts (feature `rhai`).
//!
//! [`register`] adds the module to an engine. The guide has a [chapter](crate::guide::rhai) about the language's side.
//!
//! Operations are found when they are called, by Rhai's hook for unknown functions; nothing is registered for each of them.
//!
//! ```
//! use tucuxi::{Credentials, Environment, Session};
//!
//! let session = Session::builder()
//!     .environment(Environment::empty())
//!     .region("eu-west-1")
//!     .credentials(Credentials::new("AKID", "SECRET"))
//!     .build()?;
//! let mut engine = rhai::Engine::new();
//! tucuxi::host::rhai::register(&mut engine, session);
//! let url: String = engine.eval(r#"
//!     let s3 = tucuxi::client("s3");
//!     s3.generate_presigned_url("get_object", #{ Params: #{ Bucket: "river", Key: "a.txt" } })
//! "#)?;
//! assert!(url.starts_with("https://river.s3.amazonaws.com/a.txt?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod convert;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{
    Array, Blob, Dynamic, Engine, EvalAltResult, FnPtr, FuncRegistration, ImmutableString, Map as RhaiMap, Module, NativeCallContext,
    Position, Scope,
};

use self::convert::{RhaiNumber, RhaiSet, RhaiTimestamp, Special, from_rhai, items, special, to_rhai};
use super::bridge::{Answer, Object};
use super::callbacks::Callbacks;
use super::functions::{Input, Raised};
use super::script::{self, Arguments, Foreign, Named};
use crate::error::{Error, Result};
use crate::http::Cancel;
use crate::session::Session;
use crate::text::invalid;
use crate::value::{Map, Number, Set, Timestamp, Value};

type Rhai<T> = std::result::Result<T, Box<EvalAltResult>>;

/// An object of the bridge.
#[derive(Clone)]
struct Handle(Arc<Object>);

/// A token that cancels the calls that it is passed to.
#[derive(Clone)]
struct CancelToken(Cancel);

/// The error of a call, as a script catches it.
#[derive(Clone)]
struct RhaiError(Error);

/// What the binding keeps for an engine.
struct Binding {
    session: Arc<Object>,
    callbacks: Arc<Callbacks>,
    /// The functions of scripts, and the errors that they raised.
    functions: Mutex<HashMap<u64, FnPtr>>,
    raised: Mutex<HashMap<u64, Box<EvalAltResult>>>,
}

/// Adds the module `tucuxi` to an engine. Its functions `client` and `resource` use the session.
///
/// The hook `on_missing_function` of the engine is taken. Functions of a script run on the thread on which the script makes
/// the call that needs them. A script can create sessions of its own, which read the environment and the shared files.
pub fn register(engine: &mut Engine, session: Session) {
    // Without the feature `sync` of Rhai, functions stay on the thread of the engine.
    #[allow(clippy::arc_with_non_send_sync)]
    let binding = Arc::new(Binding {
        session: Arc::new(Object::Session(session)),
        callbacks: Arc::default(),
        functions: Mutex::default(),
        raised: Mutex::default(),
    });
    engine.register_static_module("tucuxi", module(&binding).into());
    register_types(engine);
    let own = Arc::clone(&binding);
    engine.register_indexer_get(move |context: NativeCallContext<'_>, handle: &mut Handle, name: ImmutableString| {
        own.get(&context, handle, &name)
    });
    #[allow(deprecated)] // It is marked as volatile.
    engine.on_missing_function(move |name, arguments, _, context| {
        let Some(handle) = arguments.first().and_then(|object| object.read_lock::<Handle>().map(|handle| handle.clone())) else {
            return Ok(None);
        };
        let context = NativeCallContext::new_with_all_fields(
            context.engine(),
            name,
            context.source(),
            context.global_runtime_state(),
            Position::NONE,
        );
        binding.call(&context, &handle.0, name, &arguments[1..]).map(Some)
    });
}

/// Returns a value for the settings of calls (`#{ cancel: token }`), so that the program can cancel what a script does.
pub fn cancel_token(cancel: &Cancel) -> Dynamic {
    Dynamic::from(CancelToken(cancel.clone()))
}

/// Returns the error of a call that a script did not catch.
pub fn call_error(error: &EvalAltResult) -> Option<Error> {
    match error {
        EvalAltResult::ErrorRuntime(value, _) => value.read_lock::<RhaiError>().map(|error| error.0.clone()),
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) | EvalAltResult::ErrorInModule(_, inner, _) => call_error(inner),
        _ => None,
    }
}

/// Runs a program; `ARGS` has its arguments. `name` appears in messages.
///
/// # Errors
/// The message of the error that the program raised, with its position in the script.
pub fn run(engine: &Engine, name: &str, source: &str, arguments: Vec<String>) -> std::result::Result<(), String> {
    let mut scope = Scope::new();
    scope.push_constant("ARGS", arguments.into_iter().map(Dynamic::from).collect::<Array>());
    let message = |error: &EvalAltResult| {
        let mut inner = error;
        while let EvalAltResult::ErrorInFunctionCall(_, _, cause, _) = inner {
            inner = cause;
        }
        let position = match inner.position() {
            Position::NONE => error.position(),
            position => position,
        };
        let text = call_error(error).map_or_else(|| error.to_string(), |error| error.to_string());
        match (position.line(), position.position()) {
            (Some(line), Some(column)) => format!("{name}:{line}:{column}: {text}"),
            _ => format!("{name}: {text}"),
        }
    };
    let program = engine.compile_with_scope(&scope, source).map_err(|error| message(&error.into()))?;
    engine.run_ast_with_scope(&mut scope, &program).map_err(|error| message(&error))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Binding {
    /// The value of a property.
    fn get(&self, context: &NativeCallContext<'_>, handle: &Handle, name: &str) -> Rhai<Dynamic> {
        let found = match self.callbacks.has_hooks() {
            true => self.callbacks.serve(|| script::lookup(&handle.0, name), |function, input| self.execute(context, function, input)),
            false => script::lookup(&handle.0, name),
        };
        match found {
            Ok(Named::Attribute(answer)) => Ok(answered(answer)),
            Ok(Named::Method) => Err(raise(invalid(format_args!("{name} is a method: call it, as in object.{name}()")))),
            Err(error) => Err(self.raised(error)),
        }
    }

    /// Calls a method.
    fn call(&self, context: &NativeCallContext<'_>, object: &Object, method: &str, values: &[&mut Dynamic]) -> Rhai<Dynamic> {
        let mut arguments = Arguments::new(&self.callbacks, method);
        let added =
            script::lookup_method(object, method).and_then(|()| values.iter().try_for_each(|value| self.add(&mut arguments, value)));
        let functions = std::mem::take(&mut arguments.functions);
        let answer = added.and_then(|()| match !functions.is_empty() || self.callbacks.has_hooks() {
            true => self.callbacks.serve(|| script::invoke(object, arguments), |function, input| self.execute(context, function, input)),
            false => script::invoke(object, arguments),
        });
        let answer = answer.map(answered).map_err(|error| self.raised(error));
        let off = values.first().and_then(|number| number.as_int().ok()).filter(|_| method == "off");
        for number in functions.into_iter().chain(off.and_then(|number| u64::try_from(number).ok())) {
            lock(&self.functions).remove(&number);
            lock(&self.raised).remove(&number);
        }
        answer
    }

    fn add(&self, arguments: &mut Arguments<'_>, value: &Dynamic) -> Result<()> {
        if let Some(special) = special(value) {
            return arguments.push_foreign(self.foreign(special));
        }
        let Some(entries) = value.read_lock::<RhaiMap>() else {
            arguments.push(from_rhai(value, "input")?);
            return Ok(());
        };
        let mut map = Map::new();
        for (name, value) in entries.iter() {
            let value = match special(value) {
                Some(special) => match arguments.foreign(name, self.foreign(special))? {
                    // A setting of the call, which has no value, is left out.
                    Value::Null if name != "cancel" => continue,
                    value => value,
                },
                None => from_rhai(value, name)?,
            };
            map.insert(name.as_str(), value);
        }
        arguments.push_map(map)
    }

    fn foreign(&self, special: Special) -> Foreign {
        match special {
            Special::Function(function) => {
                let number = self.callbacks.number();
                lock(&self.functions).insert(number, function);
                Foreign::Function(number)
            }
            Special::Object(handle) => Foreign::Object(handle.0),
            Special::Cancel(cancel) => Foreign::Cancel(cancel.0),
        }
    }

    /// Executes a function of the script.
    fn execute(&self, context: &NativeCallContext<'_>, number: u64, input: Input) -> anyhow::Result<(Value, Value)> {
        let function = lock(&self.functions).get(&number).cloned();
        let function = function.ok_or_else(|| anyhow::anyhow!("the function of the script is no longer in use"))?;
        let call = |arguments: Vec<Dynamic>| {
            function.call_raw(context, None, arguments).map_err(|error| {
                let message = call_error(&error).map_or_else(|| error.to_string(), |error| error.to_string());
                lock(&self.raised).insert(number, error);
                anyhow::Error::new(Raised { number, message })
            })
        };
        match input {
            Input::Arguments(values) => {
                let result = call(values.iter().map(to_rhai).collect())?;
                Ok((from_rhai(&result, "input")?, Value::Null))
            }
            Input::Event(event) => {
                // Shared, so that the changes of the function are seen here.
                let event = to_rhai(&event).into_shared();
                let before = from_rhai(&event, "event")?;
                let _ = call(vec![event.clone()])?;
                Ok((before, from_rhai(&event, "event")?))
            }
        }
    }

    /// The error to raise: what a function of the script raised comes out as itself.
    fn raised(&self, error: Error) -> Box<EvalAltResult> {
        let own = Raised::cause_of(&error).and_then(|number| lock(&self.raised).remove(&number));
        own.unwrap_or_else(|| raise(error))
    }
}

fn raise(error: Error) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(RhaiError(error)), Position::NONE))
}

/// The result of a verb in Rhai.
fn answered(answer: Answer) -> Dynamic {
    match answer {
        Answer::Value(value) => to_rhai(&value),
        Answer::Object(object) => Dynamic::from(Handle(Arc::new(object))),
        Answer::Objects(objects) => objects.into_iter().map(|object| Dynamic::from(Handle(Arc::new(object)))).collect::<Array>().into(),
        Answer::Answers(answers) => answers.into_iter().map(answered).collect::<Array>().into(),
    }
}

/// The functions of the module.
fn module(binding: &Arc<Binding>) -> Module {
    let mut module = Module::new();
    let own = Arc::clone(binding);
    FuncRegistration::new("session").set_into_module(&mut module, move || Handle(Arc::clone(&own.session)));
    FuncRegistration::new("session").set_into_module(&mut module, |options: RhaiMap| -> Rhai<Handle> {
        let options: Result<Map> = from_rhai(&Dynamic::from_map(options), "input").and_then(Map::try_from);
        let session = options.and_then(|options| Object::session(&script::with_boto3_names(options), None));
        session.map(|session| Handle(Arc::new(session))).map_err(raise)
    });
    for method in ["client", "resource"] {
        let own = Arc::clone(binding);
        FuncRegistration::new(method).set_into_module(&mut module, move |context: NativeCallContext<'_>, service: Dynamic| {
            let mut service = service;
            own.call(&context, &own.session, method, &[&mut service])
        });
        let own = Arc::clone(binding);
        FuncRegistration::new(method).set_into_module(
            &mut module,
            move |context: NativeCallContext<'_>, service: Dynamic, options: RhaiMap| {
                let (mut service, mut options) = (service, Dynamic::from_map(options));
                own.call(&context, &own.session, method, &[&mut service, &mut options])
            },
        );
    }
    FuncRegistration::new("cancel").set_into_module(&mut module, || CancelToken(Cancel::new()));
    FuncRegistration::new("number").set_into_module(&mut module, |text: &str| -> Rhai<RhaiNumber> {
        Number::parse(text).map(RhaiNumber).ok_or_else(|| raise(invalid(format_args!("{text:?} is not a number"))))
    });
    FuncRegistration::new("set").set_into_module(&mut module, |values: Array| -> Rhai<RhaiSet> {
        items(&values, "set", 0).map(|values| RhaiSet(Set::from(values))).map_err(raise)
    });
    FuncRegistration::new("timestamp").set_into_module(&mut module, || RhaiTimestamp(Timestamp::now()));
    FuncRegistration::new("timestamp")
        .set_into_module(&mut module, |text: &str| -> Rhai<RhaiTimestamp> { Timestamp::parse(text).map(RhaiTimestamp).map_err(raise) });
    FuncRegistration::new("timestamp").set_into_module(&mut module, |seconds: i64| RhaiTimestamp(Timestamp::new(seconds, 0)));
    FuncRegistration::new("bytes").set_into_module(&mut module, |text: &str| -> Blob { text.as_bytes().to_vec() });
    FuncRegistration::new("text").set_into_module(&mut module, |bytes: Blob| -> Rhai<String> {
        String::from_utf8(bytes).map_err(|_| raise(invalid("The bytes are not UTF-8.")))
    });
    module
}

/// What the types of the binding can do without the library.
fn register_types(engine: &mut Engine) {
    engine
        .register_type_with_name::<Handle>("tucuxi::Object")
        .register_fn("to_string", |handle: &mut Handle| handle.0.repr())
        .register_fn("to_debug", |handle: &mut Handle| handle.0.repr())
        .register_iterator_result::<Handle, Dynamic>();
    engine
        .register_type_with_name::<RhaiError>("tucuxi::Error")
        .register_fn("to_string", |error: &mut RhaiError| error.0.to_string())
        .register_fn("to_debug", |error: &mut RhaiError| format!("{:?}", error.0))
        .register_indexer_get(|error: &mut RhaiError, name: &str| error.0.to_value().get(name).map_or(Dynamic::UNIT, to_rhai));
    engine
        .register_type_with_name::<CancelToken>("tucuxi::Cancel")
        .register_fn("cancel", |token: &mut CancelToken| token.0.cancel())
        .register_fn("is_canceled", |token: &mut CancelToken| token.0.is_canceled());
    engine
        .register_type_with_name::<RhaiNumber>("tucuxi::Number")
        .register_fn("to_string", |number: &mut RhaiNumber| number.0.to_string())
        .register_fn("to_float", |number: &mut RhaiNumber| number.0.to_f64());
    engine
        .register_type_with_name::<RhaiSet>("tucuxi::Set")
        .register_fn("len", |set: &mut RhaiSet| set.0.len() as i64)
        .register_fn("values", |set: &mut RhaiSet| set.0.iter().map(to_rhai).collect::<Array>())
        .register_fn("contains", |set: &mut RhaiSet, item: Dynamic| from_rhai(&item, "input").is_ok_and(|item| set.0.contains(&item)));
    engine
        .register_type_with_name::<RhaiTimestamp>("tucuxi::Timestamp")
        .register_fn("to_string", |time: &mut RhaiTimestamp| time.0.to_string())
        .register_get("seconds", |time: &mut RhaiTimestamp| time.0.seconds())
        .register_get("nanoseconds", |time: &mut RhaiTimestamp| i64::from(time.0.nanoseconds()))
        .register_fn("==", |a: RhaiTimestamp, b: RhaiTimestamp| a.0 == b.0)
        .register_fn("!=", |a: RhaiTimestamp, b: RhaiTimestamp| a.0 != b.0)
        .register_fn("<", |a: RhaiTimestamp, b: RhaiTimestamp| a.0 < b.0)
        .register_fn("<=", |a: RhaiTimestamp, b: RhaiTimestamp| a.0 <= b.0)
        .register_fn(">", |a: RhaiTimestamp, b: RhaiTimestamp| a.0 > b.0)
        .register_fn(">=", |a: RhaiTimestamp, b: RhaiTimestamp| a.0 >= b.0);
}

/// An iteration; one over a collection starts a new one. Rhai's iterators have no engine, so hooks of scripts cannot run
/// during the requests of an iteration.
struct Iteration {
    object: Arc<Object>,
    /// Set if the iteration could not start, and at its end.
    ended: bool,
    failure: Option<Error>,
}

impl IntoIterator for Handle {
    type Item = Rhai<Dynamic>;
    type IntoIter = Iteration;

    fn into_iter(self) -> Iteration {
        let started = match &*self.0 {
            Object::Collection(_) => self.0.call("iterate", Map::new(), Default::default()),
            _ => return Iteration { object: self.0, ended: false, failure: None },
        };
        match started {
            Ok(Answer::Object(object)) => Iteration { object: Arc::new(object), ended: false, failure: None },
            Ok(_) => Iteration { object: self.0, ended: true, failure: None },
            Err(error) => Iteration { object: self.0, ended: true, failure: Some(error) },
        }
    }
}

impl Iterator for Iteration {
    type Item = Rhai<Dynamic>;

    fn next(&mut self) -> Option<Rhai<Dynamic>> {
        if let Some(error) = self.failure.take() {
            return Some(Err(raise(error)));
        }
        if self.ended {
            return None;
        }
        match self.object.next() {
            Ok(Some(answer)) => Some(Ok(answered(answer))),
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err(raise(error)))
            }
        }
    }
}
