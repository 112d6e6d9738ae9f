//! The subcommands that show definitions: `tucuxi services`, `tucuxi operations SERVICE`, and
//! `tucuxi describe SERVICE OPERATION`.

use clap::{Args, ValueEnum};

use super::{connect, output};

/// List the services.
#[derive(Args)]
pub(crate) struct Services {}

impl Services {
    /// Runs the subcommand.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        output::lines(connect::definitions_session()?.available_services())
    }
}

/// List the operations of a service, then its methods that are not operations.
#[derive(Args)]
pub(crate) struct Operations {
    /// The service's name, for example s3.
    service: String,
}

impl Operations {
    /// Runs the subcommand.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let client = connect::definitions_client(&self.service)?;
        output::lines(client.operations().into_iter().chain(client.methods()))
    }
}

/// Show an operation's input, output, errors, and traits as JSON.
#[derive(Args)]
pub(crate) struct Describe {
    /// The service's name, for example s3.
    service: String,
    /// The operation's name in either spelling: list_objects_v2 or ListObjectsV2; or another method: upload_file.
    operation: String,
    /// Show a JSON Schema of the parameters or of the response instead.
    #[arg(long, value_name = "WHICH")]
    json_schema: Option<Which>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    Input,
    Output,
}

impl Describe {
    /// Runs the subcommand.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let client = connect::definitions_client(&self.service)?;
        match self.json_schema {
            None => output::json(&client.describe(&self.operation)?),
            Some(Which::Input) => output::plain_json(&client.input_schema(&self.operation)?),
            Some(Which::Output) => output::plain_json(&client.output_schema(&self.operation)?),
        }
    }
}
