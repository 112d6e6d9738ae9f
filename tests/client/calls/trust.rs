//! Which certificates are trusted, and what the errors about the others say.

use std::io::{Read, Write};
use std::net::TcpListener;

use tucuxi::{Config, Credentials, Environment, Error, ErrorKind, Session, Value, Verify, value};

use super::peer::{Peer, Script};
use super::tls::file;

fn respond(peer: &mut Peer) {
    while peer.head().is_some() {
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    }
}

fn call(url: &str, verify: impl Into<Verify>) -> Result<Value, Error> {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(Credentials::new("key", "secret"));
    let config = Config::new().retries(value!({"total_max_attempts": 1}));
    let builder = session.build().unwrap().client_builder("lambda").endpoint_url(url).verify(verify);
    builder.config(config).build().unwrap().call("list_functions", ())
}

fn rejection(url: &str, verify: impl Into<Verify>) -> String {
    let error = call(url, verify).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::Tls, "SSLError"), "{error}");
    let start = format!("SSL validation failed for {url}");
    assert!(error.message().starts_with(&start), "{error}");
    error.message().to_owned()
}

#[test]
fn a_certificate_in_the_bundle_is_trusted_for_its_own_names() {
    let server = Script::start(Some("self-signed"), respond);
    let localhost = server.url.replace("127.0.0.1", "localhost");
    for url in [&server.url, &localhost] {
        call(url, file("self-signed.pem")).unwrap();
        let environment = Environment::from([("AWS_CA_BUNDLE", file("self-signed.pem").as_str())]);
        let session = Session::builder().environment(environment).region("us-east-1").credentials(Credentials::new("key", "secret"));
        session.build().unwrap().client_builder("lambda").endpoint_url(url.as_str()).build().unwrap().call("list_functions", ()).unwrap();
    }
    // A server certificate that is not self-signed, too: `server.pem` is issued by `ca.pem`.
    call(&Script::start(Some("server"), respond).url, file("server.pem")).unwrap();

    // `openssl req -x509 -subj /CN=localhost`, without alternative names.
    let server = Script::start(Some("common-name"), respond);
    call(&server.url.replace("127.0.0.1", "localhost"), file("common-name.pem")).unwrap();
    assert!(rejection(&server.url, file("common-name.pem")).contains("not for 127.0.0.1"));
}

#[test]
fn a_rejected_certificate_is_described_with_the_reason_and_the_remedy() {
    let server = Script::start(Some("self-signed"), respond);
    let text = rejection(&server.url, file("ca.pem"));
    assert!(text.contains("\"CN=self-signed.test\" (self-signed) is not trusted"), "{text}");
    assert!(text.contains("ca.pem") && text.contains("AWS_CA_BUNDLE"), "{text}");
    assert!(rejection(&server.url, true).contains("Mozilla"), "the default bundle");

    let server = Script::start(Some("server"), respond);
    let text = rejection(&server.url, file("other-ca.pem"));
    assert!(text.contains("(issued by \"CN=tucuxi test ca\")") && text.contains("other-ca.pem"), "{text}");
    let text = rejection(&server.url.replace("127.0.0.1", "localhost"), file("ca.pem"));
    assert!(text.contains("it is valid for 127.0.0.1, not for localhost"), "{text}");
    // Being in the bundle does not make it valid for other names.
    let text = rejection(&server.url.replace("127.0.0.1", "localhost"), file("server.pem"));
    assert!(text.contains("it is valid for 127.0.0.1, not for localhost"), "{text}");

    let server = Script::start(Some("expired"), respond);
    for bundle in ["expired.pem", "ca.pem"] {
        let text = rejection(&server.url, file(bundle));
        assert!(text.contains("it expired at 2020-01-02T00:00:00Z"), "{text}");
    }
}

#[test]
fn other_tls_failures_say_what_to_do() {
    let plain = |response: &'static [u8]| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 1000]);
                let _ = stream.write_all(response);
            }
        });
        url
    };
    let text = rejection(&plain(b"HTTP/1.1 400 Bad Request\r\n\r\n"), true);
    assert!(text.contains("does not answer with TLS") && text.contains("begin with http"), "{text}");
    // Alerts: protocol version, handshake failure, unrecognized name.
    for (alert, advice) in [(70, "TLS 1.2 and 1.3"), (40, "in common"), (112, "host name")] {
        let record: &'static [u8] = Box::leak(Box::new([0x15, 3, 3, 0, 2, 2, alert]));
        let text = rejection(&plain(record), true);
        assert!(text.contains(advice), "{text}");
    }
    let https = Script::start(Some("server"), respond).url.replace("https:", "http:");
    let error = call(&https, true).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidResponse | ErrorKind::ConnectionClosed), "{error}");
}

#[test]
fn a_bad_bundle_matters_only_where_it_is_used() {
    let empty = std::env::temp_dir().join(format!("tucuxi-no-certificates-{}.pem", std::process::id()));
    std::fs::write(&empty, "nothing").unwrap();
    let invalid = std::env::temp_dir().join(format!("tucuxi-bad-certificate-{}.pem", std::process::id()));
    std::fs::write(&invalid, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let (http, https) = (Script::start(None, respond), Script::start(Some("server"), respond));
    for (bundle, reason) in [
        ("/no/such/bundle.pem".to_owned(), "No such file"),
        (empty.display().to_string(), "no certificate in PEM format"),
        (invalid.display().to_string(), "none of its certificates can be used"),
        (file("client.key"), "no certificate in PEM format"),
    ] {
        call(&http.url, bundle.as_str()).unwrap();
        let text = rejection(&https.url, bundle.as_str());
        assert!(text.contains(&bundle) && text.contains(reason), "{text}");
        assert_eq!(https.connections(), 0, "{bundle}");
    }
    std::fs::remove_file(empty).unwrap();
    std::fs::remove_file(invalid).unwrap();
}

/// Without a length, only the end of TLS tells a complete body from one that was cut off.
#[test]
fn a_body_without_a_length_must_end_with_the_tls_connection() {
    let server = Script::start(Some("server"), |peer| {
        peer.head();
        peer.write("HTTP/1.1 200 OK\r\n\r\n{\"Functions\": []}");
    });
    let error = call(&server.url, file("ca.pem")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IncompleteRead, "{error}");
    assert!(error.message().contains("close_notify"), "{error}");
    let server = Script::start(None, |peer| {
        peer.head();
        peer.write("HTTP/1.1 200 OK\r\n\r\n{\"Functions\": []}");
    });
    assert_eq!(call(&server.url, true).unwrap()["Functions"], value!([]));
}
