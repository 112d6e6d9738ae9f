//! `cloudtrail create-subscription` and `cloudtrail update-subscription`: a trail with a new bucket and a new topic.
//!
//! The policies of the bucket and the topic are templates that AWS publishes in a bucket per region.

use super::custom::{Line, Options};
use super::files::{self, Content};
use super::s3::create_bucket;
use super::values;
use super::words::Arity;
use crate::Client;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::{List, Map, Value};

pub(super) const OPTIONS: Options = &[
    ("name", Arity::One, "The name of the trail."),
    ("s3-new-bucket", Arity::One, "A bucket to create for the logs."),
    ("s3-use-bucket", Arity::One, "A bucket for the logs that exists."),
    ("s3-prefix", Arity::One, "The prefix of the logs' keys."),
    ("sns-new-topic", Arity::One, "A topic to create for notifications."),
    ("include-global-service-events", Arity::One, "true or false: whether events of global services are logged."),
    ("s3-custom-policy", Arity::One, "Another policy for the new bucket: JSON or file://PATH."),
    ("sns-custom-policy", Arity::One, "Another policy for the new topic: JSON or file://PATH."),
];

const BUCKET_POLICY: &str = "policy/S3/AWSCloudTrail-S3BucketPolicy-2014-12-17.json";
const TOPIC_POLICY: &str = "policy/SNS/AWSCloudTrail-SnsTopicPolicy-2014-12-17.json";

/// `cloudtrail create-subscription`.
///
/// # Errors
/// A usage failure without a bucket; the failure of a call. Then the new bucket and the new topic are removed.
pub(super) fn create(line: &Line) -> Result<()> {
    if !line.has("s3-use-bucket") && !line.has("s3-new-bucket") {
        return Err(Failure::usage("You must pass either --s3-use-bucket or --s3-new-bucket to create."));
    }
    let cloudtrail = subscribe(line, "create_trail")?;
    output::lines(["Starting CloudTrail service..."])?;
    interrupt::call(&cloudtrail, "start_logging", value!({"Name": line.required("name")}))?;
    let bucket = line.text("s3-new-bucket").unwrap_or_else(|| line.required("s3-use-bucket"));
    Ok(output::lines([format!("Logs will be delivered to {bucket}:{}", line.required("s3-prefix"))])?)
}

/// `cloudtrail update-subscription`.
///
/// # Errors
/// As [`create`].
pub(super) fn update(line: &Line) -> Result<()> {
    subscribe(line, "update_trail").map(drop)
}

/// Creates the bucket and the topic, and creates or updates the trail.
fn subscribe(line: &Line, operation: &str) -> Result<Client> {
    let name = line.required("name");
    let mut params = Map::from_iter([("Name", Value::from(name))]);
    match line.text("include-global-service-events").map(str::to_ascii_lowercase).as_deref() {
        None => {}
        Some(text @ ("true" | "false")) => drop(params.insert("IncludeGlobalServiceEvents", text == "true")),
        Some(_) => return Err(Failure::usage("You must pass either true or false to --include-global-service-events.")),
    }
    let cloudtrail = line.client("cloudtrail")?.build()?;
    let new = New { line, s3: line.client("s3")?.build()?, sns: line.client("sns")?.build()? };
    let mut prefix = line.text("s3-prefix").map(str::to_owned);
    if let Some(bucket) = line.text("s3-new-bucket") {
        output::lines([format!("Setting up new S3 bucket {bucket}...")])?;
        if prefix.is_none() && operation == "update_trail" {
            let found = interrupt::call(&cloudtrail, "describe_trails", value!({"trailNameList": [name]}))?;
            prefix = found["trailList"][0]["S3KeyPrefix"].as_str().map(str::to_owned);
        }
        new.bucket(bucket, prefix.as_deref().unwrap_or_default())?;
    }
    let mut topic = None;
    let done: Result<Value> = (|| {
        if let Some(bucket) = line.text("s3-new-bucket").or(line.text("s3-use-bucket")) {
            params.insert("S3BucketName", bucket);
        }
        if let Some(prefix) = line.text("s3-prefix") {
            params.insert("S3KeyPrefix", prefix);
        }
        if let Some(name) = line.text("sns-new-topic") {
            output::lines([format!("Setting up new SNS topic {name}...")])?;
            new.topic(name, &mut topic)?;
            params.insert("SnsTopicName", name);
        }
        output::lines(["Creating/updating CloudTrail configuration..."])?;
        Ok(interrupt::call(&cloudtrail, operation, params)?)
    })();
    if let Err(failure) = done {
        // The new topic and the new bucket are of no use without the trail.
        if let Some(arn) = topic {
            removed(&format!("topic {arn}"), interrupt::call(&new.sns, "delete_topic", value!({"TopicArn": arn.as_str()})));
        }
        if let Some(bucket) = line.text("s3-new-bucket") {
            new.remove_bucket(bucket);
        }
        return Err(failure);
    }
    let mut trails = interrupt::call(&cloudtrail, "describe_trails", value!({}))?;
    trails.as_map_mut().map(|trails| trails.remove("ResponseMetadata"));
    output::lines(["CloudTrail configuration:"])?;
    output::plain_json(&super::run::presentable(trails))?;
    Ok(cloudtrail)
}

/// Reports a new resource that could not be removed. The failure of the command matters more.
fn removed(name: &str, outcome: crate::error::Result<Value>) {
    if let Err(error) = outcome {
        output::note(format_args!("The {name} was created and could not be removed: {error}"));
    }
}

/// The resources that are created for a trail.
struct New<'a> {
    line: &'a Line,
    s3: Client,
    sns: Client,
}

impl New<'_> {
    fn bucket(&self, bucket: &str, prefix: &str) -> Result<()> {
        let account = self.account()?;
        let policy = self.policy("s3-custom-policy", BUCKET_POLICY)?;
        let mut policy = policy.replace("<BucketName>", bucket).replace("<CustomerAccountID>", &account);
        // An empty prefix goes with the slash after it.
        policy = match prefix.trim_end_matches('/') {
            "" => policy.replace("<Prefix>/", "").replace("<Prefix>", ""),
            prefix => policy.replace("<Prefix>", prefix),
        };
        match interrupt::call(&self.s3, "head_bucket", value!({"Bucket": bucket})) {
            Err(error) if error.status() == Some(404) => {}
            Err(error) if error.status() != Some(403) => return Err(error.into()),
            _ => return Err(Failure::general(format!("Bucket {bucket} already exists."))),
        }
        create_bucket(&self.s3, bucket)?;
        let stored = interrupt::call(&self.s3, "put_bucket_policy", value!({"Bucket": bucket, "Policy": policy}));
        if stored.is_err() {
            self.remove_bucket(bucket);
        }
        Ok(stored.map(drop)?)
    }

    fn remove_bucket(&self, bucket: &str) {
        removed(&format!("bucket {bucket}"), interrupt::call(&self.s3, "delete_bucket", value!({"Bucket": bucket})));
    }

    /// Creates a topic, and adds the statement for CloudTrail to its policy. `created` gets its ARN.
    fn topic(&self, name: &str, created: &mut Option<String>) -> Result<()> {
        let account = self.account()?;
        let suffix = format!(":{name}");
        for page in self.sns.paginate("list_topics", value!({}))?.cancel(interrupt::cancel()) {
            let page = page?;
            let mut topics = page["Topics"].as_list().into_iter().flatten();
            if topics.any(|topic| topic["TopicArn"].as_str().is_some_and(|arn| arn.ends_with(&suffix))) {
                return Err(Failure::general(format!("Topic {name} already exists.")));
            }
        }
        let policy = self.policy("sns-custom-policy", TOPIC_POLICY)?;
        let region = self.sns.region().unwrap_or_default();
        let policy = policy.replace("<Region>", region).replace("<SNSTopicOwnerAccountId>", &account).replace("<SNSTopicName>", name);
        let arn = interrupt::call(&self.sns, "create_topic", value!({"Name": name}))?["TopicArn"].as_str().unwrap_or_default().to_owned();
        *created = Some(arn.clone());
        let attributes = interrupt::call(&self.sns, "get_topic_attributes", value!({"TopicArn": arn.as_str()}))?;
        let mut merged = values::json(attributes["Attributes"]["Policy"].as_str().unwrap_or("{}"))?;
        let mut statements: List = merged["Statement"].as_list().cloned().unwrap_or_default();
        statements.extend(values::json(&policy)?["Statement"].as_list().into_iter().flatten().cloned());
        merged["Statement"] = statements.into();
        let params = value!({"TopicArn": arn, "AttributeName": "Policy", "AttributeValue": merged.to_json_text(false)});
        Ok(interrupt::call(&self.sns, "set_topic_attributes", params).map(drop)?)
    }

    fn account(&self) -> Result<String> {
        let identity = interrupt::call(&self.line.client("sts")?.build()?, "get_caller_identity", value!({}))?;
        Ok(identity["Account"].as_str().unwrap_or_default().to_owned())
    }

    /// The template of a policy: that of the option, or the one that AWS publishes.
    fn policy(&self, option: &str, key: &str) -> Result<String> {
        if let Some(word) = self.line.text(option) {
            return match files::load(word)? {
                Content::Text(text) => Ok(text),
                Content::Bytes(_) => {
                    Err(Failure::usage(format!("argument --{option}: the policy is text; use file:// instead of fileb://")))
                }
            };
        }
        let bucket = format!("awscloudtrail-policy-{}", self.s3.region().unwrap_or_default());
        let object = interrupt::call(&self.s3, "get_object", value!({"Bucket": bucket, "Key": key}))?;
        let stream = object["Body"].as_stream().ok_or_else(|| Failure::general("The policy has no content."))?;
        Ok(stream.read_text()?)
    }
}
