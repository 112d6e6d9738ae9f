//! Failures of the command, with the exit codes of the AWS CLI (version 2).

use std::error::Error as StdError;
use std::fmt;
use std::io;

use super::advice;
use crate::error::{Error, ErrorKind};

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// A message for standard error, and the exit code. An empty message prints nothing.
#[derive(Debug)]
pub(crate) struct Failure {
    pub message: String,
    pub code: u8,
}

impl Failure {
    /// The command line is wrong: an unknown command or option, an invalid value, a missing argument.
    pub(crate) const USAGE: u8 = 252;
    /// The environment or the configuration is incomplete or invalid.
    pub(crate) const CONFIGURATION: u8 = 253;
    /// The service returned an error.
    pub(crate) const SERVICE: u8 = 254;
    /// Any other failure.
    pub(crate) const GENERAL: u8 = 255;
    /// Interrupted from the keyboard.
    pub(crate) const INTERRUPTED: u8 = 130;

    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), code: Failure::USAGE }
    }

    pub(crate) fn general(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), code: Failure::GENERAL }
    }

    /// The reader of the output has closed the pipe (`| head`): nothing failed, and nothing is left to do.
    fn closed_pipe() -> Failure {
        Failure { message: String::new(), code: 0 }
    }

    /// Adds a line that says what to do next.
    pub(crate) fn with_advice(mut self, advice: &str) -> Failure {
        self.message = format!("{}\n{advice}", self.message);
        self
    }

    /// Names the option that the failure concerns.
    pub(crate) fn of_option(mut self, flag: &str) -> Failure {
        self.message = format!("Error parsing parameter '--{flag}': {}", self.message);
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        if error.kind() == ErrorKind::Stream && is_closed_pipe(&error) {
            return Failure::closed_pipe();
        }
        let code = match error.kind() {
            ErrorKind::Service => Failure::SERVICE,
            ErrorKind::ParamValidation
            | ErrorKind::UnknownOperation
            | ErrorKind::UnknownService
            | ErrorKind::UnknownName
            | ErrorKind::UnsupportedOperation => Failure::USAGE,
            ErrorKind::NoRegion
            | ErrorKind::NoCredentials
            | ErrorKind::PartialCredentials
            | ErrorKind::ProfileNotFound
            | ErrorKind::ConfigParse
            | ErrorKind::InvalidRegion
            | ErrorKind::InvalidConfig => Failure::CONFIGURATION,
            ErrorKind::Canceled => return Failure { message: String::new(), code: Failure::INTERRUPTED },
            _ => Failure::GENERAL,
        };
        let message = match advice::of_error(&error) {
            // The list of all that was tried is long, and comes last.
            Some(advice) if error.kind() == ErrorKind::NoCredentials => {
                error.to_string().replacen(" Tried:", &format!("\n{advice}\nTried:"), 1)
            }
            Some(advice) => format!("{error}\n{advice}"),
            None => error.to_string(),
        };
        Failure { message, code }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        if is_closed_pipe(&error) {
            return Failure::closed_pipe();
        }
        match error.downcast::<Error>() {
            Ok(error) => error.into(),
            Err(error) => Failure::general(error.to_string()),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        let mut message = chain_text(&error);
        let failure = match error.downcast::<Error>() {
            Ok(error) => {
                advice::of_error(&error).into_iter().for_each(|advice| message = format!("{message}\n{advice}"));
                Failure::from(error)
            }
            Err(error) if error.chain().any(is_closed_pipe_itself) => Failure::closed_pipe(),
            Err(_) => Failure::general(""),
        };
        // The code is that of the cause, and the message has the context as well.
        if failure.code == 0 || failure.code == Failure::INTERRUPTED { failure } else { Failure { message, ..failure } }
    }
}

/// Whether an error or one of its causes is a closed pipe.
fn is_closed_pipe(error: &(dyn StdError + 'static)) -> bool {
    is_closed_pipe_itself(error) || error.source().is_some_and(is_closed_pipe)
}

fn is_closed_pipe_itself(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The failure and its causes in one line. A cause that the message already contains is not repeated.
fn chain_text(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_printed_once() {
        let error = anyhow::anyhow!("no such file").context("x.json: no such file").context("import");
        assert_eq!(Failure::from(error).message, "import: x.json: no such file");
    }

    #[test]
    fn a_closed_pipe_is_silent_however_it_is_wrapped() {
        let pipe = || io::Error::from(io::ErrorKind::BrokenPipe);
        let stream = || Error::new(ErrorKind::Stream, "reading").with_source(pipe());
        for failure in [
            Failure::from(pipe()),
            Failure::from(stream()),
            Failure::from(io::Error::other(stream())),
            Failure::from(anyhow::Error::from(pipe())),
            Failure::from(anyhow::Error::from(pipe()).context("out")),
            Failure::from(anyhow::Error::from(stream())),
        ] {
            assert_eq!((failure.message.as_str(), failure.code), ("", 0));
        }
        let query = anyhow::Error::from(Error::new(ErrorKind::ParamValidation, "invalid")).context("--query");
        assert_eq!((Failure::from(query).message.as_str(), Failure::USAGE), ("--query: invalid", 252));
        // A connection that the peer has closed is a failure.
        let connection = Failure::from(Error::new(ErrorKind::ConnectionClosed, "closed").with_source(pipe()));
        assert_eq!((connection.message.as_str(), connection.code), ("closed", 255));
    }

    #[test]
    fn an_operation_that_the_command_cannot_call_is_a_usage_failure() {
        assert_eq!(Failure::from(Error::new(ErrorKind::UnsupportedOperation, "x")).code, Failure::USAGE);
    }
}
