//! The guide's chapter about DynamoDB, run against moto and dynalite.

use tucuxi::{Credentials, Environment, Result, Session};

use crate::{dynalite, moto};

const CHAPTER: &str = include_str!("../../../src/guide/dynamodb.md");

/// The examples of the chapter, in order.
const EXAMPLES: [fn(&Session) -> Result<()>; 9] =
    [resources, plain_clients, structs, conditions, conditions_as_data, strings, batches, scans, by_name];

#[test]
fn the_examples_of_the_chapter_run() {
    for url in [moto::client("dynamodb").endpoint_url().to_owned(), dynalite::client().endpoint_url().to_owned()] {
        let environment = Environment::from_fn({
            let url = url.clone();
            move |name| (name == "AWS_ENDPOINT_URL").then(|| url.clone())
        });
        let credentials = Credentials::new("testing", "testing");
        let session = Session::builder().environment(environment).region("us-east-1").credentials(credentials).build().unwrap();
        for (i, example) in EXAMPLES.iter().enumerate() {
            example(&session).unwrap_or_else(|error| panic!("example {} at {url}: {error}", i + 1));
        }
    }
}

/// The code of the chapter, without hidden lines, is the code below.
#[test]
fn the_examples_are_those_of_the_chapter() {
    // rustfmt breaks lines differently here, and adds commas.
    let squeeze = |line: &str| line.split("//").next().unwrap_or_default().replace(|c: char| c.is_whitespace() || c == ',', "");
    let own: String = include_str!("guide.rs").lines().map(squeeze).collect();
    let mut blocks = 0;
    for block in CHAPTER.split("```no_run\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let code: String = block.lines().filter(|line| !line.starts_with("# ")).map(squeeze).collect();
        assert!(own.contains(&code), "the test does not contain this example:\n{block}");
        blocks += 1;
    }
    assert_eq!(blocks, EXAMPLES.len());
}

fn resources(session: &Session) -> Result<()> {
    use tucuxi::{Set, value};

    let dynamodb = session.resource("dynamodb")?;
    dynamodb.call(
        "create_table",
        value!({
            "TableName": "fish",
            "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "name", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        }),
    )?;
    let table = dynamodb.resource("Table", "fish")?;
    table.wait("exists")?;

    table.call("put_item", value!({"Item": {"name": "boto", "kg": 160, "rivers": (Set::from(["Amazon", "Orinoco"]))}}))?;
    let found = table.call("get_item", value!({"Key": {"name": "boto"}}))?.into_value().unwrap_or_default();
    assert_eq!(found["Item"]["kg"], 160);
    assert_eq!(found["Item"]["rivers"].as_set(), Some(&Set::from(["Orinoco", "Amazon"])));
    Ok(())
}

fn plain_clients(session: &Session) -> Result<()> {
    use tucuxi::{dynamodb, value};

    let client = dynamodb::plain(&session.client("dynamodb")?)?;
    client.call("put_item", value!({"TableName": "fish", "Item": {"name": "piranha", "kg": 3}}))?;
    Ok(())
}

fn structs(session: &Session) -> Result<()> {
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeSet;
    use tucuxi::{Map, dynamodb, value};

    #[derive(Serialize, Deserialize)]
    struct Fish {
        name: String,
        kg: f64,
        #[serde(with = "tucuxi::dynamodb::set")]
        rivers: BTreeSet<String>,
    }

    let table = session.resource("dynamodb")?.resource("Table", "fish")?;
    let tambaqui = Fish { name: "tambaqui".into(), kg: 0.1, rivers: ["Amazon".to_owned()].into() };
    table.call("put_item", value!({"Item": (dynamodb::to_item(&tambaqui)?)}))?;
    let found = table.call("get_item", value!({"Key": {"name": "tambaqui"}}))?.into_value().unwrap_or_default();
    let item: Map = found["Item"].clone().try_into()?;
    let fish: Fish = dynamodb::from_item(item)?;
    assert_eq!(fish.kg, 0.1);
    Ok(())
}

fn conditions(session: &Session) -> Result<()> {
    use tucuxi::dynamodb::{Attr, Key};
    use tucuxi::value;

    let table = session.resource("dynamodb")?.resource("Table", "fish")?;
    let heavy = Attr("kg").gt(100) & Attr("rivers").contains("Amazon");
    let page = table.call("query", value!({"KeyConditionExpression": (Key("name").eq("boto")), "FilterExpression": heavy}))?;
    assert_eq!(page.into_value().unwrap_or_default()["Count"], 1);

    let put = value!({"Item": {"name": "boto"}, "ConditionExpression": (Attr("name").not_exists())});
    let error = table.call("put_item", put).unwrap_err();
    assert_eq!(error.code(), Some("ConditionalCheckFailedException"));
    Ok(())
}

fn conditions_as_data(session: &Session) -> Result<()> {
    use tucuxi::value;

    let table = session.resource("dynamodb")?.resource("Table", "fish")?;
    let light = value!({"and": [{"attr": "kg", "lt": 100}, {"not": {"attr": "name", "eq": "piranha"}}]});
    let page = table.call("scan", value!({"FilterExpression": light}))?;
    assert_eq!(page.into_value().unwrap_or_default()["Items"][0]["name"], "tambaqui");
    Ok(())
}

fn strings(session: &Session) -> Result<()> {
    use tucuxi::{ErrorKind, dynamodb, value};

    let table = session.resource("dynamodb")?.resource("Table", "fish")?;
    let update = dynamodb::expr("SET #s = :new ADD kg :more", value!({"#s": "status", ":new": "seen", ":more": 5}));
    table.call("update_item", value!({"Key": {"name": "boto"}, "UpdateExpression": update}))?;

    let wrong = dynamodb::expr("status = :new", value!({":new": "seen"}));
    let error = table.call("scan", value!({"FilterExpression": wrong})).unwrap_err();
    assert_eq!((error.kind(), error.details()["position"].as_int()), (ErrorKind::ParamValidation, Some(0)));
    assert!(error.message().contains("\"status\" is a reserved word"));
    Ok(())
}

fn batches(session: &Session) -> Result<()> {
    use std::time::Duration;
    use tucuxi::{dynamodb, value};

    let table = session.resource("dynamodb")?.resource("Table", "fish")?;
    let mut writer = dynamodb::batch_writer(table.client())
        .overwrite_by_pkeys("fish", ["name"]) // the last request for a key wins
        .deadline(Duration::from_secs(60));
    for i in 0..90 {
        writer.put_item("fish", value!({"name": format!("neon {i}"), "kg": 0}))?;
    }
    writer.delete_item("fish", value!({"name": "neon 89"}))?;
    let report = writer.finish();
    assert_eq!((report.written(), report.failures().count()), (90, 0));

    let mut batch = dynamodb::batch_get(table.client());
    for name in ["neon 7", "neon 89"] {
        batch.get("fish", value!({"name": name}))?;
    }
    let items = batch.run().into_result()?;
    assert!(items[0].is_some() && items[1].is_none());
    Ok(())
}

fn scans(session: &Session) -> Result<()> {
    use tucuxi::dynamodb::{self, Attr};
    use tucuxi::value;

    let table = session.resource("dynamodb")?.resource("Table", "fish")?;
    let params = value!({"TableName": "fish", "FilterExpression": (Attr("name").begins_with("neon"))});
    let mut count = 0;
    for item in dynamodb::scan(table.client(), params)?.segments(8) {
        assert_eq!(item?["kg"], 0);
        count += 1;
    }
    assert_eq!(count, 89);
    Ok(())
}

fn by_name(session: &Session) -> Result<()> {
    use tucuxi::value;

    let client = session.client("dynamodb")?;
    client.call("use_plain_values", ())?;
    let puts = value!([{"PutRequest": {"Item": {"name": "arapaima", "kg": 200}}}, {"DeleteRequest": {"Key": {"name": "neon 1"}}}]);
    let report = client.call("batch_write", value!({"RequestItems": {"fish": puts}}))?;
    assert_eq!((&report["Written"], report["Failed"].len()), (&value!(2), 0));
    let found = client.call("batch_get", value!({"RequestItems": {"fish": {"Keys": [{"name": "arapaima"}, {"name": "neon 1"}]}}}))?;
    assert_eq!(found["fish"]["Items"][0]["kg"], 200);
    assert!(found["fish"]["Items"][1].is_null());
    let all = client.call("parallel_scan", value!({"TableName": "fish", "Segments": 4}))?;
    assert_eq!(all["Items"].len(), 92);
    Ok(())
}
