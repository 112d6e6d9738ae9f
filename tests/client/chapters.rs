//! The guide's chapters about S3, SQS, and EC2, run against a server that verifies S3's signatures, and against moto.

use tucuxi::{Credentials, Environment, Result, Session};

use crate::moto::Moto;
use crate::server::{self, Server};

type Example = fn(&Session) -> Result<()>;

const S3: [Example; 7] = [s3::objects, s3::listing, s3::copying, s3::transfers, s3::presigning, s3::failures, s3::deleting];
const SQS: [Example; 4] = [sqs::sending, sqs::sending_batches, sqs::receiving, sqs::queues];
const EC2: [Example; 4] = [ec2::starting, ec2::filtering, ec2::dry_runs, ec2::instances];

fn run(examples: &[Example], url: String, (key_id, secret): (&str, &str)) {
    let environment = Environment::from_fn(move |name| (name == "AWS_ENDPOINT_URL").then(|| url.clone()));
    let credentials = Credentials::new(key_id, secret);
    let session = Session::builder().environment(environment).region("us-east-1").credentials(credentials).build().unwrap();
    for (i, example) in examples.iter().enumerate() {
        example(&session).unwrap_or_else(|error| panic!("example {}: {error}", i + 1));
    }
}

#[test]
fn the_examples_of_s3_run() {
    let server = Server::start().unwrap();
    run(&S3, server.url(), (server::ACCESS_KEY, server::SECRET_KEY));
}

/// A server for this chapter alone, because it starts instances.
#[test]
fn the_examples_of_sqs_and_ec2_run() {
    let moto = Moto::start("chapters");
    run(&SQS, moto.url(), ("testing", "testing"));
    run(&EC2, moto.url(), ("testing", "testing"));
}

/// The code of the chapters, without hidden lines, is the code below.
#[test]
fn the_examples_are_those_of_the_chapters() {
    // rustfmt breaks lines differently here, and adds commas.
    let squeeze = |line: &str| line.split(" //").next().unwrap_or_default().replace(|c: char| c.is_whitespace() || c == ',', "");
    let own: String = include_str!("chapters.rs").lines().map(squeeze).collect();
    let chapters = [include_str!("../../src/guide/s3.md"), include_str!("../../src/guide/sqs.md"), include_str!("../../src/guide/ec2.md")];
    for (chapter, expected) in chapters.into_iter().zip([S3.len(), SQS.len(), EC2.len()]) {
        let blocks: Vec<&str> = chapter.split("```no_run\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
        assert_eq!(blocks.len(), expected);
        for block in blocks {
            let code: String = block.lines().filter(|line| !line.starts_with("# ")).map(squeeze).collect();
            assert!(own.contains(&code), "the test does not contain this example:\n{block}");
        }
    }
}

mod s3 {
    use super::*;

    pub fn objects(session: &Session) -> Result<()> {
        use tucuxi::value;

        let s3 = session.client("s3")?;
        s3.call("create_bucket", value!({"Bucket": "river"}))?;
        s3.call("put_object", value!({"Bucket": "river", "Key": "fish/boto.txt", "Body": "pink", "Metadata": {"length": "2 m"}}))?;

        let object = s3.call("get_object", value!({"Bucket": "river", "Key": "fish/boto.txt"}))?;
        assert_eq!(object["Metadata"]["length"], "2 m");
        assert_eq!(object["Body"].as_stream().expect("a stream").read_text()?, "pink");
        Ok(())
    }

    pub fn listing(session: &Session) -> Result<()> {
        use tucuxi::value;

        let s3 = session.client("s3")?;
        let mut total = 0;
        for page in s3.paginate("list_objects_v2", value!({"Bucket": "river", "Prefix": "fish/"}))?.page_size(500) {
            let page = page?;
            for object in page["Contents"].as_list().into_iter().flatten() {
                total += object["Size"].as_int().unwrap_or_default();
            }
        }
        assert_eq!(total, 4);
        Ok(())
    }

    pub fn copying(session: &Session) -> Result<()> {
        use tucuxi::value;

        let s3 = session.client("s3")?;
        let source = value!({"Bucket": "river", "Key": "fish/boto.txt"});
        let copy = s3.call("copy_object", value!({"Bucket": "river", "Key": "dolphins/100%.txt", "CopySource": source}))?;
        assert!(copy["CopyObjectResult"]["ETag"].as_str().is_some());
        Ok(())
    }

    pub fn transfers(session: &Session) -> Result<()> {
        use tucuxi::{Transfer, TransferConfig};

        let s3 = session.client("s3")?;
        let transfer = Transfer::new(&s3).config(TransferConfig::new().multipart_chunksize(16 << 20).max_concurrency(4));
        transfer.upload_fileobj(&b"30 million years"[..], "river", "fish/age.txt")?;
        let mut content = Vec::new();
        transfer.download_fileobj("river", "fish/age.txt", &mut content)?;
        assert_eq!(content, b"30 million years");
        Ok(())
    }

    pub fn presigning(session: &Session) -> Result<()> {
        use std::time::Duration;
        use tucuxi::value;

        let s3 = session.client("s3")?;
        let quarter = Duration::from_secs(900);
        let url = s3.presign("get_object", value!({"Bucket": "river", "Key": "fish/boto.txt"}), quarter)?;
        assert!(url.contains("X-Amz-Expires=900"));

        let limits = value!([["content-length-range", 1, 1048576], ["starts-with", "$Content-Type", "image/"]]);
        let form = s3.presign_post("river", "uploads/${filename}", (), limits, quarter)?;
        assert_eq!(form["fields"]["key"], "uploads/${filename}");
        Ok(())
    }

    pub fn failures(session: &Session) -> Result<()> {
        use tucuxi::value;

        let s3 = session.client("s3")?;
        let missing = s3.call("get_object", value!({"Bucket": "river", "Key": "nothing"})).unwrap_err();
        assert_eq!((missing.name(), missing.status()), ("NoSuchKey", Some(404)));
        let missing = s3.call("head_object", value!({"Bucket": "river", "Key": "nothing"})).unwrap_err();
        assert_eq!((missing.code(), missing.status()), (Some("404"), Some(404))); // a response to HEAD has no body
        Ok(())
    }

    pub fn deleting(session: &Session) -> Result<()> {
        let bucket = session.resource("s3")?.resource("Bucket", "river")?;
        bucket.collection("objects")?.call("delete", ())?; // 1,000 keys per request
        bucket.call("delete", ())?;
        Ok(())
    }
}

mod sqs {
    use super::*;

    pub fn sending(session: &Session) -> Result<()> {
        use tucuxi::value;

        let sqs = session.client("sqs")?;
        let queue = sqs.call("create_queue", value!({"QueueName": "catch", "Attributes": {"VisibilityTimeout": "60"}}))?;
        let url = &queue["QueueUrl"];
        let size = value!({"DataType": "Number", "StringValue": "2.5"});
        sqs.call("send_message", value!({"QueueUrl": url, "MessageBody": "boto", "MessageAttributes": {"length": size}}))?;
        Ok(())
    }

    pub fn sending_batches(session: &Session) -> Result<()> {
        use tucuxi::value;

        let sqs = session.client("sqs")?;
        let url = sqs.call("get_queue_url", value!({"QueueName": "catch"}))?["QueueUrl"].clone();
        let entries = value!([{"Id": "1", "MessageBody": "tambaqui"}, {"Id": "2", "MessageBody": "pirarucu"}]);
        let sent = sqs.call("send_message_batch", value!({"QueueUrl": url, "Entries": entries}))?;
        for failed in sent["Failed"].as_list().into_iter().flatten() {
            eprintln!("{} was not sent: {}", failed["Id"], failed["Message"]);
        }
        assert_eq!(sent["Successful"].as_list().map_or(0, |sent| sent.len()), 2);
        Ok(())
    }

    pub fn receiving(session: &Session) -> Result<()> {
        use tucuxi::value;

        let sqs = session.client("sqs")?;
        let url = sqs.call("get_queue_url", value!({"QueueName": "catch"}))?["QueueUrl"].clone();
        let wanted = value!({"QueueUrl": (url.clone()), "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1, "MessageAttributeNames": ["All"]});
        let mut received = 0;
        loop {
            let page = sqs.call("receive_message", &wanted)?;
            let Some(messages) = page["Messages"].as_list().filter(|messages| !messages.is_empty()) else { break };
            for message in messages {
                received += 1;
                sqs.call("delete_message", value!({"QueueUrl": (url.clone()), "ReceiptHandle": (message["ReceiptHandle"].clone())}))?;
            }
        }
        assert_eq!(received, 3);
        Ok(())
    }

    pub fn queues(session: &Session) -> Result<()> {
        use tucuxi::value;

        let queue = session.resource("sqs")?.call("get_queue_by_name", value!({"QueueName": "catch"}))?;
        let queue = queue.into_resource().expect("a queue");
        queue.call("send_message", value!({"MessageBody": "candiru"}))?;
        assert_eq!(queue.get("attributes")?["ApproximateNumberOfMessages"], "1");
        queue.call("delete", ())?;
        Ok(())
    }
}

mod ec2 {
    use super::*;

    pub fn starting(session: &Session) -> Result<()> {
        use tucuxi::value;

        let ec2 = session.client("ec2")?;
        let images = ec2.call("describe_images", value!({"Owners": ["amazon"]}))?;
        let tags = value!([{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "canoe"}]}]);
        let started = ec2.call(
            "run_instances",
            value!({
                "ImageId": (images["Images"][0]["ImageId"].clone()),
                "InstanceType": "t3.micro",
                "MinCount": 2,
                "MaxCount": 2,
                "TagSpecifications": tags,
                "UserData": "#!/bin/sh\necho ready\n", // sent in base64
            }),
        )?;
        let ids = started.search("Instances[].InstanceId")?;
        ec2.wait("instance_running", value!({"InstanceIds": ids}))?;
        Ok(())
    }

    pub fn filtering(session: &Session) -> Result<()> {
        use tucuxi::value;

        let ec2 = session.client("ec2")?;
        let running = value!([{"Name": "tag:Name", "Values": ["canoe"]}, {"Name": "instance-state-name", "Values": ["running"]}]);
        let mut ids = Vec::new();
        for id in ec2.paginate("describe_instances", value!({"Filters": running}))?.search("Reservations[].Instances[].InstanceId")? {
            ids.push(id?);
        }
        assert_eq!(ids.len(), 2);
        Ok(())
    }

    pub fn dry_runs(session: &Session) -> Result<()> {
        use tucuxi::value;

        let ec2 = session.client("ec2")?;
        let params = value!({"DryRun": true, "ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1});
        let outcome = ec2.call("run_instances", params).unwrap_err();
        assert_eq!(outcome.code(), Some("DryRunOperation")); // allowed; otherwise UnauthorizedOperation
        Ok(())
    }

    pub fn instances(session: &Session) -> Result<()> {
        use tucuxi::value;

        let ec2 = session.resource("ec2")?;
        let canoes = ec2.collection("instances")?.filter(value!({"Filters": [{"Name": "tag:Name", "Values": ["canoe"]}]}));
        for instance in canoes.clone() {
            let instance = instance?;
            assert_eq!(instance.get("instance_type")?, "t3.micro");
            assert!(instance.reference("vpc")?.into_resource().is_some());
        }
        canoes.call("terminate", ())?;
        Ok(())
    }
}
