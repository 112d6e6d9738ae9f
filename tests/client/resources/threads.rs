//! One resource and one collection, shared by many threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Credentials, Environment, Resource, Session};

const THREADS: usize = 16;
const PAGES: usize = 5;
const PAGE: usize = 40;

/// A bucket in 5 pages of 40 keys.
#[derive(Clone, Default)]
struct Server {
    lists: Arc<AtomicUsize>,
    loads: Arc<AtomicUsize>,
}

impl Transport for Server {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let xml = if request.path() == "/shared" {
            self.lists.fetch_add(1, Ordering::Relaxed);
            let marker = request.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("marker=k")));
            page(marker.map_or(0, |last| last.parse::<usize>().unwrap() + 1))
        } else {
            self.loads.fetch_add(1, Ordering::Relaxed);
            let bucket = "<Bucket><Name>shared</Name><CreationDate>2024-01-02T03:04:05Z</CreationDate></Bucket>";
            format!("<ListAllMyBucketsResult><Buckets>{bucket}</Buckets></ListAllMyBucketsResult>")
        };
        Ok(Response::new(200, Headers::new(), xml.into_bytes()))
    }
}

fn page(first: usize) -> String {
    let keys = (first..first + PAGE).map(|i| format!("<Contents><Key>k{i:04}</Key><Size>{i}</Size></Contents>"));
    let more = first + PAGE < PAGES * PAGE;
    format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>{}</ListBucketResult>", keys.collect::<String>())
}

fn bucket(server: Server) -> Resource {
    let session =
        Session::builder().environment(Environment::empty()).region("us-east-1").credentials(Credentials::new("a", "b")).build().unwrap();
    let client = session.client_builder("s3").endpoint_url("http://s3").transport(server).build().unwrap();
    session.resource_of(client).unwrap().resource("Bucket", "shared").unwrap()
}

#[test]
fn sixteen_threads_share_a_bucket_and_a_collection() {
    let server = Server::default();
    let bucket = bucket(server.clone());
    let objects = bucket.collection("objects").unwrap();
    let start = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                let created = bucket.get("creation_date").unwrap();
                assert_eq!(created.as_timestamp().map(|time| time.seconds()), Some(1_704_164_645));
                for (i, object) in objects.iter().enumerate() {
                    let object = object.unwrap();
                    assert_eq!(object.get("key").unwrap(), format!("k{i:04}").as_str());
                    assert_eq!(object.get("size").unwrap(), i as i64);
                }
                assert_eq!(objects.limit(PAGE + 1).iter().count(), PAGE + 1);
            });
        }
    });
    assert_eq!(server.lists.load(Ordering::Relaxed), THREADS * (PAGES + 2));
    let loads = server.loads.load(Ordering::Relaxed);
    assert!((1..=THREADS).contains(&loads), "{loads}");
    println!("{THREADS} threads, {} pages, {loads} loads", server.lists.load(Ordering::Relaxed));
}
