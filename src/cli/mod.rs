//! Floor 6: the `tucuxi` command. One file for each subcommand, which holds its arguments and its `run`.

mod definitions;
mod import;
mod strip;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Call any AWS service by name.
#[derive(Parser)]
#[command(name = "tucuxi", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Definitions(definitions::Arguments),
}

/// Runs the command with the process's arguments; a failure goes to the standard error, with what caused it.
pub fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Definitions(arguments) => definitions::run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tucuxi: {error:#}");
            ExitCode::FAILURE
        }
    }
}
