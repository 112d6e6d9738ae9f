//! Every source of credentials, against a loopback server that plays the other side.

mod container;
mod faults;
mod instance;
mod limits;
mod login;
mod moto;
mod places;
mod refresh;
mod roles;
mod secrets;
mod sso;
mod support;
mod user_agent;
mod web_identity;
