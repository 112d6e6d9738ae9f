//! Python's file objects as readers and writers.

use std::io::{self, Read, Seek, SeekFrom, Write};

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::value::Stream;

/// A file object. Every operation takes the interpreter lock; an exception becomes the source of the [`io::Error`].
pub(super) struct FileObject(Py<PyAny>);

/// Returns whether an object can be read like a file.
pub(super) fn is_file(object: &Bound<'_, PyAny>) -> bool {
    object.hasattr(intern!(object.py(), "read")).unwrap_or_default()
}

impl FileObject {
    pub fn new(file: Py<PyAny>) -> FileObject {
        FileObject(file)
    }

    /// A stream that starts at the file's position. If the file cannot be rewound, the stream can be sent only once.
    pub fn into_stream(self, py: Python<'_>) -> PyResult<Stream> {
        let file = self.0.bind(py);
        let has = |name: &str| file.hasattr(name).unwrap_or_default();
        let seekable = has("seek") && has("tell") && file.call_method0("seekable").map_or(Ok(true), |answer| answer.is_truthy())?;
        if !seekable {
            return Ok(Stream::from_reader(self));
        }
        py.detach(|| Stream::from_seekable(self)).map_err(|error| super::errors::raise(py, error, None))
    }
}

impl Read for FileObject {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Python::attach(|py| {
            let content = self.0.bind(py).call_method1(intern!(py, "read"), (buffer.len(),))?;
            let content = match content.cast::<PyBytes>() {
                Ok(bytes) => bytes.as_bytes(),
                // A file in text mode.
                Err(_) if content.is_instance_of::<PyString>() => {
                    return Err(PyTypeError::new_err("a bytes-like object is required, not 'str'"));
                }
                Err(_) if content.is_none() => &[],
                Err(_) => {
                    let bytes = py.get_type::<PyBytes>().call1((&content,))?.cast_into::<PyBytes>()?;
                    return copy(bytes.as_bytes(), buffer);
                }
            };
            copy(content, buffer)
        })
        .map_err(io::Error::other)
    }
}

fn copy(content: &[u8], buffer: &mut [u8]) -> PyResult<usize> {
    match buffer.get_mut(..content.len()) {
        Some(place) => {
            place.copy_from_slice(content);
            Ok(content.len())
        }
        None => Err(pyo3::exceptions::PyValueError::new_err("read() returned more than was requested")),
    }
}

impl Seek for FileObject {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (offset, whence) = match to {
            SeekFrom::Start(offset) => (i64::try_from(offset).unwrap_or(i64::MAX), 0),
            SeekFrom::Current(offset) => (offset, 1),
            SeekFrom::End(offset) => (offset, 2),
        };
        Python::attach(|py| -> PyResult<u64> {
            let file = self.0.bind(py);
            // `seek` returns nothing in some classes.
            file.call_method1(intern!(py, "seek"), (offset, whence))?;
            file.call_method0(intern!(py, "tell"))?.extract()
        })
        .map_err(io::Error::other)
    }
}

impl Write for FileObject {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        Python::attach(|py| -> PyResult<usize> {
            let written = self.0.bind(py).call_method1(intern!(py, "write"), (PyBytes::new(py, content),))?;
            Ok(written.extract().unwrap_or(content.len()))
        })
        .map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
