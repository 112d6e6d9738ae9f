//! Calls under real conditions. What boto3 does in the same situation is asked of boto3, in the Python of
//! `support/python.rs`.

mod bodies;
mod cancel;
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
