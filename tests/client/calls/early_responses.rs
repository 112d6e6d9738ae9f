//! Responses that arrive while the request is still being sent.

use std::time::{Duration, Instant};

use tucuxi::{Client, Config, Error, ErrorKind, Stream, Value, value};

use super::peer::{Peer, SCHEMES, Script, s3};

const SIZE: usize = 32 << 20;

fn rejection(status: u16, code: &str, headers: &str) -> String {
    let body = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
    format!("HTTP/1.1 {status} No\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// A client that sends the body as it is.
fn client(server: &Script) -> Client {
    s3(&server.url, Config::new().request_checksum_calculation("when_required"))
}

fn put(client: &Client, body: impl Into<Value>) -> Result<Value, Error> {
    let started = Instant::now();
    let outcome = client.call("put_object", value!({"Bucket": "bucket", "Key": "key", "Body": body.into()}));
    assert!(started.elapsed() < Duration::from_secs(8), "the response is noticed at once: {:?} {outcome:?}", started.elapsed());
    outcome
}

/// After which part of the body a server responds.
const MOMENTS: [u64; 2] = [0, 64 << 10];

#[test]
fn a_rejection_during_the_upload_is_the_services_error_after_one_attempt() {
    for certificate in SCHEMES {
        for read in MOMENTS {
            for (status, code, headers) in [
                (403, "AccessDenied", "Connection: close\r\n"),
                (413, "EntityTooLarge", ""),
                (400, "BadDigest", "Connection: keep-alive\r\nX-größe: 1\r\n"),
            ] {
                for stays in [false, true] {
                    let case = format!("{certificate:?} {read} {code} {stays}");
                    let server = Script::start(certificate, move |peer| {
                        peer.head();
                        if read > 0 {
                            peer.write("HTTP/1.1 100 Continue\r\n\r\n");
                            peer.skip(read);
                        }
                        peer.write(rejection(status, code, headers));
                        if stays {
                            peer.stay();
                        }
                    });
                    let client = client(&server);
                    let error = put(&client, vec![7u8; SIZE]).unwrap_err();
                    assert_eq!((error.kind(), error.code(), error.attempts()), (ErrorKind::Service, Some(code), 1), "{case}: {error}");
                    assert_eq!(error.status(), Some(status), "{case}");
                    assert_eq!(server.connections(), 1, "{case}");
                    put(&client, vec![7u8; SIZE]).unwrap_err();
                    assert_eq!(server.connections(), 2, "{case}: a connection with half a request is not used again");
                }
            }
        }
    }
}

/// Nothing is sent again, so the body does not have to be rewound.
#[test]
fn a_rejection_during_the_upload_does_not_read_the_rest_of_the_body() {
    for certificate in SCHEMES {
        let server = Script::start(certificate, |peer| {
            peer.head();
            peer.write("HTTP/1.1 100 Continue\r\n\r\n");
            peer.skip(1000);
            peer.write(rejection(403, "AccessDenied", ""));
            peer.stay();
        });
        let endless = Stream::from_reader_with_length(std::io::repeat(1), 1 << 36);
        let config = Config::new().request_checksum_calculation("when_required").s3(value!({"payload_signing_enabled": false}));
        let client = s3(&server.url, config);
        match put(&client, endless) {
            Err(error) if error.kind() == ErrorKind::Service => assert_eq!((error.code(), error.attempts()), (Some("AccessDenied"), 1)),
            // Over http, the body must be hashed first.
            outcome => assert!(certificate.is_none(), "{outcome:?}"),
        }
    }
}

#[test]
fn a_transient_rejection_during_the_upload_is_retried() {
    for certificate in SCHEMES {
        let server = Script::start(certificate, |peer| {
            let first = peer.connection == 0;
            while let Some(head) = peer.head() {
                peer.write("HTTP/1.1 100 Continue\r\n\r\n");
                if first {
                    peer.skip(64 << 10);
                    peer.write(rejection(503, "SlowDown", ""));
                    return;
                }
                peer.body(&head);
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        let output = put(&client(&server), vec![7u8; SIZE]).unwrap();
        assert_eq!(output["ResponseMetadata"]["RetryAttempts"], 1);
        assert_eq!((server.connections(), server.bodies()), (2, vec![vec![7u8; SIZE]]));
    }
}

/// A server that accepts the request early still needs all of it.
#[test]
fn a_success_during_the_upload_does_not_stop_it() {
    for certificate in SCHEMES {
        let server = Script::start(certificate, |peer| {
            while let Some(head) = peer.head() {
                peer.write("HTTP/1.1 100 Continue\r\n\r\n");
                peer.write("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\n\r\n");
                std::thread::sleep(Duration::from_millis(100));
                peer.body(&head);
            }
        });
        let client = client(&server);
        for _ in 0..2 {
            assert_eq!(put(&client, vec![7u8; SIZE]).unwrap()["ETag"], "\"e\"");
        }
        // The server counts a body after the client has its response.
        let recorded = || server.bodies().len() == 2;
        assert!((0..100).any(|_| recorded() || {
            std::thread::sleep(Duration::from_millis(20));
            false
        }));
        assert!(server.bodies().iter().all(|body| body.len() == SIZE));
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn a_connection_that_breaks_during_the_upload_without_a_response_is_a_closed_connection() {
    type Break = fn(&mut Peer);
    let breaks: [(&str, Break); 3] = [
        ("after the head", |peer| drop(peer.head())),
        ("within the body", |peer| {
            peer.head();
            peer.write("HTTP/1.1 100 Continue\r\n\r\n");
            peer.skip(64 << 10);
        }),
        ("within a response", |peer| {
            peer.head();
            peer.skip(64 << 10);
            peer.write("HTTP/1.1 403 For");
        }),
    ];
    for certificate in SCHEMES {
        for (name, script) in breaks {
            let server = Script::start(certificate, script);
            let error = put(&client(&server), vec![7u8; SIZE]).unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::ConnectionClosed, 3), "{certificate:?} {name}: {error}");
        }
    }
}

/// The limits of a call apply while the server neither reads nor responds.
#[test]
fn a_server_that_stops_reading_is_a_timeout() {
    for certificate in SCHEMES {
        let server = Script::start(certificate, |peer| {
            peer.head();
            peer.write("HTTP/1.1 100 Continue\r\n\r\n");
            peer.stay();
        });
        let config = || Config::new().request_checksum_calculation("when_required").retries(value!({"total_max_attempts": 1}));
        let started = Instant::now();
        let error = put(&s3(&server.url, config().read_timeout(Duration::from_millis(500))), vec![7u8; SIZE]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReadTimeout, "{error}");
        assert!((400..1500).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
        let started = Instant::now();
        let error = put(&s3(&server.url, config().deadline(Duration::from_millis(500))), vec![7u8; SIZE]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline, "{error}");
        assert!((400..1500).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
    }
}
