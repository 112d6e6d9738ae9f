//! `tucuxi describe SERVICE OPERATION`: what goes into an operation and what comes out.

use clap::{Args, ValueEnum};

use super::{connect, output};

/// Show an operation's input, output, errors and traits as JSON.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The service's name, for example s3.
    service: String,
    /// The operation's name in either spelling: list_objects_v2 or ListObjectsV2.
    operation: String,
    /// Show JSON Schema of the parameters or of the answer instead.
    #[arg(long, value_name = "WHICH")]
    json_schema: Option<Which>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    Input,
    Output,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let client = connect::definitions_only(&arguments.service)?;
    let operation = &arguments.operation;
    match arguments.json_schema {
        None => output::json(&client.describe(operation)?),
        Some(Which::Input) => output::plain_json(&client.input_schema(operation)?),
        Some(Which::Output) => output::plain_json(&client.output_schema(operation)?),
    }
}
