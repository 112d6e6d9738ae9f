"""Random bodies of responses, written for a shape in each of the formats, with what servers do oddly."""

import base64
import json
import struct
import zlib
from xml.sax.saxutils import escape

TEXTS = ["x", "", "Tapajós", "🐬 <&>\"'", " padded ", "line\nbreak", "a,b", "5", "true", "%41+b", "a/b?c"]
TIMES = ["2015-01-25T08:00:00Z", "2015-01-25T08:00:00.123Z", "2015-01-25T08:00:00+02:30", "2015-01-25", "Sun, 25 Jan 2015 08:00:00 GMT", "1422172800", "1422172800.5", "2015-01-25 08:00:00", "20150125T080000Z", "Sunday, 25-Jan-15 08:00:00 GMT", "Sun Jan 25 08:00:00 2015"]
FLOATS = ["1.5", "0", "-0.0", "1e22", "NaN", "Infinity", "-Infinity", "1E-7", "12345678901234567890", ".5"]
MAX_DEPTH = 6


class Wire:
    """What the formats have in common: which members are there, and how many items."""

    def __init__(self, rng):
        self.rng = rng
        self.left = 150

    def members(self, shape, depth):
        """The members that stand in the body, in a random order."""
        chance = self.rng.choice([0.2, 0.6, 1.0]) if depth < 2 else 0.4
        names = [n for n, m in shape.members.items() if m.serialization.get("location") is None]
        if shape.is_tagged_union:
            names = [self.rng.choice(names)] if names else []
        else:
            names = [n for n in names if depth < MAX_DEPTH and self.left > 0 and self.rng.random() < chance]
        self.rng.shuffle(names)
        self.left -= len(names)
        return [(n, shape.members[n]) for n in names]

    def count(self, depth):
        return self.rng.choice([0, 1, 2, 3]) if depth < MAX_DEPTH and self.left > 0 else 0

    def odds(self, chance):
        return self.rng.random() < chance

    def text(self, shape):
        if getattr(shape, "enum", None) and self.odds(0.7):
            return self.rng.choice(shape.enum)
        return self.rng.choice(TEXTS)

    def integer(self):
        return self.rng.choice([0, 1, -1, 2**31 - 1, 2**53 + 1, 2**63 - 1, -(2**63), 42])

    def blob(self):
        return self.rng.choice([b"", b"hello", bytes(range(256)), b"\xff\x00"])

    def time(self):
        return "2015-01-25T08:00:00.123456789Z" if self.odds(0.005) else self.rng.choice(TIMES)


class Json(Wire):
    def body(self, shape):
        value = self.value(shape, 0) if shape is not None else {}
        spaced = self.odds(0.3)
        return json.dumps(value, ensure_ascii=self.odds(0.5), indent=2 if spaced else None).encode()

    def value(self, shape, depth):
        kind = shape.type_name
        if kind == "structure":
            return self.document(2) if shape.is_document_type else self.structure(shape, depth)
        if kind == "list":
            return [self.item(shape.member, depth) for _ in range(self.count(depth))]
        if kind == "map":
            return {self.text(shape.key): self.item(shape.value, depth) for _ in range(self.count(depth))}
        if kind in ("integer", "long"):
            return self.integer() if self.odds(0.95) else str(self.integer())
        if kind in ("float", "double"):
            return self.rng.choice([1.5, 0, -0.0, 1e22, 1e-7, 3, 0.1, float("nan"), "NaN", "Infinity", "-Infinity", "1.5"])
        if kind == "boolean":
            return self.odds(0.5) if self.odds(0.95) else self.rng.choice(["true", "false", "True"])
        if kind == "timestamp":
            return self.rng.choice([self.time(), 1422172800, 1422172800.123, -1.5, 0])
        if kind == "blob":
            return base64.b64encode(self.blob()).decode()
        return self.text(shape) if self.odds(0.97) else self.rng.choice([5, 1.5, True])

    def item(self, shape, depth):
        return None if self.odds(0.04) else self.value(shape, depth + 1)

    def structure(self, shape, depth):
        content = {}
        for name, member in self.members(shape, depth):
            wire_name = member.serialization.get("name", name)
            content[wire_name] = None if self.odds(0.05) and not shape.is_tagged_union else self.value(member, depth + 1)
        if shape.is_tagged_union and self.odds(0.1):
            content["__type"] = "ns#" + shape.name
        elif not shape.is_tagged_union and self.odds(0.2):
            content["UnknownMember"] = self.document(1)
        return content

    def document(self, depth):
        rng = self.rng
        choices = [None, True, 0, -7, 2**40, 1.5, 1e22, 0.1, "text é", ""]
        if depth:
            choices += [[self.document(depth - 1) for _ in range(2)], {"k": self.document(depth - 1), "é": self.document(depth - 1)}]
        return rng.choice(choices)


class Xml(Wire):
    def body(self, shape, root, namespace=None):
        start = f'<{root} xmlns="{namespace}">' if namespace else f"<{root}>"
        declaration = '<?xml version="1.0" encoding="UTF-8"?>\n' if self.odds(0.6) else ""
        return declaration + start + (self.content(shape, 0) if shape is not None else "") + f"</{root}>"

    def content(self, shape, depth):
        """The inside of an element of this shape."""
        kind = shape.type_name
        if kind == "structure":
            parts = [self.member(name, member, depth) for name, member in self.members(shape, depth)]
            unknown = "<UnknownElement a='b'><Inner>1</Inner></UnknownElement>"
            if self.odds(0.2) and not shape.is_tagged_union:
                parts.append(unknown)
            if self.odds(0.05):
                parts.append("<!-- a comment -->")
            return (self.rng.choice(["", "\n  "])).join(parts)
        if kind == "list":
            name = shape.member.serialization.get("name", "member")
            return "".join(self.element(name, shape.member, depth) for _ in range(self.count(depth)))
        if kind == "map":
            return "".join(f"<entry>{self.entry(shape, i, depth)}</entry>" for i in range(self.count(depth)))
        return self.scalar(shape)

    def member(self, name, shape, depth):
        serialization = shape.serialization
        wire_name = serialization.get("name", name)
        if serialization.get("xmlAttribute"):
            return ""
        if shape.type_name == "list" and serialization.get("flattened"):
            wire_name = shape.member.serialization.get("name", wire_name)
            return "".join(self.element(wire_name, shape.member, depth) for _ in range(self.count(depth)))
        if shape.type_name == "map" and serialization.get("flattened"):
            return "".join(f"<{wire_name}>{self.entry(shape, i, depth)}</{wire_name}>" for i in range(self.count(depth)))
        return self.element(wire_name, shape, depth)

    def entry(self, shape, i, depth):
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        key = self.rng.choice(shape.key.enum) if getattr(shape.key, "enum", None) else f"k{i} &amp; é"
        return f"<{key_name}>{key}</{key_name}>" + self.element(value_name, shape.value, depth)

    def element(self, name, shape, depth):
        attributes = self.attributes(shape) if shape.type_name == "structure" else ""
        content = self.content(shape, depth + 1)
        return f"<{name}{attributes}>{content}</{name}>" if content or self.odds(0.5) else f"<{name}{attributes}/>"

    def attributes(self, shape):
        found = ""
        for name, member in shape.members.items():
            if member.serialization.get("xmlAttribute"):
                qualified = member.serialization.get("name", name)
                prefix = qualified.partition(":")[0]
                found += f' xmlns:{prefix}="http://www.w3.org/2001/XMLSchema-instance" {qualified}="CanonicalUser"'
        return found

    def scalar(self, shape):
        kind = shape.type_name
        if kind in ("integer", "long"):
            return str(self.integer()) if self.odds(0.9) else f" {self.integer()}\n"
        if kind in ("float", "double"):
            return self.rng.choice(FLOATS)
        if kind == "boolean":
            return self.rng.choice(["true", "false", "true", "false", "True", "1"])
        if kind == "timestamp":
            return self.time()
        if kind == "blob":
            return base64.b64encode(self.blob()).decode()
        text = self.text(shape)
        if self.odds(0.05) and "]]>" not in text:
            return f"<![CDATA[{text}]]>"
        return escape(text) + ("&#x41;&quot;" if self.odds(0.05) else "")


class Cbor(Wire):
    def body(self, shape):
        return self.value(shape, 0) if shape is not None else b"\xa0"

    def value(self, shape, depth):
        rng, kind = self.rng, shape.type_name
        if kind == "structure":
            entries = [(name, b"\xf6" if self.odds(0.05) and not shape.is_tagged_union else self.value(member, depth + 1)) for name, member in self.members(shape, depth)]
            if self.odds(0.2) and not shape.is_tagged_union:
                entries.append(("UnknownMember", cbor_text("x")))
            return self.collection(5, [cbor_text(name) + value for name, value in entries])
        if kind == "list":
            return self.collection(4, [self.item(shape.member, depth) for _ in range(self.count(depth))])
        if kind == "map":
            return self.collection(5, [cbor_text(f"k{i}") + self.item(shape.value, depth) for i in range(self.count(depth))])
        if kind in ("integer", "long"):
            return cbor_integer(self.integer())
        if kind in ("float", "double"):
            return rng.choice([b"\xf9\x7e\x00", b"\xf9\x7c\x00", b"\xf9\x3c\x00", b"\xfa" + struct.pack(">f", 1.5), b"\xfb" + struct.pack(">d", 0.1), cbor_integer(3)])
        if kind == "boolean":
            return rng.choice([b"\xf4", b"\xf5"])
        if kind == "timestamp":
            return b"\xc1" + rng.choice([cbor_integer(1422172800), b"\xfb" + struct.pack(">d", 1422172800.5), cbor_integer(0), cbor_integer(-1)])
        if kind == "blob":
            return cbor_head(2, len(content := self.blob())) + content
        return cbor_text(self.text(shape)) if self.odds(0.9) else b"\x7f" + cbor_text("in ") + cbor_text("pieces") + b"\xff"

    def item(self, shape, depth):
        return b"\xf6" if self.odds(0.04) else self.value(shape, depth + 1)

    def collection(self, major, parts):
        if self.odds(0.3):
            return bytes([major << 5 | 31]) + b"".join(parts) + b"\xff"
        return cbor_head(major, len(parts)) + b"".join(parts)


def cbor_head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, size, form in ((24, 1, ">B"), (25, 2, ">H"), (26, 4, ">I")):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | info]) + struct.pack(form, argument)
    return bytes([major << 5 | 27]) + struct.pack(">Q", argument)


def cbor_text(text):
    content = text.encode()
    return cbor_head(3, len(content)) + content


def cbor_integer(number):
    return cbor_head(0, number) if number >= 0 else cbor_head(1, -1 - number)


def frame(headers, payload):
    """A message of an event stream; the headers are texts."""
    block = b""
    for name, (kind, content) in headers.items():
        block += bytes([len(name)]) + name.encode() + bytes([kind]) + content
    prelude = struct.pack(">II", len(block) + len(payload) + 16, len(block))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + block + payload
    return message + struct.pack(">I", zlib.crc32(message))


def header_text(text):
    content = text.encode()
    return 7, struct.pack(">H", len(content)) + content
