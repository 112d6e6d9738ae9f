//! Stubbed clients: queued responses, checked against the definition, and no access to the network.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{ANY, Client, Environment, ErrorKind, Map, Session, StubbedError, Stubber, Timestamp, Value, value};

/// A network that must not be used; it counts its requests.
#[derive(Clone, Default)]
struct Network(Arc<AtomicU32>);

impl Transport for Network {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        self.0.fetch_add(1, Relaxed);
        Ok(Response::new(200, Headers::new(), b"{}".to_vec()))
    }
}

/// A client without credentials; looking for them would use the network, too.
fn client(service: &str) -> (Client, Network) {
    let network = Network::default();
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").build().unwrap();
    (session.client_builder(service).transport(network.clone()).build().unwrap(), network)
}

fn stubbed(service: &str) -> (Client, Stubber) {
    let (client, _) = client(service);
    let stubber = Stubber::new(&client).unwrap();
    (client, stubber)
}

#[test]
fn responses_are_returned_in_the_order_in_which_they_were_added() {
    let (s3, stubber) = stubbed("s3");
    stubber.add_response("list_objects_v2", value!({"Name": "one"}), value!({"Bucket": "b"})).unwrap();
    stubber.add_response("ListObjectsV2", value!({"Name": "two"}), ANY).unwrap();
    assert_eq!(s3.call("list_objects_v2", value!({"Bucket": "b"})).unwrap(), value!({"Name": "one"}));
    let pending = stubber.assert_no_pending_responses().unwrap_err();
    assert_eq!((pending.name(), pending.message()), ("AssertionError", "1 responses remaining in queue: ListObjectsV2."));
    let error = s3.call("list_buckets", ()).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::Stub, "StubResponseError"));
    let text = "Error getting response stub for operation ListBuckets: Operation mismatch: found response for ListObjectsV2.";
    assert_eq!(error.message(), text);
    // A clone is stubbed, too, also on other threads, and failed calls consume no response.
    let clone = s3.clone();
    let name = std::thread::spawn(move || clone.call("list_objects_v2", value!({"Bucket": "x"})).unwrap()["Name"].clone());
    assert_eq!(name.join().unwrap(), "two");
    stubber.assert_no_pending_responses().unwrap();
    let error = s3.call("list_objects_v2", value!({"Bucket": "b"})).unwrap_err();
    assert_eq!(error.name(), "UnStubbedResponseError");
    assert!(error.message().ends_with("Either the API Call was not stubbed or it was called multiple times."), "{error}");
}

#[test]
fn by_name_every_operation_has_its_own_order() {
    let (s3, stubber) = stubbed("s3");
    let stubber = stubber.by_name();
    for key in ["a", "b"] {
        stubber.add_response("head_object", value!({"ETag": key}), value!({"Bucket": ANY, "Key": key})).unwrap();
    }
    stubber.add_response("list_buckets", value!({}), ANY).unwrap();
    s3.call("list_buckets", ()).unwrap();
    assert_eq!(s3.call("head_object", value!({"Bucket": "x", "Key": "b"})).unwrap()["ETag"], "b");
    assert_eq!(s3.call("head_object", value!({"Bucket": "x", "Key": "c"})).unwrap_err().name(), "StubAssertionError");
    assert_eq!(s3.call("head_object", value!({"Bucket": "y", "Key": "a"})).unwrap()["ETag"], "a");
    assert_eq!(s3.call("head_object", value!({"Bucket": "y", "Key": "a"})).unwrap_err().name(), "UnStubbedResponseError");
    stubber.assert_no_pending_responses().unwrap();
}

#[test]
fn expected_parameters_are_compared_as_a_whole_and_any_matches_one_value() {
    let (ec2, stubber) = stubbed("ec2");
    let expected = value!({"Filters": [{"Name": ANY, "Values": ["a"]}]});
    stubber.add_response("describe_instances", value!({"Reservations": []}), expected).unwrap();
    let error = ec2.call("describe_instances", value!({"Filters": [{"Name": "x", "Values": ["b"]}]})).unwrap_err();
    assert_eq!(
        error.message(),
        "Error getting response stub for operation DescribeInstances: Expected parameters:\n\
         {'Filters': [{'Name': <ANY>, 'Values': ['a']}]},\nbut received:\n{'Filters': [{'Name': 'x', 'Values': ['b']}]}"
    );
    ec2.call("describe_instances", value!({"Filters": [{"Name": "x", "Values": ["a"]}]})).unwrap();

    let (s3, stubber) = stubbed("s3");
    stubber.add_response("put_object", value!({}), value!({"Bucket": "b", "Key": "k", "Body": ANY})).unwrap();
    let error = s3.call("put_object", value!({"Bucket": "b", "Key": "k"})).unwrap_err();
    assert!(error.message().contains("Expected parameters:\n{'Bucket': 'b', 'Key': 'k', 'Body': <ANY>}"), "{error}");
    s3.call("put_object", value!({"Bucket": "b", "Key": "k", "Body": b"x"})).unwrap();
    stubber.add_response("list_buckets", value!({}), value!({})).unwrap();
    let error = s3.call("list_buckets", value!({"Prefix": "x"})).unwrap_err();
    assert!(error.message().contains("Expected parameters:\n{},\nbut received:\n{'Prefix': 'x'}"), "{error}");
    s3.call("list_buckets", ()).unwrap();
    // Parameters that hooks add or rewrite are not compared.
    let source = value!({"Bucket": "b", "Key": "k"});
    let params = value!({"Bucket": "b", "Key": "k", "CopySource": source});
    stubber.add_response("copy_object", value!({}), params.clone()).unwrap();
    s3.call("copy_object", params).unwrap();
}

#[test]
fn stubs_that_contradict_the_definition_are_rejected() {
    let (s3, stubber) = stubbed("s3");
    let message = |outcome: tucuxi::Result<()>| outcome.unwrap_err().message().to_owned();
    assert!(message(stubber.add_response("list_objects_v2", value!({"Nmae": "b"}), ANY)).contains("(Did you mean Name?)"));
    assert!(message(stubber.add_response("list_objects_v2", value!({"Name": 1}), ANY)).contains("valid types: string"));
    assert!(message(stubber.add_response("list_objects_v3", value!({}), ANY)).contains("list_objects_v2"));
    assert!(message(stubber.add_response("delete_bucket", value!({"x": 1}), ANY)).contains("should only contain ResponseMetadata"));
    assert!(message(stubber.add_response("list_buckets", value!({}), value!({"Bukcet": ANY}))).contains("Unknown parameter"));
    assert!(message(stubber.add_response("put_object", value!({}), value!({"Bucket": 1}))).contains("Invalid type for parameter Bucket"));
    let wrong = StubbedError::new("InvalidObjectState").modeled_fields(value!({"StorageClass": 1}));
    assert!(message(stubber.add_client_error("get_object", wrong, ANY)).contains("StorageClass"));
    let foreign = StubbedError::new("Foo").modeled_fields(value!({"StorageClass": "x"}));
    assert!(message(stubber.add_client_error("get_object", foreign, ANY)).contains("should only contain ResponseMetadata"));
    stubber.assert_no_pending_responses().unwrap();
    // Expected parameters may be incomplete: the call itself is validated.
    stubber.add_response("get_object", value!({}), ANY).unwrap();
    assert_eq!(s3.call("get_object", value!({"Bucket": "b"})).unwrap_err().kind(), ErrorKind::ParamValidation);
    assert_eq!(stubber.assert_no_pending_responses().unwrap_err().message(), "1 responses remaining in queue: GetObject.");
}

#[test]
fn stubbed_errors_are_service_errors() {
    let (s3, stubber) = stubbed("s3");
    let gone = StubbedError::new("NoSuchKey").message("gone").status(404).error_meta(value!({"Key": "k"}));
    stubber.add_client_error("get_object", gone.response_meta(value!({"RequestId": "1"})), ANY).unwrap();
    stubber.add_client_error("get_object", "", ANY).unwrap();
    let frozen = StubbedError::new("InvalidObjectState").modeled_fields(value!({"StorageClass": "GLACIER"}));
    stubber.add_client_error("get_object", frozen, ANY).unwrap();
    let get = || s3.call("get_object", value!({"Bucket": "b", "Key": "k"})).unwrap_err();
    let error = get();
    assert_eq!((error.kind(), error.name(), error.code()), (ErrorKind::Service, "NoSuchKey", Some("NoSuchKey")));
    assert_eq!((error.message(), error.status(), error.request_id()), ("gone", Some(404), Some("1")));
    assert_eq!(error.response().unwrap()["Error"]["Key"], "k");
    let plain = get();
    assert_eq!((plain.name(), plain.code(), plain.status()), ("ClientError", Some(""), Some(400)));
    assert_eq!(get().response().unwrap()["StorageClass"], "GLACIER");
}

#[test]
fn stubbed_responses_have_the_types_of_the_output() {
    let (s3, stubber) = stubbed("s3");
    stubber.add_response("get_object", value!({"Body": "hi", "LastModified": "2015-01-25T08:00:00Z", "ContentLength": 2}), ANY).unwrap();
    let object = s3.call("get_object", value!({"Bucket": "b", "Key": "k"})).unwrap();
    assert_eq!(object["Body"].as_stream().unwrap().read_text().unwrap(), "hi");
    assert_eq!(object["LastModified"].as_timestamp(), Some(Timestamp::new(1_422_172_800, 0)));
    let events = value!([{"Records": {"Payload": "a,b"}}, {"End": {}}]);
    stubber.add_response("select_object_content", value!({"Payload": events}), ANY).unwrap();
    let csv = value!({"CSV": {}});
    let params = value!({"Bucket": "b", "Key": "k", "Expression": "select *", "ExpressionType": "SQL",
        "InputSerialization": csv.clone(), "OutputSerialization": csv});
    let answer = s3.call("select_object_content", params).unwrap();
    let events: Vec<Value> = answer["Payload"].as_stream().unwrap().events().unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(events, [value!({"Records": {"Payload": b"a,b"}}), value!({"End": {}})]);
    // The hooks of the service run, as in boto3: keys were requested in URL encoding.
    stubber.add_response("list_objects_v2", value!({"Contents": [{"Key": "a%20b"}], "EncodingType": "url"}), ANY).unwrap();
    assert_eq!(s3.call("list_objects_v2", value!({"Bucket": "b"})).unwrap()["Contents"][0]["Key"], "a b");
    stubber.add_response("get_bucket_location", value!({"LocationConstraint": "eu-west-1"}), ANY).unwrap();
    assert_eq!(s3.call("get_bucket_location", value!({"Bucket": "b"})).unwrap()["LocationConstraint"], "eu-west-1");
}

#[test]
fn nothing_reaches_the_network() {
    for service in ["s3", "dynamodb", "timestream-write", "ec2", "cognito-identity"] {
        let (client, network) = client(service);
        let stubber = Stubber::new(&client).unwrap();
        for operation in client.operations() {
            // Most fail because of missing parameters, the others because nothing is stubbed.
            let error = client.call(&operation, Map::new()).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::ParamValidation | ErrorKind::Stub), "{operation}: {error}");
            // Preparing a request signs with placeholder credentials.
            let _ = client.prepare(&operation, Map::new());
        }
        assert_eq!(client.raw("GET", "/").send().unwrap_err().name(), "UnStubbedResponseError");
        let copy = value!({"SourceRegion": "eu-west-1", "SourceSnapshotId": "snap-1"});
        if service == "ec2" {
            assert_eq!(client.call("copy_snapshot", copy).unwrap_err().name(), "UnStubbedResponseError");
        }
        drop(stubber);
        assert_eq!(client.raw("GET", "/").send().unwrap_err().kind(), ErrorKind::Stub);
        assert_eq!(network.0.load(Relaxed), 0, "{service}");
    }
}

#[test]
fn preparing_a_request_consumes_no_response() {
    let (s3, stubber) = stubbed("s3");
    stubber.add_response("list_buckets", value!({}), ANY).unwrap();
    let params = value!({"Bucket": "river", "Key": "k"});
    let request = s3.prepare("get_object", params.clone()).unwrap();
    assert!(request.headers.get("authorization").unwrap().contains("Credential=stubbed/"));
    let url = s3.presign("get_object", params, std::time::Duration::from_secs(60)).unwrap();
    assert!(url.contains("X-Amz-Credential=stubbed"), "{url}");
    assert_eq!(stubber.assert_no_pending_responses().unwrap_err().message(), "1 responses remaining in queue: ListBuckets.");
    s3.call("list_buckets", ()).unwrap();
}

#[test]
fn resources_are_stubbed_through_their_clients() {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").build().unwrap();
    let s3 = session.resource("s3").unwrap();
    let stubber = Stubber::new(s3.client()).unwrap();
    stubber.add_response("head_object", value!({"ContentLength": 5}), value!({"Bucket": "river", "Key": "k"})).unwrap();
    let object = s3.resource("Object", ["river", "k"]).unwrap();
    assert_eq!(object.get("content_length").unwrap().as_int(), Some(5));
    stubber.assert_no_pending_responses().unwrap();
}

#[test]
fn a_deactivated_stubber_lets_calls_through() {
    let network = Network::default();
    let session = Session::builder().environment(Environment::empty()).region("us-east-1");
    let session = session.credentials(tucuxi::Credentials::new("a", "b")).build().unwrap();
    let sqs = session.client_builder("sqs").transport(network.clone()).build().unwrap();
    let stubber = Stubber::new(&sqs).unwrap();
    stubber.add_response("list_queues", value!({"QueueUrls": ["https://q"]}), ANY).unwrap();
    stubber.deactivate();
    sqs.call("list_queues", ()).unwrap();
    assert_eq!(network.0.load(Relaxed), 1);
    stubber.activate().unwrap();
    assert_eq!(sqs.call("list_queues", ()).unwrap()["QueueUrls"][0], "https://q");
    assert_eq!(network.0.load(Relaxed), 1);
}

#[test]
fn pages_and_waiters_are_stubbed_like_calls() {
    let (dynamodb, stubber) = stubbed("dynamodb");
    stubber.add_response("list_tables", value!({"TableNames": ["one"], "LastEvaluatedTableName": "one"}), ()).unwrap();
    stubber.add_response("list_tables", value!({"TableNames": ["two"]}), value!({"ExclusiveStartTableName": "one"})).unwrap();
    let names: Vec<Value> =
        dynamodb.paginate("list_tables", ()).unwrap().search("TableNames[]").unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(names, ["one", "two"].map(Value::from));
    stubber.add_client_error("describe_table", "ResourceNotFoundException", ANY).unwrap();
    dynamodb.wait("table_not_exists", value!({"TableName": "one"})).unwrap();
    stubber.assert_no_pending_responses().unwrap();
}

#[test]
fn a_stubber_s_messages_contain_no_secrets() {
    let (secrets, stubber) = stubbed("secretsmanager");
    stubber.add_response("create_secret", value!({}), value!({"Name": "x", "SecretString": "hush"})).unwrap();
    let error = secrets.call("create_secret", value!({"Name": "y", "SecretString": "psst"})).unwrap_err();
    assert!(!error.to_string().contains("hush") && !error.to_string().contains("psst"), "{error}");
}

/// Generated parameters and responses are valid, and the same for the same seed.
#[test]
fn generated_data_is_valid() {
    let mut tried = 0;
    for service in ["dynamodb", "lambda", "iam", "kms", "bedrock-runtime", "lexv2-models", "wafv2", "secretsmanager"] {
        let (client, stubber) = stubbed(service);
        // Event streams cannot be sent.
        for operation in client.operations().into_iter().filter(|name| !name.ends_with("bidirectional_stream")) {
            for seed in 0..3 {
                let answer = client.sample_output(&operation, seed).unwrap();
                assert_eq!(answer.to_json_text(false), client.sample_output(&operation, seed).unwrap().to_json_text(false));
                let params = client.sample_input(&operation, seed).unwrap();
                assert_eq!(params, client.sample_input(&operation, seed).unwrap());
                let told = stubber.add_response(&operation, without_streams(&answer), params.clone());
                told.unwrap_or_else(|error| panic!("{service} {operation}({params:?}) -> {answer:?}: {error}"));
                tried += 1;
            }
        }
    }
    assert!(tried > 1500, "{tried}");
}

/// Replaces bodies by bytes and event streams by lists, as responses are added.
fn without_streams(answer: &Value) -> Value {
    let entries = answer.as_map().unwrap().iter().map(|(key, value)| match value.as_stream() {
        None => (key.clone(), value.clone()),
        Some(stream) => match stream.events() {
            Some(events) => (key.clone(), events.collect::<Result<Vec<_>, _>>().unwrap().into()),
            None => (key.clone(), stream.read_all().unwrap().into()),
        },
    });
    Value::Map(entries.collect())
}

#[test]
fn a_stubber_generates_responses_that_were_not_added() {
    let (dynamodb, stubber) = stubbed("dynamodb");
    let stubber = stubber.make_up(5).unwrap();
    stubber.add_response("describe_table", value!({"Table": {"TableName": "told"}}), ANY).unwrap();
    assert_eq!(dynamodb.call("describe_table", value!({"TableName": "abc"})).unwrap()["Table"]["TableName"], "told");
    let made_up = dynamodb.call("describe_table", value!({"TableName": "abc"})).unwrap();
    assert_ne!(made_up["Table"]["TableName"], "told");
    // A generated page is the last one.
    let pages: Vec<Value> = dynamodb.paginate("list_tables", ()).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(pages.len(), 1);
    assert_eq!(dynamodb.raw("GET", "/").send().unwrap_err().name(), "UnStubbedResponseError");
}
