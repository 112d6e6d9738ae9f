"""Tests that replace the HTTP client."""
import boto3, json
from unittest import mock
from botocore.awsrequest import AWSResponse
class Raw:
    def __init__(self, content): self.content = content
    def stream(self, *args, **kwargs): yield self.content
    def read(self, *args): c, self.content = self.content, b""; return c
def answer(status, body, headers={}): return AWSResponse("https://x", status, headers, Raw(body))
s3, sqs, lam = boto3.client("s3"), boto3.client("sqs"), boto3.client("lambda")
with mock.patch("botocore.httpsession.URLLib3Session.send") as send:
    send.return_value = answer(200, b"<ListAllMyBucketsResult><Buckets><Bucket><Name>faked</Name></Bucket></Buckets></ListAllMyBucketsResult>")
    print(s3.list_buckets()["Buckets"]); request = send.call_args[0][0]; print(request.method, "Authorization" in request.headers)
    send.return_value = answer(200, json.dumps({"QueueUrls": ["q"]}).encode(), {"x-amzn-requestid": "r"}); r = sqs.list_queues(); print(r["QueueUrls"], r["ResponseMetadata"]["RequestId"])
    send.return_value = answer(404, json.dumps({"Message": "gone"}).encode(), {"x-amzn-errortype": "ResourceNotFoundException"})
    try: lam.get_function(FunctionName="f")
    except lam.exceptions.ResourceNotFoundException as e: print(e)
    print(send.call_count)
print(s3.list_buckets()["Buckets"])
with mock.patch("botocore.endpoint.Endpoint.make_request") as make_request:
    make_request.return_value = answer(200, b""), {"Buckets": [{"Name": "parsed"}], "ResponseMetadata": {"HTTPStatusCode": 200}}
    print(s3.list_buckets()["Buckets"], make_request.call_count)
    make_request.return_value = answer(404, b""), {"Error": {"Code": "NoSuchKey", "Message": "none"}, "ResponseMetadata": {"HTTPStatusCode": 404}}
    try: s3.get_object(Bucket="b", Key="k")
    except s3.exceptions.NoSuchKey as e: print(e, e.response["Error"])
with mock.patch("botocore.endpoint.Endpoint._send") as send:
    send.return_value = answer(200, b"<ListAllMyBucketsResult><Buckets><Bucket><Name>sent</Name></Bucket></Buckets></ListAllMyBucketsResult>")
    print(s3.list_buckets()["Buckets"])
from botocore.endpoint import Endpoint
original = Endpoint.prepare_request
def traced(self, request):
    request.headers["X-Trace"] = "7"
    return original(self, request)
with mock.patch.object(Endpoint, "prepare_request", traced), mock.patch("botocore.httpsession.URLLib3Session.send") as send:
    send.return_value = answer(200, b"<ListAllMyBucketsResult></ListAllMyBucketsResult>")
    s3.list_buckets(); print({name: value if isinstance(value, str) else value.decode() for name, value in send.call_args[0][0].headers.items()}["X-Trace"])
