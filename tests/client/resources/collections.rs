//! Collections and batch actions.

use tucuxi::{Collection, ErrorKind, Result, Value, value};

use super::reef::{Reef, Seen};

/// A reef with seven fish in pages of two; the second page is empty.
fn reef() -> Reef {
    const PAGES: [&[&str]; 5] = [&["a", "b"], &[], &["c", "d"], &["e", "f"], &["g"]];
    Reef::new(|operation, params| match operation {
        "ListFish" => {
            let page: usize = params["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
            let fish: Value = PAGES[page].iter().map(|id| value!({"FishId": *id, "ReefName": "r", "Color": format!("{id}!")})).collect();
            match page + 1 < PAGES.len() {
                true => value!({"Fish": fish, "NextToken": format!("{}", page + 1)}),
                false => value!({"Fish": fish}),
            }
        }
        "ListReefs" => value!({"ReefNames": ["r", "q"]}),
        _ => value!({}),
    })
}

fn fish(reef: &Reef) -> Collection {
    reef.service.resource("Reef", "r").unwrap().collection("fish").unwrap()
}

fn ids(collection: &Collection) -> Vec<String> {
    let id = |fish: Result<tucuxi::Resource>| Ok(fish?.get("id")?.to_string());
    collection.iter().map(id).collect::<Result<_>>().unwrap()
}

fn list(params: Value) -> Seen {
    ("ListFish".to_owned(), params)
}

#[test]
fn each_iteration_requests_all_pages_in_order() {
    let reef = reef();
    let fish = fish(&reef);
    assert_eq!(reef.seen(), []);
    assert_eq!(ids(&fish), ["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(reef.seen().len(), 5);
    assert_eq!(ids(&fish.all()), ["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(reef.seen()[1], list(value!({"ReefName": "r", "NextToken": "1"})));
    let mut first = fish.iter();
    assert_eq!(first.next().unwrap().unwrap().get("color").unwrap(), "a!");
    assert_eq!(reef.seen(), [list(value!({"ReefName": "r"}))]);
    let pages: Vec<usize> = fish.pages().map(|page| page.unwrap().len()).collect();
    assert_eq!(pages, [2, 0, 2, 2, 1]);
}

#[test]
fn a_limit_counts_items_and_requests_no_unneeded_page() {
    let reef = reef();
    assert_eq!(ids(&fish(&reef).limit(3)), ["a", "b", "c"]);
    assert_eq!(reef.seen().len(), 3);
    assert_eq!(ids(&fish(&reef).limit(2)), ["a", "b"]);
    assert_eq!(reef.seen().len(), 1);
    let pages: Vec<usize> = fish(&reef).limit(3).pages().map(|page| page.unwrap().len()).collect();
    assert_eq!(pages, [2, 0, 1]);
    let reefs = reef.service.collection("reefs").unwrap();
    assert_eq!(reefs.limit(1).iter().count(), 1);
    assert_eq!(reefs.page_size(1).iter().count(), 2);
}

#[test]
fn a_limit_of_zero_makes_no_request() {
    let reef = reef();
    assert_eq!(ids(&fish(&reef).limit(0)), [""; 0]);
    assert_eq!(reef.service.collection("reefs").unwrap().limit(0).iter().count(), 0);
    assert_eq!(fish(&reef).limit(0).call("delete", ()).unwrap(), []);
    assert_eq!(reef.seen(), []);
}

#[test]
fn filters_are_merged_with_each_other_and_with_the_definition_s() {
    let reef = reef();
    let all = reef.service.collection("fish").unwrap();
    let some = all.filter(value!({"Kinds": ["x"], "Where": {"Color": "red"}, "Prefix": "a"}));
    let fewer = some.filter(value!({"Kinds": ["y"], "Where": {"Depth": 3}, "Prefix": "b"})).page_size(7).limit(1);
    assert_eq!(fewer.iter().count(), 1);
    let united = value!({"Kinds": ["any", "x", "y"], "Where": {"Color": "red", "Depth": 3}, "Prefix": "b", "MaxResults": 7});
    assert_eq!(reef.seen(), [list(united)]);
    assert_eq!(all.limit(1).iter().count(), 1);
    assert_eq!(reef.seen(), [list(value!({"Kinds": ["any"]}))]);
    let error = all.filter(value!(["no map"])).iter().next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ParamValidation);
}

#[test]
fn a_batch_action_makes_one_request_for_each_page_with_items() {
    let reef = reef();
    let outcomes = fish(&reef).limit(3).call("delete", ()).unwrap();
    assert_eq!(outcomes.len(), 2);
    let calls: Vec<Seen> = reef.seen().into_iter().filter(|(operation, _)| operation == "DeleteFish").collect();
    let tags = |ids: &[&str]| value!({"Tags": ids.iter().map(|id| value!({"Id": *id, "Reef": "r"})).collect::<Value>()});
    assert_eq!(calls, [("DeleteFish".to_owned(), tags(&["a", "b"])), ("DeleteFish".to_owned(), tags(&["c"]))]);
    fish(&reef).limit(1).call("delete", value!({"Tags": [], "Food": "none"})).unwrap();
    assert_eq!(reef.seen()[1], ("DeleteFish".to_owned(), value!({"Tags": [], "Food": "none"})));
    assert_eq!(fish(&reef).batch_actions().map(|name| name.as_str()).collect::<Vec<_>>(), ["delete"]);
}

#[test]
fn an_error_ends_the_iteration() {
    let reef = Reef::new(|_, params| match params["NextToken"].is_null() {
        true => value!({"Fish": [{"FishId": "a", "ReefName": "r"}], "NextToken": "1"}),
        false => value!({"__type": "Storm", "message": "later"}),
    });
    let mut fish = fish(&reef).into_iter();
    assert!(fish.next().unwrap().is_ok());
    assert_eq!(fish.next().unwrap().unwrap_err().code(), Some("Storm"));
    assert!(fish.next().is_none());
}

#[test]
fn a_collection_prints_as_in_boto3() {
    let reef = reef();
    assert_eq!(format!("{:?}", fish(&reef)), "reef.Reef.fishCollection(reef.Reef(name='r'), reef.Fish)");
}
