//! Special cases of single services, through the public API. Every expectation is boto3's behavior.

mod control;
mod discovery;
mod errors;
mod requests;
mod results;
mod s3;
mod support;
mod tokens;
