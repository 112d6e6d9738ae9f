//! The programs of the guide, against a moto server. The guide shows the same files.

#[path = "../../src/guide/programs/backup.rs"]
mod backup;
#[path = "../../src/guide/programs/import.rs"]
mod import;
#[path = "../../src/guide/programs/inventory.rs"]
mod inventory;
#[path = "../../src/guide/programs/roles.rs"]
mod roles;
#[path = "../../src/guide/programs/worker.rs"]
mod worker;

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tucuxi::{Cancel, Client, Environment, Event, Session, Value, value};

use crate::loopback::{Answer, Server, ok};
use crate::moto::Moto;

/// A server for these programs alone: some of them list everything that there is.
static MOTO: LazyLock<Moto> = LazyLock::new(|| Moto::start("guide"));

/// A session whose calls reach the server.
fn session() -> Session {
    let variables = [
        ("AWS_ENDPOINT_URL", MOTO.url()),
        ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "testing".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "testing".to_owned()),
    ];
    Session::builder().environment(variables).build().unwrap()
}

fn client(service: &str, region: &str) -> Client {
    session().client_builder(service).region(region).build().unwrap()
}

#[test]
fn inventory_lists_all_pages_of_all_regions() {
    let (north, south) = (client("ec2", "eu-north-1"), client("ec2", "eu-south-1"));
    let launch = |name: Option<&str>| {
        let mut params = value!({"ImageId": "ami-12c6146b", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1});
        if let Some(name) = name {
            params["TagSpecifications"] = value!([{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}]);
        }
        north.call("run_instances", params).unwrap()["Instances"][0]["InstanceId"].to_string()
    };
    // More reservations than a page has.
    let ids: Vec<String> = (0..120).map(|i| launch((i > 0).then_some("várzea"))).collect();
    north.call("terminate_instances", value!({"InstanceIds": [ids[119].as_str()]})).unwrap();
    north.call("stop_instances", value!({"InstanceIds": [ids[118].as_str()]})).unwrap();
    let place = value!({"LocationConstraint": "eu-south-1"});
    client("s3", "eu-south-1").call("create_bucket", value!({"Bucket": "inventory", "CreateBucketConfiguration": place})).unwrap();
    assert!(south.call("describe_instances", ()).unwrap()["Reservations"].is_empty());

    let mut table = Vec::new();
    let session = session();
    let requests = count_requests(&session, "DescribeInstances");
    assert_eq!(inventory::run(&session, &["eu-north-1", "eu-south-1"], &mut table).unwrap(), 120);
    assert_eq!(requests.lock().unwrap().len(), 3, "two pages and an empty one");
    let table = String::from_utf8(table).unwrap();
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["REGION", "ID", "TYPE", "STATE/CREATED", "NAME"]);
    assert_eq!(lines.len(), 1 + 120);
    let line_of = |id: &str| lines.iter().find(|line| line[1] == id).cloned();
    assert_eq!(line_of(&ids[0]).unwrap(), ["eu-north-1", ids[0].as_str(), "t3.micro", "running", "-"]);
    assert_eq!(line_of(&ids[118]).unwrap(), ["eu-north-1", ids[118].as_str(), "t3.micro", "stopped", "várzea"]);
    assert_eq!(line_of(&ids[119]), None);
    let bucket = line_of("inventory").unwrap();
    assert_eq!((bucket[0], bucket[2], bucket[4]), ("eu-south-1", "bucket", "-"));
    assert!(table.lines().skip(1).all(|line| line.chars().nth(14) == Some(' ') && line.chars().nth(15) != Some(' ')), "{table}");
}

#[test]
fn inventory_leaves_out_regions_that_are_not_enabled() {
    let session = session();
    session
        .on("before-call.ec2.DescribeInstances", |event| {
            if event.region() == Some("ap-east-1") {
                let body = "<Response><Errors><Error><Code>AuthFailure</Code><Message>no</Message></Error></Errors></Response>";
                event.set_response(tucuxi::http::Response::new(401, Default::default(), body.as_bytes()));
            }
            Ok(())
        })
        .unwrap();
    let mut table = Vec::new();
    assert_eq!(inventory::run(&session, &["ap-east-1"], &mut table).unwrap(), 0);
    assert_eq!(String::from_utf8(table).unwrap().lines().nth(1), Some("ap-east-1      (not enabled)"));
}

/// Collects the parameters of all calls of an operation that clients of the session make.
fn count_requests(session: &Session, operation: &str) -> Arc<Mutex<Vec<Value>>> {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = calls.clone();
    let hook = move |event: &mut Event<'_, '_>| {
        seen.lock().unwrap().push(Value::Map(event.params().clone()));
        Ok(())
    };
    session.on(&format!("provide-client-params.*.{operation}"), hook).unwrap();
    calls
}

#[test]
fn backup_uploads_what_changed_and_verifies_it() {
    let s3 = client("s3", "us-east-1");
    let session = session();
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &[u8]| fs::write(folder.path().join(path), content).unwrap();
    fs::create_dir_all(folder.path().join("2024/maio")).unwrap();
    write("rio & mar.txt", b"water");
    write("2024/maio/large.bin", &(0..3_000_000_u32).map(|i| (i % 251) as u8).collect::<Vec<u8>>());
    write("2024/empty", b"");

    let error = backup::run(&session, folder.path(), "guide-backup", "").unwrap_err();
    assert_eq!(error.to_string(), "create the bucket guide-backup before the first backup");
    s3.call("create_bucket", value!({"Bucket": "guide-backup"})).unwrap();

    let first = backup::run(&session, folder.path(), "guide-backup", "home/").unwrap();
    assert_eq!(first.uploaded, ["home/2024/empty", "home/2024/maio/large.bin", "home/rio & mar.txt"]);
    assert_eq!(first.unchanged, 0);
    let keys = s3.paginate("list_objects_v2", value!({"Bucket": "guide-backup"})).unwrap().search("Contents[].[Key, Size]").unwrap();
    let keys: Vec<Value> = keys.collect::<tucuxi::Result<_>>().unwrap();
    assert_eq!(keys, [value!(["home/2024/empty", 0]), value!(["home/2024/maio/large.bin", 3_000_000]), value!(["home/rio & mar.txt", 5])]);

    // The same size, other content.
    write("rio & mar.txt", b"mud..");
    let second = backup::run(&session, folder.path(), "guide-backup", "home/").unwrap();
    assert_eq!((second.uploaded, second.unchanged), (vec!["home/rio & mar.txt".to_owned()], 2));
    let stored = s3.call("get_object", value!({"Bucket": "guide-backup", "Key": "home/rio & mar.txt"})).unwrap();
    assert_eq!(stored["Body"].as_stream().unwrap().read_text().unwrap(), "mud..");
    let third = backup::run(&session, folder.path(), "guide-backup", "home/").unwrap();
    assert_eq!((third.uploaded, third.unchanged), (vec![], 3));
}

#[test]
fn backup_reports_content_that_arrives_changed() {
    client("s3", "us-east-1").call("create_bucket", value!({"Bucket": "guide-damaged"})).unwrap();
    let session = session();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), b"good").unwrap();
    let damage = |event: &mut Event<'_, '_>| {
        event.params_mut().insert("Body", "evil");
        Ok(())
    };
    session.on("before-parameter-build.s3.PutObject", damage).unwrap();
    let error = backup::run(&session, folder.path(), "guide-damaged", "").unwrap_err();
    assert_eq!(error.to_string(), "a differs from the file, which may have changed during the upload");
}

/// A table for readings.
fn create_table(name: &str) {
    let dynamodb = client("dynamodb", "us-east-1");
    let table = value!({
        "TableName": name, "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "station", "KeyType": "HASH"}, {"AttributeName": "day", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": "station", "AttributeType": "S"}, {"AttributeName": "day", "AttributeType": "S"},
        ],
    });
    dynamodb.call("create_table", table).unwrap();
}

#[test]
fn import_keeps_the_digits_and_sends_unprocessed_items_again() {
    create_table("guide-import");
    let session = session();
    let batches = withhold_items(&session);
    let lines: String =
        (0..60).map(|i| format!("{{\"station\": \"Tefé\", \"day\": \"2024-05-{i:03}\", \"level\": {i}.{:020}1}}\n", 7)).collect();
    let lines = lines + "{\"station\": \"Óbidos\", \"day\": \"2024-05-01\", \"level\": -0.10, \"remark\": \"gauge \\\"B\\\"\"}\n";
    let stored = import::run(&session, "guide-import", Cursor::new(lines)).unwrap();
    assert_eq!(stored.len(), 61);

    // 25 + 25 + 11 items, and one request for the rest of each batch.
    assert_eq!(*batches.lock().unwrap(), [25, 5, 25, 5, 11, 5]);

    // The service has all digits.
    let dynamodb = client("dynamodb", "us-east-1");
    let key = |station: &str, day: &str| value!({"TableName": "guide-import", "Key": {"station": {"S": station}, "day": {"S": day}}});
    let item = dynamodb.call("get_item", key("Tefé", "2024-05-042")).unwrap();
    assert_eq!(item["Item"]["level"]["N"], "42.000000000000000000071");
    let item = dynamodb.call("get_item", key("Óbidos", "2024-05-01")).unwrap();
    assert_eq!(
        item["Item"],
        value!({"station": {"S": "Óbidos"}, "day": {"S": "2024-05-01"}, "level": {"N": "-0.1"}, "remark": {"S": "gauge \"B\""}})
    );
    assert!(stored.iter().any(|reading| reading.level.as_str() == "59.000000000000000000071"));
}

/// Lets DynamoDB accept all but five items of each batch, at first. Returns the numbers of items in the requests.
fn withhold_items(session: &Session) -> Arc<Mutex<Vec<usize>>> {
    let batches = Arc::new(Mutex::new(Vec::new()));
    let withheld = Arc::new(Mutex::new(Vec::new()));
    let (sizes, held) = (batches.clone(), withheld.clone());
    let before = move |event: &mut Event<'_, '_>| {
        let items = event.params_mut().get_mut("RequestItems").and_then(|tables| tables["guide-import"].as_list_mut()).unwrap();
        sizes.lock().unwrap().push(items.len());
        if items.len() > 5 {
            let accepted = items.len() - 5;
            *held.lock().unwrap() = items.as_mut_vec().split_off(accepted);
        }
        Ok(())
    };
    let after = move |event: &mut Event<'_, '_>| {
        if event.operation().name != "BatchWriteItem" {
            return Ok(());
        }
        let rest = std::mem::take(&mut *withheld.lock().unwrap());
        if !rest.is_empty() {
            event.result_mut().unwrap().insert("UnprocessedItems", value!({"guide-import": rest}));
        }
        Ok(())
    };
    session.on_first("before-parameter-build.dynamodb.BatchWriteItem", before).unwrap();
    // The general pattern comes after the conversion to plain values.
    session.on_last("after-call", after).unwrap();
    batches
}

#[test]
fn import_names_the_invalid_line_and_writes_nothing() {
    create_table("guide-invalid");
    let lines = "{\"station\": \"a\", \"day\": \"1\", \"level\": 1}\n{\"station\": \"a\", \"day\": \"2\", \"level\": \"high\"}\n";
    let error = import::run(&session(), "guide-invalid", Cursor::new(lines)).unwrap_err();
    assert_eq!(format!("{error:#}"), "invalid input: invalid type: string, expected a finite number at line 2 column 45");
    let count = client("dynamodb", "us-east-1").call("scan", value!({"TableName": "guide-invalid"})).unwrap();
    assert_eq!(count["Count"], 0);

    let lines = "{\"station\": \"a\", \"day\": \"1\", \"level\": 1}\n";
    let error = import::run(&session(), "guide-nowhere", Cursor::new(lines)).unwrap_err();
    assert_eq!(error.to_string(), "create the table guide-nowhere first");
}

/// A queue, and its messages with that prefix and a number.
fn create_queue(name: &str, messages: usize) -> Value {
    let sqs = client("sqs", "us-east-1");
    let url = sqs.call("create_queue", value!({"QueueName": name})).unwrap()["QueueUrl"].clone();
    for i in 0..messages {
        sqs.call("send_message", value!({"QueueUrl": &url, "MessageBody": format!("job {i}")})).unwrap();
    }
    url
}

fn worker(queue: &str, threads: usize) -> worker::Worker {
    worker::Worker { session: session(), queue: queue.to_owned(), threads, visibility_timeout: Duration::from_secs(4) }
}

/// The numbers of visible and of hidden messages.
fn messages_in(url: &Value) -> (Value, Value) {
    let names = value!(["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]);
    let found = client("sqs", "us-east-1").call("get_queue_attributes", value!({"QueueUrl": url, "AttributeNames": names})).unwrap();
    let attributes = &found["Attributes"];
    (attributes["ApproximateNumberOfMessages"].clone(), attributes["ApproximateNumberOfMessagesNotVisible"].clone())
}

#[test]
fn worker_deletes_what_succeeded_and_retries_what_failed() {
    let url = create_queue("guide-jobs", 40);
    let attempts: Mutex<BTreeMap<String, usize>> = Mutex::default();
    let cancel = Cancel::new();
    // Job 7 fails once, job 13 always.
    let work = |body: &str| {
        let mut attempts = attempts.lock().unwrap();
        let attempt = attempts.entry(body.to_owned()).or_default();
        *attempt += 1;
        let fails = body == "job 13" || body == "job 7" && *attempt == 1;
        if attempts.len() == 40 && attempts["job 7"] >= 2 && attempts["job 13"] >= 2 {
            cancel.cancel();
        }
        anyhow::ensure!(!fails, "{body} fails");
        Ok(())
    };
    let counts = worker::run(&worker("guide-jobs", 4), &cancel, work).unwrap();
    let attempts = attempts.into_inner().unwrap();
    // Other jobs run twice only on a machine that is slower than the visibility timeout.
    let others = attempts.values().sum::<usize>() - 1 - attempts["job 13"];
    assert_eq!((counts.done.load(Relaxed), counts.failed.load(Relaxed)), (others, 1 + attempts["job 13"]));
    let (visible, hidden) = messages_in(&url);
    assert!(matches!((visible.as_str(), hidden.as_str()), (Some("1"), Some("0")) | (Some("0"), Some("1"))), "{visible} {hidden}");
}

#[test]
fn worker_finishes_its_message_and_gives_back_the_others() {
    let url = create_queue("guide-canceled", 10);
    let cancel = Cancel::new();
    let counts = worker::run(&worker("guide-canceled", 1), &cancel, |_| {
        cancel.cancel();
        Ok(())
    });
    assert_eq!(counts.unwrap().done.load(Relaxed), 1);
    assert_eq!(messages_in(&url), ("9".into(), "0".into()));
}

#[test]
fn worker_stops_waiting_at_once() {
    create_queue("guide-empty", 0);
    let (cancel, worker) = (Cancel::new(), worker("guide-empty", 3));
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    let hook = move |_: &mut Event<'_, '_>| {
        count.fetch_add(1, Relaxed);
        Ok(())
    };
    worker.session.on("before-send.sqs.ReceiveMessage", hook).unwrap();
    let canceled = thread::scope(|scope| {
        let canceled = scope.spawn(|| {
            let begun = Instant::now();
            while requests.load(Relaxed) < 3 && begun.elapsed() < Duration::from_secs(30) {
                thread::sleep(Duration::from_millis(10));
            }
            // All threads wait for the response, which takes 20 seconds.
            thread::sleep(Duration::from_millis(300));
            cancel.cancel();
            Instant::now()
        });
        let counts = worker::run(&worker, &cancel, |_| Ok(())).unwrap();
        assert_eq!(counts.done.load(Relaxed), 0);
        canceled.join().unwrap()
    });
    assert!(canceled.elapsed() < Duration::from_secs(1), "{:?}", canceled.elapsed());
    assert_eq!(requests.load(Relaxed), 3);
}

#[test]
fn worker_stops_all_threads_when_one_fails() {
    let error = worker::run(&worker("guide-no-queue", 2), &Cancel::new(), |_| Ok(())).unwrap_err();
    assert_eq!(error.name(), "QueueDoesNotExist");

    let url = create_queue("guide-deleted", 1);
    let sqs = client("sqs", "us-east-1");
    let work = |_: &str| {
        sqs.call("delete_queue", value!({"QueueUrl": &url}))?;
        Ok(())
    };
    let begun = Instant::now();
    let error = worker::run(&worker("guide-deleted", 3), &Cancel::new(), work).unwrap_err();
    // Whichever thread needs the queue first: the one that deletes its message, or one that receives the next.
    assert_eq!(error.name(), "QueueDoesNotExist");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[test]
fn roles_reports_who_each_profile_is_in_each_account() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    let text = "
        [profile base]
        aws_access_key_id = testing
        aws_secret_access_key = testing
        [profile dev]
        role_arn = arn:aws:iam::111111111111:role/Developer
        role_session_name = ana
        source_profile = base
        [profile prod]
        role_arn = arn:aws:iam::222222222222:role/Deployer
        role_session_name = ana
        source_profile = dev
        [profile orphan]
        role_arn = arn:aws:iam::333333333333:role/Nobody
        source_profile = nowhere
    ";
    fs::write(&config, text.replace("        ", "")).unwrap();
    let environment = Environment::from([
        ("AWS_ENDPOINT_URL", MOTO.url()),
        ("AWS_DEFAULT_REGION", "eu-west-1".to_owned()),
        ("AWS_CONFIG_FILE", config.to_str().unwrap().to_owned()),
    ]);

    let mut out = Vec::new();
    let identities = roles::run(&environment, &["base", "dev", "prod", "orphan", "gone"], &["444444444444"], &mut out).unwrap();
    let arns: Vec<(&str, &str)> = identities.iter().map(|identity| (identity.account.as_str(), identity.arn.as_str())).collect();
    let audit = |profile: &str| format!("arn:aws:sts::444444444444:assumed-role/Audit/{profile}-audit");
    assert_eq!(
        arns,
        [
            ("123456789012", "arn:aws:sts::123456789012:user/moto"),
            ("444444444444", audit("base").as_str()),
            ("111111111111", "arn:aws:sts::111111111111:assumed-role/Developer/ana"),
            ("444444444444", audit("dev").as_str()),
            ("222222222222", "arn:aws:sts::222222222222:assumed-role/Deployer/ana"),
            ("444444444444", audit("prod").as_str()),
        ]
    );
    let out = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[2], "dev: account 111111111111, arn:aws:sts::111111111111:assumed-role/Developer/ana");
    assert_eq!(lines[6], "orphan: The source_profile \"nowhere\" referenced in the profile \"orphan\" does not exist.");
    assert_eq!(lines[8], "gone: not in the configuration file");
    assert_eq!(lines.len(), 9);
}

#[test]
fn roles_continues_after_a_role_that_may_not_be_assumed() {
    let server = Server::start(|seen| match seen.body.contains("Action=AssumeRole") {
        true => Answer::Reply(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>".into()),
        false => ok("<R><GetCallerIdentityResult><Account>1</Account><Arn>arn:one</Arn></GetCallerIdentityResult></R>"),
    });
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    fs::write(&config, "[profile one]\naws_access_key_id = a\naws_secret_access_key = b\n[profile empty]\nregion = eu-west-1\n").unwrap();
    let environment = Environment::from([
        ("AWS_ENDPOINT_URL", server.url()),
        ("AWS_DEFAULT_REGION", "eu-west-1".to_owned()),
        ("AWS_CONFIG_FILE", config.to_str().unwrap().to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ]);
    let mut out = Vec::new();
    let identities = roles::run(&environment, &["one", "empty"], &["2"], &mut out).unwrap();
    assert_eq!(identities, [roles::Identity { account: "1".to_owned(), arn: "arn:one".to_owned() }]);
    let expected = "one: account 1, arn:one\none in 2: may not assume the role\nempty: no credentials\nempty in 2: no credentials\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
