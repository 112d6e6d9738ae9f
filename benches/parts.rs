//! What the parts of a call cost in time and in allocations. `cargo bench --bench parts`, or `cargo bench --bench parts -- json` for
//! the lines that contain "json".

#[path = "../tests/support/allocations.rs"]
mod allocations;

use std::hint::black_box;
use std::time::{Duration, Instant};

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::unversioned::auth::sigv4::{KeyCache, Signing, sign};
use tucuxi::unversioned::definition::Service;
use tucuxi::unversioned::protocol;
use tucuxi::unversioned::protocol::serialize::{SerializedBody, form_urlencode, serialize};
use tucuxi::{Client, Config, Credentials, Definitions, Environment, Expression, Map, Session, Timestamp, Value, value};

fn main() {
    println!("{:<52} {:>10} {:>12} {:>10}", "", "time", "allocations", "bytes");
    serializing();
    parsing();
    values();
    signing();
    calls();
}

/// Prints the median time of a run, and what one allocates.
fn report<T>(what: &str, mut run: impl FnMut() -> T) {
    const LEAST: Duration = Duration::from_millis(100);
    if std::env::args().skip(1).any(|wanted| !wanted.starts_with("--") && !what.contains(&wanted)) {
        return;
    }
    black_box(run());
    let allocated = allocations::measure(&mut run);
    let mut times = Vec::new();
    let start = Instant::now();
    while start.elapsed() < LEAST || times.len() < 100 {
        let start = Instant::now();
        black_box(run());
        times.push(start.elapsed());
    }
    times.sort();
    println!("{what:<52} {:>10.2?} {:>12} {:>10}", times[times.len() / 2], allocated.calls, allocated.bytes);
}

/// A service of the crate; `cbor` turns the one that also speaks JSON into one that speaks only CBOR.
fn service(name: &str, cbor: bool) -> Service {
    let text = Definitions::embedded().source("service-2", name, None).expect("the crate carries it").text;
    let text = if cbor { text.replace(r#"["smithy-rpc-v2-cbor","json","query"]"#, r#"["smithy-rpc-v2-cbor"]"#) } else { text };
    Service::parse(name, text).expect("the crate's definitions are valid")
}

fn serializing() {
    let tags: Value = (0..10).map(|i| value!({"Key": format!("tag {i}"), "Value": format!("value/{i}")})).collect();
    let tracks: Value =
        (0..10).map(|i| value!({"M": {"Title": {"S": format!("Track {i}")}, "Seconds": {"N": (180 + i).to_string()}}})).collect();
    let item = value!({"Artist": {"S": "Hermeto Pascoal"}, "Live": {"BOOL": false}, "Cover": {"B": vec![7_u8; 300]},
        "Genres": {"SS": ["jazz", "forró", "choro"]}, "Tracks": {"L": tracks}});
    let metrics: Value = (0..10).map(|i| value!({"MetricName": format!("m{i}"), "Value": 0.5, "Unit": "Count"})).collect();
    let rules: Value = (0..3)
        .map(|i| value!({"ID": format!("rule {i}"), "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}))
        .collect();
    let variables: Value = (0..10).map(|i| (format!("NAME_{i}"), format!("value {i}"))).collect::<Map>().into();
    for (protocol, name, operation, input) in [
        ("json", "dynamodb", "PutItem", value!({"TableName": "music", "Item": item})),
        (
            "query",
            "iam",
            "CreateRole",
            value!({"RoleName": "deploy", "AssumeRolePolicyDocument": "{\"Version\": 1}", "Tags": tags.clone()}),
        ),
        (
            "ec2",
            "ec2",
            "RunInstances",
            value!({"ImageId": "ami-0abcdef1234567890", "MinCount": 1, "MaxCount": 3,
            "SecurityGroupIds": ["sg-1", "sg-2"], "TagSpecifications": [{"ResourceType": "instance", "Tags": tags}]}),
        ),
        ("rest-xml", "s3", "PutBucketLifecycleConfiguration", value!({"Bucket": "b", "LifecycleConfiguration": {"Rules": rules}})),
        (
            "rest-json",
            "lambda",
            "UpdateFunctionConfiguration",
            value!({"FunctionName": "f", "Timeout": 30, "Environment": {"Variables": variables}}),
        ),
        ("cbor", "cloudwatch", "PutMetricData", value!({"Namespace": "bench", "MetricData": metrics})),
    ] {
        let service = service(name, protocol == "cbor");
        let operation = service.operation(operation).expect("the service has it");
        let input = input.as_map().expect("the parameters are a map");
        report(&format!("serialize {protocol}: {}", operation.name), || {
            match serialize(&service, operation, &operation.request_uri, black_box(input)).expect("it is valid").body {
                SerializedBody::Bytes(bytes) => bytes.len(),
                SerializedBody::Form(pairs) => form_urlencode(&pairs).len(),
                _ => 0,
            }
        });
    }
}

fn parsing() {
    let bucket = "<ListAllMyBucketsResult><Owner><ID>abc</ID></Owner><Buckets><Bucket><Name>my-bucket</Name>\
                  <CreationDate>2024-01-02T03:04:05.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>";
    let role = "<GetRoleResponse><GetRoleResult><Role><Path>/</Path><RoleName>deploy</RoleName><Arn>arn:aws:iam::1:role/deploy</Arn>\
                <CreateDate>2024-01-02T03:04:05Z</CreateDate></Role></GetRoleResult>\
                <ResponseMetadata><RequestId>8f7724cf</RequestId></ResponseMetadata></GetRoleResponse>";
    let instance = "<DescribeInstancesResponse><requestId>8f7724cf</requestId><reservationSet><item><reservationId>r-1</reservationId>\
                    <instancesSet><item><instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState>\
                    <tagSet><item><key>Name</key><value>web &amp; app</value></item></tagSet></item></instancesSet></item>\
                    </reservationSet></DescribeInstancesResponse>";
    let item = r#"{"Item":{"pk":{"S":"customer#00000001"},"total":{"N":"1.25"},"paid":{"BOOL":true},"tags":{"SS":["new","gift"]}}}"#;
    let function = r#"{"Configuration":{"FunctionName":"f","Timeout":30,"Environment":{"Variables":{"A":"1","B":"2"}}}}"#;
    let cbor =
        b"\xbf\x71MetricDataResults\x9f\xbf\x62Id\x62m1\x66Values\x83\xfb\x3f\xf8\0\0\0\0\0\0\xfb\x3f\xf4\0\0\0\0\0\0\x02\xff\xff\xff";
    for (protocol, name, operation, body) in [
        ("json", "dynamodb", "GetItem", item.as_bytes()),
        ("query", "iam", "GetRole", role.as_bytes()),
        ("ec2", "ec2", "DescribeInstances", instance.as_bytes()),
        ("rest-xml", "s3", "ListBuckets", bucket.as_bytes()),
        ("rest-json", "lambda", "GetFunction", function.as_bytes()),
        ("cbor", "cloudwatch", "GetMetricData", cbor),
    ] {
        let service = std::sync::Arc::new(service(name, protocol == "cbor"));
        let operation = service.operation(operation).expect("the service has it");
        let body = tucuxi::Bytes::from(body.to_vec());
        report(&format!("parse {protocol}: {}", operation.name), || {
            protocol::parse(&service, operation, Response::new(200, Headers::new(), body.clone())).expect("it fits the operation")
        });
    }
}

fn values() {
    let build = || value!({"TableName": "music", "Key": {"Artist": {"S": "Hermeto"}, "Title": {"S": "Bebê"}}});
    let listing: Value = (0..100).map(|n| value!({"Key": format!("images/{n}.png"), "Size": n})).collect();
    let listing = value!({"Contents": listing});
    report("value: build and drop the parameters of a GetItem", build);
    report("value: look up three levels and an index", || black_box(&listing)["Contents"][99]["Size"].as_int());
    report("value: clone and drop a list of 100 maps", || listing.clone());
    report("value: clone, change, and drop a list of 100 maps", || {
        let mut copy = listing.clone();
        copy["Contents"][99]["Size"] = value!(0);
        copy
    });
    report("JMESPath: compile and search 100 maps", || listing.search("Contents[?Size > `49`].Key").expect("it is valid"));
    let expression: Expression = "Contents[?Size > `49`].Key".parse().expect("it is valid");
    report("JMESPath: search 100 maps", || expression.search(&listing).expect("it is valid"));
}

fn signing() {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").with_token("T".repeat(700));
    let keys = KeyCache::new();
    let mut signing = Signing::new(&credentials, "us-west-2", "dynamodb", Timestamp::new(1_767_323_045, 0));
    let mut request = Request::new("POST", "https://dynamodb.us-west-2.amazonaws.com/");
    for (name, value) in
        [("X-Amz-Target", "DynamoDB_20120810.GetItem"), ("Content-Type", "application/x-amz-json-1.0"), ("User-Agent", "bench")]
    {
        request.headers.set(name, value);
    }
    request.body = br#"{"TableName": "music", "Key": {"Artist": {"S": "Hermeto"}, "Title": {"S": "Bebe"}}}"#.into();
    report("SigV4: derive the key and sign a GetItem", || sign(&mut request, &signing).expect("the body is in memory"));
    signing.keys = Some(&keys);
    report("SigV4: sign a GetItem with a cached key", || sign(&mut request, &signing).expect("the body is in memory"));
}

/// Returns the response that it was made with.
struct Canned(&'static [u8]);

impl Transport for Canned {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        Ok(Response::new(200, Headers::from_iter([("x-amzn-requestid", "0123456789ABCDEF")]), self.0))
    }
}

fn session() -> Session {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1");
    session.credentials(Credentials::new("AKIDEXAMPLE", "SECRET")).build().expect("it is complete")
}

fn client(service: &str, response: &'static [u8], config: Config) -> Client {
    session().client_builder(service).transport(Canned(response)).config(config).build().expect("the crate carries it")
}

/// Whole calls without a network, and what is around them.
fn calls() {
    let key = value!({"TableName": "t", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}});
    let item = br#"{"Item":{"pk":{"S":"a"}}}"#;
    let dynamodb = client("dynamodb", item, Config::new());
    let get = |client: &Client| client.call("get_item", &key).expect("it is answered");
    let session = session();
    report("credentials: the fast path", || session.credentials().expect("they are static"));
    report("prepare a GetItem", || dynamodb.prepare("get_item", &key).expect("it is valid"));
    let unchecked = client("dynamodb", item, Config::new().parameter_validation(false));
    report("prepare a GetItem without validation", || unchecked.prepare("get_item", &key).expect("it is valid"));
    report("call GetItem", || get(&dynamodb));
    let hooked = client("dynamodb", item, Config::new());
    for event in ["before-parameter-build", "before-call.dynamodb", "before-sign.dynamodb.GetItem", "before-send", "after-call.*.GetItem"] {
        hooked.on(event, |_| Ok(())).expect("the stages exist");
    }
    report("call GetItem with five hooks", || get(&hooked));
    let s3 = client("s3", b"", Config::new());
    let (bucket, head) = (value!({"Bucket": "b"}), value!({"Bucket": "b", "Key": "k"}));
    report("call HeadObject", || s3.call("head_object", &head).expect("it is answered"));
    report("waiter: object_exists at its first attempt", || s3.wait("object_exists", &head).expect("it is answered"));
    let resource = session.resource_of(s3.clone()).expect("the crate carries its model");
    report("resource: create an object and load it", || {
        let object = resource.resource("Object", ["b", "k"]).expect("the model has it");
        object.load().expect("it is answered");
    });
    let page = b"<ListBucketResult><Contents><Key>k</Key><Size>1</Size></Contents><IsTruncated>false</IsTruncated></ListBucketResult>";
    let lister = client("s3", page, Config::new());
    report("call ListObjectsV2", || lister.call("list_objects_v2", &bucket).expect("it is answered"));
    report("paginator: one page of ListObjectsV2", || {
        for page in lister.paginate("list_objects_v2", &bucket).expect("it has one") {
            black_box(page.expect("it is answered"));
        }
    });
}
