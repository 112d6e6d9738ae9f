"""Reads bodies in every way that the documentation lists."""
import boto3
from botocore.response import StreamingBody

s3 = boto3.client("s3")
s3.create_bucket(Bucket="bodies")
s3.put_object(Bucket="bodies", Key="lines", Body=b"one\ntwo\r\nthree\nlast")


def body():
    return s3.get_object(Bucket="bodies", Key="lines")["Body"]


print(body().read())
print(body().read(5), body().read().decode("utf-8")[:3])
print(list(body().iter_lines()))
print(list(body().iter_lines(chunk_size=4, keepends=True)))
print(list(body().iter_chunks(chunk_size=7)))
print(body().readlines())
b = body()
print(b.read(3), b.tell(), b.read(), b.read(), b.tell())
with body() as stream:
    print(stream.read(2))
print(b"".join(body()))
print(body().readable())
print(isinstance(body(), StreamingBody))
