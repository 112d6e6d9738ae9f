//! The instance metadata service, in both versions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::support::{Home, START, after, named};
use crate::loopback::{Answer, Seen, Server, ok};

fn document(key: &str, expires: &str) -> Answer {
    ok(format!(r#"{{"Code":"Success","AccessKeyId":"{key}","SecretAccessKey":"S","Token":"T","Expiration":"{expires}"}}"#))
}

/// A service of version 2, whose role is `role`.
pub fn metadata(key: &str, expires: &str) -> Server {
    let (key, expires) = (key.to_owned(), expires.to_owned());
    Server::start(move |seen| answer(seen, || document(&key, &expires)))
}

fn answer(seen: &Seen, document: impl FnOnce() -> Answer) -> Answer {
    match seen.line.as_str() {
        "PUT /latest/api/token" => ok("TOKEN"),
        "GET /latest/meta-data/iam/security-credentials/" => ok("role"),
        "GET /latest/meta-data/iam/security-credentials/role" => document(),
        other => panic!("{other}"),
    }
}

fn none(home: &Home) -> bool {
    home.session().credentials().unwrap().is_none()
}

#[test]
fn a_token_then_the_role_then_its_credentials() {
    let server = metadata("ASIA1", &after(21_600));
    let home = Home::new().metadata(&server).env("http_proxy", "http://127.0.0.1:1").env("HTTP_PROXY", "http://127.0.0.1:1");
    assert_eq!(home.whose(), ("iam-role", "ASIA1".to_owned()));
    let [put, role, keys] = &server.seen()[..3] else { panic!("{:?}", server.lines()) };
    assert_eq!((put.line.as_str(), put.header("x-aws-ec2-metadata-token-ttl-seconds")), ("PUT /latest/api/token", Some("21600")));
    assert_eq!(put.header("Content-Length"), Some("0"));
    for get in [role, keys] {
        assert_eq!(get.header("x-aws-ec2-metadata-token"), Some("TOKEN"), "{}", get.line);
    }
}

#[test]
fn credentials_are_renewed() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |seen| {
        answer(seen, || {
            let n = count.fetch_add(1, Ordering::SeqCst) + 1;
            document(&format!("ASIA{n}"), &after(21_600 * n as i64))
        })
    });
    let home = Home::new().metadata(&server);
    let session = home.session();
    let key = || session.credentials().unwrap().unwrap().access_key_id().to_owned();
    assert_eq!(key(), "ASIA1");
    home.pass(21_600 - 899);
    assert_eq!(key(), "ASIA2");
    assert_eq!(server.lines().len(), 6);
}

#[test]
fn expired_credentials_are_extended_for_some_minutes() {
    let server = metadata("ASIA1", &after(-600));
    let home = Home::new().metadata(&server);
    let session = home.session();
    let expires = session.credentials().unwrap().unwrap().expires().unwrap();
    assert!((START + 1020..=START + 1500).contains(&expires.seconds()), "{expires}");
    home.pass(100);
    session.credentials().unwrap();
    assert_eq!(server.lines().len(), 3);
    home.pass(700);
    session.credentials().unwrap();
    assert_eq!(server.lines().len(), 6);
}

#[test]
fn services_without_tokens_are_called_without_one() {
    for status in [403, 404, 405, 500] {
        let server = Server::start(move |seen| match seen.line.starts_with("PUT") {
            true => Answer::Reply(status, String::new()),
            false => answer(seen, || document("ASIA1", &after(3600))),
        });
        let home = Home::new().metadata(&server);
        assert_eq!(home.whose().1, "ASIA1", "{status}");
        assert!(server.seen()[1..3].iter().all(|seen| seen.header("x-aws-ec2-metadata-token").is_none()));
        let message = "Error retrieving metadata: Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been disabled";
        assert_eq!(home.env("AWS_EC2_METADATA_V1_DISABLED", "true").failure(), named("MetadataRetrievalError", message));
    }
    let refusing = Server::start(|_| Answer::Reply(400, String::new()));
    assert!(none(&Home::new().metadata(&refusing)));
    assert_eq!(refusing.lines(), ["PUT /latest/api/token"]);
}

#[test]
fn invalid_responses_are_no_credentials() {
    for broken in
        [ok(""), ok("no JSON"), ok("{}"), ok(r#"{"Code":"Failed","Message":"m"}"#), Answer::Reply(404, "x".to_owned()), Answer::Hangup]
    {
        let server = Server::start(move |seen| answer(seen, || broken.clone()));
        assert!(none(&Home::new().metadata(&server)));
        assert_eq!(server.lines().len(), 3);
    }
}

#[test]
fn requests_are_retried_as_often_as_configured() {
    let count = AtomicUsize::new(0);
    let flaky = Server::start(move |seen| match count.fetch_add(1, Ordering::SeqCst) % 2 {
        0 => Answer::Reply(500, String::new()),
        _ => answer(seen, || document("ASIA1", &after(3600))),
    });
    assert_eq!(Home::new().metadata(&flaky).env("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "2").whose().1, "ASIA1");
}

#[test]
fn a_silent_service_times_out_after_one_second_for_the_token_and_one_for_the_role() {
    let silent = Server::start(|_| Answer::Silence(Duration::from_secs(10)));
    let begin = Instant::now();
    assert!(none(&Home::new().metadata(&silent)));
    let elapsed = begin.elapsed();
    assert_eq!(silent.lines(), ["PUT /latest/api/token", "GET /latest/meta-data/iam/security-credentials/"]);
    assert!(elapsed >= Duration::from_secs(2) && elapsed < Duration::from_millis(3500), "{elapsed:?}");
}

#[test]
fn invalid_settings_are_errors_when_they_are_used() {
    let wrong = |name: &str, value: &str| Home::new().env("AWS_EC2_METADATA_DISABLED", "false").env(name, value);
    let mode = wrong("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv5");
    let message = "Invalid EC2 Instance Metadata endpoint mode: ipv5 Valid endpoint modes (case-insensitive): ('ipv4', 'ipv6').";
    assert_eq!(mode.failure(), named("InvalidIMDSEndpointModeError", message));
    let endpoint = wrong("AWS_EC2_METADATA_SERVICE_ENDPOINT", "127.0.0.1:80");
    let message = "Invalid endpoint EC2 Instance Metadata endpoint: 127.0.0.1:80";
    assert_eq!(endpoint.failure(), named("InvalidIMDSEndpointError", message));
    assert_eq!(wrong("AWS_METADATA_SERVICE_TIMEOUT", "x").failure().0, "InvalidConfigError");
    // With credentials in the environment they are not used.
    let keys = mode.env("AWS_ACCESS_KEY_ID", "A").env("AWS_SECRET_ACCESS_KEY", "S");
    assert_eq!(keys.whose().0, "env");
}
