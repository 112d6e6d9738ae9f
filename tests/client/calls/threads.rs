//! One client in many threads: every response belongs to its request, and connections are reused.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tucuxi::{Client, Config, Credentials, Environment, Session, value};

use super::wire::{Answer, Request, Server, response};

const THREADS: usize = 32;
const CALLS: usize = 20_000;

/// Responds with the requested name.
fn echo(request: &Request) -> Answer {
    let asked: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    let name = asked["TableName"].as_str().unwrap();
    Answer::Keep(response(200, &["Content-Type: application/x-amz-json-1.0"], &format!(r#"{{"Table": {{"TableName": "{name}"}}}}"#)))
}

fn client(server: &Server, pool: u32) -> Client {
    let session = Session::builder()
        .environment(Environment::empty())
        .region("us-east-1")
        .credentials(Credentials::new("key", "secret"))
        .config(Config::new().max_pool_connections(pool))
        .build()
        .unwrap();
    session.client_builder("dynamodb").endpoint_url(server.url()).build().unwrap()
}

/// Makes calls; returns the number of connections.
fn calls(pool: u32, calls: usize) -> usize {
    let server = Server::start(echo);
    let client = client(&server, pool);
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let call = next.fetch_add(1, Ordering::Relaxed);
                    if call >= calls {
                        break;
                    }
                    let name = format!("table-{call}");
                    let answer = client.call("describe_table", value!({"TableName": name.as_str()})).unwrap();
                    assert_eq!(answer["Table"]["TableName"], value!(name), "the answer to another request");
                    assert_eq!(answer["ResponseMetadata"]["RetryAttempts"], value!(0));
                }
            });
        }
    });
    let opened = server.connections.load(Ordering::SeqCst);
    println!("{calls} calls in {THREADS} threads, a pool of {pool}: {opened} connections, {:.1} s", started.elapsed().as_secs_f64());
    opened
}

#[test]
fn every_thread_gets_its_own_responses_over_few_connections() {
    assert!(calls(THREADS as u32, CALLS) <= THREADS, "one for each thread at most");
}

/// As in boto3, connections that do not fit into the pool are closed; the responses are still right.
#[test]
fn a_pool_smaller_than_the_threads_is_enough() {
    calls(10, CALLS / 4);
}
