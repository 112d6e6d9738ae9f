//! Error responses: code, message, and class for every kind of body.

use super::*;
use crate::value;
use crate::value::Value;

/// Code, message, and class.
fn read(protocol: &str, status: u16, fields: &[(&str, &str)], body: &str) -> (Value, Value, Option<String>) {
    let parsed = error(protocol, status, fields, body).unwrap();
    let error = &parsed.response["Error"];
    (error["Code"].clone(), error["Message"].clone(), parsed.class.map(String::from))
}

#[test]
fn json_error_codes() {
    let class = || Some("Conflict".to_owned());
    for (protocol, status, fields, body, expected) in [
        ("json", 400, &[][..], r#"{"__type":"com.x#ConflictCode","message":"m"}"#, (value!("ConflictCode"), value!("m"), class())),
        ("json", 400, &[], r#"{"__type":"ns#Foo:http://internal/","Message":"M"}"#, (value!("Foo"), value!("M"), None)),
        ("json", 400, &[], "<html>oops</html>", (value!("400"), value!("<html>oops</html>"), None)),
        ("json", 400, &[], "[1]", (value!("400"), value!(""), None)),
        ("json", 400, &[], r#"{"message":null}"#, (value!("400"), Value::Null, None)),
        ("json", 500, &[], "\n<html>oops</html>", (value!("500"), value!("Internal Server Error"), None)),
        ("json", 503, &[], "", (value!("503"), value!("Service Unavailable"), None)),
        ("json", 599, &[], "", (value!("599"), value!(""), None)),
        ("json", 503, &[], "<!DOCTYPE html>", (value!("503"), value!("<!DOCTYPE html>"), None)),
        (
            "rest-json",
            409,
            &[("x-amzn-ErrorType", "ConflictCode:http://x/")],
            r#"{"code":"other","message":"nf"}"#,
            (value!("ConflictCode"), value!("nf"), class()),
        ),
        ("rest-json", 404, &[], r#"{"Code":42,"message":"nf"}"#, (Value::Int(42), value!("nf"), None)),
        ("rest-json", 404, &[], r#"{"code":"a#b:c"}"#, (value!("b"), value!(""), None)),
        ("rest-json", 404, &[], r#"{"__type":"T"}"#, (value!("T"), value!(""), None)),
    ] {
        assert_eq!(read(protocol, status, fields, body), expected, "{body}");
    }
}

#[test]
fn a_service_that_formerly_used_the_query_protocol_has_two_codes() {
    let parsed = error("json", 400, &[("x-amzn-query-error", "Q;Sender")], r#"{"__type":"ns#ConflictCode"}"#).unwrap();
    assert_eq!(parsed.response["Error"], value!({"Message": "", "Code": "Q", "QueryErrorCode": "ConflictCode", "Type": "Sender"}));
    assert_eq!(parsed.class, None);
    assert_eq!(super::super::error_class(&service("json"), "ConflictCode").unwrap().as_deref(), Some("Conflict"));
    for no_code in ["Q", ";Sender", "Q;Sender;x"] {
        let parsed = error("json", 400, &[("x-amzn-query-error", no_code)], r#"{"__type":"A"}"#).unwrap();
        assert_eq!(parsed.response["Error"], value!({"Message": "", "Code": "A"}));
    }
}

#[test]
fn modeled_members_are_beside_the_error() {
    let json = r#"{"__type":"ConflictCode","message":"m","Reason":"r"}"#;
    let xml = "<ErrorResponse><Error><Type>Sender</Type><Code>ConflictCode</Code><message>m</message><Reason>r</Reason></Error>\
               <RequestId>id</RequestId></ErrorResponse>";
    for (protocol, body) in [("rest-json", json), ("json", json), ("rest-xml", xml), ("query", xml)] {
        let parsed = error(protocol, 409, &[("retry-after", "7")], body).unwrap();
        assert_eq!((&parsed.response["Reason"], &parsed.response["message"]), (&value!("r"), &value!("m")), "{protocol}");
        let in_header = protocol.starts_with("rest");
        assert_eq!(parsed.response["retry"], if in_header { value!("7") } else { Value::Null });
        assert_eq!(parsed.class.as_deref(), Some("Conflict"));
    }
}

#[test]
fn xml_errors() {
    let query =
        error("query", 403, &[], "<E xmlns='u'><Error><Type>Sender</Type><Code>A</Code></Error><RequestId>i</RequestId></E>").unwrap();
    assert_eq!(query.response["Error"], value!({"Type": "Sender", "Code": "A"}));
    assert_eq!(query.response["ResponseMetadata"]["RequestId"], value!("i"));
    let ec2 = "<Response><Errors><Error><Code>A</Code><Message>m</Message></Error><Error><Code>B</Code></Error></Errors>\
               <RequestID>i</RequestID></Response>";
    let ec2 = error("ec2", 400, &[], ec2).unwrap();
    assert_eq!(ec2.response["Error"], value!({"Code": "A", "Message": "m"}));
    assert_eq!(ec2.response["ResponseMetadata"]["RequestId"], value!("i"));
    let bare = "<Error><Code>NoSuchKey</Code><Message>M</Message><Key>k</Key><RequestId>x</RequestId><HostId>y</HostId></Error>";
    let ids = [("x-amz-request-id", "r"), ("x-amz-id-2", "h")];
    let bare = error("rest-xml", 404, &ids, bare).unwrap();
    assert_eq!(bare.response["Error"], value!({"Code": "NoSuchKey", "Message": "M", "Key": "k"}));
    assert_eq!(bare.response["ResponseMetadata"]["HostId"], value!("h"));
    for body in ["", "garbage", "<Error>"] {
        let parsed = error("rest-xml", 404, &ids[..1], body).unwrap();
        assert_eq!(parsed.response["Error"], value!({"Code": "404", "Message": "Not Found"}));
        assert_eq!(parsed.response["ResponseMetadata"]["RequestId"], value!("r"));
    }
}

#[test]
fn cbor_errors() {
    let parsed = error("smithy-rpc-v2-cbor", 400, &[], b"\xA1\x66__type\x65a#b:c").unwrap();
    assert_eq!(parsed.response["Error"], value!({"Message": "", "Code": "b"}));
    for body in [&b"\xA0"[..], b"", b"\x80"] {
        assert_eq!(error("smithy-rpc-v2-cbor", 400, &[], body).unwrap().response["Error"]["Code"], value!("400"));
    }
}
