//! Listing 100,000 keys through a collection keeps one page in memory. The test measures its own process.

use std::fs;

use crate::process::alone;
use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Credentials, Environment, Session};

const KEYS: usize = 100_000;
const PAGE: usize = 1000;

/// How many KiB the later pages may add to the peak memory of the first two. All keys at once take about 60 MiB.
const ALLOWANCE: usize = 6 * 1024;

/// A bucket whose pages are generated on request.
struct Bucket;

impl Transport for Bucket {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let marker = request.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("marker=")));
        let first = match marker {
            Some(last) => last.trim_start_matches("some%2Flong%2Fprefix%2Fof%2Fkeys%2F").parse::<usize>()? + 1,
            None => 0,
        };
        let object = |i: usize| {
            format!(
                "<Contents><Key>some/long/prefix/of/keys/{i:08}</Key><LastModified>2024-01-02T03:04:05.000Z</LastModified>\
                 <ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>{i}</Size><StorageClass>STANDARD</StorageClass>\
                 <Owner><DisplayName>owner</DisplayName><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID></Owner></Contents>"
            )
        };
        let objects: String = (first..first + PAGE).map(object).collect();
        let more = first + PAGE < KEYS;
        let xml = format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>{objects}</ListBucketResult>");
        Ok(Response::new(200, Headers::new(), xml.into_bytes()))
    }
}

/// The peak memory of the process, in KiB.
fn peak() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn a_hundred_thousand_keys_take_one_page_of_memory() {
    alone(a_hundred_thousand_keys_take_one_page_of_memory, list);
}

fn list() {
    let credentials = Credentials::new("AKIDEXAMPLE", "SECRET");
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials).build().unwrap();
    let client = session.client_builder("s3").endpoint_url("http://s3").transport(Bucket).build().unwrap();
    let bucket = session.resource_of(client).unwrap().resource("Bucket", "large").unwrap();
    let (mut count, mut size, mut after_two_pages) = (0, 0, None);
    for object in bucket.collection("objects").unwrap().page_size(PAGE) {
        let object = object.unwrap();
        size += object.get("size").unwrap().as_int().unwrap();
        count += 1;
        if count == 2 * PAGE {
            after_two_pages = peak();
        }
    }
    assert_eq!((count, size), (KEYS, (KEYS * (KEYS - 1) / 2) as i64));
    // Other systems do not report it.
    if let (Some(before), Some(after)) = (after_two_pages, peak()) {
        println!("{count} keys: peak memory {before} KiB after 2 pages, {after} KiB after {}", KEYS / PAGE);
        assert!(after <= before + ALLOWANCE, "{before} KiB, then {after} KiB");
    }
}
