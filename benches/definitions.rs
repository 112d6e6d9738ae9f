//! What a definition costs: the first client of a service, the first use of an operation, and every use after it, in time and in
//! allocations. `cargo bench --bench definitions`.

#[path = "../tests/support/allocations.rs"]
mod allocations;

use std::hint::black_box;
use std::time::{Duration, Instant};

use tucuxi::Definitions;
use tucuxi::unversioned::definition::{Node, Root, RuleSet, Service, ShapeRef, ShapeType};

fn main() {
    let definitions = Definitions::embedded();
    for (name, operation) in [
        ("ec2", "describe_instances"),
        ("s3", "get_object"),
        ("dynamodb", "get_item"),
        ("sqs", "send_message"),
        ("sts", "get_caller_identity"),
    ] {
        println!("{name}");
        let service = once("open the embedded parts", || definitions.service(name, None).expect("the crate carries it"));
        once("first use of an operation", || service.operation(operation).map(drop).expect("it exists"));
        once("first use of its shapes", || shapes(&service, operation));
        repeat("second use of an operation", 10_000, || service.operation(black_box(operation)).is_ok());
        repeat("second use of its shapes", 1000, || shapes(&service, operation));
        repeat("open again", 10_000, || definitions.service(name, None).expect("it was opened before"));
        let text = || definitions.source("service-2", name, None).expect("the crate carries it").text;
        let whole = text();
        println!("  as a file of {} KB", whole.len() / 1000);
        repeat("inflate all parts and join them", 20, text);
        repeat("scan the text", 20, || Service::parse(name, whole.clone()).expect("it was read before"));
        once("first rules of its endpoints", || definitions.load::<RuleSet>(name, None).expect("the crate carries it"));
    }
    println!("all services");
    let names = once("list them", || definitions.services().expect("nothing is read from the disk"));
    once("open all others", || names.iter().for_each(|name| drop(definitions.service(name, None).expect("the crate carries it"))));
    repeat("a service that does not exist", 100, || definitions.service("dynamobd", None).is_err());
    let with_folder = || Definitions::new([Root::folder("no/such/folder")]);
    repeat("ec2 behind a folder that does not exist", 100, || with_folder().service("ec2", None).expect("the crate carries it"));
}

/// Visits the shapes of an operation's input and output, and returns their number.
fn shapes(service: &Service, operation: &str) -> usize {
    let operation = service.operation(operation).expect("it exists");
    let mut seen = std::collections::HashSet::new();
    let mut waiting: Vec<Node<'_>> =
        [service.input(operation), service.output(operation)].into_iter().filter_map(|node| node.expect("it is valid")).collect();
    while let Some(node) = waiting.pop() {
        if seen.insert(node.name().to_owned()) {
            let references: Vec<&ShapeRef> = match node.shape_type() {
                ShapeType::Structure(structure) => structure.members.iter().map(|member| &member.target).collect(),
                ShapeType::List(item) => vec![item],
                ShapeType::Map { key, value } => vec![key, value],
                _ => Vec::new(),
            };
            waiting.extend(references.into_iter().map(|reference| node.follow(reference).expect("it is valid")));
        }
    }
    seen.len()
}

/// Prints what a single run costs.
fn once<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let mut result = None;
    let allocated = allocations::measure(|| result = Some(run()));
    print(what, start.elapsed(), allocated);
    result.expect("it ran")
}

/// Prints the median of so many runs.
fn repeat<T>(what: &str, runs: usize, mut run: impl FnMut() -> T) {
    let allocated = allocations::measure(&mut run);
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort();
    print(what, times[runs / 2], allocated);
}

fn print(what: &str, time: Duration, allocated: allocations::Allocated) {
    println!("  {what:<42} {time:>10.1?} {:>8} allocations {:>9} bytes", allocated.calls, allocated.bytes);
}
