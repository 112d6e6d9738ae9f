//! Resume tokens: what tucuxi writes boto3 reads, and what boto3 writes tucuxi reads.

use std::path::Path;
use std::process::Command;
use std::sync::PoisonError;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::Value as Json;
use tucuxi::{Client, Result, Value, value};

use super::{FOLDER, MOTO, SERVER, reset, url};
use crate::python::python;

/// Goes on with boto3; what it found, and where it stopped on its own.
fn boto3(service: &str, operation: &str, params: &Value, expression: &str, token: &str) -> Json {
    let mut python = Command::new(python());
    python.arg("-B").arg(Path::new(FOLDER).join("resume.py")).env_clear();
    python.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    let output = python.args([&url(), service, operation, &serde_json::to_string(params).unwrap(), expression, token]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Bytes in base64, as the other side shows them.
fn show(value: Value) -> Json {
    match value {
        Value::Bytes(bytes) => BASE64_STANDARD.encode(bytes).into(),
        other => other.to_string().into(),
    }
}

fn compare(client: &Client, service: &str, operation: &str, params: Value, expression: &str) {
    let pages = || client.paginate(operation, &params).unwrap().page_size(2);
    let all: Vec<Json> = pages().search(expression).unwrap().map(|found| found.map(show)).collect::<Result<_>>().unwrap();
    assert_eq!(all.len(), 7);

    let mut first = pages().max_items(3).search(expression).unwrap();
    let found: Vec<Json> = (&mut first).map(|found| found.map(show)).collect::<Result<_>>().unwrap();
    let token = first.pages().resume_token().expect("a token");
    let theirs = boto3(service, operation, &params, expression, token);
    assert_eq!(found, all[..3]);
    assert_eq!(theirs["rest"], Json::from(&all[3..]));
    assert_eq!(theirs["first"], Json::from(&all[..3]));
    assert_eq!(theirs["token"], token);

    let rest = pages().starting_token(theirs["token"].as_str().unwrap()).search(expression).unwrap();
    assert_eq!(rest.map(|found| found.map(show)).collect::<Result<Vec<Json>>>().unwrap(), all[3..]);
}

#[test]
fn tokens_are_read_and_written_by_both() {
    let _alone = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    reset();
    let s3 = MOTO.client("s3");
    s3.call("create_bucket", value!({"Bucket": "river"})).unwrap();
    for i in 0..7 {
        s3.call("put_object", value!({"Bucket": "river", "Key": format!("k{i}")})).unwrap();
    }
    compare(&s3, "s3", "list_objects_v2", value!({"Bucket": "river"}), "Contents[].Key");

    // Here the token is a map with bytes in it.
    let dynamodb = MOTO.client("dynamodb");
    let table = value!({
        "TableName": "fish", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "B"}],
    });
    dynamodb.call("create_table", table).unwrap();
    for i in 0..7_u8 {
        dynamodb.call("put_item", value!({"TableName": "fish", "Item": {"k": {"B": vec![i, 0xff]}}})).unwrap();
    }
    compare(&dynamodb, "dynamodb", "scan", value!({"TableName": "fish"}), "Items[].k.B");
}
