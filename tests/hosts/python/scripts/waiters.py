"""Waiters that succeed and fail."""
import boto3
from botocore.exceptions import WaiterError

s3 = boto3.client("s3")
s3.create_bucket(Bucket="waiting")
waiter = s3.get_waiter("bucket_exists")
print(waiter.name, waiter.config.delay, waiter.config.max_attempts, s3.waiter_names)
print(waiter.wait(Bucket="waiting"))
try:
    s3.get_waiter("object_exists").wait(Bucket="waiting", Key="x", WaiterConfig={"Delay": 0, "MaxAttempts": 2})
except WaiterError as e:
    print(e, e.last_response["Error"])
s3.put_object(Bucket="waiting", Key="x")
s3.get_waiter("object_exists").wait(Bucket="waiting", Key="x")
s3.delete_object(Bucket="waiting", Key="x")
s3.get_waiter("object_not_exists").wait(Bucket="waiting", Key="x")
print(s3.can_paginate("list_objects_v2"), s3.can_paginate("put_object"))
