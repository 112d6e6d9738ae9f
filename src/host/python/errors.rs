//! Errors as Python exceptions.

use std::error::Error as _;
use std::io;

use pyo3::prelude::*;

use super::Registry;
use super::values::to_python;
use crate::error::Error;

/// Makes the exception of an error; see [`exception`].
pub(super) fn raise(py: Python<'_>, error: Error, service: Option<&str>) -> PyErr {
    exception(py, &error, service)
}

/// Makes the exception of an error. An exception that Python raised in a hook, a callback, or a file object is returned itself.
pub(super) fn exception(py: Python<'_>, error: &Error, service: Option<&str>) -> PyErr {
    if let Some(own) = python_error(error) {
        return own.clone_ref(py);
    }
    let exception = (|| {
        let registry = Registry::get(py)?;
        registry.error.bind(py).call1((to_python(py, &error.to_value(), false)?, error.to_string(), service))
    })();
    match exception {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// The Python exception among the causes of an error. An I/O error shows its content only to those who ask for it.
fn python_error(error: &Error) -> Option<&PyErr> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<PyErr>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
