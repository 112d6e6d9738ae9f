//! Settings: code, environment, and profile files, and the settings of a client that result from them.
//!
//! [`table`] has one row per setting; [`lookup`] finds its value; [`resolve`] decides every setting of one client.
//! This layer makes no request and knows no credentials: it only reads the environment and the profile files.

pub(crate) mod checks;
pub(crate) mod client_settings;
mod config;
mod defaults_mode;
mod endpoint_url;
mod environment;
mod ini;
pub(crate) mod lookup;
pub(crate) mod profile;
mod proxy;
mod region;
pub(crate) mod resolve;
pub(crate) mod table;

pub(crate) use client_settings::*;
pub use config::Config;
pub use environment::Environment;
pub(crate) use lookup::Settings;
