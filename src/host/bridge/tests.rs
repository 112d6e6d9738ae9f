use super::*;
use crate::value;

fn client(service: &str) -> Object {
    let options = value!({"region_name": "eu-west-1", "aws_access_key_id": "AKID", "aws_secret_access_key": "SECRET"});
    let session = Object::session(options.as_map().unwrap(), Some(crate::Environment::empty())).unwrap();
    match session.call("client", Map::from([("service_name", service)]), Settings::default()).unwrap() {
        Answer::Object(client) => client,
        _ => panic!("a client is an object"),
    }
}

#[test]
fn methods_that_are_not_operations_are_members_with_their_parameters_in_order() {
    let members = client("s3").members().unwrap();
    let member = |name: &str| members.iter().find(|member| member.name == name).unwrap_or_else(|| panic!("no member {name}"));
    assert_eq!(member("upload_file").parameters, ["Filename", "Bucket", "Key", "ExtraArgs", "Callback", "Config"]);
    assert_eq!(member("generate_presigned_url").parameters[0], "ClientMethod");
    assert_eq!(member("put_object").kind, "operation");
    assert!(!client("sqs").has("download_fileobj"));
}

#[test]
fn has_agrees_with_the_list_of_members() {
    for service in ["s3", "dynamodb", "rds"] {
        let client = client(service);
        for member in client.members().unwrap() {
            assert!(client.has(&member.name), "{service} has {}", member.name);
        }
    }
}

#[test]
fn can_paginate_is_never_an_error() {
    let answer = |name: &str| {
        let params = Map::from([("operation_name", name)]);
        client("s3").call("can_paginate", params, Settings::default()).unwrap().into_value().unwrap()
    };
    assert_eq!(answer("list_objects_v2"), true);
    assert_eq!(answer("put_object"), false);
    assert_eq!(answer("no_such_operation"), false);
}

#[test]
fn partial_credentials_and_unknown_options_are_rejected() {
    let session = |options: Value| Object::session(options.as_map().unwrap(), Some(crate::Environment::empty())).err().unwrap();
    assert_eq!(session(value!({"aws_access_key_id": "AKID"})).kind(), ErrorKind::PartialCredentials);
    let error = session(value!({"region": "x"}));
    assert_eq!(error.message(), "There is no session option \"region\". Did you mean region_name?");
}

#[test]
fn a_closed_stream_and_a_closed_iteration_are_typed_errors() {
    let stream = Object::stream(&crate::Stream::from_reader(&b"abcdef"[..]));
    let read = |amount: i64| stream.call("read", Map::from([("amt", amount)]), Settings::default()).and_then(Answer::into_value);
    assert_eq!(read(4).unwrap(), Value::from(&b"abcd"[..]));
    assert_eq!(read(4).unwrap(), Value::from(&b"ef"[..]));
    stream.close();
    stream.close();
    assert_eq!(read(1).unwrap_err().kind(), ErrorKind::Stream);
}
