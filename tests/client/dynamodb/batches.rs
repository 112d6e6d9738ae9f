//! Batch writes and batch reads against tables that leave a random part of every batch unprocessed.

use std::thread;
use std::time::Duration;

use serde_json::json;
use tucuxi::dynamodb::{self, GetOutcome, WriteOutcome};
use tucuxi::{Cancel, ErrorKind, Map, Set, Value, value};

use super::table::Tables;

fn outcome(outcome: &WriteOutcome) -> String {
    match outcome {
        WriteOutcome::Written => "written".to_owned(),
        WriteOutcome::Replaced => "replaced".to_owned(),
        WriteOutcome::Failed(error) => error.code().unwrap_or_else(|| error.name()).to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_item_is_delivered_exactly_once_while_a_third_is_rejected() {
    for plain in [true, false] {
        let tables = Tables::new(3);
        let client = if plain { dynamodb::plain(&tables.client()).unwrap() } else { tables.client() };
        let mut writer = dynamodb::batch_writer(&client);
        let mut items = Vec::new();
        for i in 0..1000 {
            let item = value!({"k": format!("key {i}"), "n": i, "s": (Set::from(["b", "a"])), "m": {"x": [1, null]}});
            let item = if plain { item } else { dynamodb::serialize_item(item.as_map().unwrap()).unwrap().into() };
            assert_eq!(writer.put_item(if i % 2 == 0 { "fish" } else { "rivers" }, item.clone()).unwrap(), i);
            items.push(item);
        }
        let report = writer.finish();
        assert_eq!((report.written(), report.failures().count()), (1000, 0));
        assert_eq!(report.into_result().map_err(|error| error.to_string()), Ok(()));
        tables.state(|state| {
            assert_eq!(state.writes.len(), 1000);
            assert!(state.writes.values().all(|times| *times == 1), "an item was written twice");
            assert!(state.batches.iter().all(|size| *size <= 25) && state.batches.len() > 50);
        });
        // Reading has the same guarantees.
        let mut batch = dynamodb::batch_get(&client);
        for i in (0..1000).chain([5, 1, 5]) {
            let key = if plain { value!({"k": format!("key {i}")}) } else { value!({"k": {"S": format!("key {i}")}}) };
            batch.get(if i % 2 == 0 { "fish" } else { "rivers" }, key).unwrap();
        }
        let read = batch.run().into_result().unwrap();
        assert_eq!(read.len(), 1003);
        for (item, read) in items.iter().chain([&items[5], &items[1], &items[5]]).zip(&read) {
            let typed = |item: &Map| if plain { dynamodb::serialize_item(item).unwrap() } else { item.clone() };
            assert_eq!(typed(read.as_ref().unwrap()), typed(item.as_map().unwrap()));
        }
    }
}

#[test]
fn the_last_request_for_a_key_wins_as_in_boto3() {
    let tables = Tables::new(0);
    let client = dynamodb::plain(&tables.client()).unwrap();
    let mut writer = dynamodb::batch_writer(&client).overwrite_by_pkeys("fish", ["k"]);
    writer.put_item("fish", value!({"k": 1, "v": "first"})).unwrap();
    writer.put_item("fish", value!({"k": 2})).unwrap();
    writer.delete_item("fish", value!({"k": 1})).unwrap();
    writer.put_item("fish", value!({"k": (tucuxi::Number::parse("1.0").unwrap()), "v": "last"})).unwrap();
    writer.put_item("rivers", value!({"k": 1})).unwrap();
    let error = writer.put_item("fish", value!({"key": 1})).unwrap_err();
    assert_eq!((error.kind(), error.message().contains("no key attribute \"k\"")), (ErrorKind::ParamValidation, true), "{error}");
    let report = writer.finish();
    let outcomes: Vec<String> = report.outcomes().iter().map(outcome).collect();
    assert_eq!(outcomes, ["replaced", "written", "replaced", "written", "written"]);
    assert_eq!(report.calls(), 1);
    assert_eq!(report.to_value(), value!({"Written": 3, "Replaced": 2, "Failed": []}));
    assert_eq!(tables.state(|state| state.writes.keys().map(|write| write.contains("last")).filter(|last| *last).count()), 1);
}

#[test]
fn without_key_names_duplicates_are_written_in_order() {
    let tables = Tables::new(0);
    let client = dynamodb::plain(&tables.client()).unwrap();
    let mut writer = dynamodb::batch_writer(&client);
    for i in 0..60 {
        writer.put_item("fish", value!({"k": "same", "v": i})).unwrap();
    }
    assert_eq!(writer.finish().written(), 60);
    assert_eq!(tables.state(|state| state.items.values().next().unwrap()["v"].clone()), json!({"N": "59"}));
}

#[test]
fn one_invalid_item_does_not_take_its_batch_along() {
    let tables = Tables::new(3);
    let client = dynamodb::plain(&tables.client()).unwrap();
    let mut writer = dynamodb::batch_writer(&client);
    for i in 0..60 {
        let item = match i {
            7 => value!({"k": "bad"}),
            31 => value!({"k": "float", "v": f64::NAN}),
            _ => value!({"k": i}),
        };
        writer.put_item("fish", item).unwrap();
    }
    let report = writer.finish();
    let failed: Vec<(usize, &str)> =
        report.failures().map(|(index, error)| (index, error.code().unwrap_or_else(|| error.name()))).collect();
    assert_eq!(failed, [(7, "ValidationException"), (31, "TypeError")]);
    assert_eq!(report.written(), 58);
    let error = report.into_result().unwrap_err();
    assert_eq!((error.details()["index"].as_int(), error.details()["failed"].as_int()), (Some(7), Some(2)));
    assert_eq!(tables.state(|state| state.writes.values().filter(|times| **times == 1).count()), 58);
}

#[test]
fn throttled_batches_are_sent_again_and_lasting_throttling_is_reported() {
    let tables = Tables::new(0);
    tables.state(|state| state.errors = vec!["ProvisionedThroughputExceededException"; 5]);
    let client = dynamodb::plain(&tables.client()).unwrap();
    let mut writer = dynamodb::batch_writer(&client);
    writer.put_item("fish", value!({"k": 1})).unwrap();
    let report = writer.finish();
    assert_eq!((report.written(), report.calls()), (1, 6));

    let tables = Tables::new(0);
    tables.state(|state| state.errors = vec!["ProvisionedThroughputExceededException"; 5]);
    let mut writer = dynamodb::batch_writer(&dynamodb::plain(&tables.client()).unwrap()).max_attempts(2);
    writer.put_item("fish", value!({"k": 1})).unwrap();
    let error = writer.finish().into_result().unwrap_err();
    let source = std::error::Error::source(&error).expect("the error of the service").to_string();
    assert!(source.contains("ProvisionedThroughputExceededException"), "{source}");

    let tables = Tables::new(1);
    let client = dynamodb::plain(&tables.client()).unwrap();
    let mut writer = dynamodb::batch_writer(&client).max_attempts(3);
    writer.put_item("fish", value!({"k": 1})).unwrap();
    let report = writer.finish();
    let (_, error) = report.failures().next().unwrap();
    assert_eq!((error.kind(), error.attempts(), report.calls()), (ErrorKind::Unprocessed, 3, 3));
    let mut batch = dynamodb::batch_get(&client).max_attempts(3);
    batch.get("fish", value!({"k": 1})).unwrap();
    assert_eq!(batch.run().failures().next().unwrap().1.kind(), ErrorKind::Unprocessed);
}

#[test]
fn errors_of_the_account_fail_the_batch_without_splitting_it() {
    let tables = Tables::new(0);
    tables.state(|state| state.errors = vec!["AccessDeniedException"]);
    let client = dynamodb::plain(&tables.client()).unwrap();
    let mut writer = dynamodb::batch_writer(&client);
    for i in 0..30 {
        writer.put_item("fish", value!({"k": i})).unwrap();
    }
    let report = writer.finish();
    assert_eq!((report.written(), report.failures().count(), report.calls()), (5, 25, 2));
}

#[test]
fn deadlines_and_cancellation_end_batches() {
    let tables = Tables::new(1);
    let client = dynamodb::plain(&tables.client()).unwrap();
    let kinds = |report: &dynamodb::WriteReport| report.failures().map(|(_, error)| error.kind()).collect::<Vec<_>>();
    // The client counts the delays that it skips.
    let mut writer = dynamodb::batch_writer(&client).deadline(Duration::from_secs(10)).max_attempts(1000);
    for i in 0..60 {
        writer.put_item("fish", value!({"k": i})).unwrap();
    }
    assert_eq!(kinds(&writer.finish()), [ErrorKind::Deadline; 60]);

    let cancel = Cancel::new();
    let mut writer = dynamodb::batch_writer(&client).cancel(&cancel);
    writer.put_item("fish", value!({"k": 1})).unwrap();
    cancel.cancel();
    assert_eq!(kinds(&writer.finish()), [ErrorKind::Canceled]);

    let mut batch = dynamodb::batch_get(&client).cancel(&cancel);
    batch.get("fish", value!({"k": 1})).unwrap();
    assert_eq!(batch.run().failures().next().unwrap().1.kind(), ErrorKind::Canceled);
    let mut batch = dynamodb::batch_get(&client).deadline(Duration::from_secs(10)).max_attempts(1000);
    batch.get("fish", value!({"k": 1})).unwrap();
    assert_eq!(batch.run().failures().next().unwrap().1.kind(), ErrorKind::Deadline);
}

#[test]
fn a_dropped_writer_sends_what_is_left() {
    let tables = Tables::new(0);
    let client = dynamodb::plain(&tables.client()).unwrap();
    let worker = thread::spawn(move || {
        let mut writer = dynamodb::batch_writer(&client);
        writer.put_item("fish", value!({"k": 1})).unwrap();
        panic!("the body of the batch fails");
    });
    assert!(worker.join().is_err());
    assert_eq!(tables.state(|state| state.items.len()), 1);
}

#[test]
fn missing_items_are_reported_and_keys_are_projected() {
    let tables = Tables::new(0);
    let client = dynamodb::plain(&tables.client()).unwrap();
    client.call("put_item", value!({"TableName": "fish", "Item": {"k": 1, "name": "boto"}})).unwrap();
    let options = value!({"ProjectionExpression": "#n, kg", "ExpressionAttributeNames": {"#n": "name"}});
    let mut batch = dynamodb::batch_get(&client).options("fish", options).unwrap();
    batch.get("fish", value!({"k": 2})).unwrap();
    batch.get("fish", value!({"k": 1})).unwrap();
    let report = batch.run();
    assert!(matches!(report.outcomes()[0], GetOutcome::Missing), "{report:?}");
    assert!(matches!(&report.outcomes()[1], GetOutcome::Found(item) if item["name"] == "boto"), "{report:?}");
    assert_eq!(report.to_value()["Items"][0], Value::Null);
    let error = dynamodb::batch_get(&client).options("fish", value!({"Keys": []})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ParamValidation);
    let mut batch = dynamodb::batch_get(&client).options("fish", value!({"ProjectionExpression": "a,, b"})).unwrap();
    batch.get("fish", value!({"k": 2})).unwrap();
    let error = batch.run().into_result().unwrap_err();
    assert_eq!(error.message(), "fish: position 2 of \"a,, b\": expected the name of an attribute, found \",\"");
}
