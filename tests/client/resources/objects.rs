//! Attributes, actions, references, and waiters of a resource.

use tucuxi::{ErrorKind, Outcome, Resource, Value, value};

use super::reef::{Reef, Seen};

fn called(operation: &str, params: Value) -> Seen {
    (operation.to_owned(), params)
}

/// A reef in which every fish is red and lives in `r`.
fn reef() -> Reef {
    Reef::new(|operation, params| match operation {
        "GetFish" => value!({"Fish": {"FishId": params["FishId"].clone(), "ReefName": "r", "Color": "red"}}),
        _ => value!({}),
    })
}

fn fish(reef: &Reef) -> Resource {
    reef.service.resource("Fish", ["r", "f"]).unwrap()
}

fn get_fish() -> Seen {
    called("GetFish", value!({"FishId": "f"}))
}

#[test]
fn attributes_are_loaded_once_and_discarded_after_an_action() {
    let reef = reef();
    let fish = fish(&reef);
    let twin = fish.clone();
    assert_eq!(fish.get("id").unwrap(), "f");
    assert_eq!((fish.data(), reef.seen()), (None, vec![]));
    assert_eq!(fish.get("color").unwrap(), "red");
    assert_eq!((twin.get("color").unwrap(), twin.get("size").unwrap()), (value!("red"), Value::Null));
    assert_eq!(reef.seen(), [get_fish()]);
    fish.load().unwrap();
    fish.call("reload", ()).unwrap();
    assert_eq!(reef.seen(), [get_fish(), get_fish()]);
    fish.call("feed", ()).unwrap();
    assert_eq!(fish.data(), None);
    assert_eq!(reef.seen(), [called("FeedFish", value!({"FishId": "f", "Food": "krill"}))]);
}

#[test]
fn a_failed_action_keeps_the_attributes() {
    let reef = Reef::new(|operation, _| match operation {
        "FeedFish" => value!({"__type": "NotHungry", "message": "no"}),
        _ => value!({"Fish": {"Color": "blue"}}),
    });
    let fish = fish(&reef);
    fish.load().unwrap();
    assert_eq!(fish.call("feed", ()).unwrap_err().code(), Some("NotHungry"));
    assert_eq!(fish.data().unwrap()["Color"], "blue");
}

#[test]
fn a_load_without_data_is_an_error() {
    let reef = Reef::new(|_, _| value!({}));
    let fish = fish(&reef);
    for error in [fish.load().unwrap_err(), fish.get("color").unwrap_err(), fish.reference("friends").unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::ResourceLoad);
        assert_eq!(error.name(), "ResourceLoadException");
        assert_eq!(error.message(), "reef.Fish(reef_name='r', id='f') was not found: the response of GetFish does not contain it");
    }
    let egg = reef.service.resource("Egg", ["f", "s"]).unwrap();
    assert_eq!(egg.get("color").unwrap_err().message(), "reef.Egg(fish_id='f', secret=***) has no load method");
}

#[test]
fn the_caller_s_parameters_replace_the_definition_s() {
    let reef = reef();
    fish(&reef).call("feed", value!({"Food": "plankton", "Prefix": "p"})).unwrap();
    assert_eq!(reef.seen(), [called("FeedFish", value!({"FishId": "f", "Food": "plankton", "Prefix": "p"}))]);
    // Parameters that need data load it.
    fish(&reef).call("match", ()).unwrap();
    assert_eq!(reef.seen(), [get_fish(), called("FeedFish", value!({"FishId": "f", "Where": {"Color": "red"}}))]);
}

#[test]
fn an_action_returns_data_a_resource_or_several() {
    let reef = Reef::new(|operation, params| match operation {
        "MakeFish" => value!({"Fish": [{"FishId": "a", "Color": "red"}, {"FishId": "b"}]}),
        "GetFish" if params["FishId"] == "a" => value!({"Fish": {"FishId": "a", "ReefName": "q", "Color": "blue"}}),
        "FeedFish" => value!({"Note": "full"}),
        "ListReefs" => value!({"Depth": 3}),
        _ => value!({}),
    });
    let service = &reef.service;
    let made = service.call("make_fish", value!({"ReefName": "r"})).unwrap();
    let shown: Vec<String> = made.resources().iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["reef.Fish(reef_name='r', id='a')", "reef.Fish(reef_name='r', id='b')"]);
    reef.seen();
    // Data from the response needs no load; other attributes are absent.
    assert_eq!((made.resources()[0].get("color").unwrap(), made.resources()[1].get("color").unwrap()), (value!("red"), Value::Null));
    assert_eq!(reef.seen(), []);
    let found = service.call("find_fish", value!({"FishId": "a"})).unwrap().into_resource().unwrap();
    assert_eq!((found.to_string().as_str(), found.get("color").unwrap()), ("reef.Fish(reef_name='q', id='a')", value!("blue")));
    assert_eq!(service.call("note", ()).unwrap(), Outcome::Value("full".into()));
    assert_eq!(service.call("census", ()).unwrap().value().unwrap()["Depth"], 3);
    // Nothing found: the output at that path is a structure, or a list.
    assert_eq!(service.call("find_fish", value!({"FishId": "x"})).unwrap(), Outcome::Value(value!({})));
    let none = Reef::new(|_, _| value!({})).service.call("make_fish", value!({"ReefName": "r"})).unwrap();
    assert_eq!(none, Outcome::Resources(vec![]));
    assert!(none.is_empty());
}

#[test]
fn each_of_many_has_its_own_identifiers_and_data() {
    let reef = Reef::new(|_, _| value!({"Fish": [{"Color": "grey"}, {"FishId": "a", "Color": "red"}, {"FishId": "b", "Color": "blue"}]}));
    let made = reef.service.call("make_fish", value!({"ReefName": "r"})).unwrap().into_resources();
    let seen: Vec<(Value, Value)> = made.iter().map(|fish| (fish.get("id").unwrap(), fish.get("color").unwrap())).collect();
    assert_eq!(seen, [(value!("a"), value!("red")), (value!("b"), value!("blue"))]);
}

#[test]
fn references_follow_the_data() {
    let friends = value!([{"FishId": "a", "ReefName": "r", "Color": "red"}, {"FishId": "b", "ReefName": "q"}]);
    let answer = value!({"Fish": {"ReefName": "r", "Friends": friends}});
    let reef = Reef::new(move |_, _| answer.clone());
    let one = fish(&reef);
    assert_eq!(one.reference("reef").unwrap().resource().unwrap().to_string(), "reef.Reef(name='r')");
    let friends = one.reference("friends").unwrap().into_resources();
    assert_eq!((friends.len(), friends[1].to_string().as_str()), (2, "reef.Fish(reef_name='q', id='b')"));
    assert_eq!(friends[0].get("color").unwrap(), "red");
    assert_eq!(reef.seen(), [get_fish()]);
    let lonely = Reef::new(|_, _| value!({"Fish": {"Color": "red"}}));
    let fish = fish(&lonely);
    assert_eq!(fish.reference("reef").unwrap(), Outcome::Value(Value::Null));
    assert_eq!(fish.reference("friends").unwrap(), Outcome::Value(Value::Null));
}

#[test]
fn waiters_have_two_names() {
    let reef = reef();
    let fish = fish(&reef);
    fish.wait("fed").unwrap();
    fish.wait("wait_until_fed").unwrap();
    assert!(fish.call("wait_until_fed", ()).unwrap().is_empty());
    assert_eq!(reef.seen(), [get_fish(), get_fish(), get_fish()]);
    assert_eq!(fish.data(), None);
    let blue = Reef::new(|_, _| value!({"Fish": {"Color": "blue"}}));
    let fish = self::fish(&blue);
    let error = fish.wait_with("fed", value!({"WaiterConfig": {"Delay": 0, "MaxAttempts": 2}})).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Waiter, "Waiter FishFed failed: Max attempts exceeded"));
    assert_eq!(blue.seen().len(), 2);
}

#[test]
fn all_resources_share_one_client() {
    let reef = reef();
    let fish = fish(&reef);
    fish.client().call("feed_fish", value!({"FishId": "x"})).unwrap();
    assert_eq!(reef.seen(), [called("FeedFish", value!({"FishId": "x"}))]);
    assert_eq!((fish.service_name(), fish.type_name(), reef.service.type_name()), ("reef", "Fish", "ServiceResource"));
}
