//! The native module as a dynamic library. Everything is in `tucuxi::host::python`, which exports the module's entry point.

extern crate tucuxi as _;
