//! DynamoDB: plain values, condition expressions, batches, and parallel scans.
//!
//! Resources, and clients after [`plain`], take and return plain values: `5` where the service has `{"N": "5"}`.

mod condition;
mod expressions;
mod item;
mod placeholders;
mod plain_values;
mod types;

pub use condition::{Attr, Condition, Key, Operand, Size};
pub use item::{from_item, set, to_item};
pub use placeholders::BuiltExpression;
pub(crate) use plain_values::customize_resources;
pub use plain_values::plain;
pub use types::{deserialize, deserialize_item, serialize, serialize_item};

use crate::client::Setup;

pub(super) fn customize(setup: &mut Setup<'_>) {
    tune_retries(setup);
    setup.retries.crc32_header = Some("x-amz-crc32");
}

/// The retry settings that DynamoDB shares with DynamoDB Streams.
pub(super) fn tune_retries(setup: &mut Setup<'_>) {
    setup.retries.max_attempts = 4;
    setup.retries.backoff_scale = 0.025;
}
