//! Random conditions beside what boto3 builds for them, recorded by `conditions.py`.

use tucuxi::dynamodb::{Attr, Condition, Key, Operand, Size};
use tucuxi::{Value, value};

const RECORDED: &str = include_str!("conditions.jsonl");

#[test]
fn names_values_and_text_are_those_of_boto3() {
    let mut count = 0;
    for line in RECORDED.lines() {
        let recorded: Value = serde_json::from_str(line).unwrap();
        for condition in [Condition::from_value(&recorded[0]).unwrap(), with_methods(&recorded[0])] {
            let built = condition.build();
            assert_eq!(built.text, recorded[2], "{line}");
            assert_eq!(Value::from(built.names), recorded[3], "{line}");
            assert_eq!(Value::from(built.values), recorded[4], "{line}");
            let back = Condition::from_value(&Value::from(condition)).unwrap().build();
            assert_eq!(back.text, recorded[2], "{line}");
        }
        count += 1;
    }
    assert_eq!(count, 600);
}

#[test]
fn requests_contain_the_conditions_that_boto3_sends() {
    let tables = super::table::Tables::new(0);
    let client = tucuxi::dynamodb::plain(&tables.client()).unwrap();
    for line in RECORDED.lines().take(100) {
        let recorded: Value = serde_json::from_str(line).unwrap();
        let name = if recorded[1] == true { "KeyConditionExpression" } else { "FilterExpression" };
        let params = value!({"TableName": "fish", name: recorded[0].clone()});
        let request = client.prepare("query", params).unwrap();
        let tucuxi::http::Body::Bytes(body) = request.body else { panic!("a body") };
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body[name], recorded[2], "{line}");
        let values: Vec<&str> = recorded[4].as_map().unwrap().keys().collect();
        let sent: Vec<&str> = body["ExpressionAttributeValues"].as_map().into_iter().flat_map(|map| map.keys()).collect();
        assert_eq!(sent, values, "{line}");
    }
}

/// Builds a condition with the operators and methods of Rust.
fn with_methods(data: &Value) -> Condition {
    let pair = |list: &Value| (with_methods(&list[0]), with_methods(&list[1]));
    if let Some(list) = data.get("and") {
        let (a, b) = pair(list);
        return a & b;
    }
    if let Some(list) = data.get("or") {
        let (a, b) = pair(list);
        return a | b;
    }
    if let Some(inner) = data.get("not") {
        return !with_methods(inner);
    }
    let map = data.as_map().unwrap();
    let (operator, operands) = match data.get("operands") {
        Some(operands) => (data["operator"].as_str().unwrap(), operands.into_iter().map(operand).collect()),
        None => {
            let (operator, given) = map.iter().nth(1).unwrap();
            let operands = match (operator.as_str(), given) {
                ("between" | "is_in", list) => list.into_iter().cloned().map(Operand::from).collect(),
                _ => vec![Operand::from(given.clone())],
            };
            (operator.as_str(), operands)
        }
    };
    let (kind, path) = map.iter().next().unwrap();
    let path = path.as_str().unwrap();
    match kind.as_str() {
        "attr" => of_attr(Attr(path), operator, operands),
        "key" => of_key(Key(path), operator, operands),
        _ => of_size(Attr(path).size(), operator, operands),
    }
}

fn operand(data: &Value) -> Operand {
    let (kind, content) = data.as_map().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "attr" => Attr(content.as_str().unwrap()).into(),
        "size" => Attr(content.as_str().unwrap()).size().into(),
        _ => content.clone().into(),
    }
}

fn two(operands: Vec<Operand>) -> [Operand; 2] {
    operands.try_into().expect("two operands")
}

fn one(operands: Vec<Operand>) -> Operand {
    let [operand] = operands.try_into().expect("one operand");
    operand
}

fn of_attr(attr: Attr<'_>, operator: &str, operands: Vec<Operand>) -> Condition {
    match operator {
        "eq" => attr.eq(one(operands)),
        "ne" => attr.ne(one(operands)),
        "lt" => attr.lt(one(operands)),
        "lte" => attr.lte(one(operands)),
        "gt" => attr.gt(one(operands)),
        "gte" => attr.gte(one(operands)),
        "contains" => attr.contains(one(operands)),
        "begins_with" => attr.begins_with(one(operands)),
        "attribute_type" => attr.attribute_type(one(operands)),
        "is_in" => attr.is_in(operands),
        "exists" => attr.exists(),
        "not_exists" => attr.not_exists(),
        "between" => {
            let [low, high] = two(operands);
            attr.between(low, high)
        }
        other => panic!("{other}"),
    }
}

fn of_key(key: Key<'_>, operator: &str, operands: Vec<Operand>) -> Condition {
    match operator {
        "eq" => key.eq(one(operands)),
        "lt" => key.lt(one(operands)),
        "lte" => key.lte(one(operands)),
        "gt" => key.gt(one(operands)),
        "gte" => key.gte(one(operands)),
        "begins_with" => key.begins_with(one(operands)),
        "between" => {
            let [low, high] = two(operands);
            key.between(low, high)
        }
        other => panic!("{other}"),
    }
}

fn of_size(size: Size<'_>, operator: &str, operands: Vec<Operand>) -> Condition {
    match operator {
        "eq" => size.eq(one(operands)),
        "lt" => size.lt(one(operands)),
        "lte" => size.lte(one(operands)),
        "gt" => size.gt(one(operands)),
        "gte" => size.gte(one(operands)),
        "between" => {
            let [low, high] = two(operands);
            size.between(low, high)
        }
        other => panic!("{other}"),
    }
}
