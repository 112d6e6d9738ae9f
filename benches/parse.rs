//! What reading a response costs: bytes in memory to a `Value`. `cargo bench --bench parse`.

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use tucuxi::Bytes;
use tucuxi::Definitions;
use tucuxi::http::{Headers, Response};
use tucuxi::unversioned::protocol;

fn main() {
    report("ListBuckets, 1 bucket", "s3", "ListBuckets", 20_000, buckets());
    report("ListObjectsV2, 1000 keys", "s3", "ListObjectsV2", 200, objects());
    report("GetItem, 1 item", "dynamodb", "GetItem", 20_000, item());
    report("Query, 1 MiB", "dynamodb", "Query", 100, query());
    report("DescribeInstances, 1000 instances", "ec2", "DescribeInstances", 40, instances());
}

/// Prints the median of so many runs.
fn report(what: &str, service: &str, operation: &str, runs: usize, body: String) {
    let service = Definitions::embedded().service(service, None).expect("the crate carries it");
    let operation = service.operation(operation).expect("the service has it");
    let body = Bytes::from(body.into_bytes());
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let response = Response::new(200, Headers::new(), body.clone());
            let start = Instant::now();
            let output = protocol::parse(&service, operation, response).expect("it fits the operation");
            let time = start.elapsed();
            black_box(output);
            time
        })
        .collect();
    times.sort();
    let median = times[runs / 2];
    let rate = body.len() as f64 / 1e6 / median.as_secs_f64();
    println!("{what:<36} {:>9} bytes {median:>10.1?} {rate:>7.0} MB/s", body.len());
}

fn buckets() -> String {
    "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>abc</ID></Owner><Buckets><Bucket>\
     <Name>my-bucket</Name><CreationDate>2024-01-02T03:04:05.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>"
        .to_owned()
}

fn objects() -> String {
    let mut body = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>\
         <Prefix></Prefix><KeyCount>1000</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>",
    );
    for i in 0..1000 {
        let _ = write!(
            body,
            "<Contents><Key>photos/2024/06/R&amp;D/image-{i:05}.jpg</Key><LastModified>2024-06-01T12:{:02}:{:02}.000Z</LastModified>\
             <ETag>&quot;d41d8cd98f00b204e9800998ecf8{i:04}&quot;</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
            i / 60 % 60,
            i % 60,
            1024 * i
        );
    }
    body + "</ListBucketResult>"
}

fn item() -> String {
    format!("{{\"Item\":{}}}", attributes(0))
}

fn query() -> String {
    let items: Vec<String> = (0..3500).map(attributes).collect();
    format!("{{\"Count\":3500,\"Items\":[{}],\"ScannedCount\":3500}}", items.join(","))
}

fn attributes(i: usize) -> String {
    format!(
        "{{\"pk\":{{\"S\":\"customer#{i:08}\"}},\"sk\":{{\"S\":\"order#2024-06-01T00:00:00Z\"}},\"total\":{{\"N\":\"{i}.25\"}},\
         \"paid\":{{\"BOOL\":true}},\"tags\":{{\"SS\":[\"new\",\"gift\"]}},\"note\":{{\"S\":\"line 1\\nline \\u00e9\"}},\
         \"address\":{{\"M\":{{\"city\":{{\"S\":\"Manaus\"}},\"zip\":{{\"S\":\"69005\"}},\"floor\":{{\"NULL\":true}}}}}}}}"
    )
}

fn instances() -> String {
    let mut body = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n\
         <requestId>8f7724cf-496f-496e-8fe3-example</requestId>\n<reservationSet>\n",
    );
    for i in 0..1000 {
        let _ = write!(
            body,
            "<item><reservationId>r-{i:017x}</reservationId><ownerId>123456789012</ownerId><groupSet/><instancesSet>\n  <item>\
             <instanceId>i-{i:017x}</instanceId><imageId>ami-0abcdef1234567890</imageId>\
             <instanceState><code>16</code><name>running</name></instanceState>\
             <privateDnsName>ip-10-0-0-{i}.ec2.internal</privateDnsName><dnsName/><reason/><keyName>key</keyName>\
             <amiLaunchIndex>0</amiLaunchIndex><productCodes/><instanceType>m5.large</instanceType>\
             <launchTime>2024-06-01T12:00:00.000Z</launchTime>\
             <placement><availabilityZone>us-east-1a</availabilityZone><groupName/><tenancy>default</tenancy></placement>\
             <monitoring><state>disabled</state></monitoring><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>\
             <privateIpAddress>10.0.0.{i}</privateIpAddress><sourceDestCheck>true</sourceDestCheck>\n    <groupSet>\
             <item><groupId>sg-1</groupId><groupName>default</groupName></item></groupSet><architecture>x86_64</architecture>\
             <rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item>\
             <deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-{i:017x}</volumeId><status>attached</status>\
             <attachTime>2024-06-01T12:00:01.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item>\
             </blockDeviceMapping><virtualizationType>hvm</virtualizationType><clientToken>token-{i}</clientToken><tagSet>\
             <item><key>Name</key><value>web &amp; app {i}</value></item><item><key>stage</key><value>dev</value></item></tagSet>\
             <hypervisor>xen</hypervisor><networkInterfaceSet><item><networkInterfaceId>eni-{i:017x}</networkInterfaceId>\
             <subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><description/><ownerId>123456789012</ownerId><status>in-use</status>\
             <macAddress>02:00:00:00:00:01</macAddress><privateIpAddress>10.0.0.{i}</privateIpAddress>\
             <sourceDestCheck>true</sourceDestCheck><attachment><attachmentId>eni-attach-{i}</attachmentId>\
             <deviceIndex>0</deviceIndex><status>attached</status><attachTime>2024-06-01T12:00:00.000Z</attachTime>\
             <deleteOnTermination>true</deleteOnTermination></attachment></item></networkInterfaceSet>\
             <ebsOptimized>false</ebsOptimized></item>\n</instancesSet></item>\n"
        );
    }
    body + "</reservationSet></DescribeInstancesResponse>"
}
