//! Floor 4: sessions and where their settings come from.

mod config;
mod endpoint_url;
mod environment;
mod ini;
mod options;
mod profile;
mod proxy;
mod settings;
mod table;

pub use config::Config;
pub use environment::Environment;
