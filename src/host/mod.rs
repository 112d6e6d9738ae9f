//! Bindings for other languages. Each one is thin: [`bridge`] has the objects and their verbs, and a binding converts values,
//! errors, and callbacks.

pub mod bridge;
#[cfg(feature = "python")]
pub mod python;
