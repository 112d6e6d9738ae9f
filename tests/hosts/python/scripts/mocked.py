"""Tests that patch methods, as people write them."""
from unittest import mock
from unittest.mock import MagicMock, patch

import boto3
import botocore.client
from botocore.exceptions import ClientError

original = botocore.client.BaseClient._make_api_call


def fake(self, operation_name, kwarg):
    if operation_name == "ListBuckets":
        return {"Buckets": [{"Name": "fake"}]}
    if operation_name == "ListObjectsV2":
        return {"Contents": [{"Key": "k"}], "IsTruncated": False}
    if operation_name == "HeadBucket":
        raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}, "ResponseMetadata": {"HTTPStatusCode": 404}}, operation_name)
    return original(self, operation_name, kwarg)


s3 = boto3.client("s3")
with patch("botocore.client.BaseClient._make_api_call", new=fake):
    print(s3.list_buckets())
    print([p["Contents"] for p in s3.get_paginator("list_objects_v2").paginate(Bucket="b")])
    try:
        s3.head_bucket(Bucket="b")
    except ClientError as e:
        print(e)
with patch.object(s3, "list_buckets", return_value={"Buckets": []}) as listed:
    print(s3.list_buckets(), listed.called)
with patch("boto3.client") as client:
    client.return_value.get_object.return_value = {"Body": 1}
    print(boto3.client("s3").get_object(Bucket="x"))
with patch("boto3.Session") as session:
    boto3.Session(profile_name="x")
    session.assert_called_once_with(profile_name="x")
print(isinstance(s3, botocore.client.BaseClient), s3.__class__.__name__, type(s3).__module__)
auto = mock.create_autospec(s3)
auto.list_buckets.return_value = 5
print(auto.list_buckets())
print("put_object" in dir(s3), callable(s3.put_object), s3.put_object.__name__, hasattr(s3, "nope"))
