"""Random parameters that an operation's input shape allows, and ways to spoil them."""

import datetime
import decimal
import io

WORDS = ["x", "river", "a b", "Tapajós", "🐬", "a/b", "q?x=1&y", "50%", "%2F", "a+b", "'", '"quoted"', "<tag>&amp;", "~!@#$^*()", "back\\slash", "ΑΩ", "١٢", "true", "null", "12", "-", "_.-~"]
BREAKS = ["line\nbreak", "tab\tbed", "cr\r\nlf", "\x7f", "\u2028", "\u0085", "\u00a0"]
LABEL = "abcdefghijklmnopqrstuvwxyz0123456789"
UTC = datetime.timezone.utc
ARNS = {"QueueARN": "queue/tucuxi", "ChannelARN": "channel/tucuxi", "ConsumerARN": "stream/tucuxi/consumer/tucuxi:1"}
MAX_DEPTH = 6


BUCKETS = ["bucket", "my.dotted.bucket", "tucuxi-bucket-2", "Under_Score"] * 3 + [
    "arn:aws:s3:us-west-2:123456789012:accesspoint/point",
    "arn:aws:s3:eu-west-1:123456789012:accesspoint:point",
    "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/point",
    "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/lambda",
    "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/point",
    "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/bucket/bucket",
    "arn:aws:s3:us-west-2:123456789012:bucket:x",
    "test-accessp-e0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3",
    "point-abcdefghijklmnopqrstuvwxyz1234-s3alias",
]


class Inputs:
    """Makes the parameters of one operation."""

    def __init__(self, rng, operation):
        self.rng = rng
        self.context = {p.member_name: p.name for p in operation.context_parameters}
        self.signing_name = operation.service_model.signing_name
        self.left = 150

    def parameters(self, shape):
        return self.structure(shape, 0) if shape is not None else {}

    def structure(self, shape, depth):
        rng = self.rng
        if shape.is_tagged_union:
            return self.union(shape, depth)
        required = set(shape.required_members)
        chance = rng.choice([0.1, 0.4, 0.8]) if depth < 2 else 0.25
        names = []
        for name, member in shape.members.items():
            needed = name in required or member.serialization.get("location") == "uri" or member.metadata.get("hostLabel")
            if needed or (depth < MAX_DEPTH and self.left > 0 and rng.random() < chance):
                names.append(name)
        rng.shuffle(names)
        return {name: self.member(name, shape.members[name], depth) for name in names}

    def union(self, shape, depth):
        members = list(shape.members.items())
        if depth >= MAX_DEPTH:
            members = [m for m in members if m[1].type_name != "structure"] or members
        name, member = self.rng.choice(members)
        return {name: self.member(name, member, depth)}

    def member(self, name, shape, depth):
        self.left -= 1
        if shape.type_name == "string" and depth == 0 and name in self.context:
            return self.endpoint_text(self.context[name], name, shape)
        if shape.type_name == "string" and name in ("accountId", "AccountId"):
            return "123456789012"
        return self.value(shape, depth + 1)

    def value(self, shape, depth):
        rng, kind = self.rng, shape.type_name
        if shape.serialization.get("jsonvalue") or getattr(shape, "is_document_type", False):
            document = {self.text(): self.document(2) for _ in range(rng.randint(0, 3))}
            return document if rng.random() < 0.8 else self.document(2)
        if depth > 2 * MAX_DEPTH and kind in ("structure", "list", "map"):
            return [] if kind == "list" else {}
        if kind == "structure":
            return self.structure(shape, depth)
        if kind == "list":
            count = self.count(shape, depth)
            return [self.value(shape.member, depth + 1) for _ in range(count)]
        if kind == "map":
            count = self.count(shape, depth)
            entries = [(self.key(shape, i), self.value(shape.value, depth + 1)) for i in range(count)]
            return dict(entries)
        return getattr(self, kind, self.string)(shape)

    def count(self, shape, depth):
        least = shape.metadata.get("min", 0)
        if depth >= MAX_DEPTH or self.left <= 0:
            return least
        count = max(least, self.rng.choice([0, 1, 1, 2, 3]))
        self.left -= count
        return count

    def key(self, shape, i):
        if shape.serialization.get("location") == "headers":
            return self.rng.choice(["plain", "Upper-Case", "with_under", "x.y"]) + str(i)
        return self.string(shape.key)

    def string(self, shape):
        rng, least = self.rng, int(shape.metadata.get("min", 0))
        if shape.metadata.get("hostLabel"):
            return self.label(max(least, 1))
        if rng.random() < 0.8 and getattr(shape, "enum", None):
            return rng.choice(shape.enum)
        in_header = shape.serialization.get("location") in ("header", "headers")
        text = self.text(odd=not in_header)
        if shape.serialization.get("location") == "uri" and not text:
            text = "u"
        return text + "é" * (least - len(text))

    def text(self, odd=True):
        rng = self.rng
        words = WORDS + BREAKS if odd and rng.random() < 0.3 else WORDS
        return rng.choice(["", " ", "-", ",", ""]).join(rng.choice(words) for _ in range(rng.choice([0, 1, 1, 1, 2, 3])))

    def label(self, length):
        return "".join(self.rng.choice(LABEL) for _ in range(max(length, self.rng.randint(1, 9))))

    def endpoint_text(self, parameter, name, shape):
        """What the endpoint rules look into has a form that they accept."""
        if parameter in ("AccountId", "accountId"):
            return "123456789012"
        if parameter == "Bucket":
            return self.rng.choice(BUCKETS)
        if parameter == "KvsARN":
            return "arn:aws:cloudfront::123456789012:key-value-store/tucuxi"
        if parameter.lower().endswith("arn"):
            resource = ARNS.get(parameter, "stream/tucuxi")
            return f"arn:aws:{self.signing_name}:us-east-1:123456789012:{resource}"
        return self.string(shape)

    def boolean(self, shape):
        return self.rng.random() < 0.5

    def integer(self, shape):
        least = int(shape.metadata.get("min", -(2**31)))
        choices = [0, 1, 5, -1, 2**31 - 1, 100, 24, -25, 70000]
        return max(least, self.rng.choice(choices))

    def long(self, shape):
        least = int(shape.metadata.get("min", -(2**63)))
        choices = [0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 1700000000000]
        return max(least, self.rng.choice(choices))

    def float(self, shape):
        least = shape.metadata.get("min")
        choices = [0.0, 1.5, 3, -0.0, 0.1, 1e22, 1e-7, 1e16, 123456789.125, 1 / 3, 5e-324, 1.7e308, float("nan"), float("inf"), float("-inf")]
        number = self.rng.choice(choices)
        return number if least is None or number >= least else float(least) + 0.5

    double = float

    def timestamp(self, shape):
        rng = self.rng
        seconds = rng.choice([0, 1422172800, 1704164645, 4102444799, -1, 951782400, rng.randrange(2**31)])
        micros = rng.choice([0, 0, 123456, 500000, 1, 999999])
        moment = datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(seconds=seconds, microseconds=micros)
        forms = [
            lambda: moment,
            lambda: moment,
            lambda: moment.replace(tzinfo=None),
            lambda: seconds,
            lambda: seconds + 0.25,
            lambda: str(seconds),
            lambda: moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            lambda: moment.isoformat(),
            lambda: moment.astimezone(datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))).isoformat(),
            lambda: moment.strftime("%Y-%m-%d"),
            lambda: moment.strftime("%Y-%m-%d %H:%M:%S"),
            lambda: moment.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        ]
        return rng.choice(forms)()

    def blob(self, shape):
        rng, least = self.rng, int(shape.metadata.get("min", 0))
        content = rng.choice([b"", b"hello", bytes(range(256)), b"\x00\xff", "tucuxi é".encode(), b"x" * 3000])
        content += b"b" * (least - len(content))
        if shape.serialization.get("streaming") and rng.random() < 0.3:
            return io.BytesIO(content)
        return "text é ~" + "b" * least if rng.random() < 0.2 else content

    def document(self, depth):
        rng = self.rng
        kind = rng.choice(["null", "bool", "int", "float", "text", "text"] + (["list", "map"] if depth else []))
        if kind == "list":
            return [self.document(depth - 1) for _ in range(rng.randint(0, 3))]
        if kind == "map":
            return {self.text(): self.document(depth - 1) for _ in range(rng.randint(0, 3))}
        return {"null": None, "bool": True, "int": rng.choice([0, -7, 2**40]), "float": rng.choice([1.5, 1e22, 0.1, 1e-7]), "text": self.text()}[kind]


def spoil(rng, shape, params):
    """Breaks the parameters in one to three places; they are given back."""
    for _ in range(rng.choice([1, 1, 2, 3])):
        places = []
        collect(shape, params, places)
        kind = rng.choice(["type", "type", "type", "unknown", "missing", "short", "union"])
        rng.shuffle(places)
        for container, key, inner in places:
            if spoiled(rng, kind, container, key, inner):
                break
    return params


def collect(shape, value, places):
    """Every place inside: the container, the key, the shape of what stands there."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, item in value.items():
            if name in shape.members:
                places.append((value, name, shape.members[name]))
                collect(shape.members[name], item, places)
        places.append((value, None, shape))
    elif shape.type_name == "list" and isinstance(value, list):
        for i, item in enumerate(value):
            places.append((value, i, shape.member))
            collect(shape.member, item, places)
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, item in value.items():
            places.append((value, key, shape.value))
            collect(shape.value, item, places)


def spoiled(rng, kind, container, key, shape):
    if kind == "type" and key is not None:
        container[key] = rng.choice(WRONG)()
        return True
    if kind == "unknown" and key is None and not getattr(shape, "is_document_type", False):
        container[rng.choice(["NoSuchMember", "zz", "é"])] = 1
        return True
    if kind == "missing" and key is None and container:
        del container[rng.choice(list(container))]
        return True
    if kind == "short" and key is not None and shape.metadata.get("min"):
        container[key] = {"string": "", "list": [], "integer": -(10**9), "long": -(10**9), "float": -1e9, "double": -1e9}.get(shape.type_name)
        return True
    if kind == "union" and key is None and getattr(shape, "is_tagged_union", False):
        container.clear()
        if rng.random() < 0.5:
            container.update({name: None for name in list(shape.members)[:2]})
        return True
    return False


WRONG = [
    lambda: None,
    lambda: True,
    lambda: 7,
    lambda: 2.5,
    lambda: float("nan"),
    lambda: "text with 'quotes' and \"more\"",
    lambda: b"bytes'\xff\n",
    lambda: [],
    lambda: [1, "it's", None, b"x", 1e16],
    lambda: {},
    lambda: {"a": [True, {"b": 0.1}], "é\n": "\u200b"},
    lambda: datetime.datetime(2015, 1, 25, 8, 1, 2, 3, tzinfo=UTC),
    lambda: [datetime.datetime(2015, 1, 25, 8, 0, tzinfo=UTC)],
    lambda: decimal.Decimal("1.50"),
    lambda: 2**70,
    lambda: "2015-13-45",
]
