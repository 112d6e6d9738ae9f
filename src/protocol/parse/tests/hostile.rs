//! Whatever comes from outside ends in a value or in a typed error: bodies that are cut, or changed at random.

use super::success::frame;
use super::*;
use crate::error::ErrorKind;
use crate::value::Value;

/// SplitMix64: the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

const JSON: &[u8] = br#"{"s": "a\u00e9\"b", "ren": "x", "i": 12, "f": -1.5e3, "b": true, "t": 1.5, "x": "YWI=", "U": {"a": "x"},
    "L": ["a", null], "F": ["b"], "M": {"k": "v"}, "R": {"R": {"s": "deep"}}, "D": {"any": [1, null, {"x": NaN}]},
    "__type": "ns#ConflictCode", "message": "m", "Reason": "r"}"#;
const XML: &[u8] = b"<?xml version='1.0'?><!DOCTYPE x><n:Out xmlns:n='u'><Item>1</Item><s> a&amp;b&#x20AC; <![CDATA[<&]]></s><!-- c -->\
    <i>7</i><f>1e3</f><b>true</b><t>2024-01-02T03:04:05Z</t><x>YWI=</x><U><a>x</a></U><L><m>x</m><m/></L><Item>2</Item>\
    <M><entry><key>k</key><value>v</value></entry></M><MF><K>k1</K><V>v1</V></MF><R><R><s>d</s></R></R><A xsi:type='User'><id>1</id></A>\
    <Error><Code>ConflictCode</Code><message>m</message></Error></n:Out>";
const CBOR: &[u8] =
    b"\xBF\x61s\x61x\x62sn\x7F\x61a\x61b\xFF\x61i\x1B\x00\x00\x00\x01\x00\x00\x00\x00\x61f\xFB\x3F\xF8\x00\x00\x00\x00\x00\x00\
    \x61b\xF5\x61t\xC1\xF9\x3C\x00\x61x\x42ab\x61U\xA1\x61a\x61x\x61L\x9F\x61a\xF6\xFF\x61M\xA1\x61k\x61v\x61R\xA1\x61R\xA1\x61s\x61d\
    \x66__type\x6CConflictCode\xFF";

/// Cut anywhere, and with a few bytes changed, removed, doubled or moved.
fn variants(body: &[u8], count: usize, mut check: impl FnMut(&[u8])) {
    check(body);
    (0..body.len()).for_each(|length| check(&body[..length]));
    let mut random = Random(7);
    for _ in 0..count {
        let mut bytes = body.to_vec();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] = random.next() as u8,
                1 => bytes[at] = b"<>&;\"'\\{}[],:/=\x00\xFF\x9F\x5F\xBF\x1B"[random.below(21)],
                2 => drop(bytes.drain(at..(at + random.below(8)).min(bytes.len()))),
                _ => {
                    let piece = bytes[at..(at + random.below(24)).min(bytes.len())].to_vec();
                    let to = random.below(bytes.len());
                    bytes.splice(to..to, piece);
                }
            }
            if bytes.is_empty() {
                break;
            }
        }
        check(&bytes);
    }
}

/// A value, or a parser error; nothing else.
fn ends_well<T>(result: Result<T>, body: &[u8]) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(e) if e.kind() == ErrorKind::ResponseParser => None,
        Err(e) => panic!("{e:?} of {}", body.escape_ascii()),
    }
}

fn check_all(protocol: &str, body: &[u8]) {
    let service = service(protocol);
    let fields = headers(&[("x-list", "a,b"), ("x-amzn-requestid", "id")]);
    let mut read = 0;
    let mut checked = 0;
    variants(body, 2_000, |bytes| {
        for operation in ["Op", "Rest", "Text"] {
            let response = Response::new(200, fields.clone(), bytes);
            let result = parse(&service, service.operation(operation).unwrap(), response);
            read += usize::from(ends_well(result, bytes).is_some());
            checked += 1;
        }
        let operation = service.operation("Op").unwrap();
        if let Some(parsed) = ends_well(parse_error(&service, operation, 400, &fields, &Bytes::from(bytes)), bytes) {
            assert!(parsed.response.contains_key("Error"));
        }
    });
    assert!(read > 0 && read < checked, "the variants are neither all good nor all bad");
}

#[test]
fn json_of_any_kind() {
    check_all("json", JSON);
    check_all("rest-json", JSON);
}

#[test]
fn xml_of_any_kind() {
    check_all("rest-xml", XML);
    check_all("query", XML);
    check_all("ec2", XML);
}

#[test]
fn cbor_of_any_kind() {
    check_all("smithy-rpc-v2-cbor", CBOR);
}

#[test]
fn events_of_any_kind() {
    let stats = frame(&[(":message-type", "event"), (":event-type", "Stats")], br#"{"s": "x"}"#);
    let chunk = frame(&[(":message-type", "event"), (":event-type", "Chunk")], b"raw");
    let service = service("rest-json");
    let mut failed = 0;
    variants(&[stats, chunk].concat(), 2_000, |bytes| {
        let response = Response::new(200, Headers::new(), bytes);
        let output = parse(&service, service.operation("Events").unwrap(), response).unwrap();
        for event in output["events"].as_stream().unwrap().events().unwrap() {
            failed += usize::from(ends_well(event, bytes).is_none());
        }
    });
    assert!(failed > 1_000, "what is changed is noticed");
}

#[test]
fn recursive_shapes_nest_only_so_deep() {
    let deep = 100_000;
    for (protocol, body) in [
        ("json", "{\"R\":".repeat(deep).into_bytes()),
        ("json", "{\"D\":".repeat(deep).into_bytes()),
        ("json", "[".repeat(deep).into_bytes()),
        ("rest-json", format!("{{\"unknown\":{}", "[".repeat(deep)).into_bytes()),
        ("rest-xml", format!("<O>{}", "<R>".repeat(deep)).into_bytes()),
        ("ec2", format!("<O>{}", "<x>".repeat(deep)).into_bytes()),
        ("smithy-rpc-v2-cbor", b"\xA1\x61R".repeat(deep)),
        ("smithy-rpc-v2-cbor", b"\xA1\x61?".repeat(deep)),
    ] {
        let shown = &body[..20];
        assert_eq!(output(protocol, "Op", &[], &body).expect_err(protocol).kind(), ErrorKind::ResponseParser, "{}", shown.escape_ascii());
        if let Ok(parsed) = error(protocol, 400, &[], &body) {
            assert!(!matches!(parsed.response["Error"]["Code"], Value::Null));
        }
    }
}
