//! Every place that credentials come from, against a loopback server that plays the other side of its dialogue.

#[path = "../support/loopback.rs"]
mod loopback;
#[path = "../support/moto.rs"]
mod server;
mod support;

mod container;
mod instance;
mod limits;
mod login;
mod moto;
mod places;
mod refresh;
mod roles;
mod secrets;
mod sso;
mod web_identity;
