//! What passes between JavaScript's thread and the threads of calls: results, and requests to run functions of JavaScript.
//!
//! Everything goes through one function of JavaScript, the dispatcher, which runs on JavaScript's thread whatever thread sends.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use napi::bindgen_prelude::{External, FnArgs, Function as JsFunction, Unknown};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use super::values::{Data, Output};
use crate::call::HookId;
use crate::error::Result;
use crate::host::bridge::Answer;
use crate::host::functions::{Function, FunctionReader, Functions, Input, Raised, Reply};
use crate::value::{List, Stream, Value};

/// The number of a call or of a request, that of the function to run or 0, and the data.
type Arguments = FnArgs<(u32, u32, Output)>;
type Dispatcher = ThreadsafeFunction<Message, Unknown<'static>, Arguments, napi::Status, false, true>;

/// What a thread sends to JavaScript.
struct Message {
    number: u32,
    function: u32,
    data: Output,
}

/// The connection of a module with its calls.
#[napi]
pub struct Channel(pub(super) Arc<Shared>);

pub(super) struct Shared {
    dispatcher: Dispatcher,
    /// JavaScript's thread.
    home: ThreadId,
    next: AtomicU32,
    /// The requests that JavaScript has not answered.
    requests: Mutex<HashMap<u32, Sender<Reply>>>,
    hooks: Mutex<HashMap<u32, HookId>>,
}

/// A body of a request.
pub struct Source(Origin);

enum Origin {
    /// A function of JavaScript produces it.
    Function { functions: Arc<dyn Functions>, function: Function, length: Option<u64> },
    /// A file, which JavaScript would read more slowly, and only once.
    File(PathBuf),
}

#[napi]
impl Channel {
    /// Creates a channel. `dispatcher` is called with the number of a call and its result, or with the number of a request, a function,
    /// and the function's arguments; it then answers with `reply`, `changed`, or `fail`.
    #[napi(constructor)]
    pub fn new(dispatcher: JsFunction<'_, Arguments, Unknown<'static>>) -> napi::Result<Channel> {
        let builder = dispatcher.build_threadsafe_function::<Message>();
        let dispatcher = builder
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(|context| Ok(FnArgs::from((context.value.number, context.value.function, context.value.data))))?;
        Ok(Channel(Arc::new(Shared {
            dispatcher,
            home: thread::current().id(),
            next: AtomicU32::new(1),
            requests: Mutex::default(),
            hooks: Mutex::default(),
        })))
    }

    /// Answers a request with the result of the function.
    #[napi]
    pub fn reply(&self, request: u32, result: Data) {
        self.0.end(request, result.value().map(|result| (result, Value::Null)).map_err(Into::into));
    }

    /// Answers a request with the event before and after the function changed it.
    #[napi]
    pub fn changed(&self, request: u32, before: Data, after: Data) {
        self.0.end(request, before.value().and_then(|before| Ok((before, after.value()?))).map_err(Into::into));
    }

    /// Answers a request with an error, which JavaScript keeps under the number `thrown`.
    #[napi]
    pub fn fail(&self, request: u32, message: String, thrown: u32) {
        self.0.end(request, Err(Raised { number: thrown.into(), message }.into()));
    }

    /// Makes a body that a function produces: it returns a buffer for each call, and null at the end.
    #[napi]
    pub fn source(&self, function: u32, length: Option<f64>) -> External<Source> {
        // Lengths are whole numbers below 2^53.
        let length = length.filter(|length| *length >= 0.0).map(|length| length as u64);
        External::new(Source(Origin::Function { functions: Arc::clone(&self.0) as _, function: function.into(), length }))
    }

    /// Makes a body of a file.
    #[napi]
    pub fn file(&self, path: String) -> External<Source> {
        External::new(Source(Origin::File(path.into())))
    }
}

impl Drop for Channel {
    /// JavaScript ends, as a thread of Node does: nobody will answer.
    fn drop(&mut self) {
        self.0.requests().clear();
    }
}

impl Shared {
    /// Sends the result of a call.
    pub(super) fn finish(&self, call: u32, result: Result<Answer>) {
        let message = Message { number: call, function: 0, data: Output::of_call(result) };
        // Without JavaScript, nobody waits for the result.
        let _ = self.dispatcher.call(message, ThreadsafeFunctionCallMode::NonBlocking);
    }

    pub(super) fn add_hook(&self, function: u32, id: HookId) {
        self.hooks().insert(function, id);
    }

    pub(super) fn remove_hook(&self, function: u32) -> Option<HookId> {
        self.hooks().remove(&function)
    }

    fn end(&self, request: u32, reply: Reply) {
        let waiting = self.requests().remove(&request);
        if let Some(waiting) = waiting {
            // The thread that made the request waits for it.
            let _ = waiting.send(reply);
        }
    }

    fn requests(&self) -> MutexGuard<'_, HashMap<u32, Sender<Reply>>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hooks(&self) -> MutexGuard<'_, HashMap<u32, HookId>> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Functions for Shared {
    fn request(&self, function: Function, input: Input) -> Reply {
        const ENDED: &str = "the callback cannot be called: JavaScript has ended";
        // JavaScript's own thread would wait for itself.
        anyhow::ensure!(thread::current().id() != self.home, "the callback cannot be called: this runs on JavaScript's thread");
        let data = match input {
            Input::Arguments(arguments) => Output::Arguments(arguments.into_iter().collect::<List>()),
            Input::Event(event) => Output::Event(event),
        };
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = channel();
        self.requests().insert(number, sender);
        let message = Message { number, function: u32::try_from(function)?, data };
        if self.dispatcher.call(message, ThreadsafeFunctionCallMode::NonBlocking) != napi::Status::Ok {
            self.requests().remove(&number);
            anyhow::bail!(ENDED);
        }
        receiver.recv().unwrap_or_else(|_| Err(anyhow::anyhow!(ENDED)))
    }
}

impl Source {
    /// # Errors
    /// If the file cannot be opened.
    pub(super) fn stream(&self) -> Result<Stream> {
        let (functions, function, length) = match &self.0 {
            Origin::File(path) => return Stream::open(path),
            Origin::Function { functions, function, length } => (Arc::clone(functions), *function, *length),
        };
        let reader = FunctionReader::new(functions, function);
        Ok(match length {
            Some(length) => Stream::from_reader_with_length(reader, length),
            None => Stream::from_reader(reader),
        })
    }
}
