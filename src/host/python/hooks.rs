//! Python functions as hooks.
//!
//! An event lives no longer than its stage, so a hook of Python gets a copy of the data as a dictionary and returns a dictionary
//! of changes, or `None`.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::values::{from_python, to_python};
use crate::call::{Event, HookId};
use crate::host::bridge;
use crate::value::Value;

/// The registration of a hook.
#[pyclass(name = "Hook", frozen)]
pub(super) struct HookHandle(pub HookId);

/// A hook of any kind.
type Hook = Box<dyn Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync>;

/// Makes a hook of a function. One that plays the part of the server gets every body.
pub(super) fn hook(function: Py<PyAny>, plain: bool, server: bool) -> Hook {
    let function = move |data| {
        let changes = Python::attach(|py| -> PyResult<Option<Value>> {
            let changes = function.bind(py).call1((to_python(py, &data, plain)?,))?;
            if changes.is_none() { Ok(None) } else { from_python(changes.cast::<PyDict>()?.as_any(), plain).map(Some) }
        })?;
        Ok(changes.and_then(|changes| changes.as_map().cloned()))
    };
    if server { Box::new(bridge::server(function)) } else { Box::new(bridge::hook(function)) }
}
