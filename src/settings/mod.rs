//! Settings: what code, environment, and profile files say, and what results for a client.
//!
//! One row per setting ([`table`]); [`lookup`] finds its value; [`resolve`] decides every setting of one client.
//! This layer makes no request and knows no credentials: it reads the environment and the profile files, nothing else.

pub(crate) mod client_settings;
mod config;
mod defaults_mode;
mod endpoint_url;
mod environment;
mod ini;
pub(crate) mod lookup;
pub(crate) mod options;
pub(crate) mod profile;
mod proxy;
mod region;
pub(crate) mod resolve;
mod resolved;
pub(crate) mod table;

pub(crate) use client_settings::*;
pub use config::Config;
pub use environment::Environment;
pub(crate) use lookup::Settings;
