//! One request in each protocol, byte for byte, and the less obvious rules.

use super::*;
use crate::value::Timestamp;
use crate::{ErrorKind, value};

/// A service with one operation whose input is the shape `In`.
fn service(protocol: &str, operation: &str, shapes: &str) -> Service {
    let metadata = format!(
        r#"{{"protocol": "{protocol}", "apiVersion": "2020-01-01", "jsonVersion": "1.1", "targetPrefix": "Target", "awsQueryCompatible": {{}}}}"#
    );
    let scalars = r#""S": {"type": "string"}, "I": {"type": "integer"}, "F": {"type": "float"}, "D": {"type": "double"}, "B": {"type": "boolean"},
        "T": {"type": "timestamp"}, "X": {"type": "blob"}, "L": {"type": "list", "member": {"shape": "S"}},
        "LF": {"type": "list", "member": {"shape": "S", "locationName": "Thing"}, "flattened": true},
        "M": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "S"}},
        "MF": {"type": "map", "key": {"shape": "S", "locationName": "K"}, "value": {"shape": "S", "locationName": "V"}, "flattened": true},
        "Doc": {"type": "structure", "document": true, "members": {}}"#;
    let text = format!(r#"{{"metadata": {metadata}, "operations": {{"Op": {operation}}}, "shapes": {{{scalars}, {shapes}}}}}"#);
    Service::parse("test", text).unwrap()
}

const POST: &str = r#"{"http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In", "locationName": "OpRequest"}}"#;

fn try_write(service: &Service, input: Value) -> Result<Serialized> {
    let operation = service.operation("Op").unwrap();
    serialize(service, operation, &operation.request_uri, input.as_map().unwrap())
}

fn write(service: &Service, input: Value) -> Serialized {
    try_write(service, input).unwrap()
}

fn body(request: &Serialized) -> String {
    match &request.body {
        SerializedBody::Empty => String::new(),
        SerializedBody::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| format!("{bytes:?}")),
        SerializedBody::Form(pairs) => form_urlencode(pairs),
        SerializedBody::Stream(stream) => format!("{stream:?}"),
    }
}

fn headers(request: &Serialized) -> Vec<(&str, &str)> {
    request.headers.iter().collect()
}

const COLLECTIONS: &str = r#""Item": {"type": "structure", "members": {"a": {"shape": "S"}}}, "LS": {"type": "list", "member": {"shape": "Item"}},
    "In": {"type": "structure", "members": {"s": {"shape": "S"}, "L": {"shape": "L"}, "LF": {"shape": "LF"}, "M": {"shape": "M"},
        "MF": {"shape": "MF"}, "LS": {"shape": "LS"}}}"#;

fn collections() -> Value {
    value!({"s": "x&y", "L": ["a", "b"], "LF": ["a", "b"], "M": {"k": "v"}, "MF": {"k": "v"}, "LS": [{"a": "1"}]})
}

#[test]
fn query_names_are_dotted() {
    let service = service("query", POST, COLLECTIONS);
    let request = write(&service, collections());
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/"));
    assert_eq!(headers(&request), [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]);
    assert_eq!(
        body(&request),
        "Action=Op&Version=2020-01-01&s=x%26y&L.member.1=a&L.member.2=b&Thing.1=a&Thing.2=b\
         &M.entry.1.key=k&M.entry.1.value=v&MF.1.K=k&MF.1.V=v&LS.member.1.a=1"
    );
    assert_eq!(body(&write(&service, value!({"L": [], "M": {}, "LS": [{}]}))), "Action=Op&Version=2020-01-01&L=");
}

#[test]
fn ec2_capitalizes_member_names() {
    let shapes = r#""In": {"type": "structure", "members": {"L": {"shape": "LF", "locationName": "instanceId"},
        "Q": {"shape": "L", "locationName": "x", "queryName": "query"}, "plain": {"shape": "S"}, "M": {"shape": "MF"}}}"#;
    let service = service("ec2", POST, shapes);
    let request = write(&service, value!({"L": ["i-1", "i-2"], "Q": ["q"], "plain": "p"}));
    assert_eq!(body(&request), "Action=Op&Version=2020-01-01&InstanceId.1=i-1&InstanceId.2=i-2&query.1=q&Plain=p");
    assert_eq!(body(&write(&service, value!({"L": []}))), "Action=Op&Version=2020-01-01");
}

#[test]
fn a_query_string_member_takes_precedence_over_a_map_entry() {
    let post = r#"{"http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}}"#;
    let shapes = r#""In": {"type": "structure", "members": {"q": {"shape": "S", "location": "querystring", "locationName": "k"},
        "m": {"shape": "M", "location": "querystring"}}}"#;
    let service = service("rest-json", post, shapes);
    let query = |input| write(&service, input).query.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>();
    assert_eq!(query(value!({"q": "own", "m": {"k": "map", "x": "y"}})), ["k=own", "x=y"]);
    assert_eq!(query(value!({"m": {"k": "map", "x": "y"}, "q": "own"})), ["k=own", "x=y"]);
}

#[test]
fn an_absent_union_payload_produces_no_body() {
    let post = r#"{"http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}}"#;
    let shapes = r#""In": {"type": "structure", "payload": "p", "members": {"p": {"shape": "U"}}},
        "U": {"type": "structure", "union": true, "members": {"a": {"shape": "S"}}}"#;
    let service = service("rest-json", post, shapes);
    assert!(matches!(write(&service, value!({})).body, SerializedBody::Empty));
    assert_eq!(body(&write(&service, value!({"p": {"a": "x"}}))), r#"{"a": "x"}"#);
}

const SCALARS: &str = r#""In": {"type": "structure", "members": {"s": {"shape": "S"}, "i": {"shape": "I"}, "f": {"shape": "F"}, "d": {"shape": "D"},
    "b": {"shape": "B"}, "t": {"shape": "T"}, "iso": {"shape": "T", "timestampFormat": "iso8601"}, "x": {"shape": "X"},
    "L": {"shape": "L"}, "M": {"shape": "M"}, "doc": {"shape": "Doc"}, "ren": {"shape": "S", "locationName": "renamed"}}}"#;

#[test]
fn json_members_keep_the_order_of_the_input() {
    let service = service("json", POST, SCALARS);
    let request = write(
        &service,
        value!({"ren": "é", "x": b"ab", "t": 1_422_172_800, "f": f64::NAN, "d": 3, "iso": "2015-01-25", "doc": [1, null, {"k": 1e22}], "L": [], "M": {}}),
    );
    let target = ("X-Amz-Target", "Target.Op");
    assert_eq!(headers(&request), [target, ("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-query-mode", "true")]);
    assert_eq!(
        body(&request),
        r#"{"renamed": "\u00e9", "x": "YWI=", "t": 1422172800, "f": "NaN", "d": 3, "iso": "2015-01-25T00:00:00Z", "doc": [1, null, {"k": 1e+22}], "L": [], "M": {}}"#
    );
    assert_eq!(body(&write(&service, value!({}))), "{}");
    let t = Timestamp::new(1_422_172_800, 123_456_789);
    assert_eq!(body(&write(&service, value!({"t": t}))), r#"{"t": 1422172800.123456}"#);
}

#[test]
fn a_nested_blob_can_be_a_stream() {
    let stream = || crate::Stream::from_seekable(std::io::Cursor::new(b"hello".to_vec())).unwrap();
    assert_eq!(body(&write(&service("json", POST, SCALARS), value!({"x": stream()}))), r#"{"x": "aGVsbG8="}"#);
    let request = write(&service("smithy-rpc-v2-cbor", POST, SCALARS), value!({"x": stream()}));
    let SerializedBody::Bytes(bytes) = &request.body else { panic!("{:?}", request.body) };
    assert_eq!(bytes[..], *b"\xa1axEhello");
}

#[test]
fn cbor_uses_the_shortest_heads_and_drops_nulls() {
    let service = service("smithy-rpc-v2-cbor", POST, SCALARS);
    let request = write(&service, value!({"i": 300, "s": null, "f": 1.5, "d": 3, "t": 1.5, "x": b"ab", "L": [], "b": true, "ren": "é"}));
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/service/Target/operation/Op"));
    let content_type = ("Content-Type", "application/cbor");
    assert_eq!(
        headers(&request),
        [("smithy-protocol", "rpc-v2-cbor"), ("x-amzn-query-mode", "true"), ("Accept", "application/cbor"), content_type]
    );
    let SerializedBody::Bytes(bytes) = &request.body else { panic!("{:?}", request.body) };
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hex, "a8616919012c6166fa3fc000006164fb40080000000000006174c1fb3ff80000000000006178426162614c806162f56772656e616d656462c3a9");
    let error = try_write(&service, value!({"L": [null]})).unwrap_err();
    assert_eq!(error.message(), "Parameter validation failed:\nParameter L[0]: expected a string, got a null");
}

const REST: &str = r#""Jv": {"type": "string", "jsonvalue": true}, "LT": {"type": "list", "member": {"shape": "T"}},
    "ML": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "L"}},
    "In": {"type": "structure", "members": {"Key": {"shape": "S", "location": "uri", "locationName": "K"},
        "Rest": {"shape": "S", "location": "uri", "locationName": "G"}, "q": {"shape": "B", "location": "querystring", "locationName": "Q"},
        "ql": {"shape": "L", "location": "querystring", "locationName": "QL"}, "qm": {"shape": "ML", "location": "querystring"},
        "h": {"shape": "L", "location": "header", "locationName": "x-h"}, "ht": {"shape": "LT", "location": "header", "locationName": "x-t"},
        "hj": {"shape": "S", "jsonvalue": true, "location": "header", "locationName": "x-j"},
        "hm": {"shape": "M", "location": "headers", "locationName": "x-meta-"}, "b": {"shape": "S"}}}"#;
const REST_OP: &str = r#"{"http": {"method": "PUT", "requestUri": "/p/{K}/{G+}?fixed&x=1"}, "input": {"shape": "In", "locationName": "OpRequest",
    "xmlNamespace": {"uri": "http://x/"}}}"#;

#[test]
fn rest_members_are_bound_to_path_query_and_headers() {
    let service = service("rest-json", REST_OP, REST);
    let request = write(
        &service,
        value!({"Key": "a/b c+~é%2F!*'()", "Rest": "x/y z//~&=?", "q": true, "ql": ["1", "2"], "qm": {"m": ["x"], "none": []},
            "h": ["a", "b,c", "d\"e", ""], "ht": [Timestamp::new(0, 5_000_000)], "hj": {"a": [1, "é"]}, "hm": {"Foo": "bar", "foo": ""}}),
    );
    assert_eq!(request.path, "/p/a%2Fb%20c%2B~%C3%A9%252F%21%2A%27%28%29/x/y%20z//~%26%3D%3F?fixed&x=1");
    assert_eq!(query_string(&request.query), "Q=true&QL=1&QL=2&m=x");
    assert_eq!(
        headers(&request),
        [
            ("x-h", r#"a,"b,c","d\"e","#),
            ("x-t", "Thu, 01 Jan 1970 00:00:00 GMT"),
            ("x-j", "eyJhIjpbMSwiXHUwMGU5Il19"),
            ("x-meta-Foo", "bar"),
            ("x-meta-foo", ""),
            ("Content-Type", "application/json"),
        ]
    );
    assert_eq!(body(&request), "{}");
}

#[test]
fn a_missing_path_label_is_an_error_and_an_empty_one_is_not() {
    let service = service("rest-json", REST_OP, REST);
    let error = try_write(&service, value!({"Key": "k"})).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::ParamValidation, Some("Op")));
    assert!(error.message().contains("Missing required parameter in input: \"Rest\""), "{error}");
    assert_eq!(write(&service, value!({"Key": "", "Rest": "r"})).path, "/p//r?fixed&x=1");
}

#[test]
fn rest_xml_bodies() {
    let operation = POST.replace("\"OpRequest\"", "\"OpRequest\", \"xmlNamespace\": {\"uri\": \"http://x/\"}");
    let service_ = service("rest-xml", &operation, COLLECTIONS);
    let request = write(&service_, collections());
    assert!(request.headers.is_empty());
    assert_eq!(
        body(&request),
        "<OpRequest xmlns=\"http://x/\"><s>x&amp;y</s><L><member>a</member><member>b</member></L><LF>a</LF><LF>b</LF>\
         <M><entry><key>k</key><value>v</value></entry></M><MF><K>k</K><V>v</V></MF><LS><member><a>1</a></member></LS></OpRequest>"
    );
    assert_eq!(body(&write(&service_, value!({"L": [], "LF": [], "s": ""}))), "<OpRequest xmlns=\"http://x/\"><L /><s /></OpRequest>");
    assert!(matches!(write(&service_, value!({})).body, SerializedBody::Empty));

    let shapes = r#""Grantee": {"type": "structure", "xmlNamespace": {"prefix": "xsi", "uri": "http://www.w3.org/2001/XMLSchema-instance"},
        "members": {"ID": {"shape": "S"}, "Type": {"shape": "S", "xmlAttribute": true, "locationName": "xsi:type"}}},
        "In": {"type": "structure", "payload": "G", "members": {"G": {"shape": "Grantee", "locationName": "Grantee"}}}"#;
    let request = write(&service("rest-xml", POST, shapes), value!({"G": {"ID": "x", "Type": "Canonical\"User\n"}}));
    assert_eq!(
        body(&request),
        "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Canonical&quot;User&#10;\"><ID>x</ID></Grantee>"
    );
}

#[test]
fn a_payload_is_the_whole_body() {
    let shapes = |shape: &str| {
        format!(
            r#""St": {{"type": "structure", "members": {{"a": {{"shape": "S"}}}}}}, "In": {{"type": "structure", "payload": "P", "members": {{"P": {{"shape": "{shape}"}}}}}}"#
        )
    };
    let blob = service("rest-json", POST, &shapes("X"));
    let request = write(&blob, value!({"P": crate::Stream::from_reader(std::io::empty())}));
    assert!(matches!(request.body, SerializedBody::Stream(_)) && request.headers.is_empty());
    assert!(matches!(write(&blob, value!({})).body, SerializedBody::Empty));
    let structure = service("rest-json", POST, &shapes("St"));
    assert_eq!(body(&write(&structure, value!({"P": {"a": "1"}}))), r#"{"a": "1"}"#);
    assert_eq!(body(&write(&structure, value!({}))), "{}");
    assert_eq!(body(&write(&service("rest-json", POST, &shapes("Doc")), value!({"P": [1]}))), "[1]");
}

#[test]
fn host_prefix_labels_are_filled_in_and_checked() {
    let operation = POST.replace("\"input\"", "\"endpoint\": {\"hostPrefix\": \"{Account}.data-\"}, \"input\"");
    let service = service("json", &operation, r#""In": {"type": "structure", "members": {"Account": {"shape": "S", "hostLabel": true}}}"#);
    let request = write(&service, value!({"Account": "1-2.a"}));
    assert_eq!(request.host_prefix.as_deref(), Some("1-2.a.data-"));
    assert_eq!(body(&request), r#"{"Account": "1-2.a"}"#);
    let error = try_write(&service, value!({"Account": "a/b"})).unwrap_err();
    let text = "Invalid value for parameter(s): Account. Must contain only alphanumeric characters, hyphen, or period.";
    assert_eq!(error.message(), format!("Parameter validation failed:\n{text}"));
    assert_eq!(try_write(&service, value!({})).unwrap_err().kind(), ErrorKind::ParamValidation);
}

#[test]
fn a_value_that_does_not_fit_its_shape_is_an_error_with_its_path() {
    for protocol in ["query", "ec2", "json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor"] {
        let service = service(protocol, POST, COLLECTIONS);
        let error = try_write(&service, value!({"LS": [{"a": "x"}, "y"]})).unwrap_err();
        assert_eq!(error.message(), "Parameter validation failed:\nParameter LS[1]: expected a structure, got a string", "{protocol}");
        let error = try_write(&service, value!({"nope": 1})).unwrap_err();
        assert_eq!(error.message(), "Parameter validation failed:\nUnknown parameter in input: \"nope\"", "{protocol}");
    }
}
