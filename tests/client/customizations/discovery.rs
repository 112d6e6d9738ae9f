//! Endpoint discovery.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use tucuxi::http::{Headers, Response};
use tucuxi::{Client, Config, ErrorKind, Timestamp, value};

use super::support::{NOW, Server, builder};

const ASKED: &str = "DescribeEndpoints https://ingest.timestream.us-east-1.amazonaws.com/";
const TWO: &str =
    r#"{"Endpoints":[{"Address":"cell1.example.com","CachePeriodInMinutes":60},{"Address":"cell2","CachePeriodInMinutes":1}]}"#;

/// Responds to discovery with a text, and to other requests with an empty object.
fn telling(endpoints: &'static str) -> Server {
    Server::new(move |request| {
        let discovers = request.headers.get("X-Amz-Target").is_some_and(|t| t.ends_with("DescribeEndpoints"));
        Ok(Response::new(200, Headers::new(), if discovers { endpoints } else { "{}" }.as_bytes().to_vec()))
    })
}

fn client(service: &str, server: &Server, enabled: Option<bool>) -> Client {
    let config = enabled.map_or_else(Config::new, |enabled| Config::new().endpoint_discovery_enabled(enabled));
    builder(service, "us-east-1").transport(server.clone()).config(config).build().unwrap()
}

#[test]
fn a_service_is_asked_once_and_its_first_endpoint_is_used() {
    let server = telling(TWO);
    let timestream = client("timestream-write", &server, None);
    timestream.call("list_databases", ()).unwrap();
    timestream.call("describe_database", value!({"DatabaseName": "xxx"})).unwrap();
    assert_eq!(server.take_seen(), [ASKED, "ListDatabases https://cell1.example.com", "DescribeDatabase https://cell1.example.com"]);
    let request = timestream.prepare("describe_endpoints", ()).unwrap();
    assert_eq!(request.headers.get("x-amz-api-version"), Some("2018-11-01"));
}

#[test]
fn a_discovered_endpoint_is_cached_until_it_expires() {
    let server = telling(TWO);
    let now = Arc::new(AtomicI64::new(NOW));
    let clock = Arc::clone(&now);
    let builder = builder("timestream-write", "us-east-1").transport(server.clone());
    let timestream = builder.clock(move || Timestamp::new(clock.load(Ordering::Relaxed), 0)).build().unwrap();
    timestream.call("list_databases", ()).unwrap();
    now.fetch_add(3599, Ordering::Relaxed);
    timestream.call("list_databases", ()).unwrap();
    assert_eq!(server.take_seen().iter().filter(|request| *request == ASKED).count(), 1);
    now.fetch_add(1, Ordering::Relaxed);
    timestream.call("list_databases", ()).unwrap();
    assert_eq!(server.take_seen()[0], ASKED);
}

#[test]
fn an_address_may_be_a_url() {
    let server = telling(r#"{"Endpoints":[{"Address":"http://cell9/x","CachePeriodInMinutes":1}]}"#);
    client("timestream-write", &server, None).call("list_databases", ()).unwrap();
    assert_eq!(server.take_seen()[1], "ListDatabases http://cell9/x");
}

#[test]
fn optional_discovery_happens_only_on_request() {
    let server = telling(TWO);
    client("dynamodb", &server, None).call("list_tables", ()).unwrap();
    assert_eq!(server.take_seen(), ["ListTables https://dynamodb.us-east-1.amazonaws.com/"]);
    client("dynamodb", &server, Some(true)).call("list_tables", ()).unwrap();
    assert_eq!(server.take_seen()[1], "ListTables https://cell1.example.com");
}

#[test]
fn disabled_discovery_is_an_error_for_operations_that_require_it() {
    let server = telling(TWO);
    let error = client("timestream-write", &server, Some(false)).call("list_databases", ()).unwrap_err();
    assert_eq!(error.name(), "EndpointDiscoveryRequired");
    assert_eq!(error.message(), "Endpoint Discovery is not enabled but this operation requires it.");
    assert!(server.take_seen().is_empty());
}

#[test]
fn a_configured_endpoint_is_never_replaced() {
    let server = telling(TWO);
    let builder = builder("timestream-write", "us-east-1").transport(server.clone());
    builder.endpoint_url("http://localhost:1").build().unwrap().call("list_databases", ()).unwrap();
    assert_eq!(server.take_seen(), ["ListDatabases http://localhost:1/"]);
}

#[test]
fn a_service_error_of_discovery_is_the_error_of_the_call() {
    let server = Server::new(|_| Ok(Response::new(500, Headers::new(), b"{}".to_vec())));
    let error = client("timestream-write", &server, None).call("list_databases", ()).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Service, Some("DescribeEndpoints")));
    let none = telling(r#"{"Endpoints":[]}"#);
    let error = client("timestream-write", &none, None).call("list_databases", ()).unwrap_err();
    assert_eq!(error.name(), "EndpointDiscoveryRefreshFailed");
}

#[test]
fn an_endpoint_that_rejects_a_call_is_discarded() {
    let refuses = Arc::new(AtomicBool::new(true));
    let first = Arc::clone(&refuses);
    let server = Server::new(move |request| {
        if request.headers.get("X-Amz-Target").is_some_and(|t| t.ends_with("DescribeEndpoints")) {
            return Ok(Response::new(200, Headers::new(), TWO.as_bytes().to_vec()));
        }
        let status = if first.swap(false, Ordering::Relaxed) { 421 } else { 200 };
        Ok(Response::new(status, Headers::new(), b"{}".to_vec()))
    });
    let timestream = client("timestream-write", &server, None);
    // Whether or not the call is retried, discovery is repeated.
    let _ = timestream.call("list_databases", ());
    timestream.call("list_databases", ()).unwrap();
    assert_eq!(server.take_seen().iter().filter(|request| *request == ASKED).count(), 2);
}
