//! Response heads that RFC 9112 forbids and that proxies and stores send all the same.

use tucuxi::{Config, value};

use super::peer::{SCHEMES, Script, s3};

fn head_object(script: &Script, config: Config) -> Result<tucuxi::Value, tucuxi::Error> {
    let client = s3(&script.url, config);
    let first = client.call("head_object", value!({"Bucket": "bucket", "Key": "key"}))?;
    client.call("head_object", value!({"Bucket": "bucket", "Key": "key"}))?;
    Ok(first)
}

/// A server that answers every request with these header lines.
fn server(certificate: Option<&'static str>, lines: impl Into<String>) -> Script {
    let response = format!("HTTP/1.1 200 OK\r\n{}Content-Length: 0\r\nx-amz-meta-last: here\r\n\r\n", lines.into());
    Script::start(certificate, move |peer| {
        while peer.head().is_some() {
            peer.write(&response);
        }
    })
}

#[test]
fn one_unusual_header_does_not_lose_the_response() {
    for certificate in SCHEMES {
        for (lines, name, value) in [
            ("x-amz-meta-größe: 1\r\n", "größe", "1"),
            ("x-amz-meta-file name: a\r\n", "file name", "a"),
            ("x-amz-meta-file[0]: a\r\n", "file[0]", "a"),
            ("x-amz-meta-a : b\r\n", "a", "b"),
            ("a line without a colon\r\nx-amz-meta-a: b\r\n", "a", "b"),
            (": no name\r\n=?: \r\nx-amz-meta-a: b\r\n", "a", "b"),
            ("x-amz-meta-a: b\x01c\r\n", "a", "b\x01c"),
            ("x-amz-meta-a: b\0c\r\n", "a", "b c"),
            ("x-amz-meta-a: b\rc\r\n", "a", "b c"),
            ("x-amz-meta-a: b\nx-amz-meta-d: e\n", "d", "e"),
            ("x-amz-meta-a: b\r\n  c\r\n\td\r\n", "a", "b c d"),
            ("x-amz-meta-a: Grüße\r\n", "a", "Grüße"),
            ("X-AMZ-META-A: b\r\nx-amz-meta-a: c\r\n", "a", "b, c"),
        ] {
            let server = server(certificate, lines);
            let output = head_object(&server, Config::new()).unwrap_or_else(|error| panic!("{lines:?}: {error}"));
            assert_eq!(output["Metadata"][name], value, "{lines:?}");
            assert_eq!(output["Metadata"]["last"], "here", "{lines:?}");
            assert_eq!(output["ResponseMetadata"]["RetryAttempts"], 0, "{lines:?}");
            assert_eq!(server.connections(), 1, "{lines:?}: the connection is used again");
        }
    }
}

#[test]
fn there_may_be_many_headers_and_large_ones_up_to_a_limit() {
    let many: String = (0..1000).map(|i| format!("x-amz-meta-{i}: {i}\r\n")).collect();
    let large = format!("x-amz-meta-large: {}\r\n", "a".repeat(900_000));
    let too_large = format!("x-amz-meta-large: {}\r\n", "a".repeat(1 << 20));
    for certificate in SCHEMES {
        let output = head_object(&server(certificate, many.as_str()), Config::new()).unwrap();
        assert_eq!((&output["Metadata"]["0"], &output["Metadata"]["999"]), (&value!("0"), &value!("999")));
        let output = head_object(&server(certificate, large.as_str()), Config::new()).unwrap();
        assert_eq!(output["Metadata"]["large"].as_str().unwrap().len(), 900_000);

        let server = server(certificate, too_large.as_str());
        let error = head_object(&server, Config::new()).unwrap_err();
        assert_eq!((error.name(), error.attempts()), ("ResponseTooLargeError", 1), "{error}");
        assert!(error.message().contains("more than 1048576 bytes") && error.message().contains("max_response_header_size"), "{error}");
        let output = head_object(&server, Config::new().max_response_header_size(2 << 20)).unwrap();
        assert_eq!(output["Metadata"]["large"].as_str().unwrap().len(), 1 << 20);
    }
}

#[test]
fn a_response_that_cannot_be_parsed_is_quoted_without_secrets() {
    let server = Script::start(None, |peer| {
        peer.head();
        peer.write("GET /?X-Amz-Signature=abcdef HTTP/1.1\r\n\r\n");
    });
    let error = head_object(&server, Config::new()).unwrap_err();
    assert_eq!((error.name(), error.attempts(), server.connections()), ("InvalidResponseError", 1, 1), "{error}");
    assert!(error.message().ends_with("bad status line: \"GET /?X-Amz-Signature=*** HTTP/1.1\""), "{error}");
}
