//! Tokens and passwords for other programs, which are made by methods that are not operations, beside those that boto3 makes.

use std::collections::BTreeMap;
use std::io::Read as _;

use tucuxi::http::{Headers, Response};
use tucuxi::{Client, Credentials, Environment, ErrorKind, Session, Timestamp, Value, value};

use super::support::{Server, answered, builder, client, fixed};

/// Recorded by `tokens.py`.
const RECORDED: &[u8] = include_bytes!("tokens.jsonl.gz");

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
fn tokens_of_databases_and_clusters_are_those_of_boto3() {
    let mut recorded = String::new();
    flate2::read::GzDecoder::new(RECORDED).read_to_string(&mut recorded).unwrap();
    let mut made = BTreeMap::new();
    for line in recorded.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |at: usize| row[at].as_str().unwrap();
        let token = with_token(text(0), text(1), &row[2]).call(text(3), row[4].clone()).unwrap();
        assert_eq!(token, row[5], "{line}");
        *made.entry(text(3).to_owned()).or_insert(0) += 1;
    }
    let methods =
        ["generate_db_auth_token", "generate_db_connect_admin_auth_token", "generate_db_connect_auth_token", "generate_eks_auth_token"];
    assert_eq!(made, methods.map(|method| (method.to_owned(), 200)).into());
}

#[test]
fn an_invalid_name_of_a_cluster_is_rejected() {
    let sts = client("sts", "us-east-1");
    for name in ["", "a\r\nx-b: c", "é", "a\0"] {
        let error = sts.call("generate_eks_auth_token", value!({"ClusterName": name})).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::ParamValidation, Some("generate_eks_auth_token")));
        assert!(error.message().contains("parameter ClusterName"), "{error}");
    }
    let error = sts.call("generate_eks_auth_token", ()).unwrap_err();
    assert!(error.message().contains("Missing required parameter in input: \"ClusterName\""), "{error}");
}

#[test]
fn login_data_of_registries_has_user_password_and_address() {
    // `AWS:pass:word`; a password may contain a colon.
    let private = r#"{"authorizationData": [{"authorizationToken": "QVdTOnBhc3M6d29yZA==", "expiresAt": 1893456000,
        "proxyEndpoint": "https://123456789012.dkr.ecr.us-east-1.amazonaws.com"}]}"#;
    let public = r#"{"authorizationData": {"authorizationToken": "QVdTOnBhc3M6d29yZA==", "expiresAt": 1893456000}}"#;
    for (service, body, endpoint) in
        [("ecr", private, "https://123456789012.dkr.ecr.us-east-1.amazonaws.com"), ("ecr-public", public, "https://public.ecr.aws")]
    {
        let logins = answered(service, 200, &[], body).call("get_login_data", ()).unwrap();
        let expected =
            value!([{"Username": "AWS", "Password": "pass:word", "Endpoint": endpoint, "ExpiresAt": Timestamp::new(1893456000, 0)}]);
        assert_eq!(logins, expected);
    }
    let broken = r#"{"authorizationData": [{"authorizationToken": "QVdTcGFzc3dvcmQ="}]}"#;
    let error = answered("ecr", 200, &[], broken).call("get_login_data", ()).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::ResponseParser, Some("get_login_data")));
    assert!(!format!("{error:?}{error}").contains("QVdT"));
    let denied =
        answered("ecr", 400, &[], r#"{"__type": "AccessDeniedException", "message": "no"}"#).call("get_login_data", ()).unwrap_err();
    assert_eq!(denied.code(), Some("AccessDeniedException"));
}

#[test]
fn login_data_of_a_codeartifact_repository_has_its_endpoint_and_a_token() {
    let server = Server::new(|request| {
        let body = match request.url.contains("/v1/repository/endpoint?") {
            true => r#"{"repositoryEndpoint": "https://d-123456789012.d.codeartifact.us-east-1.amazonaws.com/pypi/r/"}"#,
            false => r#"{"authorizationToken": "TOKEN", "expiration": 1893456000}"#,
        };
        Ok(Response::new(200, Headers::new(), body.as_bytes().to_vec()))
    });
    let codeartifact = builder("codeartifact", "us-east-1").transport(server.clone()).build().unwrap();
    let params = value!({"domain": "dom", "domainOwner": "123456789012", "repository": "rep", "format": "pypi", "durationSeconds": 900});
    let logins = codeartifact.call("get_login_data", params).unwrap();
    let endpoint = "https://d-123456789012.d.codeartifact.us-east-1.amazonaws.com/pypi/r/";
    assert_eq!(
        logins,
        value!([{"Username": "aws", "Password": "TOKEN", "Endpoint": endpoint, "ExpiresAt": Timestamp::new(1893456000, 0)}])
    );
    let host = "- https://codeartifact.us-east-1.amazonaws.com/v1";
    assert_eq!(
        server.take_seen(),
        [
            format!("{host}/repository/endpoint?domain=dom&domain-owner=123456789012&repository=rep&format=pypi"),
            format!("{host}/authorization-token?domain=dom&domain-owner=123456789012&duration=900"),
        ]
    );
    let error = codeartifact.call("get_login_data", value!({"domain": "dom", "format": "pypi"})).unwrap_err();
    assert!(error.message().contains("\"repository\""), "{error}");
    assert!(server.take_seen().is_empty());
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
