//! How the CPU time of whole calls grows with the size of responses, the number of threads, and the number of services.
//!
//! `cargo bench --bench growth > growth.jsonl`; `benches/report.py` draws a chart of it. The network is replaced. Linux only: CPU
//! time is read from the kernel.

use std::hint::black_box;
use std::process::Command;

use nix::sys::resource::{UsageWho, getrusage};
use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Bytes, Client, Credentials, Environment, Session, value};

/// Each number is measured this many times; the least counts.
const ROUNDS: usize = 5;

/// The environment variable with the number of services whose clients a process creates.
const FIRST: &str = "TUCUXI_BENCH_FIRST_CLIENTS";

fn main() {
    if let Ok(services) = std::env::var(FIRST) {
        return first_clients(services.parse().expect("it is a number"));
    }
    let session = session();
    for n in [1, 10, 100, 1000, 10_000] {
        let s3 = client(&session, "s3", listing(n));
        measure("Keys of a listing", n, 20_000 / n, || {
            assert_eq!(s3.call("list_objects_v2", value!({"Bucket": "b"})).expect("it is answered")["Contents"].len(), n);
        });
    }
    for n in [1, 10, 100, 1000] {
        let ec2 = client(&session, "ec2", instances(n));
        measure("Instances of a description", n, 2000 / n, || {
            assert_eq!(ec2.call("describe_instances", ()).expect("it is answered")["Reservations"].len(), n);
        });
    }
    for n in [1, 10, 100, 1000, 10_000] {
        let dynamodb = client(&session, "dynamodb", items(n));
        measure("Items of a query", n, 20_000 / n, || {
            assert_eq!(dynamodb.call("query", value!({"TableName": "t"})).expect("it is answered")["Items"].len(), n);
        });
    }
    const CALLS: usize = 5000;
    let dynamodb = client(&session, "dynamodb", r#"{"Item":{"pk":{"S":"a"}}}"#.to_owned());
    for n in [1, 2, 4, 8, 16, 32] {
        measure(&format!("Threads, {CALLS} calls each"), n, 1, || {
            std::thread::scope(|scope| {
                for _ in 0..n {
                    scope.spawn(|| {
                        for _ in 0..CALLS {
                            black_box(dynamodb.call("get_item", value!({"TableName": "t", "Key": {"pk": {"S": "a"}}})))
                                .expect("it is answered");
                        }
                    });
                }
            });
        });
    }
    for n in [1, 4, 16, 64, 256, session.available_services().len()] {
        let least = (0..ROUNDS).map(|_| first_clients_in_a_new_process(n)).fold(f64::INFINITY, f64::min);
        print("Services, a first client each", n, least);
    }
}

/// Creates a client of each of the first services, and prints the CPU time. Each definition is read once in a process.
fn first_clients(services: usize) {
    let before = cpu_us();
    let session = session();
    for service in &session.available_services()[..services] {
        black_box(session.client(service).expect("the crate carries it"));
    }
    println!("{}", cpu_us() - before);
}

fn first_clients_in_a_new_process(services: usize) -> f64 {
    let program = std::env::current_exe().expect("a bench is a program");
    let output = Command::new(program).env(FIRST, services.to_string()).output().expect("it runs itself");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("it prints a time")
}

/// Measures the CPU time of a run.
fn measure(series: &str, n: usize, runs: usize, run: impl Fn()) {
    run();
    let runs = runs.max(1);
    let least = (0..ROUNDS)
        .map(|_| {
            let before = cpu_us();
            (0..runs).for_each(|_| run());
            (cpu_us() - before) / runs as f64
        })
        .fold(f64::INFINITY, f64::min);
    print(series, n, least);
}

/// Prints a point as a line of JSON.
fn print(series: &str, n: usize, cpu_us: f64) {
    println!("{}", value!({"series": series, "n": n, "cpu_us": cpu_us}).to_json());
}

/// User and system CPU time of the process, in microseconds.
fn cpu_us() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the kernel keeps it");
    [usage.user_time(), usage.system_time()].map(|time| time.tv_sec() as f64 * 1e6 + time.tv_usec() as f64).iter().sum()
}

struct Canned(Bytes);

impl Transport for Canned {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        Ok(Response::new(200, Headers::new(), self.0.clone()))
    }
}

fn session() -> Session {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1");
    session.credentials(Credentials::new("AKIDEXAMPLE", "SECRET")).build().expect("it is complete")
}

fn client(session: &Session, service: &str, response: String) -> Client {
    let transport = Canned(response.into_bytes().into());
    session.client_builder(service).transport(transport).build().expect("the crate carries it")
}

fn listing(keys: usize) -> String {
    let keys: String = (0..keys)
        .map(|i| {
            format!(
                "<Contents><Key>photos/2024/06/image-{i:05}.jpg</Key><LastModified>2024-06-01T12:00:00.000Z</LastModified>\
                 <ETag>&quot;d41d8cd98f00b204e9800998ecf8{i:05}&quot;</ETag><Size>{i}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            )
        })
        .collect();
    format!("<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>{keys}</ListBucketResult>")
}

fn instances(count: usize) -> String {
    let items: String = (0..count)
        .map(|i| {
            format!(
                "<item><reservationId>r-{i:017x}</reservationId><ownerId>123456789012</ownerId><groupSet/><instancesSet><item>\
                 <instanceId>i-{i:017x}</instanceId><imageId>ami-0abcdef1234567890</imageId>\
                 <instanceState><code>16</code><name>running</name></instanceState><instanceType>m5.large</instanceType>\
                 <launchTime>2024-06-01T12:00:00.000Z</launchTime><placement><availabilityZone>us-east-1a</availabilityZone></placement>\
                 <subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><privateIpAddress>10.0.0.1</privateIpAddress>\
                 <groupSet><item><groupId>sg-1</groupId><groupName>default</groupName></item></groupSet>\
                 <tagSet><item><key>Name</key><value>web {i}</value></item></tagSet></item></instancesSet></item>"
            )
        })
        .collect();
    format!("<DescribeInstancesResponse><reservationSet>{items}</reservationSet></DescribeInstancesResponse>")
}

fn items(count: usize) -> String {
    let items: Vec<String> = (0..count)
        .map(|i| {
            format!(
                r#"{{"pk":{{"S":"customer#{i:08}"}},"sk":{{"S":"order#2024-06-01T00:00:00Z"}},"total":{{"N":"{i}.25"}},"paid":{{"BOOL":true}}}}"#
            )
        })
        .collect();
    format!(r#"{{"Count":{count},"Items":[{}],"ScannedCount":{count}}}"#, items.join(","))
}
