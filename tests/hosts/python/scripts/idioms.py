"""Idioms of applications: chained helpers, context managers, and data passing through services."""
import boto3, botocore, json, io, os, sys, csv, gzip, tempfile, threading, datetime, hashlib, base64, functools, itertools, collections, contextlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from botocore.exceptions import ClientError
from botocore.config import Config
from boto3.s3.transfer import TransferConfig
def t(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, str(e)[:300])
s3 = boto3.resource("s3"); c = s3.meta.client
b = s3.create_bucket(Bucket="idioms"); print(b, b.name, b.creation_date is not None)
def upload(n): c.upload_fileobj(io.BytesIO(str(n).encode() * n), "idioms", f"data/{n:03}.txt", ExtraArgs={"ContentType": "text/plain", "Tagging": "a=b"}); return n
with ThreadPoolExecutor(8) as ex: print(sorted(f.result() for f in as_completed([ex.submit(upload, n) for n in range(12)])))
print(sum(o.size for o in b.objects.filter(Prefix="data/")), max(b.objects.all(), key=lambda o: o.size).key, sorted(b.objects.all(), key=lambda o: (-o.size, o.key))[0].key, [o.key for o in itertools.islice(b.objects.all(), 2)], len(list(b.objects.filter(Prefix="data/", Delimiter="/"))))
grouped = collections.Counter(o.key.split("/")[0] for o in b.objects.all()); print(grouped)
buf = io.StringIO(); w = csv.writer(buf); w.writerows([["a", "b"], [1, 2]]); s3.Object("idioms", "t.csv").put(Body=buf.getvalue()); print(list(csv.DictReader(io.StringIO(s3.Object("idioms", "t.csv").get()["Body"].read().decode()))))
s3.Object("idioms", "j.json").put(Body=json.dumps({"x": [1]}), ContentType="application/json", CacheControl="max-age=1", Metadata={"k": "v"}, ServerSideEncryption="AES256"); o = s3.Object("idioms", "j.json"); print(json.loads(o.get()["Body"].read()), o.content_type, o.cache_control, o.metadata, o.server_side_encryption, o.content_encoding, o.version_id, o.e_tag == '"%s"' % hashlib.md5(b'{"x": [1]}').hexdigest())
print(json.load(c.get_object(Bucket="idioms", Key="j.json")["Body"]))
c.put_object(Bucket="idioms", Key="g.gz", Body=gzip.compress(b"zip"), ContentEncoding="gzip"); print(gzip.decompress(c.get_object(Bucket="idioms", Key="g.gz")["Body"].read()))
print(base64.b64encode(c.get_object(Bucket="idioms", Key="data/001.txt")["Body"].read()).decode(), c.get_object(Bucket="idioms", Key="data/003.txt", Range="bytes=1-")["ContentRange"])
o.copy_from(CopySource="idioms/t.csv", MetadataDirective="REPLACE", Metadata={"new": "1"}); o.reload(); print(o.metadata, o.content_length)
for d in c.delete_objects(Bucket="idioms", Delete={"Objects": [{"Key": f"data/{n:03}.txt"} for n in range(3)]})["Deleted"]: print(d["Key"])
t(lambda: c.get_object(Bucket="idioms", Key="data/000.txt")); t(lambda: s3.Object("idioms", "none").load()); t(lambda: s3.Object("idioms", "none").delete()["ResponseMetadata"]["HTTPStatusCode"]); t(lambda: c.head_object(Bucket="idioms", Key="none")); t(lambda: s3.Bucket("idioms").objects.filter(Prefix="zzz").delete())
with tempfile.TemporaryDirectory() as d:
    for o in b.objects.filter(Prefix="data/00"):
        p = os.path.join(d, os.path.basename(o.key)); b.download_file(o.key, p); print(os.path.getsize(p), end=" ")
    print(sorted(os.listdir(d))); c.upload_file(os.path.join(d, "004.txt"), "idioms", "up", ExtraArgs={"ACL": "bucket-owner-full-control"}, Config=TransferConfig(max_concurrency=2, use_threads=False)); print(c.get_object_acl(Bucket="idioms", Key="up")["Grants"][0]["Permission"])
c.put_bucket_policy(Bucket="idioms", Policy=json.dumps({"Version": "2012-10-17", "Statement": []})); print(json.loads(c.get_bucket_policy(Bucket="idioms")["Policy"])["Version"], b.Policy().policy)
c.put_bucket_tagging(Bucket="idioms", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}); print({x["Key"]: x["Value"] for x in b.Tagging().tag_set}); c.put_public_access_block(Bucket="idioms", PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}); print(c.get_public_access_block(Bucket="idioms")["PublicAccessBlockConfiguration"]["BlockPublicAcls"]); c.put_bucket_encryption(Bucket="idioms", ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}); print(c.get_bucket_encryption(Bucket="idioms")["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]); c.put_bucket_website(Bucket="idioms", WebsiteConfiguration={"IndexDocument": {"Suffix": "i.html"}}); print(b.Website().index_document); c.put_bucket_notification_configuration(Bucket="idioms", NotificationConfiguration={}); print(sorted(c.get_bucket_notification_configuration(Bucket="idioms"))); t(lambda: c.get_bucket_lifecycle_configuration(Bucket="idioms"))
e = c.get_paginator("list_objects_v2").paginate(Bucket="idioms").search("Contents[?contains(Key, `data`)] | sort_by(@, &Size)[-1].Key"); print(list(e))
retries = [boto3.client("sqs", config=Config(retries=r)).meta.config.retries for r in ({"max_attempts": 3}, {"mode": "adaptive"}, {"total_max_attempts": 2, "mode": "standard"})]; print([sorted(r.items()) for r in retries])
for s in ("s3", "dynamodb", "sqs", "sns", "ec2", "iam", "cloudformation", "cloudwatch", "glacier", "opsworks"):
    t(lambda: type(boto3.resource(s)).__name__)
sess = boto3.Session(region_name="eu-central-1"); t(lambda: (sess.client("s3").meta.endpoint_url is not None, sess.client("iam").meta.region_name, sess.resource("sqs").meta.client.meta.region_name))
ddb = boto3.client("dynamodb"); ddb.create_table(TableName="st", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}); ddb.put_item(TableName="st", Item={"id": {"S": "1"}, "b": {"B": b"\x00"}, "ns": {"NS": ["1", "2"]}, "m": {"M": {"x": {"BOOL": False}, "n": {"NULL": True}}}}); print(ddb.get_item(TableName="st", Key={"id": {"S": "1"}})["Item"]["b"], ddb.scan(TableName="st", Select="COUNT")["Count"], ddb.update_item(TableName="st", Key={"id": {"S": "1"}}, AttributeUpdates={"z": {"Value": {"N": "3"}, "Action": "PUT"}}, ReturnValues="ALL_NEW")["Attributes"]["z"])
t(lambda: ddb.put_item(TableName="none", Item={"id": {"S": "1"}})); t(lambda: ddb.query(TableName="st", KeyConditionExpression="bad")); t(lambda: ddb.describe_time_to_live(TableName="st")["TimeToLiveDescription"]); t(lambda: ddb.describe_limits() and 1); st = boto3.client("dynamodbstreams"); sh = st.describe_stream(StreamArn=ddb.describe_table(TableName="st")["Table"]["LatestStreamArn"])["StreamDescription"]["Shards"][0]["ShardId"]; print(sh is not None)

# Helpers that programs borrow from botocore.
from botocore.utils import ArnParser, InvalidArnException, check_dns_name, normalize_url_path, remove_dot_segments

parser = ArnParser()
print(parser.parse_arn("arn:aws:s3:us-east-1:123456789012:bucket/key:1"), parser.is_arn("arn:aws:iam::1:role/x"), parser.is_arn("role/x"))
try:
    parser.parse_arn("arn:aws:s3")
except InvalidArnException as error:
    print(error)
print([check_dns_name(name) for name in ("river", "a.b", "ab", "River", "-river", "r" * 64)])
print([(path, remove_dot_segments(path), normalize_url_path(path)) for path in ("/a/../b//c", "a/./b/../c/", "", "/..")])
