//! `tucuxi run SCRIPT [ARGUMENT…]`: a script in Lua or Rhai.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, ValueEnum};

use super::connect::Connect;

/// Run a script in Lua or Rhai, which uses the module tucuxi.
///
/// A script in Lua receives its arguments as `...` and in the table arg, one in Rhai as ARGS. If it raises an error that it
/// does not catch, the error and its position are printed, and the exit code is 1.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The language; without it, the name of the script tells.
    #[arg(long, value_enum)]
    language: Option<Language>,
    /// The script, or - to read it from standard input.
    script: PathBuf,
    /// The arguments of the script.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    #[cfg(feature = "lua")]
    Lua,
    #[cfg(feature = "rhai")]
    Rhai,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: Arguments, connect: &Connect) -> anyhow::Result<()> {
    let Arguments { language, script, arguments } = arguments;
    let language = match language {
        Some(language) => language,
        None => language_of(&script)?,
    };
    let mut source = Vec::new();
    let name = if script.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut source).context("standard input")?;
        "stdin".to_owned()
    } else {
        source = std::fs::read(&script).with_context(|| script.display().to_string())?;
        script.display().to_string()
    };
    let session = connect.session_at_endpoint()?;
    let result = match language {
        #[cfg(feature = "lua")]
        Language::Lua => {
            use crate::host::lua;
            let state = mlua::Lua::new();
            let ready = lua::register(&state, session).and_then(|_| state.globals().set("arg", arguments.clone()));
            ready.map_err(|error| anyhow!("{error}"))?;
            lua::run(&state, &name, without_shebang(&source), arguments)
        }
        #[cfg(feature = "rhai")]
        Language::Rhai => {
            use crate::host::rhai;
            let mut engine = ::rhai::Engine::new();
            rhai::register(&mut engine, session);
            let source = std::str::from_utf8(without_shebang(&source)).with_context(|| name.clone())?;
            rhai::run(&engine, &name, source, arguments)
        }
    };
    result.map_err(|message| anyhow!(message))
}

fn language_of(script: &Path) -> anyhow::Result<Language> {
    match script.extension().and_then(|extension| extension.to_str()) {
        #[cfg(feature = "lua")]
        Some("lua") => Ok(Language::Lua),
        #[cfg(feature = "rhai")]
        Some("rhai") => Ok(Language::Rhai),
        _ => bail!("The name of the script does not tell its language. Use --language."),
    }
}

/// A first line `#!…` is for the shell. Its end is kept, so that the numbers of lines stay right.
fn without_shebang(source: &[u8]) -> &[u8] {
    match source.starts_with(b"#!") {
        true => source.iter().position(|&byte| byte == b'\n').map_or(&[], |end| &source[end..]),
        false => source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_the_shell_is_not_part_of_the_script() {
        assert_eq!(without_shebang(b"#!/usr/bin/env tucuxi\nprint(1)"), b"\nprint(1)");
        assert_eq!(without_shebang(b"print(1)"), b"print(1)");
    }
}
