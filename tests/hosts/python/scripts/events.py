"""Hooks on events."""
import boto3

s3 = boto3.client("s3")
s3.create_bucket(Bucket="events")
seen = []


def add_header(request, **kwargs):
    request.headers["x-amz-meta-team"] = "dolphins"


def set_bucket(params, **kwargs):
    params.setdefault("Bucket", "events")


def record(http_response, parsed, model, **kwargs):
    seen.append((model.name, http_response.status_code, "ResponseMetadata" in parsed))


s3.meta.events.register("before-sign.s3.PutObject", add_header)
s3.meta.events.register("provide-client-params.s3.*", set_bucket)
s3.meta.events.register_last("after-call.s3", record)
s3.put_object(Key="k", Body=b"1")
print(s3.head_object(Key="k")["Metadata"])
print(seen)
s3.meta.events.unregister("provide-client-params.s3.*", set_bucket)
try:
    s3.head_object(Key="k")
except Exception as e:
    print(type(e).__name__, e)


class Wrong(Exception):
    pass


def fail(**kwargs):
    raise Wrong("from a hook")


s3.meta.events.register("before-call.s3.ListBuckets", fail)
try:
    s3.list_buckets()
except Wrong as e:
    print(e)
session = boto3.Session()
names = []
session.events.register("before-parameter-build.sqs", lambda model, **kwargs: names.append(model.name))
session.client("sqs").list_queues()
print(names)
