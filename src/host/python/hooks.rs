//! Python functions as hooks.
//!
//! An event lives no longer than its stage, so a hook of Python gets a copy of the data as a dictionary and returns a dictionary
//! of changes, or `None`. Beside the data it gets the context of the call, one dictionary for all hooks of a call, which holds
//! objects of any type, and the exception of a failure.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::errors;
use super::values::{from_python, to_python};
use crate::call::{Event, HookId};
use crate::host::bridge;
use crate::value::Map;

/// The registration of a hook.
#[pyclass(name = "Hook", frozen)]
pub(super) struct HookHandle(pub HookId);

/// A hook of any kind.
type Hook = Box<dyn Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync>;

/// Makes a hook of a function. One that plays the part of the server gets every body.
pub(super) fn hook(function: Py<PyAny>, plain: bool, server: bool) -> Hook {
    Box::new(move |event| {
        if server {
            bridge::buffer_request(event)?;
        }
        bridge::handle(event, |event, data| {
            let changes = Python::attach(|py| -> PyResult<Option<Map>> {
                let service = event.service().name();
                let failure = event.failure().map(|error| errors::exception(py, error, Some(service)).into_value(py));
                let context = context(py, event)?;
                let changes = function.bind(py).call1((to_python(py, &data, plain)?, context, failure))?;
                if changes.is_none() {
                    return Ok(None);
                }
                Ok(from_python(changes.cast::<PyDict>()?.as_any(), plain)?.as_map().cloned())
            })?;
            Ok(changes)
        })
    })
}

/// The context of the call. The first hook makes it.
fn context<'py>(py: Python<'py>, event: &mut Event<'_, '_>) -> PyResult<Bound<'py, PyDict>> {
    let state = event.host_state();
    if let Some(context) = state.as_ref().and_then(|state| state.downcast_ref::<Py<PyDict>>()) {
        return Ok(context.bind(py).clone());
    }
    let context = PyDict::new(py);
    *state = Some(Box::new(context.clone().unbind()));
    Ok(context)
}
