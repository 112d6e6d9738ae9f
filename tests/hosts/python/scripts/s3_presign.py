"""Presigned URLs and forms."""
import re
from urllib.parse import parse_qs, urlparse

import boto3
from botocore.config import Config

s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
url = s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k with space"}, ExpiresIn=600)
parsed = urlparse(url)
print(parsed.path, sorted(parse_qs(parsed.query)), parse_qs(parsed.query)["X-Amz-Expires"])
url = s3.generate_presigned_url(ClientMethod="put_object", Params={"Bucket": "b", "Key": "k", "ContentType": "text/plain"}, HttpMethod="PUT")
print(parse_qs(urlparse(url).query)["X-Amz-SignedHeaders"])
post = s3.generate_presigned_post("b", "uploads/${filename}", Fields={"acl": "private"}, Conditions=[{"acl": "private"}, ["content-length-range", 1, 99]])
print(sorted(post["fields"]), post["fields"]["key"], re.sub(r":\d+", "", post["url"]))
try:
    s3.generate_presigned_url("no_such_method")
except Exception as e:
    print(type(e).__name__, e)
try:
    s3.generate_presigned_url("get_object", Params={"Bucket": "b"})
except Exception as e:
    print(type(e).__name__, e)
