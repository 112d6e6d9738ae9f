//! Random items, written and read through a resource, a client with plain values, an ordinary client, and serde.

use serde::{Deserialize, Serialize};
use tucuxi::{Bytes, Map, Number, Session, Set, Value, dynamodb, value};

use super::Random;
use super::table::Tables;

const ITEMS: usize = 10_000;

#[derive(Serialize, Deserialize)]
struct Record {
    k: String,
    digits: Number,
    tags: Set,
    payload: Value,
}

#[test]
fn random_items_survive_resource_client_and_serde() {
    let mut random = Random(1);
    let items: Vec<Map> = (0..ITEMS).map(|i| item(&mut random, i)).collect();
    let tables = Tables::new(0);
    let resource = Session::builder().region("us-east-1").build().unwrap().resource_of(tables.client()).unwrap();
    let mut writer = dynamodb::batch_writer(resource.client());
    for item in &items {
        writer.put_item("fish", item.clone()).unwrap();
    }
    assert_eq!(writer.finish().written(), ITEMS);

    let ordinary = tables.client();
    let plain = dynamodb::plain(&tables.client()).unwrap();
    let read = |client, key: &dyn Fn(&Map) -> Value| {
        let mut batch = dynamodb::batch_get(client);
        for item in &items {
            batch.get("fish", key(item)).unwrap();
        }
        batch.run().into_result().unwrap()
    };
    let through_resource = read(resource.client(), &|item| value!({"k": item["k"].clone()}));
    let through_plain = read(&plain, &|item| value!({"k": item["k"].clone()}));
    let through_ordinary = read(&ordinary, &|item| value!({"k": {"S": item["k"].clone()}}));
    for (i, item) in items.iter().enumerate() {
        assert_eq!(through_resource[i].as_ref(), Some(item));
        assert_eq!(through_plain[i].as_ref(), Some(item));
        let typed = through_ordinary[i].as_ref().unwrap();
        assert_eq!(&dynamodb::deserialize_item(typed).unwrap(), item);
        let record: Record = dynamodb::from_item(item.clone()).unwrap();
        let back = dynamodb::to_item(&record).unwrap();
        assert_eq!(&dynamodb::serialize_item(&back).unwrap(), typed, "{item:?}");
    }
}

#[test]
fn single_items_survive_a_table_resource() {
    let mut random = Random(2);
    let tables = Tables::new(0);
    let resource = Session::builder().region("us-east-1").build().unwrap().resource_of(tables.client()).unwrap();
    let table = resource.resource("Table", "fish").unwrap();
    for i in 0..200 {
        let item = item(&mut random, i);
        table.call("put_item", value!({"Item": item.clone()})).unwrap();
        let read = table.call("get_item", value!({"Key": {"k": item["k"].clone()}})).unwrap();
        assert_eq!(read.value().unwrap()["Item"], Value::from(item));
    }
}

fn item(random: &mut Random, i: usize) -> Map {
    let strings = ["a", "b", "", "é😀", "$set", "\"\\\n\u{0}"];
    let tags = if i.is_multiple_of(3) { Set::from([number(random)]) } else { strings[..=random.below(5)].iter().copied().collect() };
    Map::from([("k", Value::from(format!("item {i}"))), ("digits", number(random)), ("tags", tags.into()), ("payload", any(random, 3))])
}

fn any(random: &mut Random, depth: usize) -> Value {
    let keys = ["a", "$set", "$bytes", "$number", "N", "S", "M", "with.dot", "é", "", "SS"];
    match random.below(if depth == 0 { 8 } else { 11 }) {
        0 => Value::Null,
        1 => Value::Bool(random.below(2) == 0),
        2 => number(random),
        3 => Value::from(random.choose(&["", "text", "é😀\u{2028}", "\"\\\n\u{0}\u{7f}", "$set"])),
        4 => Value::from(random.next().to_le_bytes()[..random.below(9)].to_vec()),
        5 => Value::from((0..=random.below(4)).map(|_| number(random)).collect::<Set>()),
        6 => Value::from((0..=random.below(4)).map(|i| format!("{i}é")).collect::<Set>()),
        7 => Value::from((0..=random.below(4)).map(|_| Bytes::from(&random.next().to_le_bytes()[..])).collect::<Set>()),
        8 => (0..random.below(4)).map(|_| any(random, depth - 1)).collect(),
        // A map that looks like a set, or like DynamoDB's notation.
        9 => value!({(random.choose(&keys)): [(any(random, depth - 1))]}),
        _ => Value::from((0..random.below(4)).map(|_| (random.choose(&keys), any(random, depth - 1))).collect::<Map>()),
    }
}

/// A number with up to 38 digits, in any notation.
fn number(random: &mut Random) -> Value {
    let count = 1 + random.below(38);
    let mut digits: String = (0..count).map(|_| char::from(b'0' + random.below(10) as u8)).collect();
    digits.replace_range(..1, &(1 + random.below(9)).to_string());
    let sign = random.choose(&["", "-"]);
    let text = match random.below(5) {
        0 if count > 1 => format!("{sign}{}.{}", &digits[..1], &digits[1..]),
        1 => format!("{sign}0.000{digits}"),
        2 => format!("{sign}{digits}e-{}", random.below(80)),
        3 => format!("{sign}{digits}E+{}", random.below(80)),
        _ => format!("{sign}{digits}"),
    };
    Value::Number(Number::parse(&text).unwrap())
}
