//! `tucuxi services`: what can be called.

use clap::Args;

use super::output;
use crate::Session;

/// List the services.
#[derive(Args)]
pub(crate) struct Arguments {}

/// Runs the subcommand.
pub(crate) fn run(Arguments {}: Arguments) -> anyhow::Result<()> {
    output::lines(Session::new()?.available_services())
}
