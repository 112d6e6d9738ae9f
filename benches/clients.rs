//! What a client costs in time and memory, and a call up to the network. `cargo bench --bench clients`.
//!
//! The first client of a service in a process reads its definition; this bench runs itself anew for each of those.

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Bytes, Credentials, Session, Value, value};

const FIRST: &str = "TUCUXI_BENCH_FIRST_CLIENT";

fn main() {
    if let Ok(service) = std::env::var(FIRST) {
        return first_client(&service);
    }
    all_clients();
    println!("session: {:.1?}", median(100, session));
    for (service, operation, params) in calls() {
        println!("{service}");
        println!("  {:<40} {:>10.1?}", "first client of the process", first_in_new_processes(service));
        let session = session();
        let client = session.client(service).expect("the crate carries it");
        println!("  {:<40} {:>10.1?}", "another client", median(1000, || session.client(service).expect("it was made before")));
        if session.available_resources().iter().any(|name| name == service) {
            let made = median(100, || session.resource(service).expect("it was made before"));
            println!("  {:<40} {made:>10.1?}", "another resource");
        }
        println!(
            "  {:<40} {:>10.1?}",
            format!("prepare {operation}"),
            median(2000, || client.prepare(operation, &params).expect("it is valid"))
        );
    }
}

/// Prints how the resident memory of the process grows with a client for each service.
fn all_clients() {
    let session = session();
    drop(session.client("sts").expect("the crate carries it"));
    let before = resident_memory();
    let services = session.available_services();
    let clients: Vec<_> = services.iter().map(|service| session.client(service).expect("the crate carries it")).collect();
    println!("{} clients: {:.1} MiB", clients.len(), (resident_memory() - before) as f64 / 1024.0);
    drop((clients, session));
    two_calls_of_each();
}

/// Answers every request with an empty body.
struct Empty;

impl Transport for Empty {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        Ok(Response::new(200, Headers::new(), Bytes::default()))
    }
}

/// Prints how the resident memory grows with two calls of each service that has an operation without required parameters.
fn two_calls_of_each() {
    let session = session();
    let before = resident_memory();
    let mut clients = Vec::new();
    for service in session.available_services() {
        let client = session.client_builder(&service).transport(Empty).build().expect("the crate carries it");
        let operations = client.operations();
        let reads = operations.iter().filter(|method| ["list_", "describe_", "get_"].iter().any(|verb| method.starts_with(verb)));
        let callable = reads.take(100).find(|method| client.call(method, ()).is_ok());
        if callable.is_some_and(|method| client.call(method, ()).is_ok()) {
            clients.push(client);
        }
    }
    println!("two calls of {} services: {:.1} MiB", clients.len(), (resident_memory() - before) as f64 / 1024.0);
}

/// The resident memory in KiB; 0 where the kernel does not report it.
fn resident_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

fn calls() -> [(&'static str, &'static str, Value); 4] {
    [
        ("ec2", "describe_instances", value!({"InstanceIds": ["i-0123456789abcdef0"]})),
        ("s3", "get_object", value!({"Bucket": "my-bucket", "Key": "images/a.png"})),
        ("dynamodb", "get_item", value!({"TableName": "t", "Key": {"id": {"S": "1"}}})),
        ("sts", "get_caller_identity", value!({})),
    ]
}

fn session() -> Session {
    Session::builder()
        .environment([("AWS_CONFIG_FILE", ""), ("AWS_SHARED_CREDENTIALS_FILE", "")])
        .region("us-east-1")
        .credentials(Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
        .build()
        .expect("it is complete")
}

fn first_in_new_processes(service: &str) -> Duration {
    let program = std::env::current_exe().expect("a bench is a program");
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let output = Command::new(&program).env(FIRST, service).output().expect("it runs itself");
            Duration::from_nanos(String::from_utf8_lossy(&output.stdout).trim().parse().expect("it prints nanoseconds"))
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

fn first_client(service: &str) {
    let start = Instant::now();
    black_box(session().client(service).expect("the crate carries it"));
    println!("{}", start.elapsed().as_nanos());
}

fn median<T>(runs: usize, mut run: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort();
    times[runs / 2]
}
