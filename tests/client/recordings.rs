//! Recordings: made against a moto server, readable, and replayed without a server.

use crate::moto;
use tucuxi::{ANY, Environment, ErrorKind, Recorder, Replay, Session, Stream, Stubber, Value, value};

/// A client with neither credentials nor a server.
fn offline(service: &str) -> tucuxi::Client {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").build().unwrap();
    session.client_builder(service).endpoint_url("http://127.0.0.1:1").build().unwrap()
}

/// Makes calls, once with a server and once without; returns every result.
fn tour(client: impl Fn(&str) -> tucuxi::Client) -> Vec<Value> {
    let (s3, iam, sts, dynamodb) = (client("s3"), client("iam"), client("sts"), client("dynamodb"));
    let mut seen = Vec::new();
    let mut call = |client: &tucuxi::Client, operation: &str, params: Value| {
        let mut answer = match client.call(operation, params) {
            Ok(answer) => answer,
            Err(error) => value!({"name": error.name(), "status": error.status().unwrap(), "text": error.to_string(),
                "response": (error.response().unwrap().clone())}),
        };
        if let Some(body) = answer["Body"].as_stream() {
            let content = body.read_all().unwrap();
            answer.as_map_mut().unwrap().insert("Body", content);
        }
        seen.push(answer);
        seen.last().unwrap().clone()
    };
    call(&s3, "create_bucket", value!({"Bucket": "recorded"}));
    for (key, body) in [("a b%20c", &b"hello"[..]), ("binary", b"\x00\xff")] {
        call(&s3, "put_object", value!({"Bucket": "recorded", "Key": key, "Body": body, "Metadata": {"river": "Negro"}}));
        call(&s3, "get_object", value!({"Bucket": "recorded", "Key": key}));
    }
    let stream = Stream::from_seekable(std::io::Cursor::new(b"streamed".to_vec())).unwrap();
    call(&s3, "put_object", value!({"Bucket": "recorded", "Key": "stream", "Body": stream}));
    call(&s3, "list_objects_v2", value!({"Bucket": "recorded"}));
    call(&s3, "get_bucket_location", value!({"Bucket": "recorded"}));
    call(&s3, "get_object", value!({"Bucket": "recorded", "Key": "nowhere"}));
    // The same call twice, with different results.
    let count = value!({"TableName": "counts", "Key": {"id": {"S": "1"}}});
    let table = value!({"TableName": "counts", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]});
    call(&dynamodb, "create_table", table);
    call(&dynamodb, "get_item", count.clone());
    call(&dynamodb, "put_item", value!({"TableName": "counts", "Item": {"id": {"S": "1"}, "raw": {"B": b"\x01\xfe"}}}));
    call(&dynamodb, "get_item", count);
    // Secrets in requests and responses.
    let policy = r#"{"Version": "2012-10-17", "Statement": []}"#;
    call(&iam, "create_role", value!({"RoleName": "recorded", "AssumeRolePolicyDocument": policy}));
    call(&iam, "create_user", value!({"UserName": "recorded"}));
    call(&iam, "create_login_profile", value!({"UserName": "recorded", "Password": "Sh!bboleth1234"}));
    let role = value!({"RoleArn": "arn:aws:iam::123456789012:role/recorded", "RoleSessionName": "tour"});
    let assumed = call(&sts, "assume_role", role);
    assert!(assumed["Credentials"]["SessionToken"].as_str().is_some());
    seen
}

/// The results without their secrets, which are masked in a replay.
fn without_secrets(mut seen: Vec<Value>) -> Vec<Value> {
    for answer in &mut seen {
        if let Some(credentials) = answer.get_mut("Credentials").and_then(Value::as_map_mut) {
            credentials.remove("SecretAccessKey");
            credentials.remove("SessionToken");
        }
    }
    seen
}

#[test]
fn a_recording_made_against_moto_replays_with_the_server_off() {
    let recorder = Recorder::new();
    let online = tour(|service| {
        let client = moto::client(service);
        recorder.attach(&client).unwrap();
        client
    });
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("tour.json");
    recorder.save(&path).unwrap();

    let replay = Replay::open(&path).unwrap();
    let replayed = tour(|service| {
        let client = offline(service);
        replay.attach(&client).unwrap();
        client
    });
    assert_eq!(replay.remaining(), 0);
    assert_eq!(replayed.last().unwrap()["Credentials"]["SecretAccessKey"], "***");
    let texts = |seen: &[Value]| seen.iter().map(|answer| answer["text"].clone()).collect::<Vec<_>>();
    assert!(texts(&online).iter().any(|text| text.as_str().is_some_and(|text| text.contains("NoSuchKey"))));
    // A replayed error differs from the original only in its host and number of attempts.
    let same = |seen: Vec<Value>| {
        let mut seen = without_secrets(seen);
        seen.iter_mut().filter_map(Value::as_map_mut).for_each(|answer| drop(answer.remove("text")));
        seen
    };
    assert_eq!(same(replayed), same(online));

    // The file is readable and has no secrets.
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("{\n  \"format\": \"tucuxi recording 1\",\n  \"calls\": [\n    {\n      \"service\": \"s3\",\n"));
    assert!(text.contains("\"Body\": \"hello\"") && text.contains("\"Body\": {\n          \"$bytes\": \"AP8=\""));
    let secret = without_mask(&text);
    for word in ["Sh!bboleth", "Authorization", "AWS4-HMAC", "x-amz-security-token", "testing/"] {
        assert!(!secret.contains(word), "{word}");
    }
}

fn without_mask(text: &str) -> String {
    text.replace("***", "")
}

#[test]
fn a_call_that_was_not_recorded_fails_and_names_the_nearest() {
    let recording = value!({"format": "tucuxi recording 1", "calls": [
        {"service": "sqs", "operation": "GetQueueUrl", "params": {"QueueName": "calls"}, "answer": {"QueueUrl": "https://q"}},
    ]});
    let replay = Replay::from_json_text(&recording.to_json_text(false)).unwrap();
    let sqs = offline("sqs");
    replay.attach(&sqs).unwrap();
    let error = sqs.call("get_queue_url", value!({"QueueName": "songs"})).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::Stub, "UnStubbedResponseError"));
    assert!(error.message().ends_with(r#"with the parameters {"QueueName":"songs"}; the next one has {"QueueName":"calls"}."#), "{error}");
    assert_eq!(sqs.call("get_queue_url", value!({"QueueName": "calls"})).unwrap()["QueueUrl"], "https://q");
    let error = sqs.call("get_queue_url", value!({"QueueName": "calls"})).unwrap_err();
    assert!(error.message().contains("The recording contains no more calls of sqs GetQueueUrl; the parameters are"), "{error}");
    assert_eq!(sqs.raw("GET", "/").send().unwrap_err().kind(), ErrorKind::Stub);
}

#[test]
fn text_that_is_not_a_recording_is_rejected() {
    for (text, reason) in [
        ("", "Invalid JSON"),
        ("[]", "this is not a recording"),
        (r#"{"format": "tucuxi recording 2"}"#, "this is not a recording"),
        (r#"{"format": "tucuxi recording 1", "calls": [{"service": "s3"}]}"#, "calls[0] requires"),
    ] {
        assert!(Replay::from_json_text(text).unwrap_err().message().contains(reason), "{text}");
    }
    assert!(Replay::open("no/such/file.json").unwrap_err().message().starts_with("no/such/file.json: "));
}

#[test]
fn a_session_s_recording_covers_its_resources() {
    let recording = value!({"format": "tucuxi recording 1", "calls": [
        {"service": "s3", "operation": "ListObjects", "params": {"Bucket": "river"},
            "answer": {"Contents": [{"Key": "a"}, {"Key": "b"}], "IsTruncated": false}},
    ]});
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").build().unwrap();
    Replay::from_json_text(&recording.to_json_text(false)).unwrap().attach_session(&session).unwrap();
    let bucket = session.resource("s3").unwrap().resource("Bucket", "river").unwrap();
    let objects: Vec<_> = bucket.collection("objects").unwrap().iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(objects.len(), 2);
}

/// A table uses plain values, and so do its recordings.
#[test]
fn the_plain_values_of_a_resource_are_recorded() {
    let session = || Session::builder().environment(Environment::empty()).region("us-east-1").build().unwrap();
    let look = |session: &Session| {
        let table = session.resource("dynamodb").unwrap().resource("Table", "rivers").unwrap();
        let key = value!({"Key": {"name": "Negro"}});
        (table.clone(), move || table.call("get_item", key.clone()).unwrap().into_value().unwrap())
    };
    let (recorder, online, offline) = (Recorder::new(), session(), session());
    recorder.attach_session(&online).unwrap();
    let (table, get) = look(&online);
    let stubber = Stubber::new(table.client()).unwrap();
    stubber.add_response("get_item", value!({"Item": {"name": {"S": "Negro"}, "length": {"N": "2250"}}}), ANY).unwrap();
    let seen = get();
    assert_eq!(seen["Item"]["length"].as_int(), Some(2250), "{seen:?}");

    Replay::from_json_text(&recorder.to_json_text()).unwrap().attach_session(&offline).unwrap();
    assert_eq!(look(&offline).1(), seen);
}
