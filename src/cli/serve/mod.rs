//! `tucuxi serve --stdio`: the line protocol, for languages without a C FFI. One JSON object per line in each direction.
//!
//! The reading thread turns lines into jobs, and a bounded pool of threads carries them out, so calls are answered as they
//! finish. [`crate::guide::line_protocol`] documents the lines; [`request`] reads them.

mod request;
mod resources;

use std::collections::HashMap;
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use clap::Args;

use super::connect::{self, Connect};
use crate::error::{Error, Result};
use crate::{Cancel, Client, Resource, Session, Str, Stream, Value, value};
use request::{Line, Request, Verb};

/// Bytes of a response body per line, before base64.
const CHUNK: usize = 64 * 1024;
/// Chunks of a request body that wait for a call to send them. Until one is sent, no further line is read.
const WAITING_CHUNKS: usize = 16;

/// Answer calls that arrive as lines of JSON.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Read requests from standard input and write responses to standard output.
    #[arg(long, required = true)]
    stdio: bool,
    /// The number of calls that run at the same time.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    parallel: u16,
}

/// Runs the subcommand until standard input ends and every call is answered.
pub(crate) fn run(arguments: &Arguments, connect: Connect) -> anyhow::Result<()> {
    let server = Server { connect, clients: Mutex::default(), resources: Mutex::default(), calls: Mutex::default() };
    let (queue, jobs) = mpsc::channel();
    let jobs = Mutex::new(jobs);
    thread::scope(|scope| {
        for _ in 0..arguments.parallel {
            scope.spawn(|| work(&server, &jobs));
        }
        let read = server.read(&mut io::stdin().lock(), &queue);
        // Bodies that have not ended never will: their calls fail instead of waiting.
        lock(&server.calls).values_mut().for_each(|call| call.body = None);
        drop(queue);
        read
    })?;
    Ok(())
}

/// What every thread shares.
struct Server {
    connect: Connect,
    /// By the JSON text of their options.
    clients: Mutex<HashMap<String, Client>>,
    /// The resources of services, by the JSON text of their options.
    resources: Mutex<HashMap<String, Resource>>,
    /// The calls in flight, by the JSON text of their IDs.
    calls: Mutex<HashMap<String, InFlight>>,
}

/// The reading thread's handle on a call.
struct InFlight {
    cancel: Cancel,
    body: Option<SyncSender<Chunk>>,
}

/// The members of the line that ends a response.
type Last = Vec<(&'static str, Value)>;

enum Chunk {
    Bytes(Vec<u8>),
    Invalid(Error),
    End,
}

struct Job {
    id: Value,
    request: Request,
    cancel: Cancel,
    body: Option<Stream>,
}

fn work(server: &Server, jobs: &Mutex<Receiver<Job>>) {
    loop {
        // The lock ends with the statement: another thread waits for the next job while this one is carried out.
        let Ok(job) = lock(jobs).recv() else { return };
        let id = job.id.clone();
        let key = id.to_json_text(false);
        let done = server.answer(job);
        // The ID is free before the client can have read the last line.
        lock(&server.calls).remove(&key);
        match done {
            Ok(last) => send(&id, &last),
            Err(error) => send_error(&id, &error),
        }
    }
}

impl Server {
    /// Reads lines until the input ends. A line that is no request is answered with an error.
    fn read(&self, input: &mut dyn BufRead, queue: &Sender<Job>) -> io::Result<()> {
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line)? > 0 {
            if !line.trim_ascii().is_empty() {
                let (id, done) = match request::parse(&line) {
                    Ok((id, line)) => (id.clone(), self.accept(id, line, queue)),
                    Err((id, error)) => (id, Err(error)),
                };
                if let Err(error) = done {
                    send_error(&id, &error);
                }
            }
            line.clear();
        }
        Ok(())
    }

    fn accept(&self, id: Value, line: Line, queue: &Sender<Job>) -> Result<()> {
        let key = id.to_json_text(false);
        match line {
            Line::Cancel(target) => {
                let cancel = lock(&self.calls).get_mut(&target.to_json_text(false)).map(|call| {
                    // A call that waits for a chunk stops waiting.
                    call.body = None;
                    call.cancel.clone()
                });
                if let Some(cancel) = &cancel {
                    cancel.cancel();
                }
                send(&id, &[("result", Value::Bool(cancel.is_some()))]);
                Ok(())
            }
            Line::Chunk(bytes) => self.pass(&key, Chunk::Bytes(bytes)),
            // The call ends with the error, under its ID and only once.
            Line::InvalidChunk(error) if lock(&self.calls).contains_key(&key) => self.pass(&key, Chunk::Invalid(error)),
            Line::InvalidChunk(error) => Err(error),
            Line::End => self.pass(&key, Chunk::End),
            Line::Request(request) => {
                let mut calls = lock(&self.calls);
                if calls.contains_key(&key) {
                    return Err(request::invalid(format!("the id {key} is in use by a call in flight")));
                }
                let cancel = Cancel::new();
                let (sender, body) = request.body_member.is_some().then(|| body(request.length)).unzip();
                calls.insert(key, InFlight { cancel: cancel.clone(), body: sender });
                drop(calls);
                // The receiver lives as long as the threads, which outlive this one.
                let _ = queue.send(Job { id, request: *request, cancel, body });
                Ok(())
            }
        }
    }

    /// Passes a part of a body to its call. A call that has ended or is canceled no longer needs it.
    fn pass(&self, key: &str, chunk: Chunk) -> Result<()> {
        let mut calls = lock(&self.calls);
        let Some(call) = calls.get_mut(key).filter(|call| !call.cancel.is_canceled()) else { return Ok(()) };
        let ends = matches!(chunk, Chunk::End);
        let body = if ends { call.body.take() } else { call.body.clone() };
        drop(calls);
        let body = body.ok_or_else(|| request::invalid(format!("the call {key} has no \"stream\" that takes chunks")))?;
        let _ = body.send(chunk);
        Ok(())
    }

    /// Carries out a request, writes the lines of its response except for the last one, and returns that.
    fn answer(&self, job: Job) -> Result<Last> {
        let Job { id, mut request, cancel, body } = job;
        cancel.check()?;
        let Some(service) = &request.service else {
            let services = connect::definitions_session()?.available_services();
            return Ok(vec![("result", value!({"services": names(services)}))]);
        };
        if let Some(words) = &request.resource {
            return resources::answer(self, &id, service, words, &request, &cancel);
        }
        let client = self.client(service, &request.options, request.verb.sends())?;
        if let (Some(member), Some(body)) = (&request.body_member, body) {
            let params = request.params.as_map_mut().ok_or_else(|| request::invalid("\"params\" must be an object"))?;
            params.insert(member.clone(), body);
        }
        match &request.verb {
            Verb::Call(operation) => {
                let mut call = client.request(operation, request.params).cancel(&cancel);
                if let Some(deadline) = request.deadline {
                    call = call.deadline(deadline);
                }
                finish(&id, call.send()?, &cancel)
            }
            Verb::Paginate(operation) => {
                let mut pages = client.paginate(operation, request.params)?.cancel(&cancel);
                if let Some(items) = request.page_size {
                    pages = pages.page_size(items);
                }
                if let Some(items) = request.max_items {
                    pages = pages.max_items(items);
                }
                if let Some(token) = request.starting_token {
                    pages = pages.starting_token(token);
                }
                if let Some(deadline) = request.deadline {
                    pages = pages.deadline(deadline);
                }
                for page in pages.by_ref() {
                    send(&id, &[("page", page?)]);
                }
                let token = pages.resume_token().map(|token| ("resume_token", Value::from(token)));
                Ok([("done", Value::Bool(true))].into_iter().chain(token).collect())
            }
            Verb::Wait(waiter) => {
                let mut waiter = client.waiter(waiter)?.cancel(&cancel);
                if let Some(deadline) = request.deadline {
                    waiter = waiter.deadline(deadline);
                }
                Ok(vec![("result", waiter.wait(request.params)?)])
            }
            Verb::Describe(operation) => Ok(vec![("result", client.describe(operation)?)]),
            Verb::Get(_) => Err(request::invalid("\"get\" requires \"resource\"")),
            Verb::Members => {
                let (paginators, waiters) = (names(client.paginators()?), names(client.waiters()?));
                let (operations, methods) = (names(client.operations()), names(client.methods()));
                let members = value!({"operations": operations, "methods": methods, "paginators": paginators, "waiters": waiters});
                Ok(vec![("result", members)])
            }
        }
    }

    /// The resource of a service with these options, whose client is its own: resources change the parameters of some services.
    fn resource(&self, service: &str, options: &Value) -> Result<Resource> {
        let key = format!("{service} {}", options.to_json_text(false));
        if let Some(resource) = lock(&self.resources).get(&key) {
            return Ok(resource.clone());
        }
        let (session, client) = self.connect(service, options)?;
        let resource = session.resource_of(client)?;
        Ok(lock(&self.resources).entry(key).or_insert(resource).clone())
    }

    /// The client with these options. One that only describes its operations needs neither a region nor a profile.
    fn client(&self, service: &str, options: &Value, sends: bool) -> Result<Client> {
        if !sends {
            return connect::definitions_client(service);
        }
        let key = format!("{service} {}", options.to_json_text(false));
        if let Some(client) = lock(&self.clients).get(&key) {
            return Ok(client.clone());
        }
        let (_, client) = self.connect(service, options)?;
        Ok(lock(&self.clients).entry(key).or_insert(client).clone())
    }

    fn connect(&self, service: &str, options: &Value) -> Result<(Session, Client)> {
        let mut options = options.clone();
        let map = options.as_map_mut().ok_or_else(|| request::invalid("\"client\" must be an object"))?;
        let profile = map.remove("profile_name").and_then(|name| name.as_str().map(String::from));
        if let Some(url) = self.connect.endpoint_url.as_deref().filter(|_| !map.contains_key("endpoint_url")) {
            map.insert("endpoint_url", url);
        }
        let connect =
            Connect { region: self.connect.region.clone(), profile: profile.or(self.connect.profile.clone()), endpoint_url: None };
        let session = connect.session()?;
        let client = session.client_with(service, options)?;
        Ok((session, client))
    }
}

/// Writes a result whose streams follow it, and returns the last line.
fn finish(id: &Value, result: Value, cancel: &Cancel) -> Result<Last> {
    if result.as_map().is_none_or(|map| map.values().all(|value| value.as_stream().is_none())) {
        return Ok(vec![("result", result)]);
    }
    send(id, &[("result", result.clone())]);
    send_streams(id, &result, cancel)?;
    Ok(vec![("done", Value::Bool(true))])
}

fn names(names: Vec<Str>) -> Value {
    names.into_iter().map(Value::from).collect()
}

/// A request body that arrives in chunks.
fn body(length: Option<u64>) -> (SyncSender<Chunk>, Stream) {
    let (sender, chunks) = mpsc::sync_channel(WAITING_CHUNKS);
    let reader = ChunkReader { chunks, chunk: io::Cursor::default(), ended: false };
    let stream = match length {
        Some(length) => Stream::from_reader_with_length(reader, length),
        None => Stream::from_reader(reader),
    };
    (sender, stream)
}

struct ChunkReader {
    chunks: Receiver<Chunk>,
    chunk: io::Cursor<Vec<u8>>,
    ended: bool,
}

impl Read for ChunkReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.chunk.read(buffer)?;
            if read > 0 || self.ended || buffer.is_empty() {
                return Ok(read);
            }
            match self.chunks.recv() {
                Ok(Chunk::Bytes(bytes)) => self.chunk = io::Cursor::new(bytes),
                Ok(Chunk::Invalid(error)) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
                Ok(Chunk::End) => self.ended = true,
                Err(_) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the body's chunks ended without {\"end\": true}")),
            }
        }
    }
}

/// Writes the streams of a response as chunks or events.
fn send_streams(id: &Value, result: &Value, cancel: &Cancel) -> Result<()> {
    let Some(map) = result.as_map() else { return Ok(()) };
    for (name, stream) in map.iter().filter_map(|(name, value)| Some((name, value.as_stream()?))) {
        let name = Value::from(name.clone());
        if let Some(events) = stream.events() {
            for event in events {
                cancel.check()?;
                send(id, &[("stream", name.clone()), ("event", event?)]);
            }
        } else if let Some(mut reader) = stream.take() {
            let mut buffer = vec![0; CHUNK];
            loop {
                cancel.check()?;
                let read = read_full(&mut reader, &mut buffer).map_err(Error::from)?;
                if read == 0 {
                    break;
                }
                send(id, &[("stream", name.clone()), ("chunk", BASE64_STANDARD.encode(&buffer[..read]).into())]);
            }
        }
    }
    Ok(())
}

/// Fills the buffer, unless the reader ends before.
fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn send_error(id: &Value, error: &Error) {
    send(id, &[("error", error.to_value())]);
}

/// Writes one line. If nobody reads the output, the process ends quietly: no call could be answered.
fn send(id: &Value, members: &[(&str, Value)]) {
    let mut line = format!("{{\"id\":{}", id.to_json_text(false));
    for (name, value) in members {
        line.push_str(&format!(",\"{name}\":{}", value.to_json_text(false)));
    }
    line.push_str("}\n");
    let mut out = io::stdout().lock();
    if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
