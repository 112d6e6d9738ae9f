//! `configservice subscribe` and `configservice get-status`: the recorder of configurations and its delivery.

use super::custom::{Line, Options};
use super::s3::create_bucket;
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::Value;

pub(super) const SUBSCRIBE: Options = &[
    ("s3-bucket", Arity::One, "Where configurations go: BUCKET or BUCKET/PREFIX. A bucket that does not exist is created."),
    ("sns-topic", Arity::One, "Where notifications go: the ARN of a topic, or the name of a new one."),
    ("iam-role", Arity::One, "The ARN of the role of AWS Config."),
];

/// `configservice subscribe`: sets up and starts the default recorder.
///
/// # Errors
/// The failure of a call.
pub(super) fn subscribe(line: &Line) -> Result<()> {
    let (bucket, prefix) = line.required("s3-bucket").split_once('/').unwrap_or((line.required("s3-bucket"), ""));
    let s3 = line.client("s3")?.build()?;
    match interrupt::call(&s3, "head_bucket", value!({"Bucket": bucket})) {
        Ok(_) => output::lines([format!("Using existing S3 bucket: {bucket}")])?,
        Err(error) if error.status() == Some(404) => {
            create_bucket(&s3, bucket)?;
            output::lines([format!("Using new S3 bucket: {bucket}")])?;
        }
        Err(error) => return Err(error.into()),
    }
    let topic = line.required("sns-topic");
    let topic = match topic.starts_with("arn:") {
        true => {
            output::lines([format!("Using existing SNS topic: {topic}")])?;
            topic.to_owned()
        }
        false => {
            let created = interrupt::call(&line.client("sns")?.build()?, "create_topic", value!({"Name": topic}))?;
            let arn = created["TopicArn"].as_str().unwrap_or_default().to_owned();
            output::lines([format!("Using new SNS topic: {arn}")])?;
            arn
        }
    };
    let config = line.client("config")?.build()?;
    let recorder = value!({"name": "default", "roleARN": line.required("iam-role")});
    interrupt::call(&config, "put_configuration_recorder", value!({"ConfigurationRecorder": recorder}))?;
    let mut channel = value!({"name": "default", "s3BucketName": bucket, "snsTopicARN": topic});
    if !prefix.is_empty() {
        channel["s3KeyPrefix"] = prefix.into();
    }
    interrupt::call(&config, "put_delivery_channel", value!({"DeliveryChannel": channel}))?;
    interrupt::call(&config, "start_configuration_recorder", value!({"ConfigurationRecorderName": "default"}))?;
    let recorders = interrupt::call(&config, "describe_configuration_recorders", value!({}))?;
    let channels = interrupt::call(&config, "describe_delivery_channels", value!({}))?;
    Ok(output::lines([
        "Subscribe succeeded:\n".to_owned(),
        format!("Configuration Recorders: {}\n", output::json_text(&recorders["ConfigurationRecorders"])),
        format!("Delivery Channels: {}", output::json_text(&channels["DeliveryChannels"])),
    ])?)
}

/// `configservice get-status`: what the recorders and delivery channels did last.
///
/// # Errors
/// The failure of a call.
pub(super) fn status(line: &Line) -> Result<()> {
    let config = line.client("config")?.build()?;
    let call = |operation: &str| interrupt::call(&config, operation, value!({})).map_err(Failure::from);
    let recorders = call("describe_configuration_recorder_status")?;
    let mut lines = vec!["Configuration Recorders:\n".to_owned()];
    for recorder in recorders["ConfigurationRecordersStatus"].as_list().into_iter().flatten() {
        let is_on = recorder["recording"].as_bool() == Some(true);
        lines.push(format!("name: {}", text(&recorder["name"])));
        lines.push(format!("recorder: {}", if is_on { "ON" } else { "OFF" }));
        if is_on {
            outcome(&mut lines, "last status", recorder);
        }
        lines.push(String::new());
    }
    lines.push("Delivery Channels:\n".to_owned());
    let channels = call("describe_delivery_channel_status")?;
    for channel in channels["DeliveryChannelsStatus"].as_list().into_iter().flatten() {
        lines.push(format!("name: {}", text(&channel["name"])));
        let deliveries =
            [("stream", "configStreamDeliveryInfo"), ("history", "configHistoryDeliveryInfo"), ("snapshot", "configSnapshotDeliveryInfo")];
        for (kind, member) in deliveries {
            if channel[member]["lastStatus"].as_str().is_some() {
                outcome(&mut lines, &format!("last {kind} delivery status"), &channel[member]);
            }
        }
        lines.push(String::new());
    }
    Ok(output::lines(lines)?)
}

fn outcome(lines: &mut Vec<String>, name: &str, info: &Value) {
    lines.push(format!("{name}: {}", text(&info["lastStatus"])));
    if text(&info["lastStatus"]).eq_ignore_ascii_case("failure") {
        lines.push(format!("error code: {}", text(&info["lastErrorCode"])));
        lines.push(format!("message: {}", text(&info["lastErrorMessage"])));
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
