"""Mocks of clients and calls."""
import boto3, botocore, botocore.client, io, datetime, json
from botocore.exceptions import ClientError
from unittest import mock
from unittest.mock import patch, MagicMock
def t(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, str(e)[:300])
orig = botocore.client.BaseClient._make_api_call
calls = []
def fake(self, operation_name, kwarg):
    calls.append((operation_name, kwarg))
    if operation_name == "ListBuckets": return {"Buckets": [{"Name": "x"}]}
    if operation_name == "GetObject": raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "m"}}, operation_name)
    if operation_name == "ListObjectsV2": return {"Contents": [{"Key": "a", "Size": 1}, {"Key": "b", "Size": 2}], "IsTruncated": False, "KeyCount": 2}
    if operation_name == "HeadObject": return {"ContentLength": 5, "ETag": '"e"', "LastModified": datetime.datetime(2020,1,1)}
    if operation_name == "DescribeInstances": return {"Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "running"}, "Tags": []}]}]}
    if operation_name == "GetItem": return {"Item": {"a": 1}}
    if operation_name == "Query": return {"Items": [{"a": {"S": "x"}}], "Count": 1}
    if operation_name == "PutObject": return {"ETag": '"x"'}
    return orig(self, operation_name, kwarg)
with patch("botocore.client.BaseClient._make_api_call", new=fake):
    s3 = boto3.client("s3")
    t(lambda: s3.list_buckets())
    t(lambda: s3.get_object(Bucket="b", Key="k"))
    t(lambda: [p["KeyCount"] for p in s3.get_paginator("list_objects_v2").paginate(Bucket="b")])
    t(lambda: s3.get_paginator("list_objects_v2").paginate(Bucket="b").build_full_result())
    r = boto3.resource("s3")
    t(lambda: r.Object("b", "k").content_length)
    t(lambda: [b.name for b in r.buckets.all()])
    t(lambda: [o.key for o in r.Bucket("b").objects.all()])
    t(lambda: r.Object("b", "k").put(Body=b"x"))
    t(lambda: [i.id for i in boto3.resource("ec2").instances.all()])
    t(lambda: boto3.resource("ec2").Instance("i-1").state)
    t(lambda: boto3.resource("dynamodb").Table("t").get_item(Key={"a": 1}))
    t(lambda: boto3.client("dynamodb").query(TableName="t"))
    try: s3.upload_fileobj(io.BytesIO(b"abc"), "b", "k"); print("uploaded")
    except Exception as e: print(type(e).__name__)
    print([c[0] for c in calls]); print(calls[1]); print([c for c in calls if c[0]=="HeadObject"][0])
with patch("boto3.client") as m:
    m.return_value.list_buckets.return_value = {"Buckets": []}
    print(boto3.client("s3").list_buckets(), m.call_args)
with patch("boto3.Session") as m: print(boto3.Session(region_name="x") is m.return_value)
with patch("boto3.session.Session.client") as m: boto3.Session().client("s3"); print(m.call_count)
with patch.object(boto3, "resource") as m: boto3.resource("dynamodb").Table("x").put_item(Item={}); m.assert_called_once_with("dynamodb")
s3 = boto3.client("s3")
with patch.object(s3, "list_buckets", return_value={"Buckets": 5}): print(s3.list_buckets())
with patch.object(s3, "get_paginator") as gp:
    gp.return_value.paginate.return_value = [{"Contents": []}]; print(list(s3.get_paginator("list_objects_v2").paginate(Bucket="x")))
m = MagicMock(spec=s3); m.put_object(Bucket="x"); m.put_object.assert_called_with(Bucket="x"); t(lambda: m.nothing)
m = mock.create_autospec(s3); t(lambda: m.list_buckets())if 0 else None
s3.put_object = MagicMock(return_value={"ok": 1}); print(s3.put_object(Bucket="a"))
s3.meta.events.register("before-call.s3.ListBuckets", lambda **k: (MagicMock(status_code=200), {"Buckets": [], "fake": True})); t(lambda: s3.list_buckets())
with patch("botocore.client.BaseClient._make_api_call", return_value={"Buckets": 1}) as p: print(boto3.client("s3").list_buckets()); print(p.call_args)
with patch("botocore.client.BaseClient._make_api_call", autospec=True) as p: p.return_value = {}; boto3.client("sqs").list_queues(); print(p.call_args[0][1:])
with patch.object(botocore.client.BaseClient, "_make_api_call", side_effect=ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "X")) as p: t(lambda: boto3.client("s3").list_buckets())
class FakeClient:
    exceptions = boto3.client("s3").exceptions
t(lambda: FakeClient.exceptions.NoSuchKey({"Error": {"Code": "NoSuchKey"}}, "GetObject"))

with patch("boto3.DEFAULT_SESSION", None): print(boto3.client("s3").meta.region_name)
with patch("botocore.endpoint.URLLib3Session.send") as send: pass
with patch("boto3.s3.transfer.S3Transfer.upload_file") as uf: 
    boto3.client("s3").upload_file("a", "b", "c"); print(uf.call_args)
