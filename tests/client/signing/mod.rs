//! Signatures: presigned URLs, forms, and requests, compared with those of botocore.
//!
//! `cases.json` has the expected outcomes, which `record.py` records from the cases of `cases.py`. Intended
//! differences are in `departures.rs`, with their reasons.

mod client;
mod departures;
mod express;

use std::sync::LazyLock;
use std::time::Duration;

use tucuxi::{Client, Error, Map, Value, value};

use client::{Server, client};

static CASES: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("cases.json")).unwrap());

/// Runs the cases whose names begin with `kind`, and reports all differences at once.
fn check(kind: &str) {
    let cases = CASES.as_list().unwrap().iter().filter(|case| text(case, "name").starts_with(kind));
    let mut count = 0;
    let differing: Vec<String> = cases.inspect(|_| count += 1).filter_map(|case| differs(case).err()).collect();
    assert!(count > 40, "{count} cases");
    assert!(differing.is_empty(), "{} of {count} differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn presigned_urls_equal_botocore_s() {
    check("url: ");
}

#[test]
fn forms_equal_botocore_s() {
    check("form: ");
}

#[test]
fn signed_requests_equal_botocore_s() {
    check("send: ");
}

#[test]
fn typed_methods_equal_the_methods_by_name() {
    let s3 = client(&value!({"service": "s3", "region": "us-west-2"}), &Server::default()).unwrap();
    let object = value!({"Bucket": "bkt", "Key": "k"});
    let asked = value!({"ClientMethod": "get_object", "Params": object.clone(), "ExpiresIn": 900, "HttpMethod": "HEAD"});
    let url = s3.request("get_object", object.clone()).http_method("HEAD").presign(Duration::from_secs(900)).unwrap();
    assert_eq!(s3.call("generate_presigned_url", asked).unwrap().as_str(), Some(url.as_str()));

    let (fields, conditions) = (value!({"acl": "a"}), value!([{"acl": "a"}]));
    let asked = value!({"Bucket": "bkt", "Key": "k", "Fields": fields.clone(), "Conditions": conditions.clone()});
    let form = s3.presign_post("bkt", "k", fields, conditions, Duration::from_secs(3600)).unwrap();
    assert_eq!(s3.call("generate_presigned_post", asked).unwrap(), form);
}

#[test]
fn methods_reject_invalid_parameters() {
    let s3 = client(&value!({"service": "s3", "region": "us-west-2"}), &Server::default()).unwrap();
    let refused = |method: &str, params: Value| {
        let error = s3.call(method, params).unwrap_err();
        assert_eq!((error.name(), error.operation()), ("ParamValidationError", Some(method)));
        error.message().replace("Parameter validation failed:\n", "")
    };
    let missing = refused("generate_presigned_url", value!({"Params": {}}));
    assert_eq!(missing, "Missing required parameter in input: \"ClientMethod\"");
    let unknown = refused("generate_presigned_url", value!({"ClientMethod": "list_buckets", "Expires": 1}));
    assert!(unknown.ends_with("ClientMethod, Params, ExpiresIn, HttpMethod (Did you mean ExpiresIn?)"), "{unknown}");
    let negative = refused("generate_presigned_url", value!({"ClientMethod": "list_buckets", "ExpiresIn": -1}));
    assert!(negative.contains("ExpiresIn") && negative.ends_with("a number of seconds"), "{negative}");
    let fields = refused("generate_presigned_post", value!({"Bucket": "b", "Key": "k", "Fields": "x"}));
    assert!(fields.contains("Fields"), "{fields}");
    let bytes = refused("generate_presigned_post", value!({"Bucket": "b", "Key": "k", "Conditions": [{"acl": Value::from(&b"x"[..])}]}));
    assert!(bytes.contains("conditions[0].acl"), "{bytes}");

    let sts = client(&value!({"service": "sts", "region": "us-west-2"}), &Server::default()).unwrap();
    let error = sts.presign_post("b", "k", (), (), Duration::from_secs(1)).unwrap_err();
    assert_eq!(error.message(), "sts has no method generate_presigned_post; only s3 has it.");
}

/// Compares the outcome of a case with the expected one.
fn differs(case: &Value) -> Result<(), String> {
    let expected = departures::expected(case);
    let got = outcome(case);
    let same = match (&expected["error"], &got["error"]) {
        (Value::Null, Value::Null) => expected == got,
        (class, got_class) => class == got_class && text(&got, "message").starts_with(text(&expected, "message")),
    };
    if same { Ok(()) } else { Err(format!("{}\n  expected {expected:?}\n  got      {got:?}", text(case, "name"))) }
}

fn outcome(case: &Value) -> Value {
    let server = Server::default();
    let made = client(case, &server).and_then(|client| ask(&client, case));
    match made {
        Ok(Some(made)) => value!({"sent": server.sent(), "made": made}),
        Ok(None) => value!({"sent": server.sent()}),
        Err(error) => value!({"error": error.name(), "message": error.message()}),
    }
}

fn ask(client: &Client, case: &Value) -> Result<Option<Value>, Error> {
    if let Some(operation) = case["send"][0].as_str() {
        return client.call(operation, case["send"][1].clone()).map(|_| None);
    }
    match case.as_map().and_then(|case: &Map| case.get("presign")) {
        Some(asked) => client.call("generate_presigned_url", asked.clone()).map(Some),
        None => client.call("generate_presigned_post", case["form"].clone()).map(Some),
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}
