//! S3's irregular responses: errors with status 200, errors without a body, and keys that XML cannot or need not escape.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use tucuxi::http::{Body, Headers, Request, Response};
use tucuxi::{Cancel, Client, Config, Error, ErrorKind, Value, value};

use super::support::{Server, answered, builder, client, configured, text};

const SLOW_DOWN: &str = "<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code><Message>Please reduce your rate.</Message></Error>";

fn copy(body: &str) -> Result<Value, Error> {
    let params = value!({"Bucket": "river", "Key": "k", "CopySource": "lake/k"});
    answered("s3", 200, &[("x-amz-request-id", "R")], body).call("copy_object", params)
}

#[test]
fn an_error_with_status_200_is_an_error() {
    let error = copy(SLOW_DOWN).unwrap_err();
    assert_eq!((error.name(), error.code(), error.message()), ("ClientError", Some("SlowDown"), "Please reduce your rate."));
    assert_eq!((error.status(), error.request_id()), (Some(500), Some("R")));
    assert!(error.is_retryable());
    for cut in ["<CopyObjectResult><ETag>", "garbage"] {
        assert_eq!(copy(cut).unwrap_err().status(), Some(500), "{cut}");
    }
    assert_eq!(copy("<CopyObjectResult><ETag>e</ETag></CopyObjectResult>").unwrap()["CopyObjectResult"]["ETag"], Value::from("e"));
    // The content of an object is not checked.
    let object = answered("s3", 200, &[], SLOW_DOWN).call("get_object", value!({"Bucket": "river", "Key": "k"})).unwrap();
    assert_eq!(object["Body"].as_stream().unwrap().read_text().unwrap(), SLOW_DOWN);
}

#[test]
fn an_error_with_status_200_is_retried() {
    let count = AtomicUsize::new(0);
    let server = Server::new(move |_| {
        let body = if count.fetch_add(1, Ordering::Relaxed) == 0 { SLOW_DOWN } else { "<R><ETag>e</ETag></R>" };
        Ok(Response::new(200, Headers::new(), body.as_bytes()))
    });
    let s3 = builder("s3", "us-east-1").config(Config::new().total_max_attempts(2)).transport(server.clone()).build().unwrap();
    let params = value!({"Bucket": "river", "Key": "k", "UploadId": "u", "MultipartUpload": {"Parts": []}});
    assert_eq!(s3.call("complete_multipart_upload", params).unwrap()["ETag"], Value::from("e"));
    assert_eq!(server.take_seen().len(), 2);
}

#[test]
fn an_error_without_a_body_is_named_after_its_status() {
    let head = |status, operation: &str, params: Value| {
        answered("s3", status, &[("x-amz-request-id", "R")], "").call(operation, params).unwrap_err()
    };
    for (status, message) in
        [(404, "Not Found"), (403, "Forbidden"), (400, "Bad Request"), (412, "Precondition Failed"), (304, "Not Modified")]
    {
        let error = head(status, "head_object", value!({"Bucket": "river", "Key": "k"}));
        assert_eq!((error.code(), error.message()), (Some(status.to_string().as_str()), message));
        assert_eq!((error.status(), error.request_id(), error.name()), (Some(status), Some("R"), "ClientError"));
    }
    let error = head(404, "head_bucket", value!({"Bucket": "river"}));
    assert_eq!((error.code(), error.to_string().contains("(404) when calling the HeadBucket operation: Not Found")), (Some("404"), true));
}

#[test]
fn keys_may_contain_characters_that_xml_escapes() {
    let body = "<ListBucketResult><Contents><Key>a &amp; b &lt;c&gt;&#x20AC;&quot;</Key></Contents>\
                <Contents><Key>&amp;&amp;</Key></Contents><CommonPrefixes><Prefix>x&amp;y/</Prefix></CommonPrefixes></ListBucketResult>";
    let page = answered("s3", 200, &[], body).call("list_objects_v2", value!({"Bucket": "river"})).unwrap();
    assert_eq!(page.search("Contents[].Key").unwrap(), value!(["a & b <c>€\"", "&&"]));
    assert_eq!(page["CommonPrefixes"][0]["Prefix"], Value::from("x&y/"));

    let keys = value!({"Bucket": "river", "Delete": {"Objects": [{"Key": "a & <b>\r\n\"é\""}]}});
    let request = client("s3", "us-east-1").prepare("delete_objects", keys).unwrap();
    assert!(text(&request.body).contains("<Key>a &amp; &lt;b&gt;&#xD;&#xA;\"é\"</Key>"), "{}", text(&request.body));
}

#[test]
fn listings_request_encoded_keys_and_decode_them() {
    let encoded = "<EncodingType>url</EncodingType><Prefix>p%2B+%26</Prefix><Delimiter>%2F</Delimiter>";
    let v2 = format!(
        "<R>{encoded}<StartAfter>s%01</StartAfter><Contents><Key>a%0Ab+c%2Bd</Key></Contents>\
         <CommonPrefixes><Prefix>x+y%2F</Prefix></CommonPrefixes></R>"
    );
    let page = answered("s3", 200, &[], &v2).call("list_objects_v2", value!({"Bucket": "river"})).unwrap();
    assert_eq!((&page["Prefix"], &page["Delimiter"], &page["StartAfter"]), (&"p+ &".into(), &"/".into(), &"s\u{1}".into()));
    assert_eq!(page["Contents"][0]["Key"], Value::from("a\nb c+d"));
    assert_eq!(page["CommonPrefixes"][0]["Prefix"], Value::from("x y/"));

    // A caller that requests the encoding gets it.
    let asked = value!({"Bucket": "river", "EncodingType": "url"});
    let page = answered("s3", 200, &[], &v2).call("list_objects_v2", asked).unwrap();
    assert_eq!(page["Contents"][0]["Key"], Value::from("a%0Ab+c%2Bd"));

    let v1 = format!("<R>{encoded}<Marker>m+</Marker><NextMarker>n%2B</NextMarker><Contents><Key>%41</Key></Contents></R>");
    let page = answered("s3", 200, &[], &v1).call("list_objects", value!({"Bucket": "river"})).unwrap();
    // boto3 leaves the prefix of the old listing as it is.
    assert_eq!((&page["Prefix"], &page["Marker"], &page["NextMarker"]), (&"p%2B+%26".into(), &"m ".into(), &"n+".into()));
    assert_eq!(page["Contents"][0]["Key"], Value::from("A"));

    let versions = format!(
        "<R>{encoded}<KeyMarker>k+</KeyMarker><NextKeyMarker>%6B</NextKeyMarker><Version><Key>v+</Key></Version>\
         <DeleteMarker><Key>d%2F</Key></DeleteMarker></R>"
    );
    let page = answered("s3", 200, &[], &versions).call("list_object_versions", value!({"Bucket": "river"})).unwrap();
    assert_eq!((&page["KeyMarker"], &page["NextKeyMarker"], &page["Prefix"]), (&"k ".into(), &"k".into(), &"p+ &".into()));
    assert_eq!((&page["Versions"][0]["Key"], &page["DeleteMarkers"][0]["Key"]), (&"v ".into(), &"d/".into()));
}

#[test]
fn a_location_is_the_text_of_the_document() {
    let location = |body: &str| answered("s3", 200, &[], body).call("get_bucket_location", value!({"Bucket": "river"})).unwrap();
    let text = "<?xml version=\"1.0\"?>\n<LocationConstraint xmlns=\"u\">eu-west-1</LocationConstraint>\n";
    assert_eq!(location(text)["LocationConstraint"], Value::from("eu-west-1"));
    for empty in ["<?xml version=\"1.0\"?>\n<LocationConstraint/>", "<L></L>", "<L><X>1</X></L>"] {
        assert_eq!(location(empty)["LocationConstraint"], Value::Null, "{empty}");
    }
}

/// The requests that a client with these settings sends.
fn sent(config: Config, run: impl FnOnce(&Client)) -> Vec<Request> {
    let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
    let requests = Arc::clone(&seen);
    let server = Server::new(move |request| {
        let mut copy = Request::new(request.method.as_str(), request.url.as_str());
        copy.headers = request.headers.clone();
        if let Body::Bytes(bytes) = &request.body {
            copy.body = Body::Bytes(bytes.clone());
        }
        requests.lock().unwrap().push(copy);
        Ok(Response::new(200, Headers::new(), b"<Result/>".to_vec()))
    });
    let client = builder("s3", "us-west-2").transport(server).config(config.total_max_attempts(1)).build().unwrap();
    run(&client);
    std::mem::take(&mut *seen.lock().unwrap())
}

#[test]
fn an_endpoint_of_one_call_is_treated_like_that_of_the_client() {
    let settings = [
        (value!({}), "http://localhost:9000/my-bucket?list-type=2&encoding-type=url"),
        (value!({"addressing_style": "path"}), "http://localhost:9000/my-bucket?list-type=2&encoding-type=url"),
        (value!({"addressing_style": "virtual"}), "http://my-bucket.localhost:9000/?list-type=2&encoding-type=url"),
    ];
    for (options, expected) in settings {
        let config = Config::new().s3(options.clone());
        let of_client = builder("s3", "us-west-2").config(config.clone()).endpoint_url("http://localhost:9000").build().unwrap();
        assert_eq!(of_client.prepare("list_objects_v2", value!({"Bucket": "my-bucket"})).unwrap().url, expected, "{options:?}");
        let client = configured("s3", "us-west-2", config);
        let request = client.request("list_objects_v2", value!({"Bucket": "my-bucket"})).endpoint_url("http://localhost:9000");
        assert_eq!(request.prepare().unwrap().url, expected, "{options:?}");
        let request = client.request("get_object", value!({"Bucket": "my-bucket", "Key": "k"})).endpoint_url("http://localhost:9000");
        let of_client = of_client.presign("get_object", value!({"Bucket": "my-bucket", "Key": "k"}), Duration::from_secs(60)).unwrap();
        assert_eq!(request.presign(Duration::from_secs(60)).unwrap(), of_client, "{options:?}");
    }
}

#[test]
fn an_express_session_belongs_to_its_endpoint() {
    let server = Server::new(|request| {
        let host = request.host().to_owned();
        let session = request.url.contains("?session").then(|| {
            format!(
                "<R><Credentials><AccessKeyId>{host}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                 </Credentials></R>"
            )
        });
        let key = request.headers.get("Authorization").unwrap_or_default();
        assert!(session.is_some() || key.contains(&format!("Credential={host}/")), "{host}: {key}");
        Ok(Response::new(200, Headers::new(), session.unwrap_or_default().into_bytes()))
    });
    let client = builder("s3", "us-west-2").transport(server.clone()).build().unwrap();
    let params = value!({"Bucket": "a--usw2-az1--x-s3", "Key": "k"});
    for _ in 0..2 {
        for url in ["http://one.test", "http://two.test"] {
            client.request("head_object", &params).endpoint_url(url).send().unwrap();
        }
    }
    let sessions = server.take_seen().into_iter().filter(|url| url.contains("?session")).count();
    assert_eq!(sessions, 2);
}

#[test]
fn host_names_are_sent_and_signed_in_lowercase() {
    let requests = sent(Config::new(), |client| {
        let request = client.request("head_object", value!({"Bucket": "b", "Key": "Key"}));
        request.endpoint_url("http://Store.Example.COM:9000/Base").send().unwrap();
        client
            .on("request-created.s3.ListBuckets", |event| {
                event.request_mut().expect("a request").url = "http://HOOK.test/".to_owned();
                Ok(())
            })
            .unwrap();
        client.call("list_buckets", ()).unwrap();
    });
    let urls: Vec<&str> = requests.iter().map(|request| request.url.as_str()).collect();
    assert_eq!(urls, ["http://store.example.com:9000/Base/b/Key", "http://hook.test/"]);
}

#[test]
fn the_settings_of_a_request_apply_to_methods_that_are_not_operations() {
    let client = client("s3", "us-west-2");
    let params = value!({"ClientMethod": "get_object", "Params": {"Bucket": "b", "Key": "k"}});
    let request = client.request("generate_presigned_url", params.clone()).endpoint_url("http://other.test:81").header("x-trace", "1");
    let url = request.send().unwrap();
    let url = url.as_str().unwrap();
    assert!(url.starts_with("http://other.test:81/b/k?") && url.contains("X-Amz-SignedHeaders=host%3Bx-trace"), "{url}");

    let params = value!({"Bucket": "b", "Key": "k"});
    let form = client.request("generate_presigned_post", params).endpoint_url("http://other.test:81").send().unwrap();
    assert_eq!(form["url"], "http://other.test:81/b");

    let cancel = Cancel::new();
    cancel.cancel();
    let params = value!({"ClientMethod": "get_object", "Params": {"Bucket": "b", "Key": "k"}});
    let error = client.request("generate_presigned_url", &params).cancel(&cancel).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Canceled, "{error}");
    let error = client.request("generate_presigned_url", &params).deadline(Duration::ZERO).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline, "{error}");
}

#[test]
fn requests_to_compatible_stores_have_md5_no_trailer_and_no_encoded_keys() {
    let delete = value!({"Bucket": "b", "Delete": {"Objects": [{"Key": "k"}]}});
    let run = |client: &Client| {
        client.call("delete_objects", &delete).unwrap();
        client.call("put_bucket_versioning", value!({"Bucket": "b", "VersioningConfiguration": {"Status": "Enabled"}})).unwrap();
        client.call("put_object", value!({"Bucket": "b", "Key": "k", "Body": "x"})).unwrap();
        client.call("put_object", value!({"Bucket": "b", "Key": "k", "Body": "x", "ChecksumAlgorithm": "SHA256"})).unwrap();
        client.call("list_objects_v2", value!({"Bucket": "b"})).unwrap();
        client.call("get_object", value!({"Bucket": "b", "Key": "k"})).unwrap();
    };
    let requests = sent(Config::new().s3_compatible(true), run);
    let header = |request: usize, name: &str| requests[request].headers.get(name).map(str::to_owned);
    for request in [0, 1] {
        let md5 = STANDARD.encode(Md5::digest(text(&requests[request].body)));
        assert_eq!(header(request, "Content-MD5"), Some(md5), "{}", requests[request].url);
    }
    for request in [0, 1, 2, 4, 5] {
        let checksums = requests[request].headers.iter().filter(|(name, _)| name.to_ascii_lowercase().contains("checksum"));
        assert_eq!(checksums.count(), 0, "{:?}", requests[request].headers);
    }
    assert_eq!(header(3, "x-amz-checksum-sha256"), Some(STANDARD.encode(ring::digest::digest(&ring::digest::SHA256, b"x"))));
    assert_eq!((header(3, "x-amz-trailer"), header(3, "Content-Encoding")), (None, None));
    assert!(!requests[4].url.contains("encoding-type"), "{}", requests[4].url);

    let requests = sent(Config::new().s3_compatible(true).request_checksum_calculation("when_supported"), run);
    assert!(requests[2].headers.get("x-amz-checksum-crc32").is_some(), "an explicit setting takes precedence");
    let requests = sent(Config::new(), run);
    assert!(requests[0].headers.get("Content-MD5").is_none() && requests[0].headers.get("x-amz-checksum-crc32").is_some());
}

#[test]
fn errors_of_compatible_stores_name_the_setting() {
    let error = |endpoint: Option<&str>, config: Config, status: u16, code: &str, message: &str| {
        let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        let server = Server::new(move |_| Ok(Response::new(status, Headers::new(), body.clone().into_bytes())));
        let builder = builder("s3", "us-west-2").transport(server).config(config.total_max_attempts(1));
        let builder = match endpoint {
            Some(url) => builder.endpoint_url(url),
            None => builder,
        };
        let client = builder.build().unwrap();
        client.call("put_object", value!({"Bucket": "b", "Key": "k", "Body": "x"})).unwrap_err()
    };
    let store = Some("https://store.test");
    for (status, code, message) in [
        (400, "MissingContentMD5", "Missing required header for this request: Content-MD5"),
        (400, "XAmzContentSHA256Mismatch", "The provided header does not match what was computed."),
        (501, "NotImplemented", "A header you provided implies functionality that is not implemented"),
        (400, "InvalidArgument", "Unsupported header 'x-amz-sdk-checksum-algorithm' received for this API call"),
    ] {
        let found = error(store, Config::new(), status, code, message);
        assert_eq!(found.code(), Some(code));
        assert!(found.message().starts_with(message) && found.message().contains("`s3_compatible`"), "{found}");
        assert_eq!(found.response().unwrap()["Error"]["Message"], message, "the response is unchanged");
        assert_eq!(error(store, Config::new().s3_compatible(true), status, code, message).message(), message);
        assert_eq!(error(None, Config::new(), status, code, message).message(), message, "at AWS");
    }
    assert_eq!(error(store, Config::new(), 403, "AccessDenied", "no").message(), "no");
}
