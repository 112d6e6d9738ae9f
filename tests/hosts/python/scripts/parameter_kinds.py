"""Every kind of parameter that programs pass, and how wrong ones are reported."""
import array
import collections
import datetime
import enum
import io
import pathlib
import types
import uuid

import boto3
from support import attempt

s3, sqs, ssm = boto3.client("s3"), boto3.client("sqs"), boto3.client("ssm")
s3.create_bucket(Bucket="kinds")


class Color(str, enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Text(str):
    pass


class Seq(collections.UserList):
    pass


bodies = {"str": "text ü", "bytes": b"\x00\xff", "bytearray": bytearray(b"array"), "BytesIO": io.BytesIO(b"stream"), "enum": Color.RED, "array": array.array("b", [1]), "None": None,
          "int": 5, "list": [1], "StringIO": io.StringIO("text"), "path": pathlib.Path("/dev/null"), "generator": (b for b in [b"x"])}
for name, body in bodies.items():
    attempt(name, lambda: (s3.put_object(Bucket="kinds", Key=name, Body=body), s3.get_object(Bucket="kinds", Key=name)["Body"].read())[1])
for name, value in {"str": "k", "Text": Text("k"), "enum": Color.RED, "int": 5, "None": None, "bytes": b"k", "empty": "", "list": ["k"], "Path": pathlib.PurePosixPath("k"), "uuid": uuid.UUID(int=5), "unicode": "日本/é ü+&=?#%", "spaces": "  a  ", "dots": "a/../b", "newline": "a\nb"}.items():
    attempt(f"key {name}", lambda: s3.put_object(Bucket="kinds", Key=value, Body=b"x")["ResponseMetadata"]["HTTPStatusCode"])
print(sorted(repr(item["Key"]) for item in s3.list_objects_v2(Bucket="kinds")["Contents"]))
print(sorted(repr(item["Key"]) for item in s3.list_objects_v2(Bucket="kinds", EncodingType="url")["Contents"]))
for name, value in {"int": 5, "str": "5", "float": 5.0, "bool": True, "IntEnum": Level.HIGH, "None": None, "negative": -1, "numpy-like": types.SimpleNamespace(real=5)}.items():
    attempt(f"integer {name}", lambda: s3.list_objects_v2(Bucket="kinds", MaxKeys=value)["MaxKeys"])
for name, value in {"bool": True, "int": 1, "str": "true", "None": None}.items():
    attempt(f"boolean {name}", lambda: s3.list_objects_v2(Bucket="kinds", FetchOwner=value)["KeyCount"] > 0)
for name, value in {"dict": {"a": "b"}, "OrderedDict": collections.OrderedDict(a="b"), "defaultdict": collections.defaultdict(str, a="b"), "empty": {}}.items():
    attempt(f"map {name}", lambda: (s3.put_object(Bucket="kinds", Key="m", Metadata=value), s3.head_object(Bucket="kinds", Key="m")["Metadata"])[1])
url = sqs.create_queue(QueueName="kinds", Attributes={"DelaySeconds": "0"})["QueueUrl"]
for name, value in {"list": ["All"], "tuple": ("All",), "set": {"All"}, "str": "All", "generator": (x for x in ["All"]), "keys": {"All": 1}.keys(), "UserList": Seq(["All"]), "empty": [], "ints": [1], "None": None, "nested": [["All"]]}.items():
    attempt(f"list {name}", lambda: sorted(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=value).get("Attributes", {}))[:2])
when = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456)
for name, value in {"naive": when, "utc": when.replace(tzinfo=datetime.timezone.utc), "offset": when.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30))), "date": when.date(), "epoch": 1709210000, "float": 1709210000.75, "iso": "2024-02-29T12:30:15Z", "iso offset": "2024-02-29T12:30:15+02:00",
                    "rfc": "Thu, 29 Feb 2024 12:30:15 GMT", "day": "2024-02-29", "digits": "1709210000", "words": "yesterday", "None": None, "time": datetime.time(1)}.items():
    attempt(f"time {name}", lambda: s3.generate_presigned_url("put_object", Params={"Bucket": "kinds", "Key": "k", "Expires": value}) and "signed")
    attempt(f"time of a body {name}", lambda: boto3.client("cloudwatch").get_metric_statistics(Namespace="n", MetricName="m", StartTime=value, EndTime=when, Period=60, Statistics=["Sum"])["Label"])
attempt("several", s3.put_object, Bucket="b", Key=None, Body=5, Metadata=[], Nope=1, StorageClass=3)
attempt("nested", boto3.client("dynamodb").put_item, TableName="t", Item={"a": {"S": 5, "N": 1}, "b": "x", "c": {"L": [{"M": {"d": {"SS": "e"}}}]}})
attempt("union", boto3.client("dynamodb").put_item, TableName="t", Item={"a": {}})
attempt("minimum", sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=0)
attempt("length", boto3.client("kms").create_alias, AliasName="", TargetKeyId="")
attempt("positional", s3.put_object, "kinds")
attempt("batch", sqs.send_message_batch, QueueUrl=url, Entries=[{"Id": "1"}, {"MessageBody": "x"}, {"Id": 3, "MessageBody": "y", "Extra": 1}])
attempt("attributes", lambda: sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes={"n": {"DataType": "Number", "StringValue": "5"}, "b": {"DataType": "Binary", "BinaryValue": b"\x01"}, "s": {"DataType": "String", "StringValue": Color.RED}})["MD5OfMessageAttributes"])
message = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], AttributeNames=["All"])["Messages"][0]
print(message["Body"], sorted(message["MessageAttributes"].items()), sorted(message["Attributes"]))
attempt("unicode", lambda: (ssm.put_parameter(Name="/a/b", Value="日本 & <x>", Type="String", Tags=[{"Key": "k", "Value": "é"}]), ssm.get_parameter(Name="/a/b")["Parameter"]["Value"])[1])
