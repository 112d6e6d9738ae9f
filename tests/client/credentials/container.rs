//! The credentials agent of a container.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::support::{Home, after, named};
use crate::loopback::{Answer, Server, ok};

fn document(key: &str, expires: &str) -> String {
    format!(r#"{{"AccessKeyId":"{key}","SecretAccessKey":"S","Token":"T","Expiration":"{expires}","AccountId":"123456789012"}}"#)
}

fn agent() -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |_| {
        let n = count.fetch_add(1, Ordering::SeqCst) + 1;
        ok(document(&format!("ASIA{n}"), &after(3600 * n as i64)))
    })
}

fn container(server: &Server) -> Home {
    Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{}/get?x=1", server.url()))
}

#[test]
fn the_agent_is_called_without_a_proxy() {
    let server = agent();
    let home = container(&server).env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc");
    // The proxy must not be used.
    let session = home.env("http_proxy", "http://127.0.0.1:1").session();
    let credentials = session.credentials().unwrap().unwrap();
    assert_eq!(
        (credentials.access_key_id(), credentials.session_token(), credentials.account_id()),
        ("ASIA1", Some("T"), Some("123456789012"))
    );
    assert_eq!(session.credentials_method().unwrap(), Some("container-role"));
    let seen = server.seen()[0].clone();
    assert_eq!(
        (seen.line.as_str(), seen.header("Accept"), seen.header("Authorization")),
        ("GET /get?x=1", Some("application/json"), Some("Basic abc"))
    );
    container(&server).find().unwrap();
    assert_eq!(server.seen()[1].header("Authorization"), None);
}

#[test]
fn the_token_file_takes_precedence_and_is_read_each_time() {
    let server = agent();
    let home = container(&server).env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "variable");
    home.write("token", "file-1");
    let path = home.path("token").display().to_string();
    let home = home.env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &path);
    let session = home.session();
    session.credentials().unwrap();
    home.write("token", "file-2");
    home.pass(2800);
    assert_eq!(session.credentials().unwrap().unwrap().access_key_id(), "ASIA2");
    let tokens: Vec<_> = server.seen().iter().map(|seen| seen.header("Authorization").unwrap().to_owned()).collect();
    assert_eq!(tokens, ["file-1", "file-2"]);

    home.write("token", "SECRET\n");
    assert_eq!(home.failure(), named("ValueError", "Auth token value is not a legal header value"));
    std::fs::remove_file(home.path("token")).unwrap();
    let (name, message) = home.failure();
    assert_eq!(name, "CredentialRetrievalError");
    assert!(message.starts_with(&format!("Error when retrieving credentials from container-role: the token file {path}")), "{message}");
}

#[test]
fn a_failure_is_retried_and_ends_the_chain() {
    let count = AtomicUsize::new(0);
    let flaky = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::Reply(500, "busy".to_owned()),
        1 => ok("no JSON"),
        _ => ok(document("ASIA1", &after(3600))),
    });
    assert_eq!(container(&flaky).find().unwrap().access_key_id(), "ASIA1");

    let metadata = super::instance::metadata("AKVM", &after(3600));
    let broken = Server::start(|_| Answer::Reply(500, "busy".to_owned()));
    let message = "Error when retrieving credentials from container-role: Error retrieving metadata: Received non 200 response 500 from \
                   container metadata (a body of 4 bytes)";
    assert_eq!(container(&broken).metadata(&metadata).failure(), named("CredentialRetrievalError", message));
    assert_eq!((broken.lines().len(), metadata.lines().len()), (3, 0));
}

#[test]
fn broken_responses_are_named() {
    let start = "Error when retrieving credentials from container-role:";
    let lacking = Server::start(|_| ok(r#"{"AccessKeyId":"A","Token":"T","Expiration":"2030-01-01T00:00:00Z"}"#));
    let message = format!("{start} Missing required key in response: 'SecretAccessKey'");
    assert_eq!(container(&lacking).failure(), named("CredentialRetrievalError", message));
    assert_eq!(lacking.lines().len(), 1);
    let timeless = Server::start(|_| ok(document("A", "soon")));
    assert!(container(&timeless).failure().1.starts_with(&format!("{start} the expiry is not a timestamp")));
    let expired = Server::start(|_| ok(document("A", &after(-60))));
    assert_eq!(container(&expired).failure().0, "RuntimeError");
}

#[test]
fn a_silent_agent_does_not_hang_a_call() {
    let silent = Server::start(|_| Answer::Silence(Duration::from_secs(10)));
    let begin = Instant::now();
    let (name, message) = container(&silent).failure();
    assert_eq!(name, "CredentialRetrievalError");
    assert!(message.contains("Received error when attempting to retrieve container metadata: "), "{message}");
    // Three attempts of two seconds, and a second after each of the first two.
    assert!(begin.elapsed() < Duration::from_secs(12), "{:?}", begin.elapsed());
}

#[test]
fn other_hosts_are_rejected() {
    let message = "Unsupported host 'example.com'.  Can only retrieve metadata from a loopback address or one of these hosts: \
                   169.254.170.2, 169.254.170.23, fd00:ec2::23, localhost";
    let home = Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/x");
    assert_eq!(home.failure(), named("ValueError", message));
}
