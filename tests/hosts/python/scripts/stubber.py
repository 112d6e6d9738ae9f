"""Functions tested with a stubber."""
import datetime
import io

import boto3
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

client = boto3.client("s3", region_name="us-east-1")
stubber = Stubber(client)
owner = {"Owner": {"ID": "foo", "DisplayName": "bar"}, "Buckets": [{"CreationDate": datetime.datetime(2016, 1, 20, 22, 9), "Name": "baz"}]}
stubber.add_response("list_buckets", owner, {})
stubber.add_response("list_objects", {"Contents": []}, {"Bucket": "test-bucket", "Prefix": ANY})
stubber.add_client_error("get_object", service_error_code="NoSuchKey", service_message="gone", http_status_code=404)
stubber.activate()
print(client.list_buckets() == owner)
print(client.list_objects(Bucket="test-bucket", Prefix="x"))
try:
    client.get_object(Bucket="a", Key="b")
except client.exceptions.NoSuchKey as e:
    print(e, e.response["ResponseMetadata"]["HTTPStatusCode"])
stubber.assert_no_pending_responses()
try:
    client.list_buckets()
except Exception as e:
    print(type(e).__name__, e)
stubber.add_response("list_objects", {}, {"Bucket": "expected"})
try:
    client.list_objects(Bucket="other")
except Exception as e:
    print(type(e).__name__, e)
try:
    stubber.assert_no_pending_responses()
except AssertionError as e:
    print("pending", e)
try:
    stubber.add_response("list_buckets", {"Buckets": "x"})
except Exception as e:
    print(type(e).__name__, e)
try:
    stubber.add_response("foo", {})
except Exception as e:
    print(type(e).__name__, e)
stubber.deactivate()
body = b"content"
with Stubber(client) as stub:
    stub.add_response("get_object", {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentLength": 7}, {"Bucket": "b", "Key": "k"})
    response = client.get_object(Bucket="b", Key="k")
    print(response["Body"].read(), response["ContentLength"])
    stub.add_response("list_objects_v2", {"IsTruncated": True, "NextContinuationToken": "t", "Contents": [{"Key": "1"}]})
    stub.add_response("list_objects_v2", {"IsTruncated": False, "Contents": [{"Key": "2"}]})
    print([o["Key"] for page in client.get_paginator("list_objects_v2").paginate(Bucket="b") for o in page["Contents"]])
resource = boto3.resource("sqs", region_name="us-east-1")
with Stubber(resource.meta.client) as stub:
    stub.add_response("get_queue_url", {"QueueUrl": "https://q"}, {"QueueName": "n"})
    print(resource.get_queue_by_name(QueueName="n"))
