"""The very objects that a test answers calls with reach the program: through clients, resources, paginators, and transfers."""

import datetime
import io
from decimal import Decimal
from unittest import mock

import boto3
import botocore.client
from boto3.dynamodb.conditions import Attr, Key
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

noon = datetime.datetime(2024, 5, 1, 12)
listing = {"Contents": [{"Key": "a", "LastModified": noon}], "IsTruncated": False}
with mock.patch("botocore.client.BaseClient._make_api_call", return_value=listing):
    s3 = boto3.client("s3", region_name="us-east-1")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="b"):
        print(page is listing, page["Contents"][0]["LastModified"])
    print([item.key for item in boto3.resource("s3").Bucket("b").objects.all()])
    print([len(page["Contents"]) for page in s3.get_paginator("list_objects_v2").paginate(Bucket="b", PaginationConfig={"MaxItems": 1})])

item = {"Item": {"id": 1, "price": Decimal("3"), "weight": 1.5, "at": noon, "tags": {"x", "y"}}, "Extra": (1, 2)}
with mock.patch("botocore.client.BaseClient._make_api_call", return_value=item):
    found = boto3.resource("dynamodb").Table("t").get_item(Key={"id": 1})
    print(found is item, found["Item"]["price"], found["Extra"])

# Instrumentation calls the original method.
original, calls = botocore.client.BaseClient._make_api_call, []


def traced(self, operation, params):
    calls.append(operation)
    return original(self, operation, params)


with mock.patch("botocore.client.BaseClient._make_api_call", new=traced):
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="quay")
    s3.upload_fileobj(io.BytesIO(b"x" * 100), "quay", "small")
    parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_fileobj(io.BytesIO(b"y" * (6 << 20)), "quay", "large", Config=parts)
    target = io.BytesIO()
    s3.download_fileobj("quay", "large", target)
    print(len(target.getvalue()), sorted(set(calls)))
    print(boto3.resource("s3").Object("quay", "small").get()["Body"].read()[:3])
    boto3.resource("s3").Object("quay", "file").put(Body=io.BytesIO(b"of a file"))
    print(boto3.resource("s3").Object("quay", "file").get()["Body"].read())
    s3.copy({"Bucket": "quay", "Key": "small"}, "quay", "copy")
    s3.get_waiter("object_exists").wait(Bucket="quay", Key="copy")
    print(calls[-2:])

# A hook of before-call answers in the place of the service.
answer = {"Body": StreamingBody(io.BytesIO(b"cached"), 6)}


class Cached:
    status_code, headers, content = 200, {}, b""


http = Cached()
s3 = boto3.client("s3", region_name="us-east-1")
s3.meta.events.register("before-call.s3.GetObject", lambda **kwargs: (http, answer))
s3.meta.events.register("after-call.s3.GetObject", lambda http_response, parsed, **kwargs: print(http_response is http, parsed is answer))
result = s3.get_object(Bucket="b", Key="k")
print(result is answer, result["Body"].read())
table = boto3.resource("dynamodb", region_name="us-east-1").Table("t")
table.meta.client.meta.events.register("before-call.dynamodb.GetItem", lambda **kwargs: (http, {"Item": {"n": {"N": "1"}}}))
print(table.get_item(Key={"id": 1}))

# Stubbed responses of resources, waiters, and transfers contain nothing else.
table = boto3.resource("dynamodb", region_name="us-east-1").Table("t")
with Stubber(table.meta.client) as stub:
    stub.add_response("get_item", {"Item": {"n": {"N": "3"}}}, {"TableName": "t", "Key": {"id": "1"}})
    stub.add_response("query", {"Items": [], "Count": 0}, {"TableName": "t", "KeyConditionExpression": Key("id").eq("1")})
    stub.add_response("scan", {"Items": [{"a": {"S": "b"}}], "Count": 1}, {"TableName": "t", "FilterExpression": Attr("a").eq(1)})
    stub.add_response("put_item", {}, {"TableName": "t", "Item": ANY})
    print(table.get_item(Key={"id": "1"}), table.query(KeyConditionExpression=Key("id").eq("1")))
    print(table.scan(FilterExpression=Attr("a").eq(1)), table.put_item(Item={"id": "1"}))
ec2 = boto3.client("ec2", region_name="us-east-1")
with Stubber(ec2) as stub:
    stub.add_response("describe_instances", {"Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "terminated", "Code": 48}}]}]})
    try:
        ec2.get_waiter("instance_running").wait(InstanceIds=["i-1"])
    except Exception as error:
        print(error.last_response)
s3 = boto3.client("s3", region_name="us-east-1")
with Stubber(s3) as stub:
    stub.add_client_error("put_object", "AccessDenied", "No.", 403)
    try:
        s3.upload_file(__file__, "b", "k")
    except boto3.exceptions.S3UploadFailedError as error:
        print(str(error).partition(": ")[2])
    stub.add_response("get_object", {}, {"Bucket": "b", "Key": "k", "Color": "blue"})
    try:
        s3.get_object(Bucket="b", Key="k")
    except AssertionError as error:
        print(error)

# Whatever creates clients below a session can be replaced, too.
with mock.patch("botocore.session.Session.create_client", return_value="a double") as create:
    print(boto3.Session(region_name="eu-west-1").client("s3", use_ssl=False), create.call_args[0], create.call_args[1]["use_ssl"])
with mock.patch("botocore.credentials.Credentials.get_frozen_credentials", return_value="frozen"):
    print(boto3.Session(aws_access_key_id="a", aws_secret_access_key="b").get_credentials().get_frozen_credentials())
with StreamingBody(io.BytesIO(b"raw"), 3) as stream:
    print(stream.read(), type(stream).__name__)

# Numbers that no shape but a float has.
cloudwatch = boto3.client("cloudwatch", region_name="us-east-1")
with Stubber(cloudwatch) as stub:
    stub.add_response("put_metric_data", {})
    cloudwatch.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": Decimal("NaN")}, {"MetricName": "m", "Value": Decimal("2")}])
    stub.assert_no_pending_responses()
