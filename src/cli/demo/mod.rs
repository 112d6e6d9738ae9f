//! `tucuxi demo`: a tour of tucuxi with S3. Without connection options it uses its own server.

mod layout;
mod server;
mod stage;

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use self::server::Server;
use self::stage::Stage;
use super::connect::Connect;
use crate::{Client, Credentials, Environment, ErrorKind, Session, Value, value};

/// See tucuxi at work: a tour of S3, called by name.
///
/// Without options the tour runs its own S3 server in this process, with a temporary folder. With --region, --profile, or
/// --endpoint-url it uses that account or endpoint and your own credentials; it creates one bucket and deletes it again.
#[derive(Args)]
pub(crate) struct Arguments {}

/// Keys that must be encoded carefully.
const KEYS: [&str; 4] = ["hello.txt", "bed & breakfast/menu.txt", "a key with spaces.txt", "Rio Tapajós/boto 🐬.txt"];

/// Runs the subcommand.
pub(crate) fn run(Arguments {}: Arguments, connect: Connect) -> anyhow::Result<()> {
    let own = connect.region.is_none() && connect.profile.is_none() && connect.endpoint_url.is_none();
    let mut stage = Stage::new();
    if own {
        let server = Server::start()?;
        let session = Session::builder()
            .environment(Environment::empty())
            .region("us-east-1")
            .credentials(Credentials::new(server::ACCESS_KEY, server::SECRET_KEY))
            .build()?;
        let client = session.client_builder("s3").endpoint_url(server.url()).build()?;
        stage.say(&format!("A real S3 server is running in this process at {}. It checks every signature.", server.url()))?;
        tour(&mut stage, &client, None)
    } else {
        let client = connect.client("s3")?;
        tour(&mut stage, &client, client.region())
    }
}

/// Runs the tour, and removes everything that it created even if it fails.
fn tour(stage: &mut Stage, client: &Client, region: Option<&str>) -> anyhow::Result<()> {
    let bucket = &bucket_name();
    stage.say("Operations are called by name; a map goes in, a map comes out.")?;
    stage.code(r#"let s3 = session.client("s3")?;"#)?;
    stage.call(client, "create_bucket", create_bucket(bucket, region))?;
    let visited = visit(stage, client, bucket);
    stage.say("Finally, everything is deleted.")?;
    let removed = remove(stage, client, bucket);
    visited.and(removed)?;
    stage.say("That was S3. The same four lines of Rust call any operation of any AWS service: try `tucuxi services`.")
}

fn visit(stage: &mut Stage, client: &Client, bucket: &str) -> anyhow::Result<()> {
    stage.say("Objects with all sorts of keys.")?;
    for key in KEYS {
        let text = format!("This is {key}.\n");
        stage.call(client, "put_object", value!({"Bucket": bucket, "Key": key, "Body": text}))?;
    }

    stage.say("Responses are values: index them, or query them with JMESPath.")?;
    let listing = stage.call(client, "list_objects_v2", value!({"Bucket": bucket}))?;
    stage.code(r#"listing.search("Contents[?contains(Key, '&') || contains(Key, ' ')].[Key, Size]")?"#)?;
    stage.answer(&listing.search("Contents[?contains(Key, '&') || contains(Key, ' ')].[Key, Size]")?)?;

    stage.say("A body is a stream, which is read while it arrives.")?;
    let object = stage.call(client, "get_object", value!({"Bucket": bucket, "Key": KEYS[3]}))?;
    stage.code(r#"object["Body"].as_stream()"#)?;
    let text = object["Body"].as_stream().map(crate::Stream::read_text).transpose()?;
    stage.answer(&Value::from(text))?;

    stage.say("Errors have boto3's names and say what to do.")?;
    stage.failure(client, "get_object", value!({"Bucket": bucket, "Key": "no such key"}), ErrorKind::Service)?;
    stage.failure(client, "get_object", value!({"Bucket": bucket, "Keey": "hello.txt"}), ErrorKind::ParamValidation)?;
    stage.failure(client, "get_objcet", value!({"Bucket": bucket, "Key": "hello.txt"}), ErrorKind::UnknownOperation)
}

fn remove(stage: &mut Stage, client: &Client, bucket: &str) -> anyhow::Result<()> {
    let objects: Value = KEYS.iter().map(|key| value!({"Key": *key})).collect();
    let emptied = stage.call(client, "delete_objects", value!({"Bucket": bucket, "Delete": {"Objects": objects}}));
    let deleted = stage.call(client, "delete_bucket", value!({"Bucket": bucket}));
    emptied.and(deleted).map(|_| ())
}

/// The region of a bucket must be stated, unless it is us-east-1.
fn create_bucket(bucket: &str, region: Option<&str>) -> Value {
    match region {
        None | Some("us-east-1") => value!({"Bucket": bucket}),
        Some(region) => value!({"Bucket": bucket, "CreateBucketConfiguration": {"LocationConstraint": region}}),
    }
}

/// Bucket names are globally unique.
fn bucket_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    format!("tucuxi-demo-{:x}{:x}", now & 0xffff_ffff, std::process::id())
}
