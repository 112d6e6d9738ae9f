"""Failures of transfers."""
import tempfile

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
with tempfile.NamedTemporaryFile() as f:
    f.write(b"x")
    f.flush()
    try:
        s3.upload_file(f.name, "no-such-bucket-at-all", "k")
    except S3UploadFailedError as e:
        print(str(e).replace(f.name, "FILE"))
    try:
        s3.download_file("no-such-bucket-at-all", "k", f.name + "x")
    except ClientError as e:
        print(e)
    try:
        s3.upload_file(f.name, "b", "k", ExtraArgs={"Foo": 1})
    except ValueError as e:
        print(str(e)[:40])


class Stop(Exception):
    pass


def stop(n):
    raise Stop("enough")


s3.create_bucket(Bucket="failures")
s3.put_object(Bucket="failures", Key="k", Body=b"1234")
try:
    import io
    s3.download_fileobj("failures", "k", io.BytesIO(), Callback=stop)
except Stop as e:
    print("stopped:", e)
