"""Hooks share the context of a call, see what was signed, received, and failed, and answer with bodies of their own."""

import io

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = boto3.client("s3", region_name="us-east-1", config=Config(retries={"max_attempts": 2}))
s3.create_bucket(Bucket="harbor")


class Span:
    pass


span = Span()


def start(params, context, **kwargs):
    context["span"], context["events"] = span, [span]


def expect(stage):
    def hook(**kwargs):
        context = kwargs.get("context")
        if context is None:
            context = kwargs["request"].context if "request" in kwargs else kwargs["params"]["context"]
        context["events"].append(stage)
        print(stage, context["span"] is span, len(context["events"]), context["client_region"])

    return hook


s3.meta.events.register("provide-client-params.s3.PutObject", start)
for stage in ("before-parameter-build", "before-call", "request-created", "before-sign", "before-send", "response-received", "after-call"):
    s3.meta.events.register(f"{stage}.s3.PutObject", expect(stage))
s3.put_object(Bucket="harbor", Key="boat", Body=b"hello")


def add_twice(request, signature_version, signing_name, region_name, operation_name, **kwargs):
    request.headers.add_header("x-crew", "anna")
    request.headers.add_header("x-crew", "ben")
    print(request.headers.get_all("x-crew"), signature_version, signing_name, region_name, operation_name)


s3.meta.events.register("before-sign.s3.HeadObject", add_twice)
s3.head_object(Bucket="harbor", Key="boat")

versions = []
s3.meta.events.register("before-sign.s3.GetObject", lambda signature_version, **kwargs: versions.append(signature_version), unique_id="versions")
s3.generate_presigned_url("get_object", Params={"Bucket": "harbor", "Key": "boat"})
s3.meta.events.unregister("before-sign.s3.GetObject", unique_id="versions")
print(len(versions), versions[0].endswith("-query"))

dead = boto3.client("s3", region_name="us-east-1", endpoint_url="http://127.0.0.1:9", config=Config(retries={"total_max_attempts": 1}))
dead.meta.events.register(
    "needs-retry.s3", lambda response, attempts, caught_exception, request_dict, **kwargs: print(response, attempts, type(caught_exception).__name__, request_dict["method"])
)
dead.meta.events.register("response-received.s3", lambda response_dict, exception, **kwargs: print(response_dict, type(exception).__name__))
dead.meta.events.register("after-call-error.s3", lambda exception, context, **kwargs: print(repr(exception), context["client_region"]))
try:
    dead.list_buckets()
except Exception as error:
    print(type(error).__name__)


def received(response_dict, parsed_response, exception, **kwargs):
    print(response_dict["status_code"], b"<Name>harbor" in response_dict["body"], sorted(parsed_response), exception)


def called(http_response, parsed, model, **kwargs):
    print(http_response.status_code, "harbor" in http_response.text, b"harbor" in http_response.content, http_response.url[:7], model.name)
    parsed["Seen"] = True


s3.meta.events.register("response-received.s3.ListBuckets", received, unique_id="received")
s3.meta.events.register("after-call.s3.ListBuckets", called, unique_id="called")
print(s3.list_buckets()["Seen"])
s3.meta.events.unregister("response-received.s3.ListBuckets", unique_id="received")
s3.meta.events.unregister("after-call.s3.ListBuckets", unique_id="called")


def extend(params, **kwargs):
    params["headers"]["x-note"] = "north"
    params["url"] += "?x-id=ListBuckets"
    print(params["method"], params["url_path"], params["query_string"], params["body"])


def sent(request, **kwargs):
    print(request.headers["x-note"] in ("north", b"north"), type(request.headers["User-Agent"]).__name__, request.url.endswith("x-id=ListBuckets"))


s3.meta.events.register("before-call.s3.ListBuckets", extend, unique_id="extend")
s3.meta.events.register("before-send.s3.ListBuckets", sent, unique_id="sent")
s3.list_buckets()
s3.meta.events.unregister("before-call.s3.ListBuckets", unique_id="extend")
s3.meta.events.unregister("before-send.s3.ListBuckets", unique_id="sent")


class Denied:
    status_code, headers, content, text = 403, {}, b"", ""


s3.meta.events.register("before-call.s3.ListBuckets", lambda **kwargs: (Denied(), {"Error": {"Code": "Denied", "Message": "Not today."}}), unique_id="deny")
try:
    s3.list_buckets()
except ClientError as error:
    print(error)
s3.meta.events.unregister("before-call.s3.ListBuckets", unique_id="deny")


class Chunks:
    """A connection that fails after some chunks."""

    def __init__(self, *chunks):
        self.chunks = list(chunks)

    def read(self, amt=None, **kwargs):
        chunk = self.chunks.pop(0) if self.chunks else b""
        if isinstance(chunk, Exception):
            raise chunk
        return chunk

    def stream(self, **kwargs):
        while chunk := self.read():
            yield chunk

    def close(self):
        pass


lost = OSError("the line went dead")
s3.meta.events.register("before-send.s3.GetObject", lambda request, **kwargs: AWSResponse(request.url, 200, {"content-length": "6"}, Chunks(b"abc", lost)), unique_id="answer")
body = s3.get_object(Bucket="harbor", Key="boat")["Body"]
print(body.read(3))
try:
    body.read()
except OSError as error:
    print(error is lost)
s3.meta.events.unregister("before-send.s3.GetObject", unique_id="answer")
missing = b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"
s3.meta.events.register("before-send.s3.GetObject", lambda request, **kwargs: AWSResponse(request.url, 404, {}, Chunks(missing)), unique_id="answer")
try:
    s3.get_object(Bucket="harbor", Key="boat")
except s3.exceptions.NoSuchKey as error:
    print(error)
s3.meta.events.unregister("before-send.s3.GetObject", unique_id="answer")

# Streams pass through hooks in both directions.
s3.meta.events.register("provide-client-params.s3.PutObject", lambda params, **kwargs: params.setdefault("ContentType", "text/plain"))
s3.meta.events.register("after-call.s3.GetObject", lambda parsed, **kwargs: parsed.update(Checked=True))
s3.meta.events.unregister("provide-client-params.s3.PutObject", start)
for stage in ("before-parameter-build", "before-call", "request-created", "before-sign", "before-send", "response-received", "after-call"):
    s3.meta.events.register(f"{stage}.s3.CreateBucket", lambda **kwargs: None)
for stage in ("provide-client-params", "before-parameter-build"):
    s3.meta.events.register(f"{stage}.s3.UploadPart", lambda **kwargs: None)
try:
    s3.meta.events.register("before-call", "no function")
except ValueError as error:
    print(error)
other = boto3.client("s3", region_name="us-east-1")
other.meta.events.register("provide-client-params.s3.PutObject", lambda params, **kwargs: params.update(ContentType="text/plain"))
other.put_object(Bucket="harbor", Key="cargo", Body=io.BytesIO(b"from a file"))
answer = s3.get_object(Bucket="harbor", Key="cargo")
print(answer["Checked"], answer["ContentType"], answer["Body"].read())
