//! What a signature costs: a DynamoDB GetItem signed again and again. `cargo bench --bench signing`

use std::hint::black_box;
use std::time::Instant;

use tucuxi::http::Request;
use tucuxi::unversioned::auth::sigv4::{KeyCache, Signing, sign};
use tucuxi::{Credentials, Timestamp};

const ROUNDS: u32 = 200_000;

fn main() -> Result<(), tucuxi::Error> {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").with_token("T".repeat(700));
    let keys = KeyCache::new();
    let mut signing = Signing::new(&credentials, "us-west-2", "dynamodb", Timestamp::new(1_767_323_045, 0));
    measure("deriving the key each time", &signing)?;
    signing.keys = Some(&keys);
    measure("with the key kept", &signing)
}

fn measure(what: &str, signing: &Signing) -> Result<(), tucuxi::Error> {
    let mut request = Request::new("POST", "https://dynamodb.us-west-2.amazonaws.com/");
    request.headers.set("X-Amz-Target", "DynamoDB_20120810.GetItem");
    request.headers.set("Content-Type", "application/x-amz-json-1.0");
    request.headers.set("User-Agent", "bench");
    request.body = br#"{"TableName": "music", "Key": {"Artist": {"S": "Hermeto"}, "Title": {"S": "Bebe"}}}"#.into();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        sign(black_box(&mut request), signing)?;
    }
    println!("{what}: {:.2} µs a signature", start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
    Ok(())
}
