//! What a definition costs: the first client of a service and every one after it. `cargo bench --bench definitions`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use tucuxi::Definitions;
use tucuxi::unversioned::definition::{Root, Service};

fn main() {
    let definitions = Definitions::embedded();
    for (service, operation) in [("ec2", "describe_instances"), ("s3", "get_object"), ("sqs", "send_message")] {
        let start = Instant::now();
        let first = definitions.service(service, None).expect("the crate carries it");
        let cold = start.elapsed();
        let text = || definitions.source("service-2", service, None).expect("the crate carries it").text;
        let whole = text();
        println!("{service}: {} KB of JSON", whole.len() / 1000);
        println!("  {:<38} {cold:>10.1?}", "first load, cold");
        report("inflate (and merge additions)", 100, &text);
        report("index", 100, || Service::parse(service, whole.clone()).expect("it was read before"));
        report("load again", 10_000, || definitions.service(service, None).expect("it was loaded before"));
        report("find an operation again", 10_000, || first.operation(black_box(operation)).is_ok());
    }
    report("list the services", 100, || definitions.services().expect("nothing is read from the disk"));
    report("a service that is not there", 100, || definitions.service("dynamobd", None).is_err());
    let with_folder = || Definitions::new([Root::folder("no/such/folder")]);
    report("ec2 behind a folder that is not there", 100, || with_folder().service("ec2", None).expect("the crate carries it"));
}

/// Prints the median of so many runs.
fn report<T>(what: &str, runs: usize, mut run: impl FnMut() -> T) {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort();
    println!("  {what:<38} {:>10.1?}", times[runs / 2]);
}
