//! The `tucuxi` command.

fn main() -> std::process::ExitCode {
    tucuxi::cli::main()
}
