//! Commands of single services whose requests and output were recorded from `aws` 1.46: trails, pipelines, products, instances
//! outside EC2, roles of jobs, and the recorder of AWS Config.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Output;
use std::sync::{Arc, Mutex};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use ring::{digest, rand};
use serde_json::{Value, json};

use super::configuration::{Home, mode};
use super::succeeded;
use crate::loopback::{self, Answer, Seen};
use crate::server;

fn run(home: &Home, url: &str, words: &[&str]) -> Output {
    let keys = [("AWS_ACCESS_KEY_ID", server::ACCESS_KEY), ("AWS_SECRET_ACCESS_KEY", server::SECRET_KEY), ("AWS_REGION", "us-east-1")];
    home.command(words).envs(keys).env("AWS_ENDPOINT_URL", url).output().unwrap()
}

/// The operation of a request in JSON or of the query protocol; method and path otherwise.
fn operation(seen: &Seen) -> String {
    let of_query = || seen.body.split('&').find_map(|pair| pair.strip_prefix("Action="));
    let of_json = seen.header("x-amz-target").and_then(|target| target.rsplit('.').next());
    of_json.or_else(of_query).unwrap_or(&seen.line).to_owned()
}

fn body(seen: &Seen) -> Value {
    serde_json::from_str(&seen.body).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const ARN: &str = "arn:aws:cloudtrail:us-east-1:123456789012:trail/Trail1";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn key() -> RsaKeyPair {
    let pem: String = include_str!("keys/digest.pem").lines().filter(|line| !line.starts_with("-----")).collect();
    RsaKeyPair::from_der(&BASE64_STANDARD.decode(pem).unwrap()).unwrap()
}

/// The digest files of three hours with a log file each: key → content and signature. `change` may alter a digest file before
/// it is signed.
fn trail(change: impl Fn(usize, &mut Value)) -> BTreeMap<String, (String, String)> {
    let (key, mut objects, mut previous) = (key(), BTreeMap::new(), None::<(String, String, String)>);
    for (index, hour) in (3..6).enumerate() {
        let log = format!("{{\"Records\": [{index}]}}");
        let log_key = format!("AWSLogs/123456789012/CloudTrail/us-east-1/log{hour}.json.gz");
        let name = format!("123456789012_CloudTrail-Digest_us-east-1_Trail1_us-east-1_20240102T0{hour}0910Z.json.gz");
        let digest_key = format!("AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2024/01/02/{name}");
        let previous_part = |part: fn(&(String, String, String)) -> &String| previous.as_ref().map(|previous| part(previous).clone());
        let mut digest = json!({
            "digestStartTime": format!("2024-01-02T0{}:09:10Z", hour - 1), "digestEndTime": format!("2024-01-02T0{hour}:09:10Z"),
            "digestS3Bucket": "river", "digestS3Object": digest_key, "digestPublicKeyFingerprint": "f1",
            "previousDigestS3Bucket": previous.as_ref().map(|_| "river"), "previousDigestS3Object": previous_part(|previous| &previous.0),
            "previousDigestSignature": previous_part(|previous| &previous.2),
            "logFiles": [{"s3Bucket": "river", "s3Object": log_key, "hashValue": sha256(&log), "hashAlgorithm": "SHA-256"}],
        });
        change(index, &mut digest);
        let digest_key = digest["digestS3Object"].as_str().unwrap().to_owned();
        let text = digest.to_string();
        let signed = format!(
            "{}\n{}/{}\n{}\n{}",
            digest["digestEndTime"].as_str().unwrap(),
            digest["digestS3Bucket"].as_str().unwrap(),
            digest["digestS3Object"].as_str().unwrap(),
            sha256(&text),
            digest["previousDigestSignature"].as_str().unwrap_or("null")
        );
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &rand::SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        objects.insert(log_key, (log, String::new()));
        objects.insert(digest_key.clone(), (text.clone(), hex(&signature)));
        previous = Some((digest_key, sha256(&text), hex(&signature)));
    }
    objects
}

/// The lines about files without their keys, and the summary.
fn validated(home: &Home, store: &str, service: &str, objects: &BTreeMap<String, (String, String)>) -> (Vec<String>, Vec<String>, i32) {
    let run = |words: &[&str]| {
        let keys = [("AWS_ACCESS_KEY_ID", server::ACCESS_KEY), ("AWS_SECRET_ACCESS_KEY", server::SECRET_KEY), ("AWS_REGION", "us-east-1")];
        let urls = [("AWS_ENDPOINT_URL_S3", store), ("AWS_ENDPOINT_URL_CLOUDTRAIL", service)];
        home.command(words).envs(keys).envs(urls).output().unwrap()
    };
    succeeded(&run(&["s3", "rm", "s3://river", "--recursive"]));
    for (name, (content, signature)) in objects {
        let mut file = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        file.write_all(content.as_bytes()).unwrap();
        std::fs::write(home.path("object"), file.finish().unwrap()).unwrap();
        let put = ["s3api", "put-object", "--bucket", "river", "--key", name, "--body", "object", "--metadata"];
        let generated = if name.contains("backfill") { ",backfill-generation-timestamp=2024-01-03T00:00:00Z" } else { "" };
        succeeded(&run(&[&put[..], &[&format!("signature={signature}{generated}")]].concat()));
    }
    let period = ["--start-time", "2024-01-02T00:00:00Z", "--end-time", "2024-01-02T10:00:00Z"];
    let output = run(&[&["cloudtrail", "validate-logs", "--trail-arn", ARN, "--verbose"], &period[..]].concat());
    let short = |text: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(text).replace(&format!("123456789012_CloudTrail-Digest_us-east-1_{}", "Trail1_us-east-1_"), "");
        let last = |line: &str| match line.split_once("s3://") {
            Some((kind, rest)) => format!("{kind}{}", rest.rsplit('/').next().unwrap()),
            None => line.to_owned(),
        };
        text.lines().filter(|line| !line.is_empty()).map(last).collect()
    };
    (short(&output.stdout), short(&output.stderr), output.status.code().unwrap())
}

#[test]
fn log_files_are_validated_along_the_chain_of_signed_digests() {
    let (store, home) = (server::Server::start().unwrap(), Home::new());
    let cloudtrail = loopback::Server::start(|seen: &Seen| {
        loopback::ok(match operation(seen).as_str() {
            "DescribeTrails" => json!({"trailList": [{"TrailARN": ARN, "S3BucketName": "river"}]}).to_string(),
            _ => json!({"PublicKeyList": [{"Fingerprint": "f1", "Value": BASE64_STANDARD.encode(key().public())}]}).to_string(),
        })
    });
    let (s3, service) = (store.url(), cloudtrail.url());
    let mut make = home.command(&["s3", "mb", "s3://river"]);
    let made = make.envs([
        ("AWS_ACCESS_KEY_ID", server::ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", server::SECRET_KEY),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL_S3", s3.as_str()),
    ]);
    succeeded(&made.output().unwrap());
    let digest_of = |hour: usize| {
        let name = format!("123456789012_CloudTrail-Digest_us-east-1_Trail1_us-east-1_20240102T0{hour}0910Z.json.gz");
        format!("AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2024/01/02/{name}")
    };
    let log_of = |hour: usize| format!("AWSLogs/123456789012/CloudTrail/us-east-1/log{hour}.json.gz");
    let head = [format!("Validating log files for trail {ARN} between 2024-01-02T00:00:00Z and 2024-01-02T10:00:00Z")];
    let requested = "Results requested for 2024-01-02T00:00:00Z to 2024-01-02T10:00:00Z".to_owned();
    let digest = |hour: usize| format!("Digest file\t20240102T0{hour}0910Z.json.gz\tvalid");
    let log = |hour: usize| format!("Log file\tlog{hour}.json.gz\tvalid");
    let found = |from: usize, to: usize| format!("Results found for 2024-01-02T0{from}:09:10Z to 2024-01-02T0{to}:09:10Z:");
    let check =
        |objects: &BTreeMap<String, (String, String)>, files: &[String], summary: &[&str], problems: &[&str], range: (usize, usize)| {
            let (stdout, stderr, code) = validated(&home, &s3, &service, objects);
            let tail =
                [&[requested.clone(), found(range.0, range.1)][..], &summary.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()];
            assert_eq!(stdout, [&head[..], files, &tail.concat()].concat());
            assert_eq!(stderr, problems);
            assert_eq!(code, i32::from(problems.iter().any(|problem| problem.contains("INVALID"))));
        };
    let all = [digest(5), log(5), digest(4), log(4), digest(3), log(3)];
    let good = trail(|_, _| {});
    check(&good, &all, &["3/3 digest files valid", "3/3 log files valid"], &[], (2, 5));

    let two_of_three = ["2/3 digest files valid, 1/3 digest files INVALID", "2/2 log files valid"];
    let without_middle = [digest(5), log(5), digest(3), log(3)];
    let mut objects = good.clone();
    objects.get_mut(&log_of(4)).unwrap().0 = "{}".to_owned();
    let problem = "Log file\tlog4.json.gz\tINVALID: hash value doesn't match";
    let files = [digest(5), log(5), digest(4), digest(3), log(3)];
    check(&objects, &files, &["3/3 digest files valid", "2/3 log files valid, 1/3 log files INVALID"], &[problem], (2, 5));

    let mut objects = good.clone();
    let content = &mut objects.get_mut(&digest_of(4)).unwrap().0;
    *content = content.replace("log4", "log5");
    let problem = "Digest file\t20240102T040910Z.json.gz\tINVALID: signature verification failed";
    check(&objects, &without_middle, &two_of_three, &[problem], (2, 5));

    let mut objects = good.clone();
    objects.remove(&digest_of(4));
    let problem = "Digest file\t20240102T040910Z.json.gz\tINVALID: not found";
    check(&objects, &without_middle, &two_of_three, &[problem], (2, 5));

    let objects = trail(|index, digest| {
        if index == 1 {
            digest["digestS3Bucket"] = "other".into();
        }
    });
    let problem = "Digest file\t20240102T040910Z.json.gz\tINVALID: has been moved from its original location";
    check(&objects, &without_middle, &two_of_three, &[problem], (2, 5));

    let objects = trail(|index, digest| {
        if index == 1 {
            digest["previousDigestS3Bucket"] = Value::Null;
            digest["previousDigestS3Object"] = Value::Null;
            digest["previousDigestSignature"] = Value::Null;
        }
    });
    let gap = "No log files were delivered by CloudTrail between 2024-01-02T03:09:10Z and 2024-01-02T03:09:10Z";
    check(&objects, &all, &["3/3 digest files valid", "3/3 log files valid"], &[gap], (2, 5));

    let objects = trail(|index, digest| match index {
        0 => {
            let name = digest["digestS3Object"].as_str().unwrap().replace(".json.gz", "_backfill.json.gz");
            digest["digestS3Object"] = name.into();
        }
        1 => {
            digest["previousDigestS3Bucket"] = Value::Null;
            digest["previousDigestS3Object"] = Value::Null;
        }
        _ => {}
    });
    let backfill = "(backfill) Digest file\t20240102T030910Z_backfill.json.gz\tvalid".to_owned();
    let files = [digest(5), log(5), digest(4), log(4), backfill, log(3)];
    check(&objects, &files, &["2/2 digest files valid", "1/1 backfill digest files valid", "3/3 log files valid"], &[], (2, 5));
    let last = body(cloudtrail.seen().last().unwrap());
    assert_eq!(last, json!({"StartTime": 1_704_236_400, "EndTime": 1_704_243_600}), "the keys of the hours around the backfill");
}

#[test]
fn a_subscription_creates_a_bucket_and_a_topic_and_removes_them_if_the_trail_fails() {
    let fails = Arc::new(Mutex::new(false));
    let shared = fails.clone();
    let server = loopback::Server::start(move |seen: &Seen| match operation(seen).as_str() {
        "GetCallerIdentity" => loopback::ok("<R><GetCallerIdentityResult><Account>1234</Account></GetCallerIdentityResult></R>"),
        "ListTopics" => loopback::ok("<R><ListTopicsResult><Topics/></ListTopicsResult></R>"),
        "CreateTopic" => loopback::ok("<R><CreateTopicResult><TopicArn>arn:aws:sns:us-east-1:1:boats</TopicArn></CreateTopicResult></R>"),
        "GetTopicAttributes" => loopback::ok(
            "<R><GetTopicAttributesResult><Attributes><entry><key>Policy</key><value>{\"Statement\": [{\"Sid\": \"x\"}]}</value></entry>\
             </Attributes></GetTopicAttributesResult></R>",
        ),
        "SetTopicAttributes" | "DeleteTopic" => loopback::ok("<R/>"),
        "CreateTrail" if *shared.lock().unwrap() => Answer::Reply(400, "{\"__type\": \"TrailAlreadyExistsException\"}".to_owned()),
        "DescribeTrails" => loopback::ok(r#"{"trailList": [{"Name": "T"}]}"#),
        "CreateTrail" | "StartLogging" => loopback::ok("{}"),
        line if line.starts_with("HEAD") => Answer::Reply(404, String::new()),
        line if line.starts_with("DELETE") => {
            Answer::Reply(409, "<Error><Code>BucketNotEmpty</Code><Message>It has objects</Message></Error>".to_owned())
        }
        line if line.starts_with("GET") => {
            loopback::ok(r#"{"Statement": [{"Sid": "<Region> <SNSTopicName>"}], "a": "<BucketName>/<Prefix>/<CustomerAccountID>"}"#)
        }
        _ => loopback::ok(""),
    });
    let (url, home) = (server.url(), Home::new());
    let words = ["cloudtrail", "create-subscription", "--name", "T", "--s3-new-bucket", "river", "--sns-new-topic", "boats"];
    let text = succeeded(&run(&home, &url, &words));
    assert_eq!(
        text,
        "Setting up new S3 bucket river...\nSetting up new SNS topic boats...\nCreating/updating CloudTrail configuration...\nCloudTrail \
         configuration:\n{\n  \"trailList\": [\n    {\n      \"Name\": \"T\"\n    }\n  ]\n}\nStarting CloudTrail service...\nLogs will be \
         delivered to river:\n"
    );
    let seen = server.seen();
    let policy = seen.iter().find(|seen| seen.line.contains("?policy")).unwrap();
    assert_eq!(body(policy)["a"], "river/1234", "an empty prefix goes with its slash");
    let topic = seen.iter().find(|seen| operation(seen) == "SetTopicAttributes").unwrap();
    assert!(topic.body.contains("%22Sid%22%3A%22x%22%7D%2C%7B%22Sid%22%3A%22us-east-1+boats%22"), "{}", topic.body);
    let trail = seen.iter().find(|seen| operation(seen) == "CreateTrail").unwrap();
    assert_eq!(body(trail), json!({"Name": "T", "S3BucketName": "river", "SnsTopicName": "boats"}));

    *fails.lock().unwrap() = true;
    let before = server.seen().len();
    let failed = run(&home, &url, &words);
    assert_eq!(failed.status.code(), Some(254));
    let after: Vec<String> = server.seen()[before..].iter().map(operation).collect();
    assert_eq!(after[after.len() - 3..], ["CreateTrail", "DeleteTopic", "DELETE /river"]);
    let text = stderr(&failed);
    assert!(text.contains("The bucket river was created and could not be removed: ") && text.contains("BucketNotEmpty"), "{text}");
    assert!(text.contains("TrailAlreadyExistsException"), "{text}");
    let neither = run(&home, &url, &words[..4]);
    assert_eq!(neither.status.code(), Some(252));
    assert!(stderr(&neither).contains("You must pass either --s3-use-bucket or --s3-new-bucket to create."));
}

#[test]
fn definitions_and_runs_of_pipelines_are_shown_as_aws_shows_them() {
    let server = loopback::Server::start(|seen: &Seen| {
        loopback::ok(match operation(seen).as_str() {
            "GetPipelineDefinition" => {
                r#"{"pipelineObjects": [{"id": "D", "name": "N", "fields": [{"key": "s", "refValue": "S"}, {"key": "a", "stringValue": "1"},
                    {"key": "a", "stringValue": "2"}]}], "parameterObjects": [{"id": "p", "attributes": [{"key": "type", "stringValue":
                    "String"}]}], "parameterValues": [{"id": "p", "stringValue": "v"}]}"#
            }
            "QueryObjects" => r#"{"ids": ["@a", "@b"], "hasMoreResults": false}"#,
            _ => {
                r#"{"hasMoreResults": false, "pipelineObjects": [
                    {"id": "@a", "name": "A", "fields": [{"key": "@componentParent", "refValue": "Copy"}, {"key": "@status", "stringValue":
                    "FAILED"}, {"key": "@scheduledStartTime", "stringValue": "2015-04-12T17:33:02"}]}]}"#
            }
        })
    });
    let (url, home) = (server.url(), Home::new());
    let shown = succeeded(&run(&home, &url, &["datapipeline", "get-pipeline-definition", "--pipeline-id", "df-1"]));
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        shown,
        json!({"objects": [{"id": "D", "name": "N", "s": {"ref": "S"}, "a": ["1", "2"]}], "parameters": [{"id": "p", "type": "String"}],
            "values": {"p": "v"}})
    );
    let runs = ["datapipeline", "list-runs", "--pipeline-id", "df-1", "--status", "failed", "--start-interval", "2017-10-07,2017-10-08"];
    let text = succeeded(&run(&home, &url, &runs));
    let blank = |count: usize| " ".repeat(count);
    let expected = [
        format!("       Name{}Scheduled Start      Status{}", blank(48), blank(17)),
        format!("       ID{}Started{}Ended{}", blank(50), blank(14), blank(14)),
        "-".repeat(99),
        format!("   1.  Copy{}2015-04-12T17:33:02  FAILED{}", blank(48), blank(17)),
        format!("       @a{}", blank(90)),
        String::new(),
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    let query = server.seen().iter().find(|seen| operation(seen) == "QueryObjects").map(body).unwrap();
    let selectors = json!([
        {"fieldName": "@actualStartTime", "operator": {"type": "BETWEEN", "values": ["2017-10-07", "2017-10-08"]}},
        {"fieldName": "@status", "operator": {"type": "EQ", "values": ["FAILED"]}},
    ]);
    assert_eq!(query, json!({"pipelineId": "df-1", "sphere": "INSTANCE", "query": {"selectors": selectors}}));
    let text = succeeded(&run(&home, &url, &[&runs[..4], &["--output", "text", "--query", "[].name"]].concat()));
    assert_eq!(text, "A\n");
    let unknown = run(&home, &url, &["datapipeline", "list-runs", "--pipeline-id", "df-1", "--status", "late"]);
    assert_eq!(unknown.status.code(), Some(252));
    assert!(stderr(&unknown).contains("argument --status: Invalid choice: 'late'"), "{}", stderr(&unknown));
}

#[test]
fn products_are_generated_from_a_template() {
    let server = loopback::Server::start(|seen: &Seen| match operation(seen).as_str() {
        "CreateProduct" | "CreateProvisioningArtifact" => loopback::ok(r#"{"ProvisioningArtifactDetail": {"Id": "pa-1"}}"#),
        _ => loopback::ok(""),
    });
    let (url, home) = (server.url(), Home::new());
    home.write("t.yaml", "Resources: {}\n");
    let artifact = ["--file-path", "t.yaml", "--bucket-name", "river", "--provisioning-artifact-name", "v1"];
    let artifact = [&artifact[..], &["--provisioning-artifact-description", "d", "--provisioning-artifact-type", "T"]].concat();
    let generate = |words: &[&str]| run(&home, &url, &[&["servicecatalog", "generate"], words, &artifact].concat());
    let product = ["product", "--product-name", "p", "--product-owner", "o", "--product-type", "MARKETPLACE", "--tags", "Key=a,Value=b"];
    assert_eq!(succeeded(&generate(&product)), "{\n  \"ProvisioningArtifactDetail\": {\n    \"Id\": \"pa-1\"\n  }\n}\n");
    let seen = server.seen();
    assert_eq!((seen[0].line.split('?').next().unwrap(), seen[0].body.contains("Resources: {}")), ("PUT /river/t.yaml", true));
    let mut sent = body(&seen[1]);
    sent.as_object_mut().unwrap().remove("IdempotencyToken");
    let version =
        json!({"Name": "v1", "Description": "d", "Info": {"LoadTemplateFromURL": "https://s3.amazonaws.com/river/t.yaml"}, "Type": "T"});
    assert_eq!(
        sent,
        json!({"Name": "p", "Owner": "o", "ProductType": "MARKETPLACE", "Tags": [{"Key": "a", "Value": "b"}],
            "ProvisioningArtifactParameters": version})
    );
    succeeded(&generate(&["provisioning-artifact", "--product-id", "prod-1"]));
    let mut sent = body(server.seen().last().unwrap());
    sent.as_object_mut().unwrap().remove("IdempotencyToken");
    assert_eq!(sent, json!({"ProductId": "prod-1", "Parameters": version}));
    let missing = generate(&["provisioning-artifact"]);
    assert_eq!(missing.status.code(), Some(252));
    assert!(stderr(&missing).contains("the following arguments are required: --product-id"), "{}", stderr(&missing));
}

#[test]
fn instances_outside_ec2_are_registered_with_a_user_and_removed_with_it() {
    let server = loopback::Server::start(|seen: &Seen| {
        let of_query = |operation: &str, inner: &str| format!("<R><{operation}Result>{inner}</{operation}Result></R>");
        let user = "arn:aws:iam::123456789012:user/AWS/CodeDeploy/boat";
        loopback::ok(match operation(seen).as_str() {
            "CreateUser" => of_query("CreateUser", &format!("<User><Arn>{user}</Arn></User>")),
            "CreateAccessKey" => of_query(
                "CreateAccessKey",
                "<AccessKey><AccessKeyId>AKID</AccessKeyId><SecretAccessKey>sEcReT</SecretAccessKey></AccessKey>",
            ),
            "GetOnPremisesInstance" => json!({"instanceInfo": {"iamUserArn": user, "tags": [{"Key": "a", "Value": "b"}]}}).to_string(),
            "ListUserPolicies" => of_query("ListUserPolicies", "<PolicyNames><member>p1</member></PolicyNames>"),
            "ListAccessKeys" => of_query(
                "ListAccessKeys",
                "<AccessKeyMetadata><member><AccessKeyId>AKIDEXAMPLEEXAMPLE</AccessKeyId></member></AccessKeyMetadata>",
            ),
            _ if seen.body.starts_with('{') => "{}".to_owned(),
            _ => "<R/>".to_owned(),
        })
    });
    let (url, home) = (server.url(), Home::new());
    let registered = succeeded(&run(&home, &url, &["deploy", "register", "--instance-name", "boat", "--tags", "Key=a,Value=b"]));
    assert!(registered.starts_with("Creating the IAM user... DONE\nIamUserArn: arn:aws:iam::123456789012:user/AWS/CodeDeploy/boat\n"));
    assert!(registered.contains("Adding tags to the on-premises instance... DONE\n") && !registered.contains("sEcReT"), "{registered}");
    assert_eq!(
        home.read("codedeploy.onpremises.yml"),
        "---\nregion: us-east-1\niam_user_arn: arn:aws:iam::123456789012:user/AWS/CodeDeploy/boat\naws_access_key_id: \
         AKID\naws_secret_access_key: sEcReT\n"
    );
    assert_eq!(mode(&home.path("codedeploy.onpremises.yml")) & 0o077, 0);
    let operations = |from: usize| server.seen()[from..].iter().map(operation).collect::<Vec<_>>();
    let created = ["CreateUser", "CreateAccessKey", "PutUserPolicy", "RegisterOnPremisesInstance", "AddTagsToOnPremisesInstances"];
    assert_eq!(operations(0), created);
    let before = server.seen().len();
    let removed = succeeded(&run(&home, &url, &["deploy", "deregister", "--instance-name", "boat"]));
    assert!(removed.contains("Tags: Key=a,Value=b\n") && removed.contains("Deleting the IAM user (boat)... DONE\n"), "{removed}");
    let instance = ["GetOnPremisesInstance", "RemoveTagsFromOnPremisesInstances", "DeregisterOnPremisesInstance"];
    let user = ["ListUserPolicies", "DeleteUserPolicy", "ListAccessKeys", "DeleteAccessKey", "DeleteUser"];
    assert_eq!(operations(before), [&instance[..], &user].concat());
    for (name, words, message) in [
        ("a b", &[][..], "Instance name contains invalid characters."),
        ("boat", &["--iam-user-arn", "x"], "Invalid IAM user ARN."),
        ("boat", &["--tags", "Key=a"], "Key=a is not of the form Key=KEY,Value=VALUE"),
    ] {
        let output = run(&home, &url, &[&["deploy", "register", "--instance-name", name], words].concat());
        assert_eq!(output.status.code(), Some(252), "{output:?}");
        assert!(stderr(&output).contains(message), "{output:?}");
    }
}

#[test]
fn jobs_of_a_namespace_may_assume_a_role() {
    let trust = Arc::new(Mutex::new("{\"Version\":\"2012-10-17\",\"Statement\":[]}".to_owned()));
    let shared = trust.clone();
    let server = loopback::Server::start(move |seen: &Seen| {
        let issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/ABC";
        loopback::ok(match operation(seen).as_str() {
            "GetRole" => {
                let policy: String = shared.lock().unwrap().bytes().map(|byte| format!("%{byte:02X}")).collect();
                format!("<R><GetRoleResult><Role><AssumeRolePolicyDocument>{policy}</AssumeRolePolicyDocument></Role></GetRoleResult></R>")
            }
            "UpdateAssumeRolePolicy" => "<R/>".to_owned(),
            _ => json!({"cluster": {"arn": "arn:aws:eks:us-east-1:123456789012:cluster/reef", "identity": {"oidc": {"issuer": issuer}}}})
                .to_string(),
        })
    });
    let (url, home) = (server.url(), Home::new());
    let update = ["emr-containers", "update-role-trust-policy", "--cluster-name", "reef", "--namespace", "jobs", "--role-name", "Jobs_1"];
    assert_eq!(succeeded(&run(&home, &url, &update)), "Successfully updated trust policy of role Jobs_1\n");
    assert_eq!(operation(server.seen().last().unwrap()), "UpdateAssumeRolePolicy");
    let policy = succeeded(&run(&home, &url, &[&update[..], &["--dry-run"]].concat()));
    let policy: Value = serde_json::from_str(&policy).unwrap();
    assert_eq!(
        policy["Statement"][0],
        json!({"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC"},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"oidc.eks.us-east-1.amazonaws.com/id/ABC:sub":
            "system:serviceaccount:jobs:emr-containers-sa-*-*-123456789012-t0dt8nt4h"}}})
    );
    *trust.lock().unwrap() = policy.to_string();
    let again = succeeded(&run(&home, &url, &update));
    assert_eq!(again, "Trust policy statement already exists for role Jobs_1. No changes were made!\n");
    assert_eq!(operation(server.seen().last().unwrap()), "GetRole", "nothing is stored");
}

#[test]
fn subscribing_to_aws_config_creates_what_is_missing_and_starts_the_recorder() {
    let server = loopback::Server::start(|seen: &Seen| match operation(seen).as_str() {
        "CreateTopic" => loopback::ok("<R><CreateTopicResult><TopicArn>arn:aws:sns:us-east-1:1:boats</TopicArn></CreateTopicResult></R>"),
        "DescribeConfigurationRecorders" => loopback::ok(r#"{"ConfigurationRecorders": [{"name": "default"}]}"#),
        "DescribeDeliveryChannels" => loopback::ok(r#"{"DeliveryChannels": []}"#),
        line if line.starts_with("HEAD") => Answer::Reply(404, String::new()),
        _ if seen.body.starts_with('{') => loopback::ok("{}"),
        _ => loopback::ok(""),
    });
    let (url, home) = (server.url(), Home::new());
    let role = "arn:aws:iam::123456789012:role/config";
    let words = ["configservice", "subscribe", "--s3-bucket", "river/p", "--sns-topic", "boats", "--iam-role", role];
    let text = succeeded(&run(&home, &url, &words));
    assert!(
        text.starts_with("Using new S3 bucket: river\nUsing new SNS topic: arn:aws:sns:us-east-1:1:boats\nSubscribe succeeded:\n"),
        "{text}"
    );
    assert!(text.contains("Configuration Recorders: [\n    {\n        \"name\": \"default\"\n    }\n]\n"), "{text}");
    let seen = server.seen();
    let sent = |name: &str| body(seen.iter().find(|seen| operation(seen) == name).unwrap());
    assert_eq!(sent("PutConfigurationRecorder"), json!({"ConfigurationRecorder": {"name": "default", "roleARN": role}}));
    let channel = json!({"name": "default", "s3BucketName": "river", "snsTopicARN": "arn:aws:sns:us-east-1:1:boats", "s3KeyPrefix": "p"});
    assert_eq!(sent("PutDeliveryChannel"), json!({"DeliveryChannel": channel}));
    assert_eq!(sent("StartConfigurationRecorder"), json!({"ConfigurationRecorderName": "default"}));
}

#[test]
fn builds_are_uploaded_with_the_credentials_of_the_service_and_logs_are_downloaded() {
    let log = loopback::Server::start(|_: &Seen| loopback::ok("the log"));
    let signed = format!("{}/log.zip?X-Amz-Signature=abc", log.url());
    let server = loopback::Server::start(move |seen: &Seen| {
        loopback::ok(match operation(seen).as_str() {
            "CreateBuild" => r#"{"Build": {"BuildId": "build-1"}}"#.to_owned(),
            "RequestUploadCredentials" => {
                json!({"UploadCredentials": {"AccessKeyId": "AKOTHER", "SecretAccessKey": "s", "SessionToken": "t"},
                "StorageLocation": {"Bucket": "builds", "Key": "k"}})
                .to_string()
            }
            "GetGameSessionLogUrl" => json!({"PreSignedUrl": signed}).to_string(),
            _ => String::new(),
        })
    });
    let (url, home) = (server.url(), Home::new());
    home.write("game/server.sh", "echo");
    let words = ["gamelift", "upload-build", "--name", "n", "--build-version", "1", "--build-root", "game", "--tags", "a=b"];
    let text = succeeded(&run(&home, &url, &[&words[..], &["--operating-system", "AMAZON_LINUX_2023"]].concat()));
    assert_eq!(text, "Successfully uploaded game to AWS GameLift\nBuild ID: build-1\n");
    let seen = server.seen();
    assert_eq!(
        body(&seen[0]),
        json!({"Name": "n", "Version": "1", "OperatingSystem": "AMAZON_LINUX_2023", "Tags": [{"Key": "a", "Value": "b"}]})
    );
    assert_eq!(body(&seen[1]), json!({"BuildId": "build-1"}));
    let upload = &seen[2];
    assert_eq!(upload.line.split('?').next(), Some("PUT /builds/k"));
    assert!(upload.header("authorization").unwrap().contains("AKOTHER/") && upload.header("x-amz-security-token") == Some("t"));
    let empty = run(&home, &url, &["gamelift", "upload-build", "--name", "n", "--build-version", "1", "--build-root", "nothing"]);
    assert_eq!(empty.status.code(), Some(252));
    assert!(stderr(&empty).contains("The build root directory is empty or does not exist."), "{}", stderr(&empty));

    let words = ["gamelift", "get-game-session-log", "--game-session-id", "g-1", "--save-as", "log.zip"];
    assert_eq!(succeeded(&run(&home, &url, &words)), "Successfully downloaded log archive for game session g-1 to log.zip\n");
    assert_eq!(home.read("log.zip"), "the log");
    let request = &log.seen()[0];
    assert_eq!((request.line.as_str(), request.header("authorization")), ("GET /log.zip?X-Amz-Signature=abc", None));
}

#[test]
fn the_token_of_the_rest_goes_through_the_query_in_the_text_format() {
    let server = loopback::Server::start(|_: &Seen| loopback::ok(r#"{"TableNames": ["a", "b", "c"]}"#));
    let (url, home) = (server.url(), Home::new());
    let list = |query: &[&str]| {
        succeeded(&run(&home, &url, &[&["dynamodb", "list-tables", "--output", "text", "--max-items", "2"], query].concat()))
    };
    let token = "eyJFeGNsdXNpdmVTdGFydFRhYmxlTmFtZSI6IG51bGwsICJib3RvX3RydW5jYXRlX2Ftb3VudCI6IDJ9";
    assert_eq!(list(&[]), format!("TABLENAMES\ta\nTABLENAMES\tb\nNEXTTOKEN\t{token}\n"));
    assert_eq!(list(&["--query", "TableNames[]"]), "a\tb\nNone\n");
    assert_eq!(list(&["--query", "NextToken"]), format!("None\n{token}\n"));
    assert_eq!(list(&["--query", "TableNames[] || `[]`"]), "a\tb\n");
    assert_eq!(list(&["--query", "length(TableNames)"]), "2\n");
}

/// Recorded from `aws`, whose allowed values are random.
#[test]
fn skeletons_have_empty_texts_as_input_and_names_as_output() {
    let home = Home::new();
    let skeleton = |words: &[&str]| -> Value {
        let text = succeeded(&run(&home, "http://127.0.0.1:1", &[words, &["--region", "us-east-1"]].concat()));
        serde_json::from_str(&text).unwrap()
    };
    let input = skeleton(&["kms", "encrypt", "--generate-cli-skeleton"]);
    assert_eq!((&input["KeyId"], &input["Plaintext"], &input["GrantTokens"]), (&json!(""), &Value::Null, &json!([""])));
    assert_eq!((&input["EncryptionContext"], &input["DryRun"]), (&json!({"KeyName": ""}), &json!(true)));
    assert_eq!(input["EncryptionAlgorithm"], "SYMMETRIC_DEFAULT");
    assert_eq!(
        skeleton(&["polly", "describe-voices", "--generate-cli-skeleton", "output"]),
        json!({"Voices": [{"Gender": "Gender", "Id": "Id", "LanguageCode": "LanguageCode", "LanguageName": "LanguageName", "Name": "Name",
            "AdditionalLanguageCodes": ["LanguageCode"], "SupportedEngines": ["Engine"]}], "NextToken": "NextToken"})
    );
}

/// `jsonvalue` has a meaning in headers only.
#[test]
fn json_values_outside_headers_are_text() {
    let server = loopback::Server::start(|_: &Seen| loopback::ok("{}"));
    let (url, home) = (server.url(), Home::new());
    for text in [r#"{"a": 1}"#, r#""quoted""#, "plain"] {
        succeeded(&run(&home, &url, &["schemas", "put-resource-policy", "--registry-name", "river", "--policy", text]));
        assert_eq!(body(server.seen().last().unwrap())["Policy"], text);
    }
}

/// Without Signature Version 4a, services that prefer it get Version 4, and buckets of several regions cannot be used.
#[test]
fn the_command_signs_for_several_regions() {
    let (server, home) = (loopback::Server::start(|_: &Seen| loopback::ok("{}")), Home::new());
    let words = ["partnercentral-channel", "list-channel-handshakes", "--catalog", "x", "--handshake-type", "START_SERVICE_PERIOD"];
    succeeded(&run(&home, &server.url(), &[&words[..], &["--participant-type", "SENDER"]].concat()));
    let seen = &server.seen()[0];
    assert_eq!(seen.header("x-amz-region-set"), Some("*"));
    assert!(seen.header("authorization").unwrap().starts_with("AWS4-ECDSA-P256-SHA256 "));
}
