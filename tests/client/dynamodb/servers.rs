//! Conditions, batches, and parallel scans against moto and dynalite.

use std::collections::BTreeSet;
use std::time::Duration;

use tucuxi::dynamodb::{self, Attr, Condition, Key};
use tucuxi::{Cancel, Client, ErrorKind, Map, Number, Set, Value, value};

use crate::{dynalite, moto};

fn servers() -> [(&'static str, Client); 2] {
    [("moto", dynamodb::plain(&moto::client("dynamodb")).unwrap()), ("dynalite", dynamodb::plain(&dynalite::client()).unwrap())]
}

fn table(client: &Client, name: &str) {
    let key = |name, kind| value!({"AttributeName": name, "KeyType": kind});
    let attribute = |name, kind| value!({"AttributeName": name, "AttributeType": kind});
    let params = value!({
        "TableName": name,
        "KeySchema": [key("k", "HASH"), key("s", "RANGE")],
        "AttributeDefinitions": [attribute("k", "S"), attribute("s", "N")],
        "BillingMode": "PAY_PER_REQUEST",
    });
    client.call("create_table", params).unwrap();
    client.waiter("table_exists").unwrap().delay(Duration::from_millis(20)).wait(value!({"TableName": name})).unwrap();
}

fn names(items: &Value) -> BTreeSet<i64> {
    items.into_iter().map(|item| item["s"].as_int().unwrap()).collect()
}

#[test]
fn conditions_select_the_items_that_they_describe() {
    for (server, client) in servers() {
        table(&client, "conditions");
        let mut writer = dynamodb::batch_writer(&client);
        for i in 0..10 {
            let decimal = Number::parse(&format!("{i}.50")).unwrap();
            let mut item = Map::from([("k", Value::from("x")), ("s", i.into()), ("name", format!("n{i}").into()), ("d", decimal.into())]);
            item.insert("deep", value!({"list": [{"size": i}]}));
            if i % 2 == 0 {
                item.insert("even", true);
            }
            item.insert("tags", Set::from(if i % 2 == 0 { ["even", "all"] } else { ["odd", "all"] }));
            writer.put_item("conditions", item).unwrap();
        }
        assert_eq!(writer.finish().written(), 10);
        let cases: [(Condition, &[i64]); 9] = [
            (Attr("s").gt(6) & Attr("even").exists(), &[8]),
            (Attr("name").eq("n3") | Attr("name").begins_with("n4"), &[3, 4]),
            (Attr("tags").contains("even") & !Attr("s").lt(4), &[4, 6, 8]),
            (Attr("deep.list[0].size").between(2, 3), &[2, 3]),
            (Attr("s").is_in([1, 5, 77]), &[1, 5]),
            (Attr("tags").size().eq(2) & Attr("s").lte(2), &[0, 1, 2]),
            (Attr("tags").attribute_type("SS") & Attr("s").gte(7), &[7, 8, 9]),
            (Attr("even").not_exists() & Attr("s").ne(1), &[3, 5, 7, 9]),
            (Attr("d").eq(Number::parse("7.5").unwrap()), &[7]),
        ];
        for (condition, expected) in cases {
            let page = client.call("scan", value!({"TableName": "conditions", "FilterExpression": condition.clone()})).unwrap();
            assert_eq!(names(&page["Items"]), expected.iter().copied().collect(), "{server}: {condition:?}");
        }
        let query = value!({
            "TableName": "conditions",
            "KeyConditionExpression": (Key("k").eq("x") & Key("s").between(3, 6)),
            "FilterExpression": {"expression": "#n <> :n", "with": {"#n": "name", ":n": "n4"}},
        });
        assert_eq!(names(&client.call("query", query).unwrap()["Items"]), [3, 5, 6].into(), "{server}");
        let put = value!({"TableName": "conditions", "Item": {"k": "x", "s": 1}, "ConditionExpression": (Attr("k").not_exists())});
        assert_eq!(client.call("put_item", put).unwrap_err().code(), Some("ConditionalCheckFailedException"), "{server}");
    }
}

#[test]
fn batches_and_parallel_scans_read_everything_once() {
    for (server, client) in servers() {
        table(&client, "batches");
        let mut writer = dynamodb::batch_writer(&client).overwrite_by_pkeys("batches", ["k", "s"]);
        for i in 0..310 {
            writer.put_item("batches", value!({"k": format!("k{}", i % 300), "s": 1, "i": i, "pad": ("x".repeat(200))})).unwrap();
        }
        writer.delete_item("batches", value!({"k": "k299", "s": 1})).unwrap();
        assert_eq!(writer.finish().failures().count(), 0, "{server}");

        let mut batch =
            dynamodb::batch_get(&client).options("batches", value!({"ConsistentRead": true, "ProjectionExpression": "i"})).unwrap();
        for i in (0..300).chain([7]) {
            batch.get("batches", value!({"k": format!("k{i}"), "s": (Number::parse("1.0").unwrap())})).unwrap();
        }
        let read = batch.run().into_result().unwrap();
        assert_eq!(read.len(), 301);
        for (i, item) in read.iter().enumerate().take(299) {
            assert_eq!(item.as_ref().unwrap()["i"], if i < 10 { 300 + i } else { i }, "{server}");
        }
        assert!(read[299].is_none() && read[300] == read[7], "{server}");

        for segments in [1, 5] {
            let params = value!({"TableName": "batches", "Limit": 17, "FilterExpression": (Attr("i").gte(20))});
            let items: Vec<Value> =
                dynamodb::scan(&client, params).unwrap().segments(segments).into_iter().collect::<Result<_, _>>().unwrap();
            let found: BTreeSet<i64> = items.iter().map(|item| item["i"].as_int().unwrap()).collect();
            assert_eq!((items.len(), found.len(), found.contains(&305)), (289, 289, true), "{server}, {segments} segments");
        }
        let scanned = client.call("parallel_scan", value!({"TableName": "batches", "Segments": 3})).unwrap();
        assert_eq!(scanned["Items"].len(), 299, "{server}");
    }
}

#[test]
fn scans_end_with_errors_deadlines_and_cancellation() {
    let (_, client) = &servers()[0];
    table(client, "ends");
    let mut writer = dynamodb::batch_writer(client);
    for i in 0..60 {
        writer.put_item("ends", value!({"k": "x", "s": i})).unwrap();
    }
    assert_eq!(writer.finish().written(), 60);
    let kind = |scan: dynamodb::Scan| {
        let mut items = scan.into_iter().skip_while(Result::is_ok);
        let kind = items.next().expect("an error").unwrap_err().kind();
        assert!(items.next().is_none(), "nothing follows an error");
        kind
    };
    let scan = || dynamodb::scan(client, value!({"TableName": "ends", "Limit": 1})).unwrap().segments(2);
    assert_eq!(kind(dynamodb::scan(client, value!({"TableName": "no_such_table"})).unwrap()), ErrorKind::Service);
    assert_eq!(kind(scan().deadline(Duration::ZERO)), ErrorKind::Deadline);
    let cancel = Cancel::new();
    let mut items = scan().cancel(&cancel).into_iter();
    assert!(items.next().unwrap().is_ok());
    cancel.cancel();
    let rest: Vec<_> = items.collect();
    assert!(rest.len() < 59, "{} items after cancellation", rest.len());
    assert_eq!(rest.last().unwrap().as_ref().unwrap_err().kind(), ErrorKind::Canceled);
    let error = dynamodb::scan(client, value!({"TableName": "ends", "Segment": 1})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ParamValidation);
}
