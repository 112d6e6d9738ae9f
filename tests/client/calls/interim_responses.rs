//! Interim responses (status 1xx): each one is skipped, whatever its headers and whenever it comes.

use std::time::Duration;

use tucuxi::{Config, Proxies, value};

use super::peer::{SCHEMES, Script, s3};
use super::tls::tunnels_after;

const FINAL: &str = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\n\r\n";

const INTERIM: [&str; 7] = [
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 100 Continue\r\nConnection: keep-alive\r\n\r\n",
    "HTTP/1.1 100\r\nX-größe: 1\r\nno colon\r\nContent-Length: 7\r\n\r\n",
    "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\nVia: proxy\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.0 100 Continue\n\n",
    "\r\nHTTP/1.1 100 Continue\r\n\r\n",
];

#[test]
fn interim_responses_before_the_body_are_skipped() {
    for certificate in SCHEMES {
        for interim in INTERIM {
            let server = Script::start(certificate, move |peer| {
                while let Some(head) = peer.head() {
                    peer.write(interim);
                    peer.body(&head);
                    peer.write(FINAL);
                }
            });
            let client = server.s3();
            for key in ["first", "second"] {
                let params = value!({"Bucket": "bucket", "Key": key, "Body": key.as_bytes().to_vec()});
                let output = client.call("put_object", params).unwrap_or_else(|error| panic!("{interim:?}: {error}"));
                assert_eq!(output["ETag"], "\"e\"", "{interim:?}");
                assert_eq!(output["ResponseMetadata"]["RetryAttempts"], 0, "{interim:?}");
            }
            assert_eq!(server.connections(), 1, "{interim:?}: the connection is used again");
            let contains = |body: &[u8], text: &[u8]| body.windows(text.len()).any(|window| window == text);
            assert!(contains(&server.bodies()[0], b"first") && contains(&server.bodies()[1], b"second"), "{interim:?}");
        }
    }
}

#[test]
fn late_interim_responses_are_skipped() {
    for certificate in SCHEMES {
        let server = Script::start(certificate, |peer| {
            while let Some(head) = peer.head() {
                peer.write("HTTP/1.1 100 Continue\r\n\r\n");
                peer.body(&head);
                for _ in 0..3 {
                    peer.write("HTTP/1.1 102 Processing\r\nServer: slow\r\n\r\n");
                    std::thread::sleep(Duration::from_millis(30));
                }
                // The last one comes together with the start of the final response.
                peer.write(format!("HTTP/1.1 100 Continue\r\nA: b\r\n\r\n{}", &FINAL[..20]));
                std::thread::sleep(Duration::from_millis(30));
                peer.write(&FINAL[20..]);
            }
        });
        let client = server.s3();
        for _ in 0..2 {
            let output = client.call("put_object", value!({"Bucket": "bucket", "Key": "key", "Body": b"body".to_vec()})).unwrap();
            assert_eq!((&output["ETag"], &output["ResponseMetadata"]["RetryAttempts"]), (&value!("\"e\""), &value!(0)));
            let listed = client.call("head_object", value!({"Bucket": "bucket", "Key": "key"})).unwrap();
            assert_eq!(listed["ETag"], "\"e\"");
        }
        assert_eq!(server.connections(), 1);
    }
}

/// Such a response does not answer the request, so it must not interrupt it.
#[test]
fn interim_responses_during_the_upload_do_not_stop_it() {
    let body: Vec<u8> = (0..8u32 << 20).map(|i| (i % 251) as u8).collect();
    for certificate in SCHEMES {
        let server = Script::start(certificate, |peer| {
            while let Some(head) = peer.head() {
                peer.write("HTTP/1.1 100 Continue\r\n\r\n");
                // The client cannot send all of the body before this is over.
                for _ in 0..5 {
                    std::thread::sleep(Duration::from_millis(60));
                    peer.write("HTTP/1.1 102 Processing\r\nX-Progress: 1\r\n\r\n");
                }
                peer.body(&head);
                peer.write(FINAL);
            }
        });
        let client = s3(&server.url, Config::new().request_checksum_calculation("when_required").read_timeout(Duration::from_secs(20)));
        for _ in 0..2 {
            let output = client.call("put_object", value!({"Bucket": "bucket", "Key": "key", "Body": body.clone()})).unwrap();
            assert_eq!(output["ResponseMetadata"]["RetryAttempts"], 0);
        }
        assert_eq!(server.connections(), 1);
        assert!(server.bodies().iter().all(|received| *received == body), "{certificate:?}: the body arrives as it is");
    }
}

#[test]
fn interim_responses_of_a_proxy_and_through_its_tunnel_are_skipped() {
    let server = Script::start(Some("server"), |peer| {
        while let Some(head) = peer.head() {
            peer.write("HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 100 Continue\r\nVia: c\r\n\r\n");
            peer.body(&head);
            peer.write(FINAL);
        }
    });
    let proxy = tunnels_after(
        "HTTP/1.1 100 Continue\r\nProxy-größe: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n\
         HTTP/1.1 200 Connection established\r\nno colon\r\nfile[0] : 1\r\n\r\n",
    );
    let client = s3(&server.url, Config::new().proxies(Proxies::for_https(format!("http://127.0.0.1:{proxy}"))));
    for _ in 0..2 {
        let output = client.call("put_object", value!({"Bucket": "bucket", "Key": "key", "Body": b"body".to_vec()})).unwrap();
        assert_eq!((&output["ETag"], &output["ResponseMetadata"]["RetryAttempts"]), (&value!("\"e\""), &value!(0)));
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_switch_of_protocols_and_endless_interim_responses_are_errors() {
    let switching = Script::start(None, |peer| {
        peer.head();
        peer.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
        peer.stay();
    });
    let error = switching.s3().call("head_object", value!({"Bucket": "bucket", "Key": "key"})).unwrap_err();
    assert_eq!((error.name(), error.attempts()), ("InvalidResponseError", 1), "{error}");

    let endless = Script::start(None, |peer| {
        peer.head();
        for _ in 0..100_000 {
            peer.write("HTTP/1.1 102 Processing\r\n\r\n");
        }
        peer.stay();
    });
    let error = endless.s3().call("head_object", value!({"Bucket": "bucket", "Key": "key"})).unwrap_err();
    assert_eq!((error.name(), error.attempts()), ("ResponseTooLargeError", 1), "{error}");
}
