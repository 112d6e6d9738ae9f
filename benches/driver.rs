//! Runs one workload of the shared benchmark and prints one line of JSON with its wall time, CPU time, and peak memory.
//!
//! `cargo bench --bench driver -- --workload NAME --endpoint URL --n N --file PATH --dir PATH`
//!
//! Credentials and the region come from the environment, the endpoint from the argument. S3 uses path-style addresses. Linux
//! only: times and memory are read from the kernel.

use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Config, Session, Transfer, Value, value};

const TABLE: &str = "bench-table";
const BUCKET: &str = "bench-bucket";
const MIB_256: u64 = 256 << 20;

fn main() {
    let start = Instant::now();
    let bench = Bench::from_arguments();
    let workload = bench.workload.as_str();
    if let Some(service) = workload.strip_prefix("cold_start_") {
        call_of(service, &bench.client(service, &session()), &bench.endpoint)();
        bench.report(1, start.elapsed(), [0.0; 2], &[]);
    } else if let Some(service) = workload.strip_prefix("client_create_") {
        bench.create(service);
    } else if let Some(threads) = workload.strip_prefix("small_calls_threads_") {
        let client = bench.client("ddb", &session());
        bench.threads(threads.parse().expect("a number of threads"), || call_of("ddb", &client, &bench.endpoint));
    } else if let Some(service) = workload.strip_prefix("small_calls_") {
        let client = bench.client(service, &session());
        bench.repeat(true, call_of(service, &client, &bench.endpoint));
    } else if workload.starts_with("s3_") {
        bench.large_objects();
    } else if workload.starts_with("many_small_puts") {
        bench.small_puts();
    } else {
        bench.without_files();
    }
}

struct Bench {
    workload: String,
    endpoint: String,
    n: usize,
    file: PathBuf,
    dir: PathBuf,
}

impl Bench {
    fn from_arguments() -> Bench {
        let mut bench =
            Bench { workload: String::new(), endpoint: String::new(), n: 1, file: PathBuf::new(), dir: PathBuf::from("/dev/shm") };
        // `cargo bench` adds a `--bench` of its own.
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
            match name.as_str() {
                "--workload" => bench.workload = value,
                "--endpoint" => bench.endpoint = value,
                "--n" => bench.n = value.parse().expect("--n is a number"),
                "--file" => bench.file = value.into(),
                "--dir" => bench.dir = value.into(),
                other => panic!("unknown argument {other}"),
            }
        }
        bench
    }

    fn client(&self, service: &str, session: &Session) -> Client {
        let (name, config) = match service {
            "s3" => ("s3", Config::new().s3(value!({"addressing_style": "path"}))),
            "ddb" => ("dynamodb", Config::new()),
            "cw" => ("cloudwatch", Config::new()),
            other => (other, Config::new()),
        };
        let config = config.max_pool_connections(64);
        session.client_builder(name).endpoint_url(&self.endpoint).config(config).build().expect("the service exists")
    }

    /// Creates clients of a service, the first one of the process and later ones, with and without a call.
    fn create(&self, service: &str) {
        let before = cpu();
        let start = Instant::now();
        let session = session();
        let client = self.client(service, &session);
        let created = Instant::now();
        let call = call_of(service, &client, &self.endpoint);
        call();
        let called = Instant::now();
        call();
        let called_again = Instant::now();
        let memory = peak_memory();
        let warm = Instant::now();
        for _ in 0..self.n {
            black_box(self.client(service, &session));
        }
        let warm_created = Instant::now();
        for _ in 0..self.n {
            call_of(service, &self.client(service, &session), &self.endpoint)();
        }
        let per_client = |from: Instant, to: Instant| microseconds(to - from) / self.n as f64;
        let details = [
            ("import_us", 0.0),
            ("create_us", microseconds(created - start)),
            ("first_call_us", microseconds(called - created)),
            ("second_call_us", microseconds(called_again - called)),
            ("warm_create_us", per_client(warm, warm_created)),
            ("warm_create_and_call_us", per_client(warm_created, Instant::now())),
            ("rss_after_first_kb", memory as f64),
        ];
        self.report(1, called - start, before, &details);
    }

    /// The workloads that move 256 MiB.
    fn large_objects(&self) {
        let s3 = self.client("s3", &session());
        let once = |run: &dyn Fn()| self.repeat(false, run);
        match self.workload.as_str() {
            "s3_get_256m" => once(&|| read_object(&s3, &format!("blob-{MIB_256}"))),
            "s3_get_256m_crc32" => once(&|| read_object(&s3, &format!("crc-{MIB_256}"))),
            "s3_download_256m" => {
                let path = self.dir.join("bench-download-tucuxi");
                once(&|| Transfer::new(&s3).download_file(BUCKET, &format!("blob-{MIB_256}"), &path).expect("it is downloaded"));
                std::fs::remove_file(&path).expect("it was downloaded");
            }
            "s3_put_256m" => once(&|| Transfer::new(&s3).upload_file(&self.file, BUCKET, "upload").expect("it is uploaded")),
            "s3_put_single_256m" => once(&|| put_file(&s3, &self.file)),
            _ => self.skip(),
        }
    }

    /// 1 KiB for each object.
    fn small_puts(&self) {
        let s3 = self.client("s3", &session());
        let body = tucuxi::Bytes::from(vec![b'x'; 1024]);
        let put = || {
            let (s3, body) = (s3.clone(), body.clone());
            move || {
                let params = value!({"Bucket": BUCKET, "Key": "small", "Body": body.clone()});
                s3.call("put_object", params).expect("it is uploaded");
            }
        };
        match self.workload.strip_prefix("many_small_puts_") {
            Some(threads) => self.threads(threads.parse().expect("a number of threads"), put),
            None => self.repeat(true, put()),
        }
    }

    fn without_files(&self) {
        let session = session();
        match self.workload.as_str() {
            "list_objects_parse" => {
                let s3 = self.client("s3", &session);
                self.repeat(true, || {
                    let page = s3.call("list_objects_v2", value!({"Bucket": BUCKET})).expect("it is listed");
                    assert_eq!(page["Contents"].len(), 1000);
                });
            }
            "ddb_query_parse" => {
                let dynamodb = self.client("ddb", &session);
                let params = value!({"TableName": TABLE, "KeyConditionExpression": "pk = :p",
                    "ExpressionAttributeValues": {":p": {"S": "customer#00000007"}}});
                self.repeat(true, || {
                    let page = dynamodb.call("query", &params).expect("it is found");
                    assert!(page["Items"].len() > 1000);
                });
            }
            "ec2_describe_parse" => {
                let ec2 = self.client("ec2", &session);
                self.repeat(true, || {
                    let page = ec2.call("describe_instances", ()).expect("they are described");
                    assert_eq!(page["Reservations"].len(), 1000);
                });
            }
            "cw_metrics_parse" => {
                // JSON, as with boto3, unless the configuration prefers another protocol (`AWS_CONFIG_FILE`, `protocol_preference`).
                let cloudwatch = self.client("cw", &session);
                let params = metric_query();
                self.repeat(true, || {
                    let data = cloudwatch.call("get_metric_data", &params).expect("there is data");
                    assert_eq!(data["MetricDataResults"][0]["Values"].len(), 1440);
                });
            }
            "presign" => {
                let s3 = self.client("s3", &session);
                self.repeat(true, || {
                    let params = value!({"Bucket": BUCKET, "Key": "some/key with space"});
                    black_box(s3.presign("get_object", params, Duration::from_secs(900)).expect("it is signed"));
                });
            }
            "serialize_sign_only" => {
                let client = session.client_builder("dynamodb").endpoint_url(&self.endpoint).transport(Canned);
                let client = client.build().expect("the service exists");
                self.repeat(true, call_of("ddb", &client, &self.endpoint));
            }
            _ => self.skip(),
        }
    }

    /// Measures `n` runs, after a tenth as many that are not measured.
    fn repeat(&self, warm_up: bool, run: impl Fn()) {
        for _ in 0..if warm_up { (self.n / 10).max(1) } else { 0 } {
            run();
        }
        let (before, start) = (cpu(), Instant::now());
        for _ in 0..self.n {
            run();
        }
        self.report(self.n, start.elapsed(), before, &[]);
    }

    /// Divides `n` runs among threads.
    fn threads<F: Fn() + Send>(&self, threads: usize, run: impl Fn() -> F) {
        let share = self.n / threads;
        let all = |runs: usize| {
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    let run = run();
                    scope.spawn(move || (0..runs).for_each(|_| run()));
                }
            });
        };
        all((share / 10).max(1));
        let (before, start) = (cpu(), Instant::now());
        all(share);
        self.report(share * threads, start.elapsed(), before, &[]);
    }

    fn report(&self, n: usize, total: Duration, before: [f64; 2], details: &[(&str, f64)]) {
        let [user, system] = cpu();
        let mut line = value!({
            "peer": "tucuxi",
            "workload": &*self.workload,
            "n": n,
            "total_s": total.as_secs_f64(),
            "per_op_us": microseconds(total) / n as f64,
            "cpu_user_s": user - before[0],
            "cpu_sys_s": system - before[1],
            "max_rss_kb": peak_memory(),
        });
        for (name, number) in details {
            line.as_map_mut().expect("it is a map").insert(*name, *number);
        }
        println!("{}", line.to_json());
    }

    fn skip(&self) {
        println!("{}", value!({"peer": "tucuxi", "workload": &*self.workload, "skip": "unknown workload"}).to_json());
    }
}

fn session() -> Session {
    Session::new().expect("the environment has credentials and a region")
}

/// A small call of a service, whose response is checked.
fn call_of(service: &str, client: &Client, endpoint: &str) -> Box<dyn Fn() + Send> {
    let client = client.clone();
    match service {
        "sts" => Box::new(move || {
            let identity = client.call("get_caller_identity", ()).expect("it is known");
            assert!(identity["Account"].as_str().is_some());
        }),
        "s3" => Box::new(move || {
            let object = client.call("get_object", value!({"Bucket": BUCKET, "Key": "blob-100"})).expect("it exists");
            let body = object["Body"].as_stream().expect("a body is a stream");
            assert_eq!(body.read_all().expect("it is read").len(), 100);
        }),
        "ddb" => Box::new(move || {
            let params = value!({"TableName": TABLE,
                "Key": {"pk": {"S": "customer#00000007"}, "sk": {"S": "order#2025-11-08#000007"}}});
            let found = client.call("get_item", params).expect("it exists");
            assert!(found["Item"].get("pk").is_some());
        }),
        "ec2" => Box::new(move || {
            let page = client.call("describe_instances", value!({"MaxResults": 5})).expect("they are described");
            assert!(!page["Reservations"].is_empty());
        }),
        "sqs" => {
            let queue = format!("{endpoint}/123456789012/bench-queue");
            Box::new(move || {
                let params = value!({"QueueUrl": &*queue, "MessageBody": "hello from the bench"});
                let sent = client.call("send_message", params).expect("it is sent");
                assert!(sent["MessageId"].as_str().is_some());
            })
        }
        other => panic!("no call for the service {other}"),
    }
}

fn read_object(s3: &Client, key: &str) {
    let object = s3.call("get_object", value!({"Bucket": BUCKET, "Key": key})).expect("it exists");
    let mut body = object["Body"].as_stream().expect("a body is a stream").take().expect("nobody took it");
    let (mut buffer, mut length) = (vec![0; 256 << 10], 0);
    loop {
        match body.read(&mut buffer).expect("it is complete") {
            0 => break,
            read => length += read as u64,
        }
    }
    assert_eq!(length, MIB_256);
}

fn put_file(s3: &Client, path: &Path) {
    let body = tucuxi::Stream::open(path).expect("the file exists");
    s3.call("put_object", value!({"Bucket": BUCKET, "Key": "upload", "Body": body})).expect("it is uploaded");
}

fn metric_query() -> Value {
    let queries: Vec<Value> = (0..5)
        .map(|i| {
            let metric = value!({"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"});
            value!({"Id": format!("m{i}"), "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}})
        })
        .collect();
    value!({"StartTime": "2025-11-01T00:00:00Z", "EndTime": "2025-11-02T00:00:00Z", "MetricDataQueries": queries})
}

/// Responds to GetItem without a network.
struct Canned;

impl Transport for Canned {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let headers = Headers::from_iter([("content-type", "application/x-amz-json-1.0")]);
        Ok(Response::new(200, headers, &br#"{"Item":{"pk":{"S":"a"}}}"#[..]))
    }
}

/// User and system CPU time of the process, in seconds.
fn cpu() -> [f64; 2] {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the kernel keeps it");
    [usage.user_time(), usage.system_time()].map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6)
}

/// The peak of the resident memory in KiB. `ru_maxrss` survives `exec` and would include the launcher's.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the kernel keeps it");
    line.trim().trim_end_matches(" kB").parse().expect("a number of KiB")
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
