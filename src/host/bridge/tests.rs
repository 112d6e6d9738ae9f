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
    for service in ["s3", "dynamodb", "rds", "dsql", "cloudfront"] {
        let members = client(service).members().unwrap();
        for method in members.iter().filter(|member| member.kind == "method") {
            assert!(method.help.ends_with('.'), "{service} {}: {:?}", method.name, method.help);
            assert_eq!(client(service).describe(&method.name).unwrap()["help"], method.help);
        }
    }
}

#[test]
fn methods_of_resources_are_members_with_their_parameters_in_order() {
    let options = value!({"region_name": "eu-west-1", "aws_access_key_id": "AKID", "aws_secret_access_key": "SECRET"});
    let session = Object::session(options.as_map().unwrap(), Some(crate::Environment::empty())).unwrap();
    let object = |answer: Result<Answer>| match answer.unwrap() {
        Answer::Object(object) => object,
        _ => panic!("a resource is an object"),
    };
    let s3 = object(session.call("resource", Map::from([("service_name", "s3")]), Settings::default()));
    let named = |name: &str, identifiers: &[&str]| {
        let identifiers: crate::value::List = identifiers.iter().copied().collect();
        object(s3.call(name, Map::from([("identifiers", identifiers)]), Settings::default()))
    };
    let parameters = |object: &Object, name: &str| {
        let member = object.members().unwrap().into_iter().find(|member| member.name == name).unwrap();
        assert_eq!(member.kind, "action");
        member.parameters
    };
    let (bucket, key) = (named("Bucket", &["b"]), named("Object", &["b", "k"]));
    assert_eq!(parameters(&bucket, "upload_file"), ["Filename", "Key", "ExtraArgs", "Callback", "Config"]);
    assert_eq!(parameters(&bucket, "download_file"), ["Key", "Filename", "ExtraArgs", "Callback", "Config"]);
    assert_eq!(parameters(&key, "copy"), ["CopySource", "ExtraArgs", "Callback", "SourceClient", "Config"]);
    assert!(parameters(&key, "put").is_empty());
    assert_eq!(key.describe("put").unwrap()["provides"], value!(["Bucket", "Key"]));
    assert_eq!(key.describe("").unwrap()["type"], "Object");
    assert_eq!(key.describe("no_such_action").err().unwrap().kind(), ErrorKind::UnknownName);
    assert_eq!(session.describe("client").unwrap()["parameters"][0], "service_name");
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
