//! Paginators and waiters: limits, resumption, endless pagination, and messages. The expectations were recorded from
//! boto3, except where a comment says that tucuxi differs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tucuxi::{Cancel, ErrorKind, Map, Paginator, Result, Value, Waiter, value};
use tucuxi::{PaginatorDefinition, WaiterDefinition};

/// The parameters of each call.
type Asked = Arc<Mutex<Vec<Value>>>;

fn definition(value: Value) -> PaginatorDefinition {
    PaginatorDefinition::from_value(&value).unwrap()
}

fn simple() -> PaginatorDefinition {
    definition(value!({"input_token": "At", "output_token": "Next", "result_key": "Items", "limit_key": "Limit"}))
}

/// Pages that follow each other, whatever the parameters are.
fn pages(definition: PaginatorDefinition, params: Value, pages: Value) -> (Paginator, Asked) {
    let asked = Asked::default();
    let (seen, mut left) = (Arc::clone(&asked), pages.as_list().unwrap().clone().into_iter());
    let fetch = move |params: &Map| {
        seen.lock().unwrap().push(params.clone().into());
        Ok(left.next().expect("no page was to be asked for"))
    };
    (Paginator::from_fn(definition, params, fetch).unwrap(), asked)
}

fn three() -> Value {
    value!([{"Items": ["a", "b"], "Next": "t1"}, {"Items": ["c", "d"], "Next": "t2"}, {"Items": ["e"]}])
}

fn asked(asked: &Asked) -> Value {
    asked.lock().unwrap().iter().cloned().collect()
}

#[test]
fn tokens_and_page_sizes_go_into_the_parameters() {
    let (all, calls) = pages(simple(), value!({"P": 1, "Limit": 9}), three());
    assert_eq!(all.page_size(2).build_full_result().unwrap(), value!({"Items": ["a", "b", "c", "d", "e"]}));
    let expected = value!([{"P": 1, "Limit": 2}, {"P": 1, "Limit": 2, "At": "t1"}, {"P": 1, "Limit": 2, "At": "t2"}]);
    assert_eq!(asked(&calls), expected);
    let unlimited = definition(value!({"input_token": "At", "output_token": "Next", "result_key": "Items"}));
    let (mut all, calls) = pages(unlimited, value!({}), three());
    all = all.page_size(2);
    let error = all.next().unwrap().unwrap_err();
    let text = "PageSize parameter is not supported for the pagination interface for this operation.";
    assert_eq!((error.name(), error.message()), ("PaginationError", format!("Error during pagination: {text}").as_str()));
    assert_eq!(asked(&calls), value!([]));
}

#[test]
fn a_limit_of_items_cuts_a_page_and_leaves_a_token() {
    let resume = |json: &str| Some(base64::Engine::encode(&base64::prelude::BASE64_STANDARD, json));
    for (max, items, calls, token) in [
        (0, value!([]), 1, resume(r#"{"At": null, "boto_truncate_amount": 0}"#)),
        (1, value!(["a"]), 1, resume(r#"{"At": null, "boto_truncate_amount": 1}"#)),
        (2, value!(["a", "b"]), 1, resume(r#"{"At": "t1"}"#)),
        (3, value!(["a", "b", "c"]), 2, resume(r#"{"At": "t1", "boto_truncate_amount": 1}"#)),
        (5, value!(["a", "b", "c", "d", "e"]), 3, None),
        (9, value!(["a", "b", "c", "d", "e"]), 3, None),
    ] {
        let (all, seen) = pages(simple(), value!({"PaginationConfig": {"MaxItems": max}}), three());
        let full = all.build_full_result().unwrap();
        assert_eq!((&full["Items"], full["NextToken"].as_str()), (&items, token.as_deref()), "{max}");
        assert_eq!(asked(&seen).as_list().unwrap().len(), calls, "{max}");
    }
}

#[test]
fn a_resumed_page_has_only_the_rest_of_the_primary_result() {
    let keys = value!(["Items", "Other", "Count", "Text"]);
    let config = value!({"input_token": "At", "output_token": "Next", "result_key": keys});
    let page = || value!([{"Items": [1, 2, 3], "Other": ["x"], "Count": 3, "Text": "t"}]);
    let (resumed, calls) = pages(definition(config.clone()), value!({}), page());
    let full = resumed.starting_token("t1___2").build_full_result().unwrap();
    assert_eq!(full, value!({"Items": [3], "Other": [], "Count": 3, "Text": ""}));
    assert_eq!(asked(&calls), value!([{"At": "t1"}]));
    // Any other text is the service's own token.
    let (resumed, calls) = pages(definition(config), value!({}), page());
    assert_eq!(resumed.starting_token("abc!!").build_full_result().unwrap()["Items"], value!([1, 2, 3]));
    assert_eq!(asked(&calls), value!([{"At": "abc!!"}]));
}

#[test]
fn of_several_tokens_those_that_are_not_returned_again_are_removed() {
    let config = value!({"input_token": ["K", "U"], "output_token": ["NextK", "NextU"], "more_results": "More", "result_key": "Items"});
    let three = value!([
        {"Items": [1], "More": true, "NextK": "k1", "NextU": "u1"},
        {"Items": [2], "More": "false", "NextK": "k2"},
        {"Items": [3], "More": false, "NextK": "k3"},
    ]);
    let (all, calls) = pages(definition(config), value!({}), three);
    assert_eq!(all.build_full_result().unwrap(), value!({"Items": [1, 2, 3]}));
    assert_eq!(asked(&calls), value!([{}, {"K": "k1", "U": "u1"}, {"K": "k2"}]));
}

#[test]
fn a_full_result_concatenates_lists_and_takes_the_rest_from_the_first_page() {
    let config = value!({
        "input_token": "At", "output_token": "Next", "result_key": ["A.Items", "Count", "Text", "Map"], "non_aggregate_keys": ["Owner", "A.Name"],
    });
    let two = value!([
        {"A": {"Items": [1], "Name": "n"}, "Count": 1, "Text": "he", "Map": {"a": 1}, "Next": "t", "Other": 1},
        {"A": {"Items": [2], "Name": "m"}, "Count": 2, "Text": "y", "Map": {"b": 1}, "Owner": "late"},
    ]);
    let (all, _) = pages(definition(config), value!({}), two);
    let full = all.build_full_result().unwrap();
    assert_eq!(full, value!({"A": {"Items": [1, 2], "Name": "n"}, "Count": 3, "Text": "hey", "Map": {"a": 1}, "Owner": null}));
}

#[test]
fn a_search_flattens_lists_by_one_level() {
    let found = |expression: &str| {
        let (all, _) = pages(simple(), value!({}), three());
        all.search(expression).unwrap().collect::<Result<Value>>().unwrap()
    };
    assert_eq!(found("Items"), value!(["a", "b", "c", "d", "e"]));
    assert_eq!(found("Items[0]"), value!(["a", "c", "e"]));
    assert_eq!(found("Nope"), value!([null, null, null]));
    assert_eq!(found("[Items]"), value!([["a", "b"], ["c", "d"], ["e"]]));
}

#[test]
fn the_iterators_of_result_keys_share_one_pagination() {
    let config = value!({"input_token": "At", "output_token": "Next", "result_key": ["A", "B"]});
    let (all, calls) = pages(definition(config), value!({}), value!([{"A": [1], "B": ["x"], "Next": "t"}, {"A": [2]}]));
    let keys: Vec<Value> = all.result_key_iters().into_iter().map(|key| key.collect::<Result<Value>>().unwrap()).collect();
    assert_eq!(keys, [value!([1, 2]), value!(["x"])]);
    assert_eq!(asked(&calls).as_list().unwrap().len(), 2);
}

/// boto3 only detects a repeated token from one page to the next.
#[test]
fn a_cycle_of_any_length_ends_with_an_error() {
    for length in [1_usize, 2, 3, 7, 100] {
        let mut page = 0;
        let fetch = move |_: &Map| {
            page += 1;
            assert!(page < 10 * length + 10, "it does not end");
            Ok(value!({"Items": [1], "Next": format!("t{}", page % length)}))
        };
        let mut all = Paginator::from_fn(simple(), (), fetch).unwrap();
        let error = all.find_map(Result::err).expect("an error");
        assert_eq!(error.kind(), ErrorKind::Pagination);
        let text = "Error during pagination: The same next token was received twice: {'At': 't";
        assert!(error.message().starts_with(text), "{error}");
        assert!(all.next().is_none());
    }
}

fn waiter(states: &'static [&'static str], acceptors: Value) -> (Waiter, Arc<Mutex<usize>>) {
    let config = value!({"operation": "Get", "delay": 10, "maxAttempts": 3, "acceptors": acceptors});
    let polls = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&polls);
    let poll = move |_: &Map| {
        let mut count = counter.lock().unwrap();
        *count += 1;
        Ok(match states[(*count - 1).min(states.len() - 1)] {
            code if code.starts_with('!') => {
                value!({"Error": {"Code": &code[1..], "Message": "no way"}, "ResponseMetadata": {"HTTPStatusCode": 400}})
            }
            state => value!({"Table": {"State": state}, "List": [state], "ResponseMetadata": {"HTTPStatusCode": 200}}),
        })
    };
    (Waiter::from_fn("TableExists", WaiterDefinition::from_value(&config).unwrap(), poll).sleep(|_| ()), polls)
}

fn acceptors() -> Value {
    value!([
        {"state": "success", "matcher": "path", "argument": "Table.State", "expected": "ACTIVE"},
        {"state": "failure", "matcher": "pathAny", "argument": "List", "expected": "BROKEN"},
        {"state": "retry", "matcher": "error", "expected": "NotFound"},
        {"state": "failure", "matcher": "status", "expected": 500},
    ])
}

#[test]
fn a_waiter_reports_why_it_ended_in_boto3_s_words() {
    let previously = "Max attempts exceeded. Previously accepted state: Matched expected";
    for (states, polls, reason) in [
        (&["CREATING", "ACTIVE"][..], 2, String::new()),
        (&["!NotFound", "ACTIVE"], 2, String::new()),
        (&["CREATING"], 3, "Max attempts exceeded".to_owned()),
        (&["!NotFound"], 3, format!("{previously} service error code: NotFound")),
        (&["!NotFound", "CREATING"], 3, format!("{previously} HTTP status code: 500")),
        (&["CREATING", "!AccessDenied"], 2, "An error occurred (AccessDenied): no way".to_owned()),
        (
            &["BROKEN"],
            1,
            r#"Waiter encountered a terminal failure state: For expression "List" we matched expected path: "BROKEN" at least once"#
                .to_owned(),
        ),
    ] {
        let (waiter, count) = waiter(states, acceptors());
        let waited = waiter.wait(());
        assert_eq!(*count.lock().unwrap(), polls, "{states:?}");
        match waited {
            Ok(response) => assert_eq!((response["Table"]["State"].as_str(), reason.as_str()), (Some("ACTIVE"), "")),
            Err(error) => {
                assert_eq!((error.kind(), error.message()), (ErrorKind::Waiter, format!("Waiter TableExists failed: {reason}").as_str()));
                assert!(error.response().is_some());
                assert_eq!(error.attempts(), polls as u32);
            }
        }
    }
}

#[test]
fn a_waiter_can_be_timed_watched_and_stopped() {
    let slept = Arc::new(Mutex::new(Vec::new()));
    let times = Arc::clone(&slept);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let polls = Arc::clone(&seen);
    let (creating, _) = waiter(&["CREATING"], acceptors());
    let watched = creating
        .delay(Duration::from_secs(4))
        .max_attempts(9)
        .deadline(Duration::from_secs(10))
        .sleep(move |time| times.lock().unwrap().push(time.as_secs_f64().round()))
        .on_poll(move |poll| {
            polls.lock().unwrap().push((poll.attempt, poll.max_attempts));
            Ok(())
        });
    let error = watched.wait(()).unwrap_err();
    assert_eq!(error.message(), "Waiter TableExists failed: Deadline of 10s exceeded");
    assert_eq!(*slept.lock().unwrap(), [4.0, 4.0, 2.0]);
    assert_eq!(*seen.lock().unwrap(), [(1, 9), (2, 9), (3, 9), (4, 9)]);

    let (creating, count) = waiter(&["CREATING"], acceptors());
    let error = creating.on_poll(|_| anyhow::bail!("enough")).wait(()).unwrap_err();
    assert_eq!((error.kind(), *count.lock().unwrap()), (ErrorKind::Foreign, 1));

    let (creating, count) = waiter(&["CREATING"], acceptors());
    let cancel = Cancel::new();
    let other = cancel.clone();
    let stopped = creating.cancel(&cancel).on_poll(move |_| {
        other.cancel();
        Ok(())
    });
    assert_eq!(stopped.wait(()).unwrap_err().kind(), ErrorKind::Canceled);
    assert_eq!(*count.lock().unwrap(), 1);

    let (creating, count) = waiter(&["CREATING"], acceptors());
    creating.wait(value!({"WaiterConfig": {"Delay": 0, "MaxAttempts": 0}})).unwrap_err();
    assert_eq!(*count.lock().unwrap(), 1);
}
