//! Why a conversion through serde failed, and where in the value.

use std::fmt;

use crate::error::{Error, ErrorKind};

/// The path grows from the inside out while the failure travels up.
#[derive(Debug)]
pub(super) struct Failure {
    path: String,
    message: String,
}

impl Failure {
    pub(super) fn new(message: impl fmt::Display) -> Failure {
        Failure { path: String::new(), message: message.to_string() }
    }

    pub(super) fn at_key(mut self, key: &str) -> Failure {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{key}{dot}{}", self.path);
        self
    }

    pub(super) fn at_index(mut self, index: usize) -> Failure {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("[{index}]{dot}{}", self.path);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl std::error::Error for Failure {}

impl serde::ser::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Failure::new(message)
    }
}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Failure::new(message)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error::new(ErrorKind::Conversion, failure.to_string())
    }
}
