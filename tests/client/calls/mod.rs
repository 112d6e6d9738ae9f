//! Calls under real conditions. What boto3 does in the same situation is asked of boto3, in the Python of
//! `support/python.rs`.

mod bodies;
mod cancel;
mod faults;
mod hooks;
mod reference;
mod responses;
mod retries;
mod situations;
mod threads;
mod tls;
mod user_agent;
mod wire;
