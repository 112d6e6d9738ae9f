"""Managed copies."""
import io

import boto3

s3 = boto3.resource("s3")
source = s3.create_bucket(Bucket="copy-source")
target = s3.create_bucket(Bucket="copy-target")
source.upload_fileobj(io.BytesIO(b"hello"), "a")
target.copy({"Bucket": "copy-source", "Key": "a"}, "b")
print(target.Object("b").get()["Body"].read())
seen = []
s3.Object("copy-target", "c").copy({"Bucket": "copy-source", "Key": "a"}, Callback=seen.append)
print(sum(seen))
s3.meta.client.copy({"Bucket": "copy-source", "Key": "a"}, "copy-target", "d", ExtraArgs={"MetadataDirective": "REPLACE", "Metadata": {"x": "y"}})
print(s3.Object("copy-target", "d").metadata)
buffer = io.BytesIO()
target.download_fileobj("d", buffer)
print(buffer.getvalue())
try:
    s3.meta.client.upload_file("/no/such/file", "copy-target", "e")
except FileNotFoundError as e:
    print(type(e).__name__, e)
