//! Successful responses.

use super::*;
use crate::error::ErrorKind;
use crate::value::{Timestamp, Value};
use crate::{Value as V, value};

fn map(value: V) -> Map {
    value.as_map().unwrap().clone()
}

#[test]
fn json_scalars_are_verbatim_in_json_and_coerced_in_rest_json() {
    let body = r#"{"s": 5, "i": "7", "f": "NaN", "b": "TRUE", "t": 1.5, "x": "YWI=", "unknown": [{}]}"#;
    let json = output("json", "Op", &[], body).unwrap();
    assert_eq!((&json["s"], &json["i"], &json["f"], &json["b"]), (&V::Int(5), &value!("7"), &value!("NaN"), &value!("TRUE")));
    let rest = output("rest-json", "Op", &[], body).unwrap();
    assert_eq!((&rest["s"], &rest["i"], &rest["b"]), (&V::Int(5), &V::Int(7), &V::Bool(true)));
    assert!(rest["f"].as_float().unwrap().is_nan());
    for output in [json, rest] {
        assert_eq!(output["t"], V::Timestamp(Timestamp::new(1, 500_000_000)));
        assert_eq!(output["x"].as_bytes(), Some(&b"ab"[..]));
        assert!(!output.contains_key("unknown"));
    }
}

#[test]
fn json_nulls_are_absent_only_from_structures() {
    let body = r#"{"s": null, "L": ["a", null], "M": {"k": null}, "R": {"R": {"s": "deep"}}, "D": {"any": [1, null]}, "ren": "x"}"#;
    let expected = value!({"sn": "x", "L": ["a", null], "M": {"k": null}, "R": {"R": {"s": "deep"}}, "D": {"any": [1, null]}});
    assert_eq!(output("json", "Op", &[], body).unwrap(), map(expected));
    assert!(output("json", "Op", &[], "").unwrap().is_empty());
    assert!(output("json", "Op", &[], " \n").unwrap().is_empty());
}

#[test]
fn a_union_has_exactly_one_member() {
    for (protocol, one, unknown, none, two) in [
        ("json", r#"{"U":{"a":"x","n":null,"__type":"T"}}"#, r#"{"U":{"zz":1}}"#, r#"{"U":{}}"#, r#"{"U":{"a":"x","n":1}}"#),
        ("rest-xml", "<O><U><a>x</a></U></O>", "<O><U><zz/><zz/></U></O>", "<O><U/></O>", "<O><U><a>x</a><n>1</n></U></O>"),
    ] {
        assert_eq!(output(protocol, "Op", &[], one).unwrap()["U"], value!({"a": "x"}));
        assert_eq!(output(protocol, "Op", &[], unknown).unwrap()["U"], value!({"SDK_UNKNOWN_MEMBER": {"name": "zz"}}));
        for bad in [none, two] {
            let error = output(protocol, "Op", &[], bad).unwrap_err();
            assert_eq!(error.message(), "Invalid service response: Union must have one and only one member set.");
        }
    }
}

#[test]
fn invalid_json_is_an_error() {
    for body in ["nope", "{\"s\": ", "[]", "null", "{} x", "{\"M\": \"a\"}", "{\"R\": [1]}", "{\"x\": 1}", "{\"t\": \"soon\"}"] {
        assert_eq!(output("json", "Op", &[], body).expect_err(body).kind(), ErrorKind::ResponseParser);
    }
    assert_eq!(output("json", "Op", &[], b"{\"s\": \"\xff\"}").unwrap_err().kind(), ErrorKind::ResponseParser);
}

#[test]
fn xml_is_parsed_according_to_its_shapes() {
    let body = "<n:Out xmlns:n='u' xmlns:xsi='v'><Item>1</Item><s> a&amp;b </s><s>second</s><L><any>x</any><other/></L><Item>2</Item><F>3</F>\
                <M><entry><key>k</key><value>v</value></entry></M><MF><K>k1</K><V>v1</V></MF><MF><V>v2</V><K>k2</K></MF>\
                <i> 7 </i><b>TRUE</b><f>Infinity</f><R><L/><M/></R><A xsi:type='User'><id>1</id></A><unknown><x/></unknown></n:Out>";
    let expected = value!({"s": " a&b ", "i": 7, "f": (f64::INFINITY), "b": false, "L": ["x", ""], "F": ["1", "2", "3"], "M": {"k": "v"},
        "MF": {"k1": "v1", "k2": "v2"}, "R": {"L": [], "M": {}}, "A": {"kind": "User", "id": "1"}});
    assert_eq!(output("rest-xml", "Op", &[], body).unwrap(), map(expected));
    for bad in ["<O><M><entry><zz/></entry></M></O>", "<O><M><entry><key>k</key></entry></M></O>", "<O><i>x</i></O>", "<O><s>", "x"] {
        assert_eq!(output("rest-xml", "Op", &[], bad).expect_err(bad).kind(), ErrorKind::ResponseParser);
    }
}

#[test]
fn query_and_ec2_request_ids_are_in_the_body() {
    let parsed = |protocol: &str, operation: &str, body: &str| {
        let service = service(protocol);
        parse(&service, service.operation(operation).unwrap(), Response::new(200, Headers::new(), body.as_bytes()))
    };
    let body = "<R><OpResult><s>x</s></OpResult><ResponseMetadata><RequestId>id</RequestId><Other>o</Other></ResponseMetadata></R>";
    let wrapped = parsed("query", "Wrapped", body).unwrap();
    assert_eq!(wrapped.keys().collect::<Vec<_>>(), ["s", "ResponseMetadata"]);
    assert_eq!(wrapped["ResponseMetadata"], value!({"RequestId": "id", "Other": "o", "HTTPStatusCode": 200, "HTTPHeaders": {}}));
    assert_eq!(parsed("query", "Nothing", body).unwrap()["ResponseMetadata"]["RequestId"], value!("id"));
    assert_eq!(parsed("query", "Wrapped", "<R/>").unwrap_err().kind(), ErrorKind::ResponseParser);
    let ec2 = parsed("ec2", "Op", "<R><requestId>id</requestId><s>x</s></R>").unwrap();
    assert_eq!((&ec2["s"], &ec2["ResponseMetadata"]["RequestId"]), (&value!("x"), &value!("id")));
}

#[test]
fn rest_members_are_bound_to_headers_and_status() {
    let fields = [
        ("etag", "\"e\""),
        ("X-List", "a, \"b,c\""),
        ("X-Dates", "Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT"),
        ("X-Json", "eyJhIjogMX0="),
        ("X-Flag", "True"),
        ("X-Meta-Color", "red"),
        ("x-amzn-RequestId", "id"),
    ];
    let service = service("rest-json");
    let response = Response::new(201, headers(&fields), &br#"{"s": "x"}"#[..]);
    let output = parse(&service, service.operation("Rest").unwrap(), response).unwrap();
    assert_eq!(output.keys().collect::<Vec<_>>(), ["ResponseMetadata", "code", "etag", "list", "dates", "json", "flag", "meta", "s"]);
    assert_eq!((&output["code"], &output["etag"], &output["flag"]), (&V::Int(201), &value!("\"e\""), &V::Bool(true)));
    assert_eq!(output["list"], value!(["a", "\"b", "c\""]));
    assert_eq!(output["dates"][1].as_timestamp().unwrap().seconds(), 1_576_626_498);
    assert_eq!((&output["json"], &output["meta"]), (&value!({"a": 1}), &value!({"Color": "red"})));
    assert_eq!(output["ResponseMetadata"]["RequestId"], value!("id"));
    assert_eq!(output["ResponseMetadata"]["HTTPHeaders"]["x-meta-color"], value!("red"));
}

#[test]
fn payloads_are_streams_or_text() {
    let body = output("rest-xml", "Body", &[("ETag", "e")], "raw").unwrap();
    assert_eq!(&body["body"].as_stream().unwrap().read_all().unwrap()[..], b"raw");
    assert_eq!(output("rest-json", "Text", &[], "plain é").unwrap(), map(value!({"text": "plain é"})));
    assert!(super::super::streams_output(&service("rest-xml"), service("rest-xml").operation("Body").unwrap()).unwrap());
    assert!(!super::super::streams_output(&service("rest-xml"), service("rest-xml").operation("Text").unwrap()).unwrap());
}

#[test]
fn cbor_test_vectors() {
    let read = |hex: &str| {
        let bytes: Vec<u8> =
            hex.split_whitespace().collect::<String>().as_bytes().chunks(2).map(|p| from_hex(p[0]) << 4 | from_hex(p[1])).collect();
        output("smithy-rpc-v2-cbor", "Op", &[], bytes)
    };
    for (hex, expected) in [
        ("A1 6173 6178", value!({"s": "x"})),
        ("BF 6173 6178 6174 C100 FF", value!({"s": "x", "t": (Timestamp::new(0, 0))})),
        ("A1 6173 F6", value!({})),
        ("A1 614C 9F 6161 F6 FF", value!({"L": ["a", null]})),
        ("A1 614D A1 6161 F6", value!({"M": {}})),
        ("A1 6155 A1 617A 01", value!({"U": {}})),
        ("A1 62736E 6178", value!({"sn": "x"})),
        ("A1 6372656E 6178", value!({})),
        ("", value!({})),
    ] {
        assert_eq!(read(hex).unwrap(), map(expected), "{hex}");
    }
    for bad in ["A1 6155 A0", "A1 6174 C0 6161", "F6", "80", "A1 614D 6161", "A1", "A0 00"] {
        assert_eq!(read(bad).expect_err(bad).kind(), ErrorKind::ResponseParser);
    }
}

fn from_hex(digit: u8) -> u8 {
    char::from(digit).to_digit(16).unwrap() as u8
}

/// A frame with text headers.
pub(super) fn frame(fields: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let crc = |bytes: &[u8]| (crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, bytes) as u32).to_be_bytes();
    let mut encoded = Vec::new();
    for (name, text) in fields {
        encoded.push(name.len() as u8);
        encoded.extend(name.bytes());
        encoded.push(7);
        encoded.extend((text.len() as u16).to_be_bytes());
        encoded.extend(text.bytes());
    }
    let mut bytes = ((16 + encoded.len() + payload.len()) as u32).to_be_bytes().to_vec();
    bytes.extend((encoded.len() as u32).to_be_bytes());
    bytes.extend(crc(&bytes));
    bytes.extend(encoded);
    bytes.extend(payload);
    bytes.extend(crc(&bytes));
    bytes
}

fn event(name: &str, payload: &[u8]) -> Vec<u8> {
    frame(&[(":message-type", "event"), (":event-type", name)], payload)
}

fn events(output: &Map) -> Vec<Result<Value>> {
    output["events"].as_stream().unwrap().events().unwrap().collect()
}

#[test]
fn events_are_delivered_until_an_exception() {
    let exception = frame(&[(":message-type", "exception"), (":exception-type", "Broken")], br#"{"message": "m"}"#);
    let body =
        [event("Stats", br#"{"s": "x"}"#), event("Unheard", b"?"), event("Chunk", b"raw"), exception, event("Stats", b"{}")].concat();
    let output = output("rest-json", "Events", &[], body).unwrap();
    let events = events(&output);
    assert_eq!(events.len(), 3);
    assert_eq!(*events[0].as_ref().unwrap(), value!({"Stats": {"s": "x"}}));
    assert_eq!(events[1].as_ref().unwrap()["Chunk"]["data"].as_bytes(), Some(&b"raw"[..]));
    let error = events[2].as_ref().unwrap_err();
    assert_eq!((error.name(), error.code(), error.message()), ("EventStreamError", Some("Broken"), "m"));
}

#[test]
fn the_first_event_of_the_json_protocol_contains_the_other_members() {
    let body = [event("initial-response", br#"{"s": "x"}"#), event("Stats", b"{}")].concat();
    let output = output("json", "Events", &[], &body).unwrap();
    assert_eq!(output["s"], value!("x"));
    assert_eq!(events(&output).len(), 1);
    for bad in [&event("Stats", b"{}")[..], b""] {
        let error = super::output("json", "Events", &[], bad).unwrap_err();
        assert_eq!(error.message(), "First event was not of type initial-response");
    }
}

#[test]
fn an_error_frame_and_a_truncated_stream_are_errors() {
    let error = frame(&[(":message-type", "error"), (":error-code", "InternalError"), (":error-message", "oops")], b"");
    let output = output("rest-json", "Events", &[], error).unwrap();
    let found = events(&output);
    let error = found[0].as_ref().unwrap_err();
    assert_eq!((error.code(), error.message()), (Some("InternalError"), "oops"));

    let whole = [event("Stats", b"{}"), event("Stats", b"{}")].concat();
    let output = super::output("rest-json", "Events", &[], &whole[..whole.len() - 5]).unwrap();
    let found = events(&output);
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].as_ref().unwrap_err().kind(), ErrorKind::ResponseParser);
}
