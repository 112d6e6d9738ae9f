"""Requests signed by hand, presigned tokens, and CloudFront URLs."""
import datetime, hashlib, json, io
import boto3
from botocore.auth import SigV4Auth, SigV4QueryAuth, S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest, AWSPreparedRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
def t(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, str(e)[:300])
c = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "tok")
print(c.access_key, c.secret_key, c.token, c.method)
f = c.get_frozen_credentials(); print(type(f).__name__, f.access_key, f)
r = AWSRequest(method="POST", url="https://search.example.com/idx/_doc?a=b&c=%20d", data=json.dumps({"a": 1}), headers={"Content-Type": "application/json", "Host": "search.example.com"})
SigV4Auth(c, "es", "us-east-1").add_auth(r)
print(sorted(r.headers.keys())); print(r.headers["Authorization"].split("Signature=")[0].replace(r.headers["X-Amz-Date"][:8], "DATE"))
p = r.prepare(); print(type(p).__name__, p.method, p.url, p.body, sorted(dict(p.headers)))
r = AWSRequest("GET", "https://execute-api.us-east-1.amazonaws.com/prod/x", params={"q": "1 2", "z": "ä"}); SigV4Auth(f, "execute-api", "us-east-1").add_auth(r)
print(r.prepare().url, dict(r.headers.items()).keys())
r = AWSRequest("GET", "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", headers={"x-k8s-aws-id": "c"})
SigV4QueryAuth(Credentials("a","b"), "sts", "us-east-1", expires=60).add_auth(r); print(sorted(x.split("=")[0] for x in r.url.split("?")[1].split("&")))
r = AWSRequest("PUT", "https://bucket.s3.amazonaws.com/key", data=b"x"); S3SigV4Auth(c, "s3", "us-east-1").add_auth(r); print(sorted(r.headers.keys()), r.headers["X-Amz-Content-SHA256"])
r = AWSRequest("GET", "https://bucket.s3.amazonaws.com/key"); S3SigV4QueryAuth(c, "s3", "us-east-1", expires=10).add_auth(r); print(sorted(x.split("=")[0] for x in r.url.split("?")[1].split("&")))
from botocore.signers import RequestSigner, CloudFrontSigner
session = boto3.session.Session(region_name="us-west-2")
client = session.client("sts")
signer = RequestSigner(client.meta.service_model.service_id, "us-west-2", "sts", "v4", session.get_credentials(), session.events)
url = signer.generate_presigned_url({"method": "GET", "url": "https://sts.us-west-2.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", "body": {}, "headers": {"x-k8s-aws-id": "cluster"}, "context": {}}, region_name="us-west-2", expires_in=60, operation_name="")
print(url.split("X-Amz-Date")[0], "x-k8s-aws-id" in url)
cf = CloudFrontSigner("KEYID", lambda m: hashlib.sha1(m).digest())
print(cf.generate_presigned_url("http://d.cloudfront.net/a.jpg", date_less_than=datetime.datetime(2030,1,1)))
pol = cf.build_policy("http://d/*", datetime.datetime(2030,1,1), date_greater_than=datetime.datetime(2029,1,1), ip_address="1.2.3.4"); print(pol)
print(cf.generate_presigned_url("http://d/x?y=1", policy=pol))
t(lambda: cf.generate_presigned_url("http://d/x"))
cr = session.get_credentials(); print(cr.access_key, cr.get_frozen_credentials().secret_key, cr.method)
t(lambda: SigV4Auth(None, "es", "us-east-1").add_auth(AWSRequest("GET", "https://x.y/")))
r = AWSRequest(method='GET', url='https://x.y/', data={"a": "b"}); print(r.prepare().body, r.body)
r = AWSRequest(method='POST', url='https://x.y/', data=io.BytesIO(b"abc")); SigV4Auth(c, "es", "us-east-1").add_auth(r); print(r.headers.get("X-Amz-Content-SHA256"), "Authorization" in r.headers)
h = r.headers; h["Foo"] = "1"; h["foo"] = "2"; print(h.get_all("foo"), h["FOO"], "fOO" in h); del h["foo"]; print("foo" in h)
print(SigV4Auth.REQUIRES_REGION if hasattr(SigV4Auth, "REQUIRES_REGION") else None)
from botocore.httpsession import URLLib3Session
import os
q = AWSRequest("GET", os.environ["AWS_ENDPOINT_URL"] + "/moto-api/data.json"); res = URLLib3Session().send(q.prepare()); print(res.status_code, type(res).__name__, res.content[:1], res.headers["content-type"], res.text[:1])
