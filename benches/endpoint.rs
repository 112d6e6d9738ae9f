//! What resolving one endpoint costs, uncached: the largest rule set there is and a middling one.
//!
//! `cargo bench --bench endpoint`

use std::hint::black_box;
use std::time::Instant;

use tucuxi::definition::{Definitions, Partitions, RuleSet};
use tucuxi::{Value, endpoint, value};

const TIMES: u32 = 20_000;

fn main() {
    let partitions = Definitions::embedded().shared::<Partitions>().unwrap();
    let bucket = value!({"Region": "eu-west-1", "UseFIPS": false, "UseDualStack": false, "ForcePathStyle": false,
        "Accelerate": false, "UseGlobalEndpoint": false, "DisableMultiRegionAccessPoints": false, "UseArnRegion": true,
        "Bucket": "my-bucket-in-ireland"});
    let mut access_point = bucket.clone();
    let arn = "arn:aws:s3:us-east-2:123456789012:accesspoint/my-access-point";
    access_point.as_map_mut().unwrap().insert("Bucket", arn);
    let table = value!({"Region": "eu-west-1", "UseFIPS": false, "UseDualStack": false, "AccountId": "123456789012",
        "AccountIdEndpointMode": "preferred"});
    measure("s3, bucket", "s3", &partitions, &bucket);
    measure("s3, access point", "s3", &partitions, &access_point);
    measure("dynamodb", "dynamodb", &partitions, &table);
}

fn measure(name: &str, service: &str, partitions: &Partitions, parameters: &Value) {
    let text = Definitions::embedded().source("endpoint-rule-set-1", service, None).unwrap().text;
    let start = Instant::now();
    let rules = RuleSet::parse(text.as_bytes()).unwrap();
    let parsed = start.elapsed();
    let parameters = parameters.as_map().unwrap();
    let url = endpoint::resolve(&rules, partitions, parameters).unwrap().url;
    let start = Instant::now();
    for _ in 0..TIMES {
        black_box(endpoint::resolve(black_box(&rules), partitions, black_box(parameters)).unwrap());
    }
    println!("{name:18} {:>9.2?} a time; parsed in {parsed:.2?}; {url}", start.elapsed() / TIMES);
}
