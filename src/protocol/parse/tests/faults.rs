//! Responses of proxies, stores, and broken servers. Each test covers a class of faults.

use super::*;
use crate::error::ErrorKind;
use crate::protocol::ParseOptions;
use crate::protocol::parse::parse_with;
use crate::value;
use crate::value::{Timestamp, Value};

const XML_PROTOCOLS: [&str; 3] = ["query", "ec2", "rest-xml"];

fn lenient(protocol: &str, operation: &str, fields: &[(&str, &str)], body: &str) -> (Value, Value) {
    let service = service(protocol);
    let response = Response::new(200, headers(fields), body.as_bytes());
    let mut output = parse_with(&service, service.operation(operation).unwrap(), response, &ParseOptions::lenient(true)).unwrap();
    let metadata = output.remove("ResponseMetadata").unwrap();
    (Value::Map(output), metadata["OmittedMembers"].clone())
}

#[test]
fn an_error_body_that_is_not_xml_is_a_service_error() {
    let ids = [("x-amzn-RequestId", "id")];
    let page = "<!DOCTYPE html>\n<html><body>Access denied<br></body></html>";
    for (status, body, message) in [
        (403, "", "Forbidden"),
        (403, " \n", "Forbidden"),
        (403, "Denied by\n\n the proxy\u{1b}", "Denied by the proxy"),
        (403, "{\"message\":\"no\"}", "{\"message\":\"no\"}"),
        (403, page, "<!DOCTYPE html> <html><body>Access denied<br></body></html>"),
        (403, "<html><body>Well-formed</body></html>", "<html><body>Well-formed</body></html>"),
        (403, "<Error/>", "<Error/>"),
        (403, "<R><Error>text</Error></R>", "<R><Error>text</Error></R>"),
        (413, "<Response><Errors/></Response>", "<Response><Errors/></Response>"),
        (500, "", "Internal Server Error"),
        (502, "<html><body>Bad gateway</body></html>", "Bad Gateway"),
        (503, "Slow down", "Slow down"),
    ] {
        for protocol in ["query", "ec2"] {
            let parsed = error(protocol, status, &ids, body).unwrap();
            let expected = value!({"Code": (status.to_string()), "Message": message});
            assert_eq!(parsed.response["Error"], expected, "{protocol} {body}");
            // boto3 has no request ID in the generic errors; `Error::request_id` takes it from the headers.
            let id =
                if ["", "<html><body>Bad gateway</body></html>"].contains(&body) && status >= 500 { Value::Null } else { value!("id") };
            assert_eq!(parsed.response["ResponseMetadata"]["RequestId"], id, "{protocol} {body}");
            assert_eq!(parsed.response["ResponseMetadata"]["HTTPStatusCode"], Value::Int(status.into()));
            assert_eq!(parsed.class, None);
        }
    }
    let cbor = error("smithy-rpc-v2-cbor", 403, &ids, "<html>Forbidden</html>").unwrap();
    assert_eq!(cbor.response["Error"], value!({"Code": "403", "Message": "<html>Forbidden</html>"}));
    // boto3 has an answer for rest-xml: the reason phrase.
    for body in ["", "Denied", page, "<html><body>Well-formed</body></html>"] {
        let parsed = error("rest-xml", 403, &[("x-amz-request-id", "id")], body).unwrap();
        assert_eq!(parsed.response["Error"], value!({"Code": "403", "Message": "Forbidden"}), "{body}");
        assert_eq!(parsed.response["ResponseMetadata"]["RequestId"], value!("id"), "{body}");
    }
}

#[test]
fn the_excerpt_of_an_error_body_is_bounded() {
    let parsed = error("query", 400, &[], "é".repeat(1_000_000)).unwrap();
    assert_eq!(parsed.response["Error"]["Message"], Value::from(format!("{}…", "é".repeat(1_000))));
    let parsed = error("query", 400, &[], b"\xff\x00binary").unwrap();
    assert_eq!(parsed.response["Error"]["Message"], value!("\u{fffd} binary"));
}

#[test]
fn a_namespace_never_hides_an_element() {
    let ids = [("x-amz-request-id", "r")];
    for root in [
        "<Error>",
        "<Error xmlns=\"\">",
        "<Error xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
        "<s:Error xmlns:s=\"u\">",
        "<s:Error>",
        "<Error xmlns:xsi=\"v\" xsi:type=\"x\">",
    ] {
        let end = if root.starts_with("<s:") { "</s:Error>" } else { "</Error>" };
        let body = format!("{root}<Code xmlns='w'>ConflictCode</Code><q:Message>m</q:Message><Reason>r</Reason>{end}");
        for protocol in XML_PROTOCOLS {
            let parsed = error(protocol, 404, &ids, &body).unwrap();
            assert_eq!(parsed.response["Error"], value!({"Code": "ConflictCode", "Message": "m", "Reason": "r"}), "{protocol} {root}");
            assert_eq!(parsed.response["ResponseMetadata"]["RequestId"], value!("r"));
            assert_eq!((parsed.class.as_deref(), &parsed.response["Reason"]), (Some("Conflict"), &value!("r")));
        }
    }
    let nested = "<a:R xmlns:a='u'><b:Errors><c:Error><d:Code>A</d:Code></c:Error></b:Errors><e:RequestID>i</e:RequestID></a:R>";
    let parsed = error("ec2", 400, &[], nested).unwrap();
    assert_eq!((&parsed.response["Error"], &parsed.response["ResponseMetadata"]["RequestId"]), (&value!({"Code": "A"}), &value!("i")));
}

#[test]
fn the_request_id_of_an_error_is_found_wherever_it_is() {
    let error_element = "<Error><Code>A</Code></Error>";
    let inside = "<ResponseMetadata><RequestId>body</RequestId><Other>o</Other></ResponseMetadata>";
    for (fields, rest, expected) in [
        (&[][..], inside, "body"),
        (&[("x-amzn-requestid", "header")], inside, "body"),
        (&[], "<RequestId>body</RequestId>", "body"),
        (&[], "<RequestID>body</RequestID>", "body"),
        (&[("x-amzn-requestid", "header")], "", "header"),
        (&[("x-amz-request-id", "header")], "<ResponseMetadata/>", "header"),
    ] {
        for protocol in XML_PROTOCOLS {
            let parsed = error(protocol, 400, fields, format!("<R>{error_element}{rest}</R>")).unwrap();
            let metadata = &parsed.response["ResponseMetadata"];
            assert_eq!(metadata["RequestId"], value!(expected), "{protocol} {rest}");
            assert_eq!(metadata["HTTPStatusCode"], Value::Int(400));
            assert_eq!(metadata["Other"], if rest == inside { value!("o") } else { Value::Null });
            assert_eq!(parsed.response["Error"]["Code"], value!("A"));
        }
    }
    let bare = error("rest-xml", 404, &[], "<Error><Code>A</Code><RequestId>x</RequestId><HostId>y</HostId></Error>").unwrap();
    assert_eq!(bare.response["Error"], value!({"Code": "A"}));
    assert_eq!(
        (&bare.response["ResponseMetadata"]["RequestId"], &bare.response["ResponseMetadata"]["HostId"]),
        (&value!("x"), &value!("y"))
    );
}

#[test]
fn the_text_of_an_element_is_all_of_its_text() {
    for text in
        ["ab<c", "a<!-- c -->b&lt;c", "<![CDATA[ab<c]]>", "<![CDATA[a]]>b<![CDATA[<]]>c", "a<?pi x?>b&#60;c", "&#x61;<![CDATA[b<c]]>"]
    {
        let text = text.replace("ab<c", if text.starts_with('<') { "ab<c" } else { "ab&lt;c" });
        let output = output("rest-xml", "Op", &[], format!("<O><s>{text}</s><L><m>{text}</m></L></O>")).unwrap();
        assert_eq!((&output["s"], &output["L"]), (&value!("ab<c"), &value!(["ab<c"])), "{text}");
        let parsed = error("query", 400, &[], format!("<R><Error><Code>{text}</Code></Error></R>")).unwrap();
        assert_eq!(parsed.response["Error"]["Code"], value!("ab<c"), "{text}");
    }
}

#[test]
fn an_unreadable_scalar_is_named_by_its_path() {
    for (protocol, body, path, reason) in [
        ("json", r#"{"t": "soon"}"#, "t", "invalid timestamp \"soon\""),
        ("json", r#"{"R": {"R": {"t": 1e99}}}"#, "R.R.t", "invalid timestamp \"1e99\""),
        ("json", r#"{"x": 1}"#, "x", "invalid base64 \"1\""),
        ("json", r#"{"x": "Y"}"#, "x", "invalid base64 \"Y\""),
        ("rest-json", r#"{"i": "seven"}"#, "i", "invalid integer \"seven\""),
        ("rest-json", r#"{"R": {"f": {"a": 1}}}"#, "R.f", "invalid number \"{\\\"a\\\": 1}\""),
        ("rest-json", r#"{"Ts": [1, "soon"]}"#, "Ts[1]", "invalid timestamp \"soon\""),
        ("rest-json", r#"{"Tm": {"k": "soon"}}"#, "Tm.k", "invalid timestamp \"soon\""),
        ("rest-json", r#"{"R": {"M": 5}}"#, "R.M", "expected an object"),
        ("rest-xml", "<O><R><i>1.5</i></R></O>", "R.i", "invalid integer \"1.5\""),
        ("query", "<O><Ts><m>1</m><m/></Ts></O>", "Ts[1]", "invalid timestamp \"\""),
        ("ec2", "<O><Tm><entry><key>k</key><value>x</value></entry></Tm></O>", "Tm.k", "invalid timestamp \"x\""),
        ("smithy-rpc-v2-cbor", "\u{1}", "", ""),
    ] {
        if path.is_empty() {
            let body = b"\xA1\x61R\xA1\x61t\x61x";
            let error = output(protocol, "Op", &[], body).unwrap_err();
            assert_eq!(error.message(), "Unable to parse response: R.t: invalid timestamp \"x\"");
            continue;
        }
        let error = output(protocol, "Op", &[], body).expect_err(body);
        assert_eq!(error.kind(), ErrorKind::ResponseParser);
        assert_eq!(error.message(), format!("Unable to parse response: {path}: {reason}"), "{protocol} {body}");
        assert_eq!(error.details()["path"], Value::from(path));
    }
    let error = output("rest-json", "Rest", &[("X-Dates", "1, soon")], "{}").unwrap_err();
    assert_eq!(error.message(), "Unable to parse response: dates[1]: invalid timestamp \"soon\"");
    let error = output("json", "Op", &[], r#"{"secret": "geheim"}"#).unwrap_err();
    assert_eq!(error.message(), "Unable to parse response: secret: invalid timestamp", "a sensitive value is not shown");
    let json = r#"{"Secret": {"L": [{"t": "geheim"}]}}"#;
    let xml = "<O><Secret><L><m><t>geheim</t></m></L></Secret></O>";
    for (protocol, body) in [("rest-json", json), ("rest-xml", xml), ("query", xml), ("smithy-rpc-v2-cbor", "")] {
        let body = if protocol.ends_with("cbor") { &b"\xA1\x66Secret\xA1\x61L\x81\xA1\x61t\x66geheim"[..] } else { body.as_bytes() };
        let error = output(protocol, "Op", &[], body).unwrap_err();
        assert_eq!(error.message(), "Unable to parse response: Secret.L[0].t: invalid timestamp", "nor one inside it: {protocol}");
    }
}

#[test]
fn lenient_parsing_omits_and_reports_unreadable_scalars() {
    let json = r#"{"s": "x", "t": "soon", "i": "seven", "Ts": [1, "soon", 2], "Tm": {"a": "soon", "b": 3}, "R": {"f": "?", "b": true}}"#;
    let (output, omitted) = lenient("rest-json", "Op", &[], json);
    let at = |seconds| Timestamp::new(seconds, 0);
    assert_eq!(
        output,
        value!({"s": "x", "Ts": [(at(1)), null, (at(2))], "Tm": {"a": null, "b": (at(3))}, "R": {"b": true}}),
        "null keeps the positions in lists"
    );
    assert_eq!(
        omitted,
        value!([
            {"Path": "t", "Reason": "invalid timestamp \"soon\""},
            {"Path": "i", "Reason": "invalid integer \"seven\""},
            {"Path": "Ts[1]", "Reason": "invalid timestamp \"soon\""},
            {"Path": "Tm.a", "Reason": "invalid timestamp \"soon\""},
            {"Path": "R.f", "Reason": "invalid number \"?\""}
        ])
    );
    for protocol in XML_PROTOCOLS {
        let (output, omitted) = lenient(protocol, "Op", &[], "<O><s>x</s><R><i>1.5</i><t>soon</t></R></O>");
        assert_eq!(output, value!({"s": "x", "R": {}}), "{protocol}");
        assert_eq!((&omitted[0]["Path"], &omitted[1]["Path"]), (&value!("R.i"), &value!("R.t")), "{protocol}");
    }
    let (output, omitted) = lenient("rest-json", "Rest", &[("X-Json", "?"), ("X-Dates", "day 0, 5")], r#"{"s": "x"}"#);
    assert_eq!((&output["s"], &output["json"], &output["dates"]), (&value!("x"), &Value::Null, &value!([null, (at(5))])));
    assert_eq!((&omitted[0]["Path"], &omitted[1]["Path"]), (&value!("dates[0]"), &value!("json")));
    assert_eq!(lenient("json", "Op", &[], r#"{"t": 1}"#).1, Value::Null, "nothing is omitted");
    // Lenient parsing is about scalars: a body that is not a document stays an error.
    let service = service("json");
    let response = Response::new(200, Headers::new(), &b"{\"t\": "[..]);
    let cut = parse_with(&service, service.operation("Op").unwrap(), response, &ParseOptions::lenient(true));
    assert_eq!(cut.unwrap_err().kind(), ErrorKind::ResponseParser);
}

#[test]
fn an_unreadable_advisory_header_never_fails_a_response() {
    for name in ["Expires", "last-modified"] {
        let service = service("rest-xml");
        let response = Response::new(200, headers(&[(name, "0 days"), ("etag", "e")]), &b""[..]);
        let output = parse(&service, service.operation("Advisory").unwrap(), response).unwrap();
        assert_eq!(output["etag"], value!("e"));
        assert!(!output.contains_key("expires") && !output.contains_key("modified"));
        let path = if name == "Expires" { "expires" } else { "modified" };
        let expected = value!([{"Path": path, "Reason": "invalid timestamp \"0 days\""}]);
        assert_eq!(output["ResponseMetadata"]["OmittedMembers"], expected);
    }
}

#[test]
fn an_unreadable_detail_of_an_error_hides_neither_the_error_nor_its_other_members() {
    let json = r#"{"__type":"ConflictCode","message":"m","Reason":"r","at":"soon"}"#;
    let xml = "<R><Error><Code>ConflictCode</Code><message>m</message><Reason>r</Reason><at>soon</at></Error></R>";
    for (protocol, body) in [("json", json), ("rest-json", json), ("query", xml), ("rest-xml", xml)] {
        let parsed = error(protocol, 409, &[], body).unwrap();
        assert_eq!((&parsed.response["Reason"], &parsed.response["message"]), (&value!("r"), &value!("m")), "{protocol}");
        assert!(!parsed.response.contains_key("at"));
        assert_eq!(parsed.class.as_deref(), Some("Conflict"));
    }
}

#[test]
fn a_value_that_is_not_a_list_is_an_empty_list_or_a_list_of_one() {
    for protocol in ["json", "rest-json"] {
        for (found, expected) in [
            ("{}", value!([])),
            ("{ }", value!([])),
            ("\"\"", value!([])),
            ("[ ]", value!([])),
            ("\"bar\"", value!(["bar"])),
            ("\" \"", value!([" "])),
            ("7", value!([7])),
            ("false", value!([false])),
        ] {
            let output = output(protocol, "Op", &[], format!("{{\"L\": {found}, \"s\": \"x\"}}")).unwrap();
            assert_eq!((&output["L"], &output["s"]), (&expected, &value!("x")), "{protocol} {found}");
        }
        let output = output(protocol, "Op", &[], r#"{"Rs": {"s": "x"}, "Ts": 5}"#).unwrap();
        assert_eq!(output["Rs"], value!([{"s": "x"}]));
        assert_eq!(output["Ts"], value!([(Timestamp::new(5, 0))]));
        let error = super::output(protocol, "Op", &[], r#"{"Rs": "bar"}"#).unwrap_err();
        assert_eq!(error.message(), "Unable to parse response: Rs[0]: expected an object");
    }
    for (body, expected) in [
        ("<O><L/></O>", value!([])),
        ("<O><L> \n</L></O>", value!([])),
        ("<O><L>bar</L></O>", value!(["bar"])),
        ("<O><L><![CDATA[bar]]></L></O>", value!(["bar"])),
        ("<O><L>stray<m>bar</m></L></O>", value!(["bar"])),
    ] {
        assert_eq!(output("query", "Op", &[], body).unwrap()["L"], expected, "{body}");
    }
    assert_eq!(output("query", "Op", &[], "<O><Rs>bar</Rs></O>").unwrap()["Rs"], value!([]), "text is not a structure");
    for (body, expected) in [
        (&b"\xA1\x61L\xA0"[..], value!([])),
        (b"\xA1\x61L\x60", value!([])),
        (b"\xA1\x61L\x7F\xFF", value!([])),
        (b"\xA1\x61L\xBF\xFF", value!([])),
        (b"\xA1\x61L\x61b", value!(["b"])),
        (b"\xA1\x61L\x07", value!([7])),
    ] {
        assert_eq!(output("smithy-rpc-v2-cbor", "Op", &[], body).unwrap()["L"], expected, "{}", body.escape_ascii());
    }
}

#[test]
fn an_empty_value_of_another_kind_is_an_empty_map_or_structure() {
    for empty in ["[]", "\"\"", "{}"] {
        let output = output("rest-json", "Op", &[], format!("{{\"M\": {empty}, \"R\": {empty}}}")).unwrap();
        assert_eq!((&output["M"], &output["R"]), (&value!({}), &value!({})), "{empty}");
        let error = super::output("rest-json", "Op", &[], format!("{{\"U\": {empty}}}")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ResponseParser);
    }
    for empty in [b'\x80', b'\x60', b'\xA0'] {
        let output = output("smithy-rpc-v2-cbor", "Op", &[], [&b"\xA2\x61M"[..], &[empty], b"\x61R", &[empty]].concat()).unwrap();
        assert_eq!((&output["M"], &output["R"]), (&value!({}), &value!({})), "{empty:x}");
    }
}

#[test]
fn a_successful_xml_response_is_a_well_formed_document() {
    for body in [
        "",
        " ",
        "text",
        "<O>",
        "<O/>x",
        "x<O/>",
        "<O/><O/>",
        "<O>&nbsp;</O>",
        "<O><unknown>&nbsp;</unknown></O>",
        "\n\n<?xml version='1.0'?><O/>",
        "xx<?xml version='1.0'?><O/>",
        "<O><unknown a=b/></O>",
        "<O>\u{1}</O>",
    ] {
        for protocol in ["query", "ec2"] {
            for operation in ["Op", "Nothing"] {
                let error = output(protocol, operation, &[], body).expect_err(body);
                assert_eq!(error.kind(), ErrorKind::ResponseParser, "{protocol} {operation} {body}");
            }
        }
        // In the rest protocols, members may be in the headers alone.
        match body {
            "" => assert_eq!(output("rest-xml", "Op", &[], body).unwrap(), Map::new()),
            _ => assert_eq!(output("rest-xml", "Op", &[], body).expect_err(body).kind(), ErrorKind::ResponseParser, "{body}"),
        }
    }
    assert_eq!(output("smithy-rpc-v2-cbor", "Op", &[], b"\xA0garbage").unwrap_err().kind(), ErrorKind::ResponseParser);
}
