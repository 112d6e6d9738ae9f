"""Bodies of every kind."""
import io
import os
import tempfile

import boto3

s3 = boto3.client("s3")
s3.create_bucket(Bucket="kinds")


class Reader:
    def __init__(self, data):
        self._f = io.BytesIO(data)

    def read(self, n=-1):
        return self._f.read(n)

    def seek(self, *args):
        return self._f.seek(*args)

    def tell(self):
        return self._f.tell()


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "f")
    open(path, "wb").write(b"from a file")
    for name, body in (("bytes", b"raw"), ("str", "text é"), ("bytearray", bytearray(b"array")), ("bytesio", io.BytesIO(b"bytesio")),
                       ("file", open(path, "rb")), ("reader", Reader(b"reader")), ("empty", b"")):
        s3.put_object(Bucket="kinds", Key=name, Body=body)
        print(name, s3.get_object(Bucket="kinds", Key=name)["Body"].read())
    f = open(path, "rb")
    f.seek(5)
    s3.put_object(Bucket="kinds", Key="offset", Body=f)
    print(s3.get_object(Bucket="kinds", Key="offset")["Body"].read())
source = s3.get_object(Bucket="kinds", Key="file")["Body"]
s3.upload_fileobj(source, "kinds", "again")
print(s3.get_object(Bucket="kinds", Key="again")["Body"].read())


class Broken:
    def read(self, n=-1):
        raise OSError("the disk is gone")


try:
    s3.upload_fileobj(Broken(), "kinds", "broken")
except OSError as e:
    print(type(e).__name__, e)
