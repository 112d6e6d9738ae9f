//! The requests of clients with plain values: conditions, checked expressions, and the methods for hosts.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tucuxi::dynamodb::{self, Attr, Key};
use tucuxi::http::Body;
use tucuxi::{Cancel, Client, ErrorKind, Session, Set, Value, value};

use super::table::Tables;

fn client() -> Client {
    dynamodb::plain(&Tables::new(0).client()).unwrap()
}

fn body(client: &Client, operation: &str, params: Value) -> Json {
    let request = client.prepare(operation, params).unwrap();
    let Body::Bytes(body) = request.body else { panic!("a body") };
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn conditions_of_a_query_are_numbered_together() {
    let params = value!({
        "TableName": "fish",
        "KeyConditionExpression": (Key("p").eq("x")),
        "FilterExpression": (Attr("q").gt(1) & Attr("p").exists()),
        "ExpressionAttributeNames": {"#mine": "m"},
        "ProjectionExpression": "#mine",
    });
    let given = params.clone();
    let sent = body(&client(), "query", params.clone());
    assert_eq!(params, given);
    let expected = json!({
        "TableName": "fish",
        "KeyConditionExpression": "#n2 = :v1",
        "FilterExpression": "(#n0 > :v0 AND attribute_exists(#n1))",
        "ProjectionExpression": "#mine",
        "ExpressionAttributeNames": {"#mine": "m", "#n0": "q", "#n1": "p", "#n2": "p"},
        "ExpressionAttributeValues": {":v0": {"N": "1"}, ":v1": {"S": "x"}},
    });
    assert_eq!(sent, expected);
}

#[test]
fn conditions_work_inside_transactions_and_keep_the_callers_placeholders() {
    let put = value!({
        "TableName": "fish",
        "Item": {"k": 1},
        "ConditionExpression": (Attr("v").eq(Set::from([1])) | Attr("w").not_exists()),
    });
    let update = value!({
        "TableName": "fish",
        "Key": {"k": 2},
        "UpdateExpression": "SET #n0 = :v0",
        "ConditionExpression": {"attr": "n", "lt": 5},
        "ExpressionAttributeNames": {"#n0": "n"},
        "ExpressionAttributeValues": {":v0": 7},
    });
    let sent = body(&client(), "transact_write_items", value!({"TransactItems": [{"Put": put}, {"Update": update}]}));
    let put = &sent["TransactItems"][0]["Put"];
    assert_eq!(put["ConditionExpression"], "(#n0 = :v0 OR attribute_not_exists(#n1))");
    assert_eq!(put["ExpressionAttributeValues"], json!({":v0": {"NS": ["1"]}}));
    let update = &sent["TransactItems"][1]["Update"];
    assert_eq!(update["ConditionExpression"], "#n1 < :v1");
    assert_eq!(update["ExpressionAttributeNames"], json!({"#n0": "n", "#n1": "n"}));
    assert_eq!(update["ExpressionAttributeValues"], json!({":v0": {"N": "7"}, ":v1": {"N": "5"}}));
}

#[test]
fn expressions_are_checked_and_merged_before_anything_is_sent() {
    let client = client();
    let update = dynamodb::expr("SET #s = :s ADD visits :one", value!({"#s": "status", ":s": "seen", ":one": 1}));
    let params = value!({"TableName": "fish", "Key": {"k": 1}, "UpdateExpression": update, "ConditionExpression": (Attr("s").ne("seen"))});
    let sent = body(&client, "update_item", params);
    assert_eq!(sent["UpdateExpression"], "SET #s = :s ADD visits :one");
    assert_eq!(sent["ConditionExpression"], "#n0 <> :v0");
    assert_eq!(sent["ExpressionAttributeNames"], json!({"#s": "status", "#n0": "s"}));
    assert_eq!(sent["ExpressionAttributeValues"], json!({":s": {"S": "seen"}, ":one": {"N": "1"}, ":v0": {"S": "seen"}}));

    for (expression, message) in [
        (value!({"expression": "a = :w", "with": {":v": 1}}), "FilterExpression: The placeholder :v is not used in \"a = :w\""),
        (
            value!({"expression": "a = :w"}),
            "FilterExpression: position 4 of \"a = :w\": the placeholder :w is not defined. Did you mean :q?",
        ),
        (
            value!({"expression": "a = :q", "with": {":q": 2}}),
            "FilterExpression: The placeholder :q is already used for something else in the request",
        ),
        (value!({"expression": 5}), "FilterExpression.expression: the text of an expression must be a string"),
        (
            value!({"expression": "a = :q", "wth": {}}),
            "FilterExpression: unknown member \"wth\" of an expression; the members are expression and with",
        ),
        (value!({"attr": "a", "equals": 1}), "FilterExpression: unknown operator \"equals\"."),
        (value!({"not": {"attr": "a", "eqq": 1}}), "not: unknown operator \"eqq\". Did you mean eq"),
    ] {
        let params = value!({"TableName": "fish", "FilterExpression": expression, "ExpressionAttributeValues": {":q": 1}});
        let error = client.prepare("scan", params).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ParamValidation);
        assert!(error.message().starts_with(message), "{error}\n{message}");
    }
    // Strings are left to the service, as in boto3.
    assert_eq!(body(&client, "scan", value!({"TableName": "fish", "FilterExpression": "(((?"}))["FilterExpression"], "(((?");
    // An ordinary client takes neither.
    let error =
        Tables::new(0).client().prepare("scan", value!({"TableName": "fish", "FilterExpression": (Attr("a").exists())})).unwrap_err();
    assert!(error.message().contains("Invalid type for parameter FilterExpression"), "{error}");
}

#[test]
fn a_key_condition_takes_keys_only() {
    let params = value!({"TableName": "fish", "KeyConditionExpression": (Attr("k").eq(1))});
    let error = client().prepare("query", params).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::ParamValidation, "DynamoDBNeedsKeyConditionError"));
}

#[test]
fn plain_maps_are_never_sets_and_numbers_are_always_numbers() {
    let tables = Tables::new(0);
    let table =
        Session::builder().region("us-east-1").build().unwrap().resource_of(tables.client()).unwrap().resource("Table", "fish").unwrap();
    table.call("put_item", value!({"Item": {"k": "a", "a": {"$set": ["x"]}, "n": 5, "s": (Set::from(["x"]))}})).unwrap();
    tables.state(|state| {
        let item = state.items.values().next().unwrap();
        assert_eq!(item["a"], json!({"M": {"$set": {"L": [{"S": "x"}]}}}));
        assert_eq!(item["s"], json!({"SS": ["x"]}));
    });
    let item = table.call("get_item", value!({"Key": {"k": "a"}})).unwrap().into_value().unwrap()["Item"].clone();
    assert_eq!(item["a"], value!({"$set": ["x"]}));
    assert!(matches!(&item["n"], Value::Number(five) if five.as_str() == "5") && item["n"] == 5);
    assert_eq!(item["s"], Value::from(Set::from(["x"])));
}

#[test]
fn errors_contain_the_path_of_the_value() {
    let items = value!([{"PutRequest": {"Item": {"k": {"a": [1, f64::NAN]}}}}]);
    let error = client().call("batch_write_item", value!({"RequestItems": {"fish": items}})).unwrap_err();
    let message = "RequestItems.fish[0].PutRequest.Item.k.a[1]: Infinity and NaN are not supported";
    assert_eq!((error.kind(), error.message()), (ErrorKind::Conversion, message));
}

#[test]
fn plain_values_are_for_dynamodb_only() {
    let session = Session::builder().region("us-east-1").build().unwrap();
    let error = dynamodb::plain(&session.client("s3").unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidConfig, "Plain values exist for DynamoDB only, not for s3"));
    let streams = dynamodb::plain(&session.client("dynamodbstreams").unwrap()).unwrap();
    assert!(dynamodb::plain(&streams).is_ok());
}

#[test]
fn hosts_call_plain_values_batches_and_scans_by_name() {
    let tables = Tables::new(3);
    let client = tables.client();
    assert!(client.call("use_plain_values", ()).unwrap().is_null());
    let puts: Value = (0..120).map(|i| value!({"PutRequest": {"Item": {"k": i % 100, "v": i}}})).collect();
    let deletes = value!([{"DeleteRequest": {"Key": {"k": "none"}}}]);
    let params = value!({"RequestItems": {"fish": puts, "rivers": deletes}, "OverwriteByPkeys": {"fish": ["k"]}});
    let report = client.request("batch_write", params).deadline(Duration::from_secs(3600)).send().unwrap();
    assert_eq!(report["Failed"], value!([]));
    assert_eq!(report["Written"].as_int().unwrap() + report["Replaced"].as_int().unwrap(), 121);
    let keys: Value = (0..101).map(|i| value!({"k": i})).collect();
    let report = client.call("batch_get", value!({"RequestItems": {"fish": {"Keys": keys}}})).unwrap();
    assert_eq!(report["fish"]["Items"][7]["v"], 107);
    assert_eq!((report["fish"]["Items"].len(), report["fish"]["Items"][100].is_null()), (101, true));

    let error = client.call("batch_write", value!({"RequestItems": {"fish": [{"PutRequest": {"Itm": {}}}]}})).unwrap_err();
    assert!(error.message().contains("Invalid request RequestItems.fish[0]"), "{error}");
    let canceled = Cancel::new();
    canceled.cancel();
    let report = client.request("batch_get", value!({"RequestItems": {"fish": {"Keys": [{"k": 1}]}}})).cancel(&canceled).send().unwrap();
    assert_eq!(report["fish"]["Failed"][0]["Error"]["name"], "CanceledError");
    let error = client.call("parallel_scan", value!({"TableName": "fish", "Segments": 0})).unwrap_err();
    assert!(error.message().contains("Segments must be a positive integer"), "{error}");
}
