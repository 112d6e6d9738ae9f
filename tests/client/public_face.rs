//! The public API as other programs use it: every entry point once, against a bucket in the process.

use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Collection, Config, Credentials, Environment, Error, Outcome, Resource, Session, Timestamp, Value, value};

/// A bucket with two objects, listed in pages of one; it records its requests.
#[derive(Clone, Default)]
struct Bucket {
    seen: Arc<Mutex<Vec<String>>>,
}

impl Transport for Bucket {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let line = format!("{} {}", request.method, request.url.trim_start_matches("https://"));
        let response = match (request.method.as_str(), request.path(), request.query().unwrap_or_default()) {
            ("GET", "/", "") => Response::new(200, Headers::new(), BUCKETS.as_bytes().to_vec()),
            ("GET", "/", query) if query.contains("list-type=2") || query.contains("encoding-type") => {
                let second = query.contains("token=next") || query.contains("marker=images%2Fa%20%26%20b");
                Response::new(200, Headers::new(), if second { LAST } else { FIRST }.as_bytes().to_vec())
            }
            ("GET", "/images/a", _) => Response::streamed(200, Headers::new(), "a body".as_bytes()),
            ("HEAD", "/", _) | ("PUT", "/", _) => Response::new(200, Headers::new(), Vec::new()),
            ("HEAD", "/images/a", _) => Response::new(200, [("Content-Length", "6")].into_iter().collect(), Vec::new()),
            ("POST", "/", "delete") => Response::new(200, Headers::new(), b"<DeleteResult/>".to_vec()),
            _ => Response::new(404, Headers::new(), b"<Error><Code>NoSuchKey</Code><Message>No.</Message></Error>".to_vec()),
        };
        self.seen.lock().unwrap().push(line);
        Ok(response)
    }
}

const BUCKETS: &str = "<ListAllMyBucketsResult><Buckets><Bucket><Name>river</Name>\
    <CreationDate>2024-05-01T10:00:00.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>";
const FIRST: &str = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken>\
    <EncodingType>url</EncodingType><Contents><Key>images/a+%26+b</Key><Size>10</Size></Contents></ListBucketResult>";
const LAST: &str = "<ListBucketResult><IsTruncated>false</IsTruncated>\
    <Contents><Key>images/c</Key><Size>2000</Size></Contents></ListBucketResult>";

fn session() -> Session {
    Session::builder()
        .environment(Environment::empty())
        .region("eu-west-1")
        .credentials(Credentials::new("AKID", "SECRET").with_token("TOKEN"))
        .config(Config::new().retry_mode("standard").read_timeout(Duration::from_secs(30)))
        .build()
        .unwrap()
}

fn client(bucket: &Bucket) -> Client {
    let clock = || Timestamp::new(1_700_000_000, 0);
    let uuids = || "5e1f2d3c-0000-4000-8000-000000000000".to_owned();
    session().client_builder("s3").transport(bucket.clone()).clock(clock).uuids(uuids).build().unwrap()
}

fn shared<T: Clone + Send + Sync + 'static>() {}

#[test]
fn shared_types_are_send_and_sync() {
    shared::<Session>();
    shared::<Client>();
    shared::<Resource>();
    shared::<Collection>();
    shared::<Value>();
    shared::<Arc<Error>>();
}

#[test]
fn a_session_lists_what_is_available() {
    let session = session();
    assert!(session.available_services().len() > 400);
    assert_eq!(session.available_resources().len(), 9);
    assert_eq!(session.available_profiles().unwrap().len(), 0);
    assert!(session.available_regions("s3").unwrap().iter().any(|region| region == "eu-west-1"));
    assert_eq!(session.region().as_deref(), Some("eu-west-1"));
}

#[test]
fn clients_are_created_in_three_ways() -> tucuxi::Result<()> {
    let session = session();
    let url = "http://localhost:9000";
    let built = session.client_builder("s3").region("us-east-1").endpoint_url(url).config(Config::new()).build()?;
    let with = session
        .client_with("s3", value!({"endpoint_url": url, "region_name": "us-east-1", "config": {"s3": {"addressing_style": "path"}}}))?;
    assert_eq!(session.client("s3")?.region(), Some("eu-west-1"));
    for client in [built, with] {
        assert_eq!(client.region(), Some("us-east-1"));
        assert_eq!(client.prepare("get_object", value!({"Bucket": "river", "Key": "k"}))?.url, "http://localhost:9000/river/k");
    }
    Ok(())
}

#[test]
fn operations_have_two_names_and_accept_anything_that_converts_to_a_value() -> tucuxi::Result<()> {
    let s3 = client(&Bucket::default());
    let page = s3.call("list_objects_v2", value!({"Bucket": "river", "Prefix": "images/"}))?;
    assert_eq!(page["Contents"][0]["Key"].as_str(), Some("images/a & b"));
    assert_eq!(page["NoSuch"][7]["Thing"], Value::Null);
    assert_eq!(s3.call("ListObjectsV2", serde_json::json!({"Bucket": "river"}))?["Contents"], page["Contents"]);
    assert_eq!(page.search("Contents[?Size > `1024`].Key")?, value!([]));
    assert_eq!(s3.call("list_buckets", ())?["Buckets"][0]["Name"], "river");
    Ok(())
}

#[test]
fn a_call_has_its_own_settings_and_a_body_is_a_stream() -> tucuxi::Result<()> {
    let params = value!({"Bucket": "river", "Key": "images/a"});
    let s3 = client(&Bucket::default());
    let request = s3.request("get_object", params.clone()).read_timeout(Duration::from_secs(1)).header("x-a", "b");
    let answer = request.max_attempts(1).send()?;
    let mut text = String::new();
    answer["Body"].as_stream().unwrap().take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "a body");

    let prepared = s3.prepare("get_object", params.clone())?;
    assert_eq!((prepared.method.as_str(), prepared.path()), ("GET", "/images/a"));
    assert!(prepared.headers.get("Authorization").unwrap().contains("/20231114/eu-west-1/s3/aws4_request"));
    assert!(s3.presign("get_object", params, Duration::from_secs(900))?.contains("X-Amz-Expires=900"));
    Ok(())
}

#[test]
fn pages_are_iterated_searched_or_collected() -> tucuxi::Result<()> {
    let s3 = client(&Bucket::default());
    let params = value!({"Bucket": "river"});
    let mut sizes = Vec::new();
    for page in s3.paginate("list_objects_v2", params.clone())?.page_size(500).max_items(10_000) {
        let page: Value = page?;
        sizes.push(page["Contents"][0]["Size"].as_int());
    }
    assert_eq!(sizes, [Some(10), Some(2000)]);
    let keys: Result<Vec<Value>, Error> = s3.paginate("list_objects_v2", params.clone())?.search("Contents[].Key")?.collect();
    assert_eq!(keys?, [value!("images/a & b"), value!("images/c")]);
    let all = s3.paginate("list_objects_v2", params)?.build_full_result()?;
    assert_eq!(all.search("length(Contents)")?, 2);
    Ok(())
}

#[test]
fn waiters_wait() -> tucuxi::Result<()> {
    let s3 = client(&Bucket::default());
    s3.wait("bucket_exists", value!({"Bucket": "river"}))?;
    let waiter = s3.waiter("object_exists")?.delay(Duration::ZERO).max_attempts(2);
    waiter.wait(value!({"Bucket": "river", "Key": "images/a"}))?;
    let error = waiter.wait(value!({"Bucket": "river", "Key": "no"})).unwrap_err();
    assert_eq!(error.name(), "WaiterError");
    Ok(())
}

#[test]
fn a_client_describes_itself_and_accepts_hooks() -> tucuxi::Result<()> {
    let s3 = client(&Bucket::default());
    assert!(s3.operations().iter().any(|name| name == "PutObject" || name == "put_object"));
    assert!(s3.describe("put_object")?["input"]["members"].as_map().is_some_and(|members| members.contains_key("Bucket")));
    s3.on("before-sign.s3.PutObject", |event| {
        event.request_mut().expect("it is about to be signed").headers.set("x-hook", "here");
        Ok(())
    })?;
    let request = s3.prepare("put_object", value!({"Bucket": "river", "Key": "k", "Body": "b"}))?;
    assert_eq!(request.headers.get("x-hook"), Some("here"));
    Ok(())
}

#[test]
fn resources_are_created_from_their_definitions() -> tucuxi::Result<()> {
    let server = Bucket::default();
    let s3 = session().resource_of(client(&server))?;
    let bucket = s3.resource("Bucket", ["river"])?;
    assert_eq!(bucket.get("name")?, "river");
    assert!(bucket.get("creation_date")?.as_timestamp().is_some());
    assert!(matches!(bucket.call("create", value!({"ACL": "private"}))?, Outcome::Value(_)));

    let mut keys = Vec::new();
    for object in bucket.collection("objects")?.filter(value!({"Prefix": "images/"})).limit(10) {
        let object: Resource = object?;
        keys.push(object.get("key")?.to_string());
    }
    assert_eq!(keys.len(), 2);
    bucket.collection("objects")?.call("delete", ())?;
    bucket.wait("exists")?;
    assert_eq!(bucket.client().region(), Some("eu-west-1"));
    assert_eq!(session().resource_with("s3", value!({"region_name": "us-west-2"}))?.client().region(), Some("us-west-2"));

    let deleted = server.seen.lock().unwrap().iter().filter(|line| line.ends_with("?delete")).count();
    assert!(deleted >= 1, "{:?}", server.seen);
    Ok(())
}
