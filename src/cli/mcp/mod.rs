//! `tucuxi mcp`: the Model Context Protocol, with which agents search, describe, and call operations.
//!
//! [`protocol`] turns messages into calls of [`tools`]; [`policy`] decides which operations they may call. The transports are
//! standard input and output, in this file, and [`http`]. Nothing here is asynchronous: each call of a tool has a thread.
//! Source: <https://modelcontextprotocol.io/specification/2026-07-28>.

mod http;
mod index;
mod objects;
mod policy;
mod protocol;
mod result;
mod tools;

use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use clap::Args;
use serde_json::Value as Json;

use super::connect::Connect;
use crate::error::Result;
use crate::{Client, Session};
use policy::{Pattern, Policy};
use protocol::Peer;

/// Serve the Model Context Protocol, with tools for agents: search, describe, and call operations, read objects.
///
/// Only operations that read are called, unless --allow-writes is given. --allow and --deny restrict them further. Patterns are
/// SERVICE:OPERATION with * and ?, for example s3:Get*, or SERVICE for all of its operations; --deny takes precedence.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Serve HTTP at this address of the loopback interface, instead of standard input and output. Port 0 selects a free port.
    #[arg(long, value_name = "ADDRESS:PORT", num_args = 0..=1, default_missing_value = "127.0.0.1:8808", value_parser = loopback)]
    http: Option<SocketAddr>,
    /// Also call operations that write.
    #[arg(long)]
    allow_writes: bool,
    /// Call only operations that match this pattern. Can be given more than once.
    #[arg(long, value_name = "PATTERN")]
    allow: Vec<Pattern>,
    /// Call no operation that matches this pattern. Can be given more than once.
    #[arg(long, value_name = "PATTERN")]
    deny: Vec<Pattern>,
    /// The greatest length of a result in bytes. Longer results are shortened, with a note.
    #[arg(long, value_name = "BYTES", default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1000..))]
    max_bytes: u32,
    /// How long a call may take, with all retries and pages.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    timeout: u32,
    /// Accept HTTP requests of web pages from this origin, besides those of the loopback interface. Can be given more than once.
    #[arg(long, value_name = "ORIGIN", requires = "http")]
    allow_origin: Vec<String>,
}

fn loopback(text: &str) -> std::result::Result<SocketAddr, String> {
    let address: SocketAddr = text.replace("localhost", "127.0.0.1").parse().map_err(|error| format!("{error}; expected ADDRESS:PORT"))?;
    match address.ip().is_loopback() {
        true => Ok(address),
        false => Err("only addresses of the loopback interface are served: every client has the credentials of this process".to_owned()),
    }
}

/// Runs the subcommand until standard input ends, or for good.
pub(crate) fn run(arguments: Arguments, connect: Connect) -> anyhow::Result<()> {
    let server = Server {
        session: connect.session()?,
        endpoint_url: connect.endpoint_url,
        policy: Policy { allows_writes: arguments.allow_writes, allowed: arguments.allow, denied: arguments.deny },
        max_bytes: arguments.max_bytes as usize,
        timeout: Duration::from_secs(arguments.timeout.into()),
        clients: Mutex::default(),
        index: OnceLock::new(),
    };
    match arguments.http {
        Some(address) => http::serve(&server, address, &arguments.allow_origin),
        None => Ok(serve_stdio(&server, &mut io::stdin().lock())?),
    }
}

/// What all sessions share.
struct Server {
    session: Session,
    endpoint_url: Option<String>,
    policy: Policy,
    max_bytes: usize,
    timeout: Duration,
    /// By service and region.
    clients: Mutex<HashMap<(String, Option<String>), Client>>,
    index: OnceLock<index::Index>,
}

impl Server {
    /// The client of a service in a region, or in the session's one.
    fn client(&self, service: &str, region: Option<&str>) -> Result<Client> {
        let key = (service.to_owned(), region.map(str::to_owned));
        if let Some(client) = lock(&self.clients).get(&key) {
            return Ok(client.clone());
        }
        let mut builder = self.session.client_builder(service);
        if let Some(region) = region {
            builder = builder.region(region);
        }
        if let Some(url) = &self.endpoint_url {
            builder = builder.endpoint_url(url);
        }
        let client = builder.build()?;
        Ok(lock(&self.clients).entry(key).or_insert(client).clone())
    }
}

/// One message per line, in both directions. Calls in flight are answered after the end of the input.
fn serve_stdio(server: &Server, input: &mut dyn BufRead) -> io::Result<()> {
    let peer = Peer::default();
    thread::scope(|scope| {
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line)? > 0 {
            match protocol::parse(&line) {
                _ if line.trim_ascii().is_empty() => {}
                Err(failure) => write_line(&failure),
                // Other messages can arrive, such as a cancellation, while a tool runs.
                Ok(message) if protocol::calls_tool(&message) => {
                    let peer = &peer;
                    scope.spawn(move || {
                        if let Some(response) = peer.receive(server, message, &write_line) {
                            write_line(&response);
                        }
                    });
                }
                Ok(message) => {
                    if let Some(response) = peer.receive(server, message, &write_line) {
                        write_line(&response);
                    }
                }
            }
            line.clear();
        }
        Ok(())
    })
}

/// Writes one message. If nobody reads the output, the process ends quietly.
fn write_line(message: &Json) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{message}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
