//! Passwords for databases, which are made by methods that are not operations, beside those that boto3 makes.

use tucuxi::{Client, Credentials, Environment, ErrorKind, Session, Value, value};

use super::support::{client, fixed};

/// Recorded by `tokens.py`.
const RECORDED: &str = include_str!("tokens.jsonl");

fn with_token(service: &str, region: &str, token: &Value) -> Client {
    let keys = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let keys = match token.as_str() {
        Some(token) => keys.with_token(token),
        None => keys,
    };
    let session = Session::builder().environment(Environment::empty()).credentials(keys).build().unwrap();
    fixed(session.client_builder(service).region(region)).build().unwrap()
}

#[test]
fn database_tokens_are_those_of_boto3() {
    for line in RECORDED.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |at: usize| row[at].as_str().unwrap();
        let made = with_token(text(0), text(1), &row[2]).call(text(3), row[4].clone()).unwrap();
        assert_eq!(made, row[5], "{line}");
    }
    assert_eq!(RECORDED.lines().count(), 180);
}

#[test]
fn invalid_parameters_of_database_tokens_are_named() {
    let rds = client("rds", "eu-west-1");
    let dsql = client("dsql", "eu-west-1");
    let rejected = |client: &Client, method: &str, params: Value, expected: &str| {
        let error = client.call(method, params).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::ParamValidation, Some(method)));
        assert!(error.message().contains(expected), "{}", error.message());
    };
    let token = "generate_db_auth_token";
    rejected(&rds, token, value!({"DBHostname": "h", "DBUsername": "u"}), "Missing required parameter in input: \"Port\"");
    rejected(&rds, token, value!({"DBHostname": "h", "Port": 65536, "DBUsername": "u"}), "parameter Port");
    rejected(&rds, token, value!({"DBHostname": "h", "Port": "x", "DBUsername": "u"}), "parameter Port");
    rejected(&rds, token, value!({"DBHostname": "h", "Port": 1, "DBUsername": "u", "Reigon": "r"}), "Did you mean Region?");
    for host in ["", "h/p", "h?x", "u@h", "h#", "a b", "https://h"] {
        rejected(&rds, token, value!({"DBHostname": host, "Port": 1, "DBUsername": "u"}), "parameter DBHostname");
    }
    rejected(&dsql, "generate_db_connect_auth_token", value!({}), "Missing required parameter in input: \"Hostname\"");
    rejected(&dsql, "generate_db_connect_admin_auth_token", value!({"Hostname": "h", "ExpiresIn": -1}), "parameter ExpiresIn");
    let error = dsql.call(token, ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownOperation);
}
