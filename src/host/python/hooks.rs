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

/// Makes a hook of a function.
pub(super) fn hook(function: Py<PyAny>, plain: bool) -> impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static {
    bridge::hook(move |data| {
        let changes = Python::attach(|py| -> PyResult<Option<Value>> {
            let changes = function.bind(py).call1((to_python(py, &data, plain)?,))?;
            if changes.is_none() { Ok(None) } else { from_python(changes.cast::<PyDict>()?.as_any(), plain).map(Some) }
        })?;
        Ok(changes.and_then(|changes| changes.as_map().cloned()))
    })
}
