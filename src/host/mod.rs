//! Bindings for other languages, and an async interface for Rust. Each one is thin: [`bridge`] has the objects and their verbs, and a binding converts values,
//! errors, and callbacks.

pub mod bridge;
#[cfg(any(feature = "lua", feature = "rhai"))]
mod callbacks;
#[cfg(feature = "capi")]
pub mod capi;
#[cfg(any(feature = "lua", feature = "node", feature = "rhai"))]
mod functions;
#[cfg(feature = "lua")]
pub mod lua;
#[cfg(feature = "node")]
pub mod node;
#[cfg(feature = "python")]
pub mod python;
#[cfg(feature = "rhai")]
pub mod rhai;
#[cfg(any(feature = "lua", feature = "rhai"))]
mod script;
#[cfg(any(feature = "cli", feature = "python"))]
pub mod stubs;
#[cfg(feature = "tokio")]
pub mod tokio;
