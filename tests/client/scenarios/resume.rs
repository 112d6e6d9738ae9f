//! Resume tokens: boto3 reads tucuxi's, and tucuxi reads boto3's.

use std::path::Path;
use std::process::Command;
use std::sync::PoisonError;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::Value as Json;
use tucuxi::{Client, Result, Value, value};

use super::{FOLDER, MOTO, SERVER, reset, url};
use crate::python::python;

/// Resumes with boto3; returns the items and the token of its own truncated run.
fn boto3(service: &str, operation: &str, params: &Value, expression: &str, token: &str) -> Json {
    let mut python = Command::new(python());
    python.arg("-B").arg(Path::new(FOLDER).join("resume.py")).env_clear();
    python.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    let output = python.args([&url(), service, operation, &serde_json::to_string(params).unwrap(), expression, token]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A value as the other side prints it, with bytes in base64.
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
fn each_side_reads_the_tokens_of_the_other() {
    let _alone = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    reset();
    let s3 = MOTO.client("s3");
    s3.call("create_bucket", value!({"Bucket": "river"})).unwrap();
    for i in 0..7 {
        s3.call("put_object", value!({"Bucket": "river", "Key": format!("k{i}")})).unwrap();
    }
    compare(&s3, "s3", "list_objects_v2", value!({"Bucket": "river"}), "Contents[].Key");

    // Here the token is a map that contains bytes.
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
