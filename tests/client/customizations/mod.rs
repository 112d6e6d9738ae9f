//! Special cases of single services, through the public API. Every expectation is boto3's behavior.

mod cloudfront;
mod control;
mod discovery;
mod errors;
mod monitoring;
mod requests;
mod results;
mod rows;
mod s3;
mod s3_parameters;
mod services;
mod support;
mod tokens;
