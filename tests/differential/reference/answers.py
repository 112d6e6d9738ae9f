"""Random answers of a service to one operation: status, headers and body, as the protocol has them."""

import base64
import json
import struct
from xml.sax.saxutils import escape

import wire

GARBAGE = [b"", b"<html><body>Oops</body></html>", b"not a document", b"{}", b"<a/>", b"\n", b"<!DOCTYPE html><html></html>"]
REQUEST_ID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
HEADER_TEXTS = ["x", "a, b", '"quoted,comma", b', "W/\"etag\"", "semi;colon", "a=b", "~!@#$^&*()", "5"]
TRANSIENT = ["Throttling", "AccessDenied", "ValidationError", "ExpiredToken", "InternalFailure"]


class Answers:
    """Makes the answers to one operation."""

    def __init__(self, rng, operation):
        self.rng = rng
        self.operation = operation
        self.service = operation.service_model
        self.protocol = self.service.resolved_protocol
        self.is_rest = self.protocol.startswith("rest")

    def answer(self):
        status, headers, body = self.any_answer()
        for name in [name for name in headers if name.lower() == "content-length"]:
            headers[name] = str(len(body))
        return status, headers, body

    def any_answer(self):
        kind = self.rng.random()
        if kind < 0.7:
            return self.success()
        if kind < 0.88 and (shapes := self.errors()):
            return self.error(self.rng.choice(shapes))
        return self.error(None) if kind < 0.95 else self.generic_error()

    def errors(self):
        return self.operation.error_shapes or self.service.error_shapes[:5]

    # Answers of status 2xx

    def success(self):
        headers, status, shape = self.common_headers(), 200, self.operation.output_shape
        if self.is_rest and shape is not None:
            status = self.bind_headers(shape, headers, status)
        if self.operation.has_event_stream_output:
            headers["Content-Type"] = "application/vnd.amazon.eventstream"
            return status, headers, self.event_stream(shape)
        body = self.success_body(shape)
        return status, headers, body.encode() if isinstance(body, str) else body

    def success_body(self, shape):
        payload = shape.serialization.get("payload") if self.is_rest and shape is not None else None
        if payload is not None:
            return self.payload(payload, shape.members[payload])
        if self.protocol == "query":
            return self.query_body(shape)
        if self.protocol == "ec2":
            return self.ec2_body(shape)
        if self.protocol == "rest-xml":
            if shape is None or (all(m.serialization.get("location") for m in shape.members.values()) and self.rng.random() < 0.8):
                return ""
            return wire.Xml(self.rng).body(shape, shape.serialization.get("name", shape.name), self.namespace())
        if shape is None and self.rng.random() < 0.7:
            return b""
        return self.body_writer().body(shape)

    def body_writer(self):
        return {"rest-xml": wire.Xml, "smithy-rpc-v2-cbor": wire.Cbor}.get(self.protocol, wire.Json)(self.rng)

    def payload(self, name, shape):
        if shape.type_name == "blob":
            return self.rng.choice([b"", b"hello", bytes(range(256)) * 20])
        if shape.type_name == "string":
            return self.rng.choice(["", "text é", '{"a": 1}'])
        if self.rng.random() < 0.03:
            return ""
        if self.protocol == "rest-xml":
            return wire.Xml(self.rng).body(shape, shape.serialization.get("name", name), self.namespace())
        return self.body_writer().body(shape)

    def query_body(self, shape):
        metadata = f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>" if self.rng.random() < 0.9 else ""
        inner = ""
        if shape is not None:
            wrapper = shape.serialization.get("resultWrapper")
            inner = wire.Xml(self.rng).content(shape, 0)
            inner = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else inner
        name = self.operation.name + "Response"
        return f'<{name} xmlns="{self.namespace() or "https://example.com/doc/"}">{inner}{metadata}</{name}>'

    def ec2_body(self, shape):
        inner = wire.Xml(self.rng).content(shape, 0) if shape is not None else ""
        name = self.operation.name + "Response"
        identifier = f"<requestId>{REQUEST_ID}</requestId>" if self.rng.random() < 0.9 else ""
        return f'<{name} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">{identifier}{inner}</{name}>'

    def namespace(self):
        return self.service.metadata.get("xmlNamespace")

    # Headers

    def common_headers(self):
        rng, headers = self.rng, {}
        if rng.random() < 0.9:
            headers[rng.choice(["x-amzn-RequestId", "x-amzn-requestid"])] = REQUEST_ID
        if self.is_rest and rng.random() < 0.3:
            headers["x-amz-request-id"] = "REQUEST"
            headers["X-Amz-Id-2"] = "HOST"
        headers["Date"] = "Tue, 02 Jan 2024 03:04:06 GMT"
        headers["Content-Type"] = rng.choice(["application/json", "text/xml", "application/octet-stream"])
        if rng.random() < 0.2:
            headers["X-Odd"] = rng.choice(HEADER_TEXTS)
        return headers

    def bind_headers(self, shape, headers, status):
        """Adds the headers that the members stand for; gives the status."""
        for name, member in shape.members.items():
            location = member.serialization.get("location")
            wire_name = member.serialization.get("name", name)
            if location == "statusCode":
                status = self.rng.choice([200, 201, 202, 204])
            elif location == "header" and self.rng.random() < 0.6:
                set_header(headers, self.rng.choice([wire_name, wire_name.lower(), wire_name.upper()]), self.header(member))
            elif location == "headers":
                for suffix in self.rng.sample(["one", "Two", "x-three", "a.b"], self.rng.randint(0, 3)):
                    headers[wire_name + suffix] = self.rng.choice(HEADER_TEXTS)
        return status

    def header(self, shape):
        rng, kind = self.rng, shape.type_name
        if shape.serialization.get("jsonvalue"):
            value = rng.choice([{"a": [1, None, "é"]}, [], "text", {}])
            return base64.b64encode(json.dumps(value).encode()).decode()
        if kind in ("integer", "long"):
            return rng.choice(["0", "-1", "42", str(2**53 + 1)])
        if kind in ("float", "double"):
            return rng.choice(["1.5", "3", "1e22", "NaN"])
        if kind == "boolean":
            return rng.choice(["true", "false", "True"])
        if kind == "timestamp":
            return rng.choice(wire.TIMES)
        if kind == "list":
            return rng.choice(["a", "a,b", "a, b ,c", '"a,b", c', "a,,b"])
        if getattr(shape, "enum", None) and rng.random() < 0.7:
            return rng.choice(shape.enum)
        return rng.choice(HEADER_TEXTS)

    # Streams of events

    def event_stream(self, shape):
        rng = self.rng
        member = next(m for m in shape.members.values() if m.serialization.get("eventstream"))
        frames = [self.initial_response(shape)] if not self.is_rest else []
        for _ in range(rng.randint(0, 4)):
            name = rng.choice(list(member.members))
            event = member.members[name]
            frames.append(self.exception(name, event) if event.metadata.get("exception") else self.event(name, event))
            if rng.random() < 0.05:
                frames.append(wire.frame(self.event_headers("event", "UnknownEvent"), b"{}"))
        return b"".join(frames)

    def initial_response(self, shape):
        writer = self.body_writer()
        plain = {n: m for n, m in shape.members.items() if not m.serialization.get("eventstream")}
        body = b"\xa0" if isinstance(writer, wire.Cbor) else b"{}"
        if plain and isinstance(writer, wire.Json):
            body = json.dumps({m.serialization.get("name", n): writer.value(m, 3) for n, m in plain.items()}).encode()
        return wire.frame(self.event_headers("event", "initial-response"), body)

    def event_headers(self, kind, name):
        return {":message-type": wire.header_text(kind), f":{kind}-type": wire.header_text(name)}

    def event(self, name, shape):
        headers = self.event_headers("event", name)
        payload = None
        for member_name, member in shape.members.items():
            if member.serialization.get("eventheader"):
                headers[member_name] = self.event_header(member)
            elif member.serialization.get("eventpayload"):
                payload = self.event_payload(member)
        if payload is None:
            payload = self.document(shape, name)
        return wire.frame(headers, payload)

    def event_payload(self, shape):
        if shape.type_name == "blob":
            return self.rng.choice([b"", b"a,b\n", bytes(range(256))])
        if shape.type_name == "string":
            return "text é".encode()
        return self.document(shape, shape.name)

    def event_header(self, shape):
        if shape.type_name == "timestamp":
            return 8, struct.pack(">q", 1422172800123)
        if shape.type_name in ("integer", "long"):
            return 4, struct.pack(">i", self.rng.choice([0, -5, 7]))
        if shape.type_name == "boolean":
            return self.rng.choice([0, 1]), b""
        if shape.type_name == "blob":
            return 6, struct.pack(">H", 2) + b"\x00\xff"
        return wire.header_text(self.rng.choice(["x", "é", ""]))

    def exception(self, name, shape):
        return wire.frame(self.event_headers("exception", name), self.document(shape, name))

    def document(self, shape, name):
        body = wire.Xml(self.rng).body(shape, name) if self.protocol == "rest-xml" else self.body_writer().body(shape)
        return body.encode() if isinstance(body, str) else body

    # Errors

    def error(self, shape):
        """An error that the model knows, or one that it does not."""
        rng = self.rng
        code = rng.choice(TRANSIENT) if shape is None else shape.error_code
        status = rng.choice([400, 403, 404, 409, 429, 500, 503])
        if shape is not None:
            status = shape.metadata.get("error", {}).get("httpStatusCode", status)
        headers = self.common_headers()
        if self.is_rest and shape is not None:
            self.bind_headers(shape, headers, status)
        write = {"query": self.query_error, "ec2": self.ec2_error, "rest-xml": self.rest_xml_error, "smithy-rpc-v2-cbor": self.cbor_error}
        body = write.get(self.protocol, self.json_error)(shape, code, headers)
        return status, headers, body.encode() if isinstance(body, str) else body

    def message(self):
        return self.rng.choice(["It failed.", "", "é <&> failed", "m"])

    def json_error(self, shape, code, headers):
        rng = self.rng
        content = json.loads(wire.Json(rng).body(shape)) if shape is not None else {}
        if rng.random() < 0.9:
            content[rng.choice(["message", "message", "Message"])] = self.message() if rng.random() < 0.95 else None
        typed = rng.choice([code, "com.amazonaws.svc#" + code, code + ":http://internal/", f"ns#{code}:http://x/"])
        where = rng.random()
        if self.protocol == "rest-json" and where < 0.6:
            set_header(headers, rng.choice(["x-amzn-ErrorType", "X-Amzn-Errortype"]), typed)
        elif self.protocol == "rest-json" and where < 0.7:
            content[rng.choice(["code", "Code"])] = typed
        elif where < 0.97:
            content["__type"] = typed
        self.query_compatible(headers, code)
        return json.dumps(content)

    def cbor_error(self, shape, code, headers):
        writer = wire.Cbor(self.rng)
        members = [] if shape is None else writer.members(shape, 0)
        parts = [wire.cbor_text(name) + writer.value(member, 1) for name, member in members if name not in ("message", "Message")]
        parts.append(wire.cbor_text(self.rng.choice(["message", "Message"])) + wire.cbor_text(self.message()))
        parts.append(wire.cbor_text("__type") + wire.cbor_text(self.rng.choice([code, "ns#" + code])))
        self.query_compatible(headers, code)
        return writer.collection(5, parts)

    def query_compatible(self, headers, code):
        if "awsQueryCompatible" in self.service.metadata and self.rng.random() < 0.6:
            headers["x-amzn-query-error"] = self.rng.choice(["AWS.Old." + code + ";Sender", code + ";Receiver", "odd"])

    def error_elements(self, shape, code):
        inner = wire.Xml(self.rng).content(shape, 0) if shape is not None else ""
        message = f"<Message>{escape(self.message())}</Message>" if "<message" not in inner.lower() else ""
        return f"<Type>Sender</Type><Code>{code}</Code>{message}{inner}"

    def query_error(self, shape, code, headers):
        start = f'<ErrorResponse xmlns="{self.namespace() or ""}">' if self.namespace() else "<ErrorResponse>"
        return f"{start}<Error>{self.error_elements(shape, code)}</Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"

    def ec2_error(self, shape, code, headers):
        error = f"<Error><Code>{code}</Code><Message>{escape(self.message())}</Message></Error>"
        return f"<Response><Errors>{error}</Errors><RequestID>{REQUEST_ID}</RequestID></Response>"

    def rest_xml_error(self, shape, code, headers):
        if self.rng.random() < 0.5:
            return f"<Error>{self.error_elements(shape, code)}<RequestId>R</RequestId><HostId>H</HostId><Resource>/a</Resource></Error>"
        return self.query_error(shape, code, headers)

    def generic_error(self):
        statuses = [304, 400, 403, 404, 413, 500, 502, 503]
        status = 300 if self.rng.random() < 0.03 else self.rng.choice(statuses)
        return status, self.common_headers(), self.rng.choice(GARBAGE)


def set_header(headers, name, value):
    """Headers have their names in any case, but each once."""
    for same in [header for header in headers if header.lower() == name.lower()]:
        del headers[same]
    headers[name] = value
