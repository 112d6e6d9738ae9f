//! Calls under real conditions. boto3's behavior in the same situations comes from boto3, in the Python of
//! `support/python.rs`.

mod beside_boto3;
mod bodies;
mod cancel;
mod defaults_mode;
mod early_responses;
mod faults;
mod hooks;
mod interim_responses;
mod peer;
mod reference;
mod response_heads;
mod responses;
mod retries;
mod situations;
mod threads;
mod tls;
mod trust;
mod user_agent;
mod wire;
