//! Floor 2: proof of who calls. Nothing here does I/O or reads a clock: time is handed in.

mod credentials;
mod encode;
pub mod sigv4;

pub use credentials::Credentials;
