//! The native module of the Node package `tucuxi`. Its JavaScript part, `index.js`, gives it the form that programs see.
//!
//! Calls run on threads of their own, so they block neither JavaScript nor the four workers of libuv. Functions of JavaScript (hooks,
//! progress functions, bodies) run on JavaScript's thread, and the call waits for what they, or their promises, return. Errors come as
//! data: `index.js` makes them instances of `TucuxiError`.

// The traits that convert values are unsafe; everything else is done by napi.
#![allow(unsafe_code)]

mod channel;
mod values;
mod workers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::ClassInstance;
use napi_derive::napi;

use self::channel::Channel;
use self::values::{Data, Output};
use super::bridge::{self, Answer, Object, Settings};
use super::functions::{FunctionWriter, Functions, hook};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Cancel;
use crate::value::{Map, Value};

/// An object of the bridge.
#[napi(js_name = "Handle")]
pub struct Handle(Arc<Object>);

/// A number that neither a JavaScript number nor a bigint can hold: a decimal with many digits.
#[napi(js_name = "NumberValue")]
pub struct NumberValue(crate::value::Number);

#[napi]
impl NumberValue {
    /// Reads a number from its digits.
    #[napi(constructor)]
    pub fn new(digits: String) -> napi::Result<NumberValue> {
        let number = crate::value::Number::parse(&digits);
        number.map(NumberValue).ok_or_else(|| napi::Error::from_reason(format!("{digits:?} is not a number")))
    }

    /// The digits.
    #[napi(js_name = "toString")]
    #[allow(clippy::inherent_to_string, reason = "it is JavaScript's method of that name")]
    pub fn to_string(&self) -> String {
        self.0.as_str().to_owned()
    }

    /// The digits, so that nothing is lost in JSON.
    #[napi(js_name = "toJSON")]
    pub fn to_json(&self) -> String {
        self.to_string()
    }

    /// The nearest JavaScript number.
    #[napi(js_name = "valueOf")]
    pub fn value_of(&self) -> f64 {
        self.0.as_str().parse().unwrap_or(f64::NAN)
    }
}

/// Stops calls.
#[napi(js_name = "Cancel")]
#[derive(Default)]
pub struct CancelHandle(Cancel);

#[napi]
impl CancelHandle {
    /// Creates a handle.
    #[napi(constructor)]
    pub fn new() -> CancelHandle {
        CancelHandle::default()
    }

    /// Ends the calls that have the handle.
    #[napi]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

/// What a call takes besides its parameters.
#[napi(object, object_to_js = false)]
pub struct CallSettings<'env> {
    /// The total time of the call in milliseconds.
    pub deadline: Option<f64>,
    /// Additional headers.
    pub headers: Option<Data>,
    /// Stops the call.
    pub cancel: Option<ClassInstance<'env, CancelHandle>>,
    /// The progress function.
    pub progress: Option<u32>,
    /// The function that receives the bytes of a download.
    pub writer: Option<u32>,
    /// The client that reads the source of a copy.
    pub source_client: Option<ClassInstance<'env, Handle>>,
}

/// Creates a session from boto3's arguments.
#[napi]
pub fn session(options: Data, credentials: Option<u32>, channel: &Channel) -> Output {
    let functions = Arc::clone(&channel.0);
    Output::Result((|| {
        let mut builder = bridge::session_builder(&options.map()?, None)?;
        if let Some(function) = credentials {
            let provide = move || Ok(Some(bridge::credentials_from(functions.call(function.into(), Vec::new())?)?));
            builder = builder.sole_credential_provider(provide);
        }
        Ok(Answer::Object(Object::Session(builder.build()?)))
    })())
}

/// Returns the version of the library.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[napi]
impl Handle {
    /// The kind of object.
    #[napi(getter)]
    pub fn kind(&self) -> &'static str {
        self.0.kind()
    }

    /// A short text for a debugger.
    #[napi]
    pub fn repr(&self) -> String {
        self.0.repr()
    }

    /// The kind of the member of that name, if there is one.
    #[napi]
    pub fn kind_of(&self, name: String) -> Option<&'static str> {
        match &*self.0 {
            Object::Client(client) if client.context().operation(&name).is_ok() => Some("operation"),
            Object::Resource(resource) => resource.member(&name).map(|kind| kind.name()),
            object => object.members().ok()?.into_iter().find(|member| member.name == name.as_str()).map(|member| member.kind),
        }
    }

    /// The members, with kind, parameters, and help.
    #[napi]
    pub fn members(&self) -> Output {
        let member = |member: bridge::Member| {
            Value::from(Map::from([
                ("name", Value::from(member.name)),
                ("kind", member.kind.into()),
                ("parameters", member.parameters.into()),
                ("help", member.help.into()),
            ]))
        };
        Output::Result(self.0.members().map(|members| Answer::Value(members.into_iter().map(member).collect::<Vec<_>>().into())))
    }

    /// Describes an operation.
    #[napi]
    pub fn describe(&self, name: String) -> Output {
        Output::Result(self.0.describe(&name).map(Answer::Value))
    }

    /// Returns an attribute that needs no request.
    #[napi]
    pub fn get_now(&self, name: String) -> Output {
        Output::Result(self.0.get(&name))
    }

    /// Calls a method that makes no request, such as those that create objects.
    #[napi]
    pub fn call_now(&self, name: String, params: Data, settings: CallSettings<'_>, channel: &Channel) -> Output {
        let settings = settings.read(channel);
        Output::Result(params.map().and_then(|params| self.0.call(&name, params, settings?)))
    }

    /// Starts the call with that number, which returns an attribute.
    #[napi]
    pub fn get(&self, call: u32, name: String, channel: &Channel) {
        let object = Arc::clone(&self.0);
        start(call, channel, move || object.get(&name));
    }

    /// Starts the call with that number, of a method.
    #[napi]
    pub fn call(&self, call: u32, name: String, params: Data, settings: CallSettings<'_>, channel: &Channel) {
        let object = Arc::clone(&self.0);
        let settings = settings.read(channel);
        start(call, channel, move || object.call(&name, params.map()?, settings?));
    }

    /// Starts the call with that number, which takes the next page, item, event, or object; null at the end.
    #[napi]
    pub fn next(&self, call: u32, channel: &Channel) {
        let object = Arc::clone(&self.0);
        start(call, channel, move || Ok(object.next()?.unwrap_or(Answer::Value(Value::Null))));
    }

    /// Registers a hook.
    #[napi]
    pub fn on(&self, event: String, function: u32, channel: &Channel) -> Output {
        let hook = hook(Arc::clone(&channel.0) as _, function.into());
        let registered = match &*self.0 {
            Object::Client(client) => client.on(&event, hook),
            Object::Session(session) => session.on(&event, hook),
            other => Err(Error::new(ErrorKind::UnknownName, format!("A {} has no hooks.", other.kind()))),
        };
        Output::Result(registered.map(|id| {
            channel.0.add_hook(function, id);
            Answer::Value(Value::Null)
        }))
    }

    /// Removes a hook; returns whether it was there.
    #[napi]
    pub fn off(&self, function: u32, channel: &Channel) -> bool {
        let Some(id) = channel.0.remove_hook(function) else { return false };
        match &*self.0 {
            Object::Client(client) => client.off(id),
            Object::Session(session) => session.off(id),
            _ => false,
        }
    }

    /// Releases what the object holds open.
    #[napi]
    pub fn close(&self) {
        self.0.close();
    }
}

impl CallSettings<'_> {
    fn read(self, channel: &Channel) -> Result<Settings> {
        let functions = || Arc::clone(&channel.0);
        let mut settings = Settings { cancel: self.cancel.map(|cancel| cancel.0.clone()), ..Settings::default() };
        if let Some(milliseconds) = self.deadline {
            let deadline = Duration::try_from_secs_f64(milliseconds / 1000.0).ok().filter(|deadline| !deadline.is_zero());
            settings.deadline = Some(deadline.ok_or_else(|| crate::text::invalid("timeout is not a positive number of milliseconds"))?);
        }
        if let Some(headers) = self.headers {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            settings.headers = headers.map()?.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        }
        if let Some(function) = self.progress {
            let functions = functions();
            settings.progress = Some(Arc::new(move |bytes| functions.call(function.into(), vec![bytes.into()]).map(drop)));
        }
        if let Some(function) = self.writer {
            settings.writer = Some(Box::new(FunctionWriter { functions: functions() as _, function: function.into() }));
        }
        if let Some(client) = &self.source_client {
            let Object::Client(client) = &*client.0 else { return Err(crate::text::invalid("sourceClient is not a client")) };
            settings.source_client = Some(client.clone());
        }
        Ok(settings)
    }
}

/// Does the work of a call on another thread, and sends its result.
fn start(call: u32, channel: &Channel, work: impl FnOnce() -> Result<Answer> + Send + 'static) {
    let shared = Arc::clone(&channel.0);
    let started = workers::run(move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        let internal = |_| Err(Error::new(ErrorKind::Foreign, "Internal error").with_name("InternalError"));
        shared.finish(call, result.unwrap_or_else(internal));
    });
    if let Err(error) = started {
        channel.0.finish(call, Err(Error::new(ErrorKind::Foreign, format!("No thread can be started for the call: {error}"))));
    }
}
