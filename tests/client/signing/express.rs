//! S3 Express sessions: when they are created, renewed, and discarded.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Credentials, Environment, ErrorKind, Session, Timestamp, Value, value};

use super::client::NOW;

/// The lifetime of a session, in seconds.
const LIFE: i64 = 300;

/// A zone of S3 that creates sessions; their access keys are numbered.
#[derive(Clone)]
struct Zone {
    now: Arc<AtomicI64>,
    down: Arc<AtomicBool>,
    /// The number of sessions created by each host.
    made: Arc<Mutex<HashMap<String, usize>>>,
    /// The access keys with which objects were requested.
    keys: Arc<Mutex<Vec<String>>>,
}

impl Zone {
    fn new() -> Zone {
        Zone { now: Arc::new(AtomicI64::new(NOW)), down: Arc::default(), made: Arc::default(), keys: Arc::default() }
    }

    fn client(&self) -> Client {
        let session = Session::builder().environment(Environment::empty()).credentials(Credentials::new("AKID", "SECRET"));
        let now = Arc::clone(&self.now);
        let builder = session.build().unwrap().client_builder("s3").region("us-west-2").transport(self.clone());
        let config = tucuxi::Config::new().total_max_attempts(1);
        builder.config(config).clock(move || Timestamp::new(now.load(Ordering::SeqCst), 0)).build().unwrap()
    }

    fn later(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    fn made(&self) -> usize {
        self.made.lock().unwrap().values().sum()
    }

    /// The access key of the last request for an object.
    fn key(&self) -> String {
        self.keys.lock().unwrap().last().cloned().unwrap_or_default()
    }

    fn create(&self, host: &str) -> Response {
        if self.down.load(Ordering::SeqCst) {
            let body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
            return Response::new(403, Headers::new(), body.as_bytes().to_vec());
        }
        let number = {
            let mut made = self.made.lock().unwrap();
            let made = made.entry(host.to_owned()).or_default();
            *made += 1;
            *made
        };
        // Long enough for other threads to arrive in the meantime.
        std::thread::sleep(Duration::from_millis(30));
        let end = Timestamp::new(self.now.load(Ordering::SeqCst) + LIFE, 0);
        let body = format!(
            "<CreateSessionResult><Credentials><SessionToken>T{number}</SessionToken><SecretAccessKey>S{number}</SecretAccessKey>\
             <AccessKeyId>KEY{number}</AccessKeyId><Expiration>{end}</Expiration></Credentials></CreateSessionResult>"
        );
        Response::new(200, Headers::new(), body.into_bytes())
    }
}

impl Transport for Zone {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let authorization = request.headers.get("Authorization").unwrap_or_default();
        let key = authorization.split(['=', '/']).nth(1).unwrap_or_default().to_owned();
        if request.url.ends_with("?session") {
            assert_eq!((key.as_str(), request.headers.get("x-amz-s3session-token")), ("AKID", None));
            return Ok(self.create(request.host()));
        }
        assert!(request.headers.contains("x-amz-s3session-token") && !request.headers.contains("x-amz-security-token"));
        self.keys.lock().unwrap().push(key);
        Ok(Response::new(200, Headers::new(), Vec::new()))
    }
}

fn object(bucket: &str) -> Value {
    value!({"Bucket": format!("{bucket}--usw2-az1--x-s3"), "Key": "k"})
}

#[test]
fn a_bucket_has_one_session_for_all_threads() {
    let zone = Zone::new();
    let s3 = zone.client();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| s3.call("get_object", object("a")).unwrap());
        }
        scope.spawn(|| s3.clone().call("put_object", object("b")).unwrap());
    });
    assert_eq!(*zone.made.lock().unwrap().values().collect::<Vec<_>>(), [&1, &1]);
    s3.presign("get_object", object("a"), Duration::from_secs(60)).unwrap();
    s3.prepare("get_object", object("b")).unwrap();
    assert_eq!(zone.made(), 2);
    zone.client().call("get_object", object("a")).unwrap();
    assert_eq!(zone.made(), 3);
}

#[test]
fn a_session_is_renewed_before_it_expires() {
    let zone = Zone::new();
    let s3 = zone.client();
    for (later, key) in [(0, "KEY1"), (LIFE - 45, "KEY1"), (1, "KEY2"), (LIFE - 45, "KEY2"), (36, "KEY3"), (LIFE + 1, "KEY4")] {
        zone.later(later);
        s3.call("get_object", object("a")).unwrap();
        assert_eq!(zone.key(), key, "after {later} s");
    }
}

#[test]
fn one_call_renews_the_session_while_others_use_it() {
    let zone = Zone::new();
    let s3 = zone.client();
    s3.call("get_object", object("a")).unwrap();
    zone.later(LIFE - 30);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| s3.call("get_object", object("a")).unwrap());
        }
    });
    assert_eq!(zone.made(), 2);
    let keys = zone.keys.lock().unwrap();
    assert!(keys.iter().any(|key| key == "KEY2") && keys.iter().all(|key| key == "KEY1" || key == "KEY2"), "{keys:?}");
}

#[test]
fn a_renewal_may_fail_until_the_session_expires() {
    let zone = Zone::new();
    let s3 = zone.client();
    s3.call("get_object", object("a")).unwrap();
    zone.down.store(true, Ordering::SeqCst);
    zone.later(LIFE - 10);
    s3.call("get_object", object("a")).unwrap();
    assert_eq!(zone.key(), "KEY1");
    zone.later(1);
    let error = s3.call("get_object", object("a")).unwrap_err();
    assert_eq!((error.code(), error.operation(), error.status()), (Some("AccessDenied"), Some("CreateSession"), Some(403)));
    zone.down.store(false, Ordering::SeqCst);
    s3.call("get_object", object("a")).unwrap();
    assert_eq!(zone.key(), "KEY2");
}

#[test]
fn absent_and_empty_credentials_of_a_session_are_rejected() {
    struct Sessions(&'static str);
    impl Transport for Sessions {
        fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
            let body =
                format!("<CreateSessionResult><Credentials><AccessKeyId>K</AccessKeyId>{}</Credentials></CreateSessionResult>", self.0);
            Ok(Response::new(200, Headers::new(), body.into_bytes()))
        }
    }
    let session = Session::builder().environment(Environment::empty()).credentials(Credentials::new("AKID", "SECRET")).build().unwrap();
    for (keys, missing) in [
        ("", "SecretAccessKey"),
        ("<SecretAccessKey/><SessionToken>T</SessionToken>", "SecretAccessKey"),
        ("<SecretAccessKey>S</SecretAccessKey><SessionToken></SessionToken>", "SessionToken"),
    ] {
        let s3 = session.client_builder("s3").region("us-west-2").transport(Sessions(keys)).build().unwrap();
        let error = s3.call("get_object", object("a")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CredentialRetrieval);
        assert_eq!(error.message(), format!("The session for the bucket a--usw2-az1--x-s3 has no {missing}"));
    }
}
