//! What is peculiar to services in the retry modes standard and adaptive.

use crate::client::Setup;
use crate::error::Result;

/// Sets the retries of a client up.
pub(super) fn tune(setup: &mut Setup<'_>) -> Result<()> {
    let id = setup.service.service_id()?;
    let tuning = &mut setup.retries;
    if matches!(id, "DynamoDB" | "DynamoDB Streams") {
        tuning.max_attempts = 4;
        tuning.backoff_scale = 0.025;
    }
    match id {
        "DynamoDB" => tuning.crc32_header = Some("x-amz-crc32"),
        "STS" => tuning.transient_codes = &["IDPCommunicationError"],
        "SQS" => tuning.long_polls = &["ReceiveMessage"],
        "SFN" => tuning.long_polls = &["GetActivityTask"],
        "SWF" => tuning.long_polls = &["PollForActivityTask", "PollForDecisionTask"],
        "Kinesis" => tuning.long_polls = &["ReceiveQueueRecords", "ReceiveDeadLetterQueueRecords"],
        _ => {}
    }
    Ok(())
}
