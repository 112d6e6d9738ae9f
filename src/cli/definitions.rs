//! `tucuxi definitions`: what is done with the definition files themselves.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::import;
use crate::definition::Root;

/// Work on the service definitions.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(Import),
}

/// Take definitions over from botocore or boto3, without their documentation.
///
/// What is imported replaces what is there of the same service, version and kind; everything else stays.
#[derive(Args)]
struct Import {
    /// A `data` folder of botocore or boto3, a wheel of either, or a source archive (.tar.gz). Later ones win.
    #[arg(required = true)]
    source: Vec<PathBuf>,
    /// The folder to write to; without it ~/.aws/models, where every session looks before it uses its own definitions.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Command::Import(Import { source, into }) = arguments.command;
    let into = into.or_else(models).context("there is no home directory; say where to write with --into")?;
    for path in source {
        anyhow::ensure!(path.exists(), "{}: no such file or folder", path.display());
        let files = import::import(&Root::open(&path)?, &into)?;
        anyhow::ensure!(files > 0, "{}: no definitions here (<service>/<api-version>/<kind>.json)", path.display());
        println!("{}: {files} definition files written to {}", path.display(), into.display());
    }
    Ok(())
}

fn models() -> Option<PathBuf> {
    Some(std::env::home_dir()?.join(".aws").join("models"))
}
