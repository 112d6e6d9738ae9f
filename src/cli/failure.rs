//! Failures of the command, with the exit codes of the AWS CLI (version 2).

use std::fmt;

use crate::error::{Error, ErrorKind};

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// A message for standard error, and the exit code.
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

    /// Names the option that the failure concerns.
    pub(crate) fn of_option(mut self, flag: &str) -> Failure {
        self.message = format!("Error parsing parameter '--{flag}': {}", self.message);
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let code = match error.kind() {
            ErrorKind::Service => Failure::SERVICE,
            ErrorKind::ParamValidation | ErrorKind::UnknownOperation | ErrorKind::UnknownService | ErrorKind::UnknownName => Failure::USAGE,
            ErrorKind::NoRegion
            | ErrorKind::NoCredentials
            | ErrorKind::PartialCredentials
            | ErrorKind::ProfileNotFound
            | ErrorKind::ConfigParse
            | ErrorKind::InvalidRegion
            | ErrorKind::InvalidConfig => Failure::CONFIGURATION,
            ErrorKind::Canceled => Failure::INTERRUPTED,
            _ => Failure::GENERAL,
        };
        Failure { message: error.to_string(), code }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::general(error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
