//! DynamoDB: plain values, condition expressions, batches, and parallel scans.
//!
//! Resources, and clients after [`plain`], take and return plain values: `5` where the service has `{"N": "5"}`.

mod batch;
mod batch_get;
mod batch_write;
mod condition;
mod expressions;
mod item;
mod lexer;
mod methods;
mod placeholders;
mod plain_values;
mod scan;
mod syntax;
mod types;

pub use batch_get::{BatchGet, GetOutcome, GetReport, batch_get};
pub use batch_write::{BatchWriter, WriteOutcome, WriteReport, batch_writer};
pub use condition::{Attr, Condition, Key, Operand, Size};
pub use expressions::{Expr, expr};
pub use item::{from_item, set, to_item};
pub use placeholders::BuiltExpression;
pub(crate) use plain_values::customize_resources;
pub use plain_values::plain;
pub use scan::{Scan, ScanItems, scan};
pub use syntax::ExpressionKind;
pub use types::{deserialize, deserialize_item, serialize, serialize_item};

use crate::client::Setup;

pub(super) fn customize(setup: &mut Setup<'_>) {
    tune_retries(setup);
    setup.retries.crc32_header = Some("x-amz-crc32");
    setup.extra_methods.push(methods::METHODS);
}

/// The retry settings that DynamoDB shares with DynamoDB Streams.
pub(super) fn tune_retries(setup: &mut Setup<'_>) {
    setup.retries.max_attempts = 4;
    setup.retries.backoff_scale = 0.025;
}
