//! `tucuxi operations SERVICE`: what a service can do.

use clap::Args;

use super::{connect, output};

/// List the operations of a service.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The service's name, for example s3.
    service: String,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    output::lines(connect::definitions_only(&arguments.service)?.operations())
}
