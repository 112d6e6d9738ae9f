//! The subcommands that show definitions: `tucuxi services`, `tucuxi operations SERVICE`, `tucuxi describe SERVICE OPERATION`,
//! and `tucuxi schema SERVICE OPERATION`; and `tucuxi stubs SERVICE…`, which writes type stubs of Python.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::{connect, output};
use crate::host::stubs;

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

/// Write type stubs of Python for services, so that editors and mypy know their operations and parameters.
#[derive(Args)]
pub(crate) struct Stubs {
    /// The services' names, for example s3.
    #[arg(required = true)]
    services: Vec<String>,
    /// The folder of the stubs, one that type checkers search: pyright searches `typings`, mypy the folders in MYPYPATH.
    #[arg(short, long, value_name = "FOLDER", default_value = "typings")]
    output: PathBuf,
}

impl Stubs {
    /// Runs the subcommand.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let files = stubs::stubs(connect::definitions_session()?.definitions(), &self.services)?;
        for (path, text) in &files {
            let path = self.output.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&self.output)).with_context(|| self.output.display().to_string())?;
            fs::write(&path, text).with_context(|| path.display().to_string())?;
        }
        output::lines([format!("{} files in {}", files.len(), self.output.display())])
    }
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

/// Print a JSON Schema (draft 2020-12) of an operation's parameters, or of its response.
#[derive(Args)]
pub(crate) struct Schema {
    /// The service's name, for example s3.
    service: String,
    /// The operation's name in either spelling: list_objects_v2 or ListObjectsV2.
    operation: String,
    /// Print the schema of the response.
    #[arg(long)]
    response: bool,
}

impl Schema {
    /// Runs the subcommand.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let client = connect::definitions_client(&self.service)?;
        output::plain_json(&if self.response { client.output_schema(&self.operation)? } else { client.input_schema(&self.operation)? })
    }
}
