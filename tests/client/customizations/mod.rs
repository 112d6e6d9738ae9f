//! What definitions cannot say of single services, through the public face. Every expectation is what boto3 does.

mod control;
mod discovery;
mod errors;
mod requests;
mod results;
mod s3;
mod support;
