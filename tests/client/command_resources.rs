//! `tucuxi resource`, `--each`, `schema`, and notes about truncated output, as programs against a moto server.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value as Json, json};

use crate::moto::Moto;

fn tucuxi(moto: &Moto, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_DEFAULT_REGION", "us-east-1");
    command.env("AWS_ENDPOINT_URL", moto.url());
    command
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(moto: &Moto, line: &str) -> Json {
    let text = printed(&tucuxi(moto, &line.split(' ').collect::<Vec<_>>()).output().unwrap());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}: {text}"))
}

fn failure(moto: &Moto, line: &str) -> String {
    let output = tucuxi(moto, &line.split(' ').collect::<Vec<_>>()).output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{line}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn words_lead_from_a_service_to_members_of_its_resources() {
    let moto = Moto::start("command_resources");
    let created = json(&moto, "resource s3 create_bucket -p Bucket=river");
    assert_eq!(created, json!({"resource": "s3.Bucket", "name": "river"}));
    for key in ["a.txt", "images/1", "images/2", "images/3"] {
        json(&moto, &format!("resource s3 Bucket river put_object -p Key={key} -p Body=hello"));
    }
    assert!(json(&moto, "resource s3 Bucket river creation_date").as_str().unwrap().starts_with("20"));
    let found = json(&moto, "resource s3 Bucket river objects --filter Prefix=images/ --limit 2");
    assert_eq!((found[0]["resource"].as_str(), found[0]["key"].as_str()), (Some("s3.ObjectSummary"), Some("images/1")));
    assert_eq!((found.as_array().unwrap().len(), found[1]["size"].as_i64(), found[1]["bucket_name"].as_str()), (2, Some(5), Some("river")));
    assert_eq!(json(&moto, "resource s3 Bucket river objects --query [].key"), json!(["a.txt", "images/1", "images/2", "images/3"]));
    assert_eq!(json(&moto, "resource s3 Object river a.txt content_length"), 5);
    assert_eq!(json(&moto, "resource s3 Object river a.txt get --query Body"), "aGVsbG8=");
    let deleted = json(&moto, "resource s3 Bucket river objects --filter Prefix=images/ delete");
    assert_eq!(deleted[0]["Deleted"].as_array().unwrap().len(), 3);
    assert_eq!(json(&moto, "resource s3 Bucket river objects --query length(@)"), 1);
    let table = printed(&tucuxi(&moto, &["resource", "s3", "buckets", "--query", "[].name", "--output", "text"]).output().unwrap());
    assert_eq!(table, "river\n");

    let instance = json(&moto, "resource ec2 create_instances -p ImageId=ami-12c6146b -p MinCount=1 -p MaxCount=1");
    let id = instance[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(json(&moto, &format!("resource ec2 Instance {id} state --query Name")), "running");
    let running = "resource ec2 instances --filter Filters=Name=instance-state-name,Values=running --query [].id";
    assert_eq!(json(&moto, running), json!([id]));
    let stopping = json(&moto, &format!("resource ec2 Instance {id} stop"));
    assert_eq!(stopping["StoppingInstances"][0]["InstanceId"], id);
    assert_eq!(printed(&tucuxi(&moto, &["resource", "ec2", "Instance", &id, "wait_until_stopped"]).output().unwrap()), "");
    let vpc = json(&moto, &format!("resource ec2 Instance {id} vpc"));
    assert_eq!((&vpc["resource"], &vpc["is_default"]), (&json!("ec2.Vpc"), &Json::Null), "{vpc}");
    assert!(!json(&moto, &format!("resource ec2 Instance {id} vpc subnets --query [].id")).as_array().unwrap().is_empty());
}

#[test]
fn wrong_words_are_rejected_with_suggestions_before_anything_is_sent() {
    let moto = Moto::start("command_resources_wrong");
    for (line, expected) in [
        ("resource s4 buckets", "Did you mean s3"),
        ("resource sqs2 x", "Did you mean sqs"),
        ("resource s3 Bukcet river", "The resource s3 has no member \"Bukcet\". Did you mean Bucket"),
        ("resource s3 Bucket", "Bucket needs its identifiers: NAME is missing"),
        ("resource s3 Object river", "Object needs its identifiers: KEY is missing"),
        ("resource s3 Bucket river objcts", "A s3.Bucket has no member \"objcts\". Did you mean objects"),
        ("resource s3 Bucket river objects delte", "has no batch action \"delte\". Did you mean delete"),
        ("resource s3 Bucket river objects --filter Prefx=a", "has no parameter \"Prefx\". Did you mean Prefix"),
        ("resource s3 Bucket river objects --filter Prefix", "\"Prefix\" is not NAME=VALUE"),
        ("resource s3 Bucket river creation_date --limit 1", "belong to collections"),
        ("resource s3 Bucket river creation_date more", "Nothing can follow the attribute creation_date"),
        ("resource s3 Bucket river delete -p Buket=x", "has no parameter \"Buket\". Did you mean Bucket"),
        ("resource s3 Bucket river objects --query [", "--query"),
    ] {
        let message = failure(&moto, line);
        assert!(message.contains(expected), "{line}: {message}");
    }
}

#[test]
fn help_lists_what_can_follow() {
    let moto = Moto::start("command_resources_help");
    let help = |line: &str| printed(&tucuxi(&moto, &line.split(' ').collect::<Vec<_>>()).output().unwrap());
    let service = help("resource s3 help");
    assert!(service.contains("    Object BUCKET_NAME KEY\n") && service.contains("buckets"), "{service}");
    let bucket = help("resource s3 Bucket help");
    assert!(bucket.contains("creation_date") && bucket.contains("calls ListObjects") && bucket.contains("wait_until_exists"), "{bucket}");
    let objects = help("resource s3 Bucket river objects help");
    assert!(objects.contains("BATCH ACTIONS") && objects.contains("delete") && objects.contains("ObjectSummary"), "{objects}");
    let schema: Json = serde_json::from_str(&help("schema s3 put_object_tagging")).unwrap();
    assert_eq!(schema["required"], json!(["Bucket", "Key", "Tagging"]));
    assert!(help("schema s3 list_buckets --response").contains("\"Buckets\""));
}

/// Runs a command with lines as its standard input.
fn with_input(mut command: Command, input: &str) -> Output {
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<Json> {
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_call_is_made_for_each_line_and_the_results_have_its_order() {
    let moto = Moto::start("command_each");
    let queues: String = (0..50).map(|i| format!("{{\"QueueName\": \"queue-{i}\"}}\n")).collect();
    let arguments = ["sqs", "create-queue", "--attributes", "DelaySeconds=5", "--each", "-", "--parallel", "8", "--query", "QueueUrl"];
    let output = with_input(tucuxi(&moto, &arguments), &queues);
    printed(&output);
    let found = lines(&output);
    assert_eq!(found.len(), 50);
    for (i, line) in found.iter().enumerate() {
        assert_eq!(line["line"], i + 1);
        assert!(line["result"].as_str().unwrap().ends_with(&format!("/queue-{i}")), "{line}");
    }
    let attributes = json(&moto, "sqs get-queue-attributes --queue-url http://x/123456789012/queue-7 --attribute-names DelaySeconds");
    assert_eq!(attributes["Attributes"]["DelaySeconds"], "5");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lines.jsonl");
    std::fs::write(&file, "{\"QueueName\": \"queue-1\"}\n\n{broken\n{\"QueueName\": \"none\"}\n[]\n{\"QueueName\": \"queue-2\"}\n")
        .unwrap();
    let output = tucuxi(&moto, &["call", "sqs", "get_queue_url", "--each", file.to_str().unwrap(), "--parallel", "3"]).output().unwrap();
    let found = lines(&output);
    let numbers: Vec<i64> = found.iter().map(|line| line["line"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 3, 4, 5, 6]);
    assert!(found[0]["result"]["QueueUrl"].is_string() && found[4]["result"]["QueueUrl"].is_string());
    assert_eq!(found[2]["error"]["status"], 400);
    assert_eq!(found[3]["error"]["message"], "The line is not a JSON object.");
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains("tucuxi: line 4: An error occurred") && notes.ends_with("tucuxi: 3 of 5 calls failed\n"), "{notes}");
    assert_eq!(output.status.code(), Some(1));
    let output = with_input(tucuxi(&moto, &["sqs", "get-queue-url", "--each", "-"]), "{\"QueueName\": \"none\"}\n");
    assert_eq!(output.status.code(), Some(254), "the exit code of the first failure");
    assert!(failure(&moto, "s3api get-object --each x out").contains("results are JSON"));
    assert!(failure(&moto, "sqs list-queues --each no-such-file").contains("--each no-such-file"));
    assert!(failure(&moto, "sqs list-queues --parallel 2").contains("requires --each"));
}

#[test]
fn a_reader_that_closes_the_pipe_ends_the_calls() {
    let moto = Moto::start("command_each_closed");
    let mut command = tucuxi(&moto, &["sqs", "list-queues", "--each", "-", "--parallel", "2"]);
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(process.stdout.take());
    let mut input = process.stdin.take().unwrap();
    // Far more lines than a pipe holds: writing ends only if the process stops reading.
    let ended = (0..1_000_000).any(|_| input.write_all(b"{}\n").is_err());
    assert!(ended, "the process goes on reading");
    drop(input);
    let output = process.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn truncated_output_is_noted_on_standard_error() {
    let moto = Moto::start("command_truncated");
    let sqs = moto.client("sqs");
    for i in 0..3 {
        sqs.call("create_queue", tucuxi::value!({"QueueName": format!("q{i}")})).unwrap();
    }
    let output = tucuxi(&moto, &["sqs", "list-queues", "--max-items", "2", "--query", "length(QueueUrls)"]).output().unwrap();
    assert_eq!(printed(&output), "2\n");
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("tucuxi: there are more items; --starting-token"), "{output:?}");
    let output = tucuxi(&moto, &["sqs", "list-queues", "--max-items", "3"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(failure(&moto, "call sqs list_queues --timeout 0").contains("--timeout"));
}
