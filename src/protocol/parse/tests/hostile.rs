//! Hostile input ends in a value or a typed error: bodies that are truncated, randomly changed, noise, too deep, or too
//! long. `TUCUXI_FUZZ_ROUNDS` sets the number of random changes (2,000 by default).

use super::success::frame;
use super::*;
use crate::error::ErrorKind;
use crate::value::Value;

/// SplitMix64, so that every run uses the same numbers.
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

/// The number of random changes made to a body.
fn rounds() -> usize {
    let text = std::env::var("TUCUXI_FUZZ_ROUNDS").ok();
    text.map_or(2_000, |text| text.parse().expect("TUCUXI_FUZZ_ROUNDS is a number"))
}

/// Truncates the body at every byte, and changes, removes, or duplicates a few bytes at random.
fn variants(body: &[u8], mut check: impl FnMut(&[u8])) {
    check(body);
    (0..body.len()).for_each(|length| check(&body[..length]));
    let mut random = Random(7);
    for _ in 0..rounds() {
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

/// Accepts a value or a parser error, and nothing else.
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
    variants(body, |bytes| {
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
    assert!(read > 0 && read < checked, "some variants are valid and some are not");
}

#[test]
fn mutated_json_never_panics() {
    check_all("json", JSON);
    check_all("rest-json", JSON);
}

#[test]
fn mutated_xml_never_panics() {
    check_all("rest-xml", XML);
    check_all("query", XML);
    check_all("ec2", XML);
}

#[test]
fn mutated_cbor_never_panics() {
    check_all("smithy-rpc-v2-cbor", CBOR);
}

#[test]
fn mutated_event_streams_never_panic() {
    let stats = frame(&[(":message-type", "event"), (":event-type", "Stats")], br#"{"s": "x"}"#);
    let chunk = frame(&[(":message-type", "event"), (":event-type", "Chunk")], b"raw");
    let service = service("rest-json");
    let mut failed = 0;
    variants(&[stats, chunk].concat(), |bytes| {
        let response = Response::new(200, Headers::new(), bytes);
        let output = parse(&service, service.operation("Events").unwrap(), response).unwrap();
        for event in output["events"].as_stream().unwrap().events().unwrap() {
            failed += usize::from(ends_well(event, bytes).is_none());
        }
    });
    assert!(failed > rounds() / 2, "changes are detected");
}

/// Announced lengths are not trusted: memory is allocated only for data that has arrived.
#[test]
fn announced_lengths_allocate_nothing() {
    let service = service("smithy-rpc-v2-cbor");
    for member in ["L", "M", "x", "s", "R", "D", "unknown"] {
        // Bytes, text, array and map, each with lengths of four and of eight bytes.
        for head in [0x5A, 0x5B, 0x7A, 0x7B, 0x9A, 0x9B, 0xBA, 0xBB] {
            for length in [[0xFF; 8], [0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]] {
                let mut body = vec![0xA1, 0x60 | member.len() as u8];
                body.extend(member.as_bytes());
                body.push(head);
                body.extend(length);
                body.extend(b"ab");
                let response = Response::new(200, Headers::new(), body.clone());
                let result = parse(&service, service.operation("Op").unwrap(), response);
                assert_eq!(result.expect_err(&format!("{body:x?}")).kind(), ErrorKind::ResponseParser, "{body:x?}");
            }
        }
    }
}

/// Parsing takes linear time. These bodies would take minutes if each part were compared with all others.
#[test]
fn long_bodies_take_linear_time() {
    let count = 100_000;
    let many = |part: fn(usize) -> String| (0..count).map(part).collect::<String>();
    let json = |what: String| format!("{{\"s\": \"x\", {what}\"i\": 1}}");
    let start = std::time::Instant::now();
    for (protocol, body) in [
        ("json", json(many(|i| format!("\"k{i}\": 1, ")))),
        ("json", json(format!("\"M\": {{{}\"k\": \"v\"}}, ", many(|i| format!("\"k{i}\": \"v\", "))))),
        ("json", json(format!("\"D\": {{{}\"k\": 1}}, ", many(|_| "\"k\": 1, ".to_owned())))),
        ("rest-json", json(format!("\"L\": [{}\"\"], ", many(|_| "\"\\u00e9\", ".to_owned())))),
        ("rest-xml", format!("<O>{}</O>", many(|i| format!("<k{i}/>")))),
        ("rest-xml", format!("<O>{}</O>", many(|_| "<Item>&amp;</Item><s>x</s>".to_owned()))),
        ("rest-xml", format!("<O><s>{}</s></O>", many(|_| "&#x20AC;<![CDATA[&]]>".to_owned()))),
        ("rest-xml", format!("<O><A{} id='1'><id>x</id></A></O>", many(|i| format!(" a{i}=''")))),
        ("rest-xml", format!("<O>{}</O>", many(|_| "<MF><K>k</K><V>v</V></MF>".to_owned()))),
        ("query", format!("<O><ResponseMetadata>{}</ResponseMetadata></O>", many(|i| format!("<k{i}>v</k{i}>")))),
    ] {
        output(protocol, "Op", &[], &body).unwrap();
        _ = error(protocol, 400, &[], &body);
    }
    let union = json(format!("\"U\": {{{}\"zz\": 1}}, ", many(|i| format!("\"k{i}\": 1, "))));
    assert_eq!(output("json", "Op", &[], union).unwrap_err().kind(), ErrorKind::ResponseParser);
    let headers = (0..10_000).map(|i| (format!("h{i}"), "v")).collect::<Vec<_>>();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let event = frame(&[&[(":message-type", "event"), (":event-type", "Stats")], &headers[..]].concat(), b"{}");
    let events = output("rest-json", "Events", &[], event.repeat(8)).unwrap();
    assert_eq!(events["events"].as_stream().unwrap().events().unwrap().filter(|event| event.is_ok()).count(), 8);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// Random bytes.
#[test]
fn random_bytes_never_panic() {
    let mut random = Random(11);
    for protocol in ["json", "rest-json", "rest-xml", "query", "ec2", "smithy-rpc-v2-cbor"] {
        let service = service(protocol);
        for _ in 0..rounds() / 2 {
            let body: Vec<u8> = (0..random.below(40)).map(|_| random.next() as u8).collect();
            for operation in ["Op", "Rest", "Text", "Nothing", "Wrapped"] {
                let response = Response::new([200, 300][random.below(2)], Headers::new(), body.clone());
                ends_well(parse(&service, service.operation(operation).unwrap(), response), &body);
            }
            let status = [301, 400, 404, 503][random.below(4)];
            ends_well(parse_error(&service, service.operation("Op").unwrap(), status, &Headers::new(), &Bytes::from(&body[..])), &body);
        }
    }
}

#[test]
fn deep_nesting_is_rejected() {
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
