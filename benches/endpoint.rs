//! What resolving one endpoint costs: by the largest rule set there is and a middling one, from the cache, and from the older data.
//!
//! `cargo bench --bench endpoint`

#[path = "../tests/support/allocations.rs"]
mod allocations;

use std::hint::black_box;
use std::time::Instant;

use tucuxi::Definitions;
use tucuxi::unversioned::definition::{Definition, LegacyEndpoints, Partitions, RuleSet};
use tucuxi::unversioned::endpoint;
use tucuxi::unversioned::endpoint::legacy::{LegacyEndpoint, LegacyQuery};
use tucuxi::{Value, value};

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
    measure_legacy("s3");
    measure_legacy("iam");
}

fn measure(name: &str, service: &str, partitions: &Partitions, parameters: &Value) {
    let text = Definitions::embedded().source("endpoint-rule-set-1", service, None).unwrap().text;
    let parameters = parameters.as_map().unwrap();
    let first = || {
        // Like the embedded rules of a first client, these are compiled as far as they are reached.
        let source = Definitions::embedded().source("endpoint-rule-set-1", service, None).unwrap();
        let rules = <RuleSet as Definition>::parse(source).unwrap();
        endpoint::resolve(&rules, partitions, parameters).unwrap().url
    };
    let cold = allocations::measure(first);
    let start = Instant::now();
    let url = first();
    let resolved_first = start.elapsed();
    let start = Instant::now();
    let rules = RuleSet::parse(text.as_bytes()).unwrap();
    let parsed = start.elapsed();
    let again = allocations::measure(|| endpoint::resolve(&rules, partitions, parameters));
    let resolve = || endpoint::resolve(&rules, partitions, black_box(parameters));
    let uncached = time(|| drop(black_box(resolve())));
    let cache = endpoint::EndpointCache::default();
    let values = || parameters.values().cloned().collect();
    let cached = time(|| drop(black_box(cache.get_or_resolve(values(), |_| resolve()))));
    println!("{name:18} first {resolved_first:.2?} with {} allocations, again {uncached:.2?} with {}", cold.calls, again.calls);
    println!("{:18} from the cache {cached:.2?}; all rules compiled in {parsed:.2?}; {url}", "");
}

fn measure_legacy(endpoint_prefix: &str) {
    let data = Definitions::embedded().shared::<LegacyEndpoints>().unwrap();
    let query = LegacyQuery { endpoint_prefix, region: Some("eu-west-1"), ..LegacyQuery::default() };
    println!("older data, {endpoint_prefix}: {:.2?}", time(|| drop(black_box(LegacyEndpoint::resolve(&data, &query)))));
}

fn time(work: impl Fn()) -> std::time::Duration {
    let start = Instant::now();
    (0..TIMES).for_each(|_| work());
    start.elapsed() / TIMES
}
