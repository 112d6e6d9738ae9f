//! What S3 answers oddly: errors in answers of status 200, errors without a body, keys that XML cannot or need not write.

use std::sync::atomic::{AtomicUsize, Ordering};

use tucuxi::http::{Headers, Response};
use tucuxi::{Config, Error, Value, value};

use super::support::{Server, answered, builder, client, text};

const SLOW_DOWN: &str = "<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code><Message>Please reduce your rate.</Message></Error>";

fn copy(body: &str) -> Result<Value, Error> {
    let params = value!({"Bucket": "river", "Key": "k", "CopySource": "lake/k"});
    answered("s3", 200, &[("x-amz-request-id", "R")], body).call("copy_object", params)
}

#[test]
fn an_error_in_an_answer_of_status_200_is_an_error() {
    let error = copy(SLOW_DOWN).unwrap_err();
    assert_eq!((error.name(), error.code(), error.message()), ("ClientError", Some("SlowDown"), "Please reduce your rate."));
    assert_eq!((error.status(), error.request_id()), (Some(500), Some("R")));
    assert!(error.is_retryable());
    for cut in ["<CopyObjectResult><ETag>", "garbage"] {
        assert_eq!(copy(cut).unwrap_err().status(), Some(500), "{cut}");
    }
    assert_eq!(copy("<CopyObjectResult><ETag>e</ETag></CopyObjectResult>").unwrap()["CopyObjectResult"]["ETag"], Value::from("e"));
    // An object may say what it likes.
    let object = answered("s3", 200, &[], SLOW_DOWN).call("get_object", value!({"Bucket": "river", "Key": "k"})).unwrap();
    assert_eq!(object["Body"].as_stream().unwrap().read_text().unwrap(), SLOW_DOWN);
}

#[test]
fn an_error_in_an_answer_of_status_200_is_tried_again() {
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
fn an_error_without_a_body_is_told_by_its_status() {
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
fn keys_may_have_what_xml_writes_with_entities() {
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
fn listings_ask_for_encoded_keys_and_give_them_decoded() {
    let encoded = "<EncodingType>url</EncodingType><Prefix>p%2B+%26</Prefix><Delimiter>%2F</Delimiter>";
    let v2 = format!(
        "<R>{encoded}<StartAfter>s%01</StartAfter><Contents><Key>a%0Ab+c%2Bd</Key></Contents>\
         <CommonPrefixes><Prefix>x+y%2F</Prefix></CommonPrefixes></R>"
    );
    let page = answered("s3", 200, &[], &v2).call("list_objects_v2", value!({"Bucket": "river"})).unwrap();
    assert_eq!((&page["Prefix"], &page["Delimiter"], &page["StartAfter"]), (&"p+ &".into(), &"/".into(), &"s\u{1}".into()));
    assert_eq!(page["Contents"][0]["Key"], Value::from("a\nb c+d"));
    assert_eq!(page["CommonPrefixes"][0]["Prefix"], Value::from("x y/"));

    // Who asks for the encoding gets it.
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
