//! `tucuxi describe SERVICE OPERATION`: what goes into an operation and what comes out.

use clap::Args;

use super::{connect, output};

/// Show an operation's input, output, errors and traits as JSON.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The service's name, for example s3.
    service: String,
    /// The operation's name in either spelling: list_objects_v2 or ListObjectsV2.
    operation: String,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    output::json(&connect::definitions_only(&arguments.service)?.describe(&arguments.operation)?)
}
