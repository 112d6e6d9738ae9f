//! Guards the allocations of key operations: how many there are and how many bytes they request. Unlike time, both are the same
//! on every machine. An increase of more than 10 % fails. A decrease of more than 10 % fails as well: record the new figures,
//! so that the gain is guarded too.
//!
//! The figures are those of the third run. The earlier runs also parse the parts of the definitions that they need and fill caches.

#[path = "support/allocations.rs"]
mod allocations;

use std::hint::black_box;
use std::time::Duration;

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::unversioned::protocol;
use tucuxi::{Client, Credentials, Definitions, Environment, Session, Value, value};

use allocations::{Allocated, measure};

fn within_a_tenth(counted: u64, recorded: u64) -> bool {
    counted.abs_diff(recorded) * 10 <= recorded
}

/// Checks that the operation allocates as recorded, give or take 10 %.
#[track_caller]
fn allocates<T>(calls: u64, bytes: u64, mut operation: impl FnMut() -> T) {
    for _ in 0..2 {
        black_box(operation());
    }
    let counted = measure(operation);
    let as_recorded = within_a_tenth(counted.calls, calls) && within_a_tenth(counted.bytes, bytes);
    assert!(as_recorded, "{} allocations of {} bytes; recorded are {calls} of {bytes}", counted.calls, counted.bytes);
}

/// Returns the response that it was made with.
struct Canned(&'static str);

impl Transport for Canned {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let headers = Headers::from_iter([("content-type", "application/x-amz-json-1.0"), ("x-amzn-RequestId", "0123456789ABCDEF")]);
        Ok(Response::new(200, headers, self.0.as_bytes()))
    }
}

fn client(service: &str) -> Client {
    let credentials = Credentials::new("AKIDEXAMPLE", "SECRET");
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials).build().unwrap();
    session.client_builder(service).transport(Canned(r#"{"Item":{"pk":{"S":"a"},"n":{"N":"1"}}}"#)).build().unwrap()
}

fn get_item() -> Value {
    value!({"TableName": "t", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}})
}

fn parses(calls: u64, bytes: u64, service: &str, operation: &str, body: &str, look: impl Fn(&tucuxi::Map)) {
    let service = Definitions::embedded().service(service, None).unwrap();
    let operation = service.operation(operation).unwrap();
    let body = tucuxi::Bytes::from(body.as_bytes().to_vec());
    let parse = || protocol::parse(&service, operation, Response::new(200, Headers::new(), body.clone())).unwrap();
    look(&parse());
    allocates(calls, bytes, parse);
}

#[test]
fn prepare_a_query_request() {
    let client = client("sts");
    allocates(33, 3354, || client.prepare("get_caller_identity", ()).unwrap());
}

#[test]
fn prepare_a_json_request() {
    let (client, params) = (client("dynamodb"), get_item());
    allocates(29, 3738, || client.prepare("get_item", &params).unwrap());
}

#[test]
fn prepare_a_put_of_1_kib() {
    let client = client("s3");
    let params = value!({"Bucket": "bucket", "Key": "key", "Body": vec![b'x'; 1024]});
    allocates(53, 5504, || client.prepare("put_object", &params).unwrap());
}

#[test]
fn presign_a_get() {
    let client = client("s3");
    let params = value!({"Bucket": "bucket", "Key": "some/key with space"});
    allocates(34, 4942, || client.presign("get_object", &params, Duration::from_secs(900)).unwrap());
}

#[test]
fn call_get_item() {
    let (client, params) = (client("dynamodb"), get_item());
    assert_eq!(client.call("get_item", &params).unwrap()["Item"]["n"]["N"].as_str(), Some("1"));
    allocates(61, 6015, || client.call("get_item", &params).unwrap());
}

#[test]
fn parse_a_listing_of_100_keys() {
    let keys: String = (0..100)
        .map(|n| {
            format!(
                "<Contents><Key>images/{n}.png</Key><LastModified>2025-11-08T10:00:00.000Z</LastModified><ETag>&quot;e{n}&quot;</ETag>\
                 <Size>{n}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            )
        })
        .collect();
    let body = format!("<ListBucketResult><Name>b</Name><KeyCount>100</KeyCount>{keys}</ListBucketResult>");
    parses(229, 22_086, "s3", "ListObjectsV2", &body, |output| assert_eq!(output["Contents"][99]["Key"].as_str(), Some("images/99.png")));
}

#[test]
fn parse_a_query_of_100_items() {
    let items: Vec<String> = (0..100)
        .map(|n| format!(r#"{{"pk":{{"S":"customer"}},"n":{{"N":"{n}"}},"tags":{{"SS":["a","b"]}},"ok":{{"BOOL":true}}}}"#))
        .collect();
    let body = format!(r#"{{"Count":100,"Items":[{}]}}"#, items.join(","));
    parses(93, 42_408, "dynamodb", "Query", &body, |output| assert_eq!(output["Items"][99]["n"]["N"].as_str(), Some("99")));
}

#[test]
fn parse_100_metric_values_in_json() {
    let values: Vec<String> = (0..100).map(|n| format!("{n}.25")).collect();
    let times: Vec<String> = (0..100).map(|n| format!("{}", 1_762_000_000 + 60 * n)).collect();
    let body = format!(r#"{{"MetricDataResults":[{{"Id":"m","Timestamps":[{}],"Values":[{}]}}]}}"#, times.join(","), values.join(","));
    parses(20, 8688, "cloudwatch", "GetMetricData", &body, |output| {
        assert_eq!(output["MetricDataResults"][0]["Values"][99].as_float(), Some(99.25));
    });
}

#[test]
fn parse_10_instances() {
    let instances: String = (0..10)
        .map(|n| {
            format!(
                "<item><reservationId>r-{n}</reservationId><ownerId>123456789012</ownerId><groupSet/><instancesSet><item>\
                 <instanceId>i-{n}</instanceId><instanceState><code>16</code><name>running</name></instanceState>\
                 <launchTime>2024-06-01T12:00:00.000Z</launchTime><monitoring><state>disabled</state></monitoring>\
                 <groupSet><item><groupId>sg-1</groupId><groupName>default</groupName></item></groupSet>\
                 <tagSet><item><key>Name</key><value>web &amp; app {n}</value></item></tagSet>\
                 <ebsOptimized>false</ebsOptimized></item></instancesSet></item>"
            )
        })
        .collect();
    let body = format!("<DescribeInstancesResponse><reservationSet>{instances}</reservationSet></DescribeInstancesResponse>");
    parses(52, 8518, "ec2", "DescribeInstances", &body, |output| {
        assert_eq!(output["Reservations"][9]["Instances"][0]["State"]["Code"].as_int(), Some(16));
    });
}

#[test]
fn allocations_are_counted_with_their_bytes() {
    let counted = measure(|| {
        let mut bytes = Vec::<u8>::with_capacity(100);
        black_box(&mut bytes).reserve_exact(300);
        (bytes, vec![0_u8; 50])
    });
    assert_eq!(counted, Allocated { calls: 3, bytes: 350 });
    assert!(within_a_tenth(110, 100) && within_a_tenth(90, 100));
    assert!(!within_a_tenth(111, 100) && !within_a_tenth(89, 100));
}
