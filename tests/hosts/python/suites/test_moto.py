"""A test-suite that uses moto inside the process."""
import io
import json
import os

import boto3
from moto import mock_aws
import pytest
import unittest

os.environ.pop("AWS_ENDPOINT_URL", None)

@mock_aws
def test_s3():
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="bkt")
    s3.put_object(Bucket="bkt", Key="a", Body=b"hello", Metadata={"x": "y"})
    assert s3.get_object(Bucket="bkt", Key="a")["Body"].read() == b"hello"
    s3.put_object(Bucket="bkt", Key="b", Body=io.BytesIO(b"stream"))
    assert s3.get_object(Bucket="bkt", Key="b")["Body"].read() == b"stream"
    s3.upload_fileobj(io.BytesIO(b"z" * 9_000_000), "bkt", "big")
    assert s3.head_object(Bucket="bkt", Key="big")["ContentLength"] == 9_000_000
    r = boto3.resource("s3")
    assert sorted(o.key for o in r.Bucket("bkt").objects.all()) == ["a", "b", "big"]
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="bkt", Key="nope")
    assert [p["KeyCount"] for p in s3.get_paginator("list_objects_v2").paginate(Bucket="bkt", PaginationConfig={"PageSize": 2})] == [2, 1]

@pytest.fixture
def aws(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing"); monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing"); monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield

def test_dynamo(aws):
    from boto3.dynamodb.conditions import Key, Attr
    t = boto3.resource("dynamodb").create_table(TableName="t", KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST")
    t.put_item(Item={"p": "x", "n": 5})
    assert t.query(KeyConditionExpression=Key("p").eq("x"))["Items"][0]["n"] == 5
    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
    q = boto3.resource("sqs").create_queue(QueueName="q"); q.send_message(MessageBody="m")
    assert q.receive_messages()[0].body == "m"

@mock_aws
class MyTest(unittest.TestCase):
    def setUp(self):
        self.ec2 = boto3.resource("ec2", region_name="us-east-1")
    def test_ec2(self):
        i = self.ec2.create_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)[0]
        i.wait_until_running(); i.reload()
        assert i.state["Name"] == "running"
    def test_lambda(self):
        assert boto3.client("lambda", region_name="us-east-1").list_functions()["Functions"] == []
        iam = boto3.client("iam"); iam.create_user(UserName="u"); assert [u["UserName"] for u in iam.list_users()["Users"]] == ["u"]
        k = boto3.client("kms", region_name="us-east-1").create_key()["KeyMetadata"]["KeyId"]
        sm = boto3.client("secretsmanager", region_name="us-east-1"); sm.create_secret(Name="s", SecretString="v"); assert sm.get_secret_value(SecretId="s")["SecretString"] == "v"
        cf = boto3.client("cloudformation", region_name="us-east-1")
        cf.create_stack(StackName="x", TemplateBody=json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})); assert cf.describe_stacks()["Stacks"][0]["StackName"] == "x"

def test_patch_client():
    from moto.core import patch_client, patch_resource
    c = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    with mock_aws():
        patch_client(c); c.create_bucket(Bucket="abc"); assert [b["Name"] for b in c.list_buckets()["Buckets"]] == ["abc"]
        r = boto3.resource("s3", region_name="us-east-1"); patch_resource(r); assert [b.name for b in r.buckets.all()] == ["abc"]

def test_config():
    with mock_aws(config={"core": {"mock_credentials": False}}):
        pass
    from moto import mock_aws as m
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3 import s3_backends
    with m():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bb1")
        assert "bb1" in s3_backends[DEFAULT_ACCOUNT_ID]["global" if "global" in s3_backends[DEFAULT_ACCOUNT_ID] else "aws"].buckets
