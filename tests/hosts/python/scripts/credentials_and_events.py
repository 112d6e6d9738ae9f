"""Credentials that refresh, sessions of roles, and events as in the extensibility guide."""
import boto3, botocore.session, datetime, json, os
from botocore.handlers import disable_signing
from botocore.credentials import RefreshableCredentials, Credentials, DeferredRefreshableCredentials, AssumeRoleCredentialFetcher, ReadOnlyCredentials
from botocore.session import get_session
from botocore.config import Config
from botocore.exceptions import ClientError, BotoCoreError, NoCredentialsError
def t(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, str(e)[:300])
calls = []
def refresh():
    calls.append(1)
    c = boto3.client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/x", RoleSessionName="sess")["Credentials"]
    return {"access_key": c["AccessKeyId"], "secret_key": c["SecretAccessKey"], "token": c["SessionToken"], "expiry_time": c["Expiration"].isoformat()}
creds = RefreshableCredentials.create_from_metadata(metadata=refresh(), refresh_using=refresh, method="sts-assume-role")
s = get_session(); s._credentials = creds; s.set_config_variable("region", "us-west-2")
b = boto3.Session(botocore_session=s)
t(lambda: b.region_name); t(lambda: b.get_credentials().method); t(lambda: b.get_credentials().get_frozen_credentials().token == creds.token); t(lambda: b.client("sts").get_caller_identity()["Arn"].split("/")[0]); print(len(calls))
old = RefreshableCredentials("a", "b", "c", datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5), refresh, "m"); t(lambda: old.refresh_needed()); t(lambda: old.access_key != "a"); print(len(calls))
d = DeferredRefreshableCredentials(refresh_using=refresh, method="assume-role"); t(lambda: d.get_frozen_credentials().secret_key is not None); print(len(calls)); t(lambda: isinstance(d, RefreshableCredentials) and isinstance(d, Credentials))
f = AssumeRoleCredentialFetcher(client_creator=get_session().create_client, source_credentials=boto3.Session().get_credentials(), role_arn="arn:aws:iam::123456789012:role/y", extra_args={"RoleSessionName": "zz"})
t(lambda: sorted(f.fetch_credentials()))
bs = botocore.session.Session(); bs._credentials = DeferredRefreshableCredentials(method="assume-role", refresh_using=f.fetch_credentials); t(lambda: boto3.Session(botocore_session=bs, region_name="us-east-1").client("s3").list_buckets()["Buckets"])
bad = DeferredRefreshableCredentials(method="x", refresh_using=lambda: {}); t(lambda: bad.access_key)
class Custom(Credentials):
    pass
bs3 = get_session(); bs3._credentials = Custom("k", "s"); t(lambda: boto3.Session(botocore_session=bs3).get_credentials().access_key)
# extensibility guide
def add_custom_method(class_attributes, **kwargs):
    def custom_method(self): print("This is my custom method", type(self).__name__)
    class_attributes["custom_method"] = custom_method
class MyClass:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs); print("Client instantiated!")
def add_custom_class(base_classes, **kwargs): base_classes.insert(0, MyClass)
session = boto3.Session()
session.events.register("creating-client-class.s3", add_custom_method); session.events.register("creating-client-class.s3", add_custom_class)
client = session.client("s3"); t(lambda: client.custom_method()); t(lambda: client.list_buckets()["Buckets"]); t(lambda: hasattr(session.client("sqs"), "custom_method"))
def add_to_resource(class_attributes, **kwargs): class_attributes["shout"] = lambda self: self.name.upper()
session.events.register("creating-resource-class.s3.Bucket", add_to_resource); t(lambda: session.resource("s3").Bucket("quiet").shout())
def add_header(request, **kwargs): request.headers["X-Trace"] = "1"; print("before-sign", kwargs["operation_name"], sorted(k for k in kwargs))
def prefix(params, **kwargs): params["Bucket"] = params.get("Bucket") or "from-event"; print("params", params, sorted(kwargs))
def provide(params, model, **kwargs): print("provide", model.name, params)
def after(http_response, parsed, model, **kwargs): print("after", model.name, http_response.status_code, sorted(parsed)); parsed["Added"] = 1
e = session.events
e.register("before-sign.s3", add_header); e.register("before-parameter-build.s3.CreateBucket", prefix); e.register("provide-client-params.s3.CreateBucket", provide); e.register("after-call.s3.CreateBucket", after)
c = session.client("s3"); t(lambda: c.create_bucket(Bucket="named")["Added"]); t(lambda: c.head_bucket(Bucket="named")["ResponseMetadata"]["HTTPStatusCode"])
def boom(**kwargs): raise RuntimeError("in hook")
c.meta.events.register("before-call.s3.ListBuckets", boom); t(lambda: c.list_buckets()); c.meta.events.unregister("before-call.s3.ListBuckets", boom); t(lambda: len(c.list_buckets()["Buckets"]))
c.meta.events.register_first("before-send.s3.ListBuckets", lambda request, **k: print(request.method, request.url.rsplit("/", 1)[1], "Authorization" in request.headers)); t(lambda: len(c.list_buckets()["Buckets"]))
from botocore import UNSIGNED
u = boto3.client("s3", config=Config(signature_version=UNSIGNED)); u.meta.events.register("before-send.s3.ListObjectsV2", lambda request, **k: print("signed" if "Authorization" in request.headers else "unsigned")); t(lambda: u.list_objects_v2(Bucket="named")["KeyCount"])
r = session.resource("s3"); r.meta.client.meta.events.register("choose-signer.s3.*", disable_signing); r.meta.client.meta.events.register("before-send.s3", lambda request, **k: print("signed" if "Authorization" in request.headers else "unsigned")); t(lambda: [o.key for o in r.Bucket("named").objects.all()])
def retry(response, attempts, **kw): print("retry", attempts, response[0].status_code if response else None)
c.meta.events.register("needs-retry.s3.ListBuckets", retry); t(lambda: len(c.list_buckets()["Buckets"]))
c.meta.events.register("request-created.s3.ListBuckets", lambda request, operation_name, **k: request.headers.add_header("x-more", "2"), unique_id="u"); c.list_buckets(); c.meta.events.unregister("request-created.s3.ListBuckets", unique_id="u")
