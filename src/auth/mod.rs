//! Floor 2: proof of who calls. Nothing here does I/O or reads a clock: time is handed in.

mod credentials;

pub use credentials::Credentials;
