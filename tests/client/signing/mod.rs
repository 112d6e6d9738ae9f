//! What is signed, with what and how: presigned URLs, forms and requests against those that botocore made.
//!
//! `cases.json` has the answers; `record.py` records them from the cases of `cases.py`. Where tucuxi departs from
//! boto3 on purpose the case stands in `departures.rs`, with the reason.

mod client;
mod departures;
mod express;

use std::sync::LazyLock;
use std::time::Duration;

use tucuxi::{Client, Error, Map, Value, value};

use client::{Server, client};

static CASES: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("cases.json")).unwrap());

/// Runs the cases whose name begins with `kind`, and tells all that differ at once.
fn check(kind: &str) {
    let cases = CASES.as_list().unwrap().iter().filter(|case| text(case, "name").starts_with(kind));
    let mut count = 0;
    let differing: Vec<String> = cases.inspect(|_| count += 1).filter_map(|case| differs(case).err()).collect();
    assert!(count > 40, "{count} cases");
    assert!(differing.is_empty(), "{} of {count} differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn presigned_urls_are_those_of_botocore() {
    check("url: ");
}

#[test]
fn forms_are_those_of_botocore() {
    check("form: ");
}

#[test]
fn requests_are_signed_as_by_botocore() {
    check("send: ");
}

#[test]
fn typed_methods_give_what_the_names_give() {
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
fn what_methods_do_not_understand_they_refuse() {
    let s3 = client(&value!({"service": "s3", "region": "us-west-2"}), &Server::default()).unwrap();
    let refused = |method: &str, params: Value| {
        let error = s3.call(method, params).unwrap_err();
        assert_eq!((error.name(), error.operation()), ("ParamValidationError", Some(method)));
        error.message().replace("Parameter validation failed:\n", "")
    };
    let missing = refused("generate_presigned_url", value!({"Params": {}}));
    assert_eq!(missing, "Missing required parameter in input: \"ClientMethod\"");
    let unknown = refused("generate_presigned_url", value!({"ClientMethod": "list_buckets", "Expires": 1}));
    assert!(unknown.ends_with("ClientMethod, Params, ExpiresIn, HttpMethod. Did you mean ExpiresIn?"), "{unknown}");
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

/// What the case asks for, with the answer that it has.
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
