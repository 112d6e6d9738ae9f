//! Errors raised before a service responds: their kinds, names, and suggestions.

use std::net::TcpListener;

use tucuxi::{Client, Config, Credentials, Environment, ErrorKind, Session, SessionBuilder, value};

fn bare() -> SessionBuilder {
    Session::builder().environment(Environment::empty())
}

fn s3() -> Client {
    bare().region("us-east-1").credentials(Credentials::new("AKID", "SECRET")).build().unwrap().client("s3").unwrap()
}

#[test]
fn an_unknown_service_suggests_the_nearest() {
    let error = bare().region("us-east-1").build().unwrap().client("dynamobd").unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::UnknownService, "UnknownServiceError"));
    assert!(error.to_string().contains("\"dynamobd\"") || error.to_string().contains("dynamobd"), "{error}");
    assert!(error.to_string().contains("Did you mean dynamodb"), "{error}");
}

#[test]
fn an_unknown_operation_suggests_the_nearest_in_the_caller_s_spelling() {
    for (wrong, right) in [("get_objcet", "get_object"), ("GetObjcet", "GetObject")] {
        let error = s3().call(wrong, ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownOperation);
        assert!(error.to_string().contains(wrong) && error.to_string().contains(&format!("Did you mean {right}")), "{error}");
    }
    assert_eq!(s3().describe("get_objcet").unwrap_err().kind(), ErrorKind::UnknownOperation);
}

#[test]
fn every_wrong_parameter_is_reported_with_its_path() {
    let tags = value!({"TagSet": [{"Key": "k", "Valeu": "v"}, {"Key": 3, "Value": "v"}]});
    let error = s3().prepare("put_bucket_tagging", value!({"Bukket": "b", "Tagging": tags})).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::ParamValidation, "ParamValidationError"));
    let report = error.to_string();
    for part in [
        "Missing required parameter in input: \"Bucket\"",
        "Unknown parameter in input: \"Bukket\", must be one of: Bucket, ",
        "Missing required parameter in Tagging.TagSet[0]: \"Value\"",
        "Unknown parameter in Tagging.TagSet[0]: \"Valeu\", must be one of: Key, Value",
        "Invalid type for parameter Tagging.TagSet[1].Key",
    ] {
        assert!(report.contains(part), "{part}\nis missing in\n{report}");
    }
}

#[test]
fn an_unknown_parameter_suggests_the_nearest() {
    let error = s3().prepare("get_object", value!({"Bucket": "bucket", "Key": "k", "VersoinId": "1"})).unwrap_err();
    assert!(error.to_string().contains("Did you mean VersionId?"), "{error}");
}

#[test]
fn a_missing_region_has_its_own_error() {
    let session = bare().credentials(Credentials::new("AKID", "SECRET")).build().unwrap();
    let error = session.client("sqs").and_then(|sqs| sqs.prepare("list_queues", ())).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::NoRegion, "NoRegionError"));
}

#[test]
fn missing_credentials_have_their_own_error() {
    let session = bare().region("us-east-1").build().unwrap();
    let error = session.client("sqs").unwrap().call("list_queues", ()).unwrap_err();
    assert_eq!((error.kind(), error.name(), error.attempts()), (ErrorKind::NoCredentials, "NoCredentialsError", 0));
}

#[test]
fn partial_credentials_name_the_missing_part() {
    let environment = [("AWS_ACCESS_KEY_ID", "AKID")];
    let session = Session::builder().environment(environment).region("us-east-1").build();
    let error = session.and_then(|s| s.client("sqs")).and_then(|sqs| sqs.prepare("list_queues", ())).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::PartialCredentials, "PartialCredentialsError"));
    assert!(error.to_string().to_lowercase().contains("aws_secret_access_key"), "{error}");
}

#[test]
fn a_refused_connection_names_the_endpoint() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let session = bare().region("us-east-1").credentials(Credentials::new("AKID", "SECRET")).build().unwrap();
    let client = session.client_builder("sqs").endpoint_url(&url).config(Config::new().total_max_attempts(1)).build().unwrap();
    let error = client.call("list_queues", ()).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::Connect, "EndpointConnectionError"));
    assert!(error.to_string().contains(&url), "{error}");
    assert_eq!((error.operation(), error.attempts()), (Some("ListQueues"), 1));
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn errors_contain_no_secrets() {
    let session =
        bare().region("us-east-1").credentials(Credentials::new("AKID", "SECRETSECRET").with_token("TOKENTOKEN")).build().unwrap();
    let client =
        session.client_builder("s3").endpoint_url("http://127.0.0.1:1").config(Config::new().total_max_attempts(1)).build().unwrap();
    let error = client.call("list_buckets", ()).unwrap_err();
    for text in [format!("{error}"), format!("{error:?}"), format!("{client:?}"), format!("{session:?}")] {
        assert!(!text.contains("SECRETSECRET") && !text.contains("TOKENTOKEN"), "{text}");
    }
}

#[test]
fn other_names_of_services_are_recognized() {
    let session = tucuxi::Session::builder().region("us-east-1").build().unwrap();
    for (name, known) in [("eventbridge", "events"), ("sfn", "stepfunctions"), ("s3api", "s3"), ("CloudWatch-Logs", "logs"), ("S3", "s3")] {
        let error = session.client(name).unwrap_err();
        assert_eq!(error.kind(), tucuxi::ErrorKind::UnknownService, "{name}");
        assert!(error.message().contains(&format!("Did you mean {known}")), "{error}");
        assert_eq!(error.details()["nearest"][0], known, "{name}");
    }
}

#[test]
fn an_unknown_name_of_any_kind_suggests_the_nearest_of_any_kind() {
    let s3 = s3();
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").build().unwrap();
    let sqs = session.client("sqs").unwrap();
    let bucket = session.resource("s3").unwrap().resource("Bucket", "b").unwrap();
    for (error, kind, text, nearest) in [
        (s3.call("list_bukets", ()).unwrap_err(), ErrorKind::UnknownOperation, "Did you mean list_buckets", Some("list_buckets")),
        (
            s3.call("generate_presigned_ulr", ()).unwrap_err(),
            ErrorKind::UnknownOperation,
            "Did you mean generate_presigned_url",
            Some("generate_presigned_url"),
        ),
        (sqs.call("upload_file", ()).unwrap_err(), ErrorKind::UnknownOperation, "Only clients for s3 have it.", None),
        (s3.call("get_paginator", ()).unwrap_err(), ErrorKind::UnknownOperation, "Use Client::paginate.", None),
        (s3.call("get_waiter", ()).unwrap_err(), ErrorKind::UnknownOperation, "Use Client::waiter or Client::wait.", None),
        (s3.call("meta", ()).unwrap_err(), ErrorKind::UnknownOperation, "Client::region", None),
        (s3.call("can_paginate", ()).unwrap_err(), ErrorKind::UnknownOperation, "Use Client::can_paginate.", None),
        (s3.waiter("bucket_exist").unwrap_err(), ErrorKind::UnknownName, "Did you mean bucket_exists", Some("bucket_exists")),
        (
            s3.paginate("list_object_versions", ()).err().unwrap_or_else(|| s3.paginate("get_object", ()).unwrap_err()),
            ErrorKind::NotPageable,
            "The operations with a paginator are",
            None,
        ),
        (s3.on("before-sing", |_| Ok(())).unwrap_err(), ErrorKind::InvalidConfig, "Did you mean before-sign", Some("before-sign")),
        (s3.on("before-sign.s3.PutObjct", |_| Ok(())).unwrap_err(), ErrorKind::InvalidConfig, "PutObject", Some("PutObject")),
        (bucket.get("objcts").unwrap_err(), ErrorKind::UnknownName, "objects is a collection: use Resource::collection.", Some("objects")),
        (
            bucket.collection("objcts").unwrap_err(),
            ErrorKind::UnknownName,
            "no collection \"objcts\". Did you mean objects",
            Some("objects"),
        ),
        (bucket.call("creat", ()).unwrap_err(), ErrorKind::UnknownName, "Did you mean create", Some("create")),
        (bucket.wait("exist").unwrap_err(), ErrorKind::UnknownName, "Did you mean wait_until_exists", Some("wait_until_exists")),
        (
            bucket.collection("objects").unwrap().call("delte", ()).unwrap_err(),
            ErrorKind::UnknownName,
            "Did you mean delete",
            Some("delete"),
        ),
    ] {
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(text), "{error}");
        assert_eq!(error.details()["nearest"][0].as_str(), nearest, "{error}");
    }
}

#[test]
fn the_circumstances_of_a_call_are_details_of_its_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://user:5ecret@127.0.0.1:{}/base", listener.local_addr().unwrap().port());
    drop(listener);
    let session = bare().region("eu-west-1").credentials(Credentials::new("AKID", "SECRET")).build().unwrap();
    let client = session.client_builder("sqs").endpoint_url(url.as_str()).config(Config::new().total_max_attempts(1)).build().unwrap();
    let error = client.call("list_queues", ()).unwrap_err();
    let details = error.details();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert_eq!(details["region"], "eu-west-1");
    assert_eq!(details["endpoint_url"], url.replace("user:5ecret@", "").strip_suffix("/base").unwrap());
    assert_eq!(details["provider"], "explicit");
    assert!(!details.contains_key("profile"), "{details:?}");
}
