"""Uploads a file with a progress callback, and downloads it."""
import os
import sys
import tempfile
import threading

import boto3
from boto3.s3.transfer import TransferConfig


class ProgressPercentage:
    def __init__(self, filename):
        self._size = float(os.path.getsize(filename))
        self.seen = 0
        self._lock = threading.Lock()

    def __call__(self, bytes_amount):
        with self._lock:
            self.seen += bytes_amount


s3 = boto3.client("s3")
s3.create_bucket(Bucket="progress")
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "big.bin")
    with open(path, "wb") as f:
        f.write(os.urandom(12 * 1024 * 1024))
    progress = ProgressPercentage(path)
    s3.upload_file(path, "progress", "big.bin", ExtraArgs={"Metadata": {"a": "b"}}, Callback=progress)
    print(progress.seen)
    head = s3.head_object(Bucket="progress", Key="big.bin")
    print(head["ContentLength"], head["Metadata"], "-2" in head["ETag"])
    back = os.path.join(folder, "back.bin")
    progress = ProgressPercentage(path)
    config = TransferConfig(multipart_threshold=1024 * 1024 * 5, max_concurrency=4, multipart_chunksize=1024 * 1024 * 5)
    s3.download_file("progress", "big.bin", back, Callback=progress, Config=config)
    print(progress.seen, open(path, "rb").read() == open(back, "rb").read())
    with open(os.path.join(folder, "obj"), "w+b") as f:
        s3.download_fileobj("progress", "big.bin", f)
    print(os.path.getsize(os.path.join(folder, "obj")))
    with open(path, "rb") as f:
        s3.upload_fileobj(f, "progress", "copy.bin")
    print(s3.head_object(Bucket="progress", Key="copy.bin")["ContentLength"])
