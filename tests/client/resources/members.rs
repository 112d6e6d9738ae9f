//! The members of resources and their names.

use std::collections::HashSet;

use tucuxi::MemberKind;
use tucuxi::{Environment, ErrorKind, Resource, Session, value};

use super::reef::{Reef, session};

fn reef() -> Reef {
    Reef::new(|_, _| value!({}))
}

fn service(name: &str) -> Resource {
    Session::builder().environment(Environment::empty()).region("us-east-1").build().unwrap().resource(name).unwrap()
}

#[test]
fn every_name_has_a_kind() {
    let reef = reef();
    let fish = reef.service.resource("Fish", ["r", "f"]).unwrap();
    let members: Vec<String> = fish.members().iter().map(|member| format!("{} {}", member.name, member.kind.name())).collect();
    let expected = [
        "reef_name identifier",
        "id identifier",
        "feed action",
        "match action",
        "reef reference",
        "friends reference",
        "Egg subresource",
        "wait_until_fed waiter",
        "fish_id attribute",
        "color attribute",
        "size attribute",
        "friends_attribute attribute",
        "secret attribute",
        "load action",
        "reload action",
    ];
    assert_eq!(members, expected);
    assert_eq!(fish.member("friends"), Some(MemberKind::Reference));
    assert_eq!(fish.member("Friends"), None);
    assert_eq!(reef.service.available_subresources(), ["Egg", "Fish", "Reef"]);
    assert_eq!(fish.available_subresources(), ["Egg"]);
}

/// The colliding names in the embedded definitions, with the names that boto3 gives them.
#[test]
fn colliding_names_are_resolved_as_in_boto3() {
    let ec2 = service("ec2");
    for (kind, ids, name) in [
        ("Instance", value!(["i"]), "network_interfaces_attribute"),
        ("NetworkInterface", value!(["n"]), "association_attribute"),
        ("RouteTable", value!(["r"]), "associations_attribute"),
        ("RouteTable", value!(["r"]), "routes_attribute"),
    ] {
        let resource = ec2.resource(kind, ids).unwrap();
        assert_eq!(resource.member(name), Some(MemberKind::Attribute), "{kind}.{name}");
        assert_ne!(resource.member(name.strip_suffix("_attribute").unwrap()), Some(MemberKind::Attribute));
    }
    let iam = service("iam");
    assert_eq!(iam.resource("InstanceProfile", "p").unwrap().member("roles_attribute"), Some(MemberKind::Attribute));
    // An attribute that an identifier holds has no name, not even the longer one.
    assert_eq!(iam.resource("Policy", "p").unwrap().member("arn_attribute"), None);
    assert_eq!(service("s3").resource("Bucket", "b").unwrap().member("name_attribute"), None);
}

#[test]
fn a_member_that_leads_to_another_type_keeps_its_name() {
    let ec2 = service("ec2");
    assert_eq!(ec2.resource("KeyPair", "k").unwrap().to_string(), "ec2.KeyPairInfo(name='k')");
    let error = ec2.resource("KeyPairInfo", "k").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownName);
    let stack = service("cloudformation").resource("Stack", "s").unwrap();
    assert_eq!(stack.resource("Resource", "l").unwrap().to_string(), "cloudformation.StackResource(stack_name='s', logical_id='l')");
}

/// Neither boto3 nor the embedded definitions have resources for Lambda.
#[test]
fn a_definition_in_a_folder_adds_resources_to_a_service() {
    let definition = r#"{
        "service": {"hasMany": {"Functions": {
            "request": {"operation": "ListFunctions"},
            "resource": {"type": "Function", "path": "Functions[]", "identifiers": [
                {"target": "Name", "source": "response", "path": "Functions[].FunctionName"}
            ]}
        }}},
        "resources": {"Function": {
            "identifiers": [{"name": "Name", "memberName": "FunctionName"}],
            "shape": "FunctionConfiguration",
            "load": {"request": {"operation": "GetFunctionConfiguration", "params": [
                {"target": "FunctionName", "source": "identifier", "name": "Name"}
            ]}, "path": "@"},
            "waiters": {"Active": {"waiterName": "FunctionActive", "params": [
                {"target": "FunctionName", "source": "identifier", "name": "Name"}
            ]}}
        }}
    }"#;
    let folder = tempfile::tempdir().unwrap();
    let version = folder.path().join("lambda/2015-03-31");
    std::fs::create_dir_all(&version).unwrap();
    std::fs::write(version.join("resources-1.json"), definition).unwrap();
    let session = session(folder.path());
    assert!(session.available_resources().iter().any(|name| name == "lambda"));
    let lambda = session.resource("lambda").unwrap();
    assert_eq!(lambda.member("functions"), Some(MemberKind::Collection));
    let function = lambda.resource("Function", "f").unwrap();
    assert_eq!((function.get("function_name").unwrap(), function.member("runtime")), (value!("f"), Some(MemberKind::Attribute)));
    assert_eq!(function.member("wait_until_active"), Some(MemberKind::Waiter));
}

#[test]
fn unknown_names_suggest_the_nearest() {
    let reef = reef();
    let fish = reef.service.resource("Fish", ["r", "f"]).unwrap();
    for (error, message) in [
        (fish.get("colour").unwrap_err(), r#"reef.Fish has no attribute "colour". Did you mean color?"#),
        (fish.get("feed").unwrap_err(), r#"reef.Fish has no attribute "feed". feed is an action: use Resource::call."#),
        (fish.call("fed", ()).unwrap_err(), r#"reef.Fish has no action "fed". Did you mean feed?"#),
        (fish.reference("friend").unwrap_err(), r#"reef.Fish has no reference "friend". Did you mean friends?"#),
        (
            fish.collection("friends").unwrap_err(),
            r#"reef.Fish has no collection "friends". friends is a reference: use Resource::reference."#,
        ),
        (fish.resource("egg", ()).unwrap_err(), r#"reef.Fish has no subresource "egg". Did you mean Egg?"#),
        (fish.wait("feed").unwrap_err(), r#"reef.Fish has no waiter "feed". feed is an action: use Resource::call."#),
        (
            reef.service.collection("fish").unwrap().call("remove", ()).unwrap_err(),
            r#"reef.fishCollection(reef.ServiceResource(), reef.Fish) has no batch action "remove"."#,
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::UnknownName);
        assert!(error.message().starts_with(message), "{}", error.message());
    }
    assert_eq!(reef.seen(), []);
}

#[test]
fn identifiers_are_given_in_order_or_by_name() {
    let reef = reef();
    let fish = reef.service.resource("Fish", ["r", "f"]).unwrap();
    assert_eq!(fish.to_string(), "reef.Fish(reef_name='r', id='f')");
    assert_eq!(reef.service.resource("Fish", value!({"id": "f", "reef_name": "r"})).unwrap(), fish);
    assert_eq!(reef.service.resource("Reef", "r").unwrap().resource("Fish", "f").unwrap(), fish);
    assert_eq!(fish.get("fish_id").unwrap(), "f");
    assert_eq!(fish.identifiers().map(|(name, _)| name).collect::<Vec<_>>(), ["reef_name", "id"]);
    assert!(reef.service.resource("Reef", "").is_ok());
    for (identifiers, message) in [
        (value!(["r"]), "reef.Fish: Required parameter id not set"),
        (value!(["r", null]), "reef.Fish: Required parameter id not set"),
        (value!({"reef_name": "r", "idd": "f"}), "reef.Fish: Unknown keyword argument: idd. Did you mean id?"),
        (value!(["r", "f", "g"]), "reef.Fish: 3 identifiers were given, but at most 2 are accepted; the identifiers are: reef_name, id"),
    ] {
        let error = reef.service.resource("Fish", identifiers).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ParamValidation);
        assert_eq!(error.message(), message);
    }
    assert_eq!(reef.seen(), []);
}

#[test]
#[expect(clippy::mutable_key_type, reason = "the attributes may change, but they are no part of what is hashed")]
fn resources_are_equal_by_type_and_identifiers() {
    let (one, other) = (reef(), reef());
    let fish = |reef: &Reef, id: &str| reef.service.resource("Fish", ["r", id]).unwrap();
    assert_eq!(fish(&one, "f"), fish(&other, "f"));
    assert_ne!(fish(&one, "f"), fish(&one, "g"));
    assert_ne!(fish(&one, "f"), one.service.resource("Egg", ["r", "f"]).unwrap());
    let set = HashSet::from([fish(&one, "f"), fish(&other, "f"), fish(&one, "g")]);
    assert_eq!(set.len(), 2);
}

#[test]
fn secret_identifiers_are_not_shown() {
    let reef = reef();
    let egg = reef.service.resource("Fish", ["r", "f"]).unwrap().resource("Egg", "hush").unwrap();
    assert_eq!(egg.get("secret").unwrap(), "hush");
    assert_eq!(format!("{egg} {egg:?}"), "reef.Egg(fish_id='f', secret=***) reef.Egg(fish_id='f', secret=***)");
}
