//! Broken resource definitions and services without resources are errors with a file and a path, before any request.

use tucuxi::{Environment, ErrorKind, Session, value};

use super::reef::{folder, session};

const RESOURCES: &str = include_str!("resources-1.json");

/// Loads the reef with a piece of its resource definition replaced.
fn load(piece: &str, with: &str) -> tucuxi::Error {
    assert!(RESOURCES.contains(piece), "{piece}");
    let folder = folder(&[("resources-1", &RESOURCES.replacen(piece, with, 1))]);
    session(folder.path()).resource("reef").expect_err(with)
}

#[test]
fn broken_definitions_are_errors_with_file_and_path_at_load() {
    for (piece, with, reason) in [
        ("{", "", "the file is not JSON"),
        (r#""type": "Reef""#, r#""type": "Reff""#, r#"service.has.Reef.resource.type: there is no resource "Reff". Did you mean Reef?"#),
        (
            r#""operation": "GetFish", "params""#,
            r#""operation": "GotFish", "params""#,
            r#"resources.Fish.load.request.operation: the service has no operation "GotFish". Did you mean GetFish?"#,
        ),
        (r#""shape": "Fish""#, r#""shape": "Fisch""#, r#"resources.Fish.shape: the service has no shape "Fisch". Did you mean Fish?"#),
        (r#""shape": "Fish""#, r#""shape": "Text""#, r#"resources.Fish.shape: the shape "Text" is not a structure"#),
        (r#""path": "Friends[]""#, r#""path": "Friends[""#, "resources.Fish.has.Friends.resource.path: syntax"),
        (r#""target": "Kinds[0]""#, r#""target": "Kinds[-1]""#, "service.hasMany.Fish.request.params[0].target: "),
        (
            r#""waiterName": "FishFed""#,
            r#""waiterName": "FishFad""#,
            r#"resources.Fish.waiters.Fed.waiterName: the service has no waiter "FishFad". Did you mean FishFed?"#,
        ),
        (
            r#""Match": {"#,
            r#""IdAction": {"request": {"operation": "GetFish"}}, "Id": {"#,
            "resources.Fish.actions: Problem renaming Fish action to id_action!",
        ),
    ] {
        let error = load(piece, with);
        assert_eq!((error.kind(), error.name()), (ErrorKind::InvalidDefinition, "InvalidDefinitionError"), "{error}");
        let (file, message) = error.message().split_once("resources-1.json: ").expect("the file");
        assert!(file.contains("reef"), "{error}");
        assert!(message.starts_with(reason), "{message} instead of {reason}");
    }
}

#[test]
fn a_service_without_resources_lists_those_with_resources() {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").build().unwrap();
    let error = session.resource("lambda").unwrap_err();
    assert_eq!(error.name(), "ResourceNotExistsError");
    let text = error.message();
    assert!(
        text.starts_with("The 'lambda' resource does not exist.\nThe available resources are:\n   - cloudformation\n   - cloudwatch\n"),
        "{text}"
    );
    assert!(text.ends_with("   - sqs\n\nConsider using a client('lambda') instead of a resource for 'lambda'"), "{text}");
    assert!(session.resource("ec3").unwrap_err().message().starts_with("The 'ec3' resource does not exist. Did you mean ec2?\n"));
    let error = session.resource_with("ec2", value!({"api_version": "1999-01-01"})).unwrap_err();
    assert_eq!(error.name(), "UnknownAPIVersionError");
    let begin = "The 'ec2' resource does not support an API version of: 1999-01-01\nValid API versions are: 2014-10-01, 2015-03-01, ";
    assert!(error.message().starts_with(begin), "{}", error.message());
    let nine = ["cloudformation", "cloudwatch", "dynamodb", "ec2", "glacier", "iam", "s3", "sns", "sqs"];
    assert_eq!(session.available_resources(), nine);
}

#[test]
fn an_older_api_version_has_its_own_resources() {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").build().unwrap();
    let old = session.resource_with("ec2", value!({"api_version": "2014-10-01"})).unwrap();
    assert_eq!(old.client().service().api_version().unwrap(), "2014-10-01");
    assert_eq!(old.member("instances"), Some(tucuxi::MemberKind::Collection));
    assert!(session.resource("ec2").unwrap().available_subresources().len() > old.available_subresources().len());
}
