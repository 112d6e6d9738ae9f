"""Catches errors of a service and of the library."""
import boto3
import botocore
from botocore.exceptions import ClientError, ParamValidationError

s3 = boto3.client("s3")
s3.create_bucket(Bucket="errors")
try:
    s3.get_object(Bucket="errors", Key="nope")
except s3.exceptions.NoSuchKey as e:
    print(type(e).__name__, e, e.response["Error"]["Code"], e.operation_name)
try:
    s3.get_object(Bucket="no-such-bucket-here", Key="nope")
except ClientError as error:
    print(error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
    print(error)
try:
    s3.head_object(Bucket="errors", Key="nope")
except botocore.exceptions.ClientError as error:
    print(error.response["Error"], error)
try:
    s3.put_object(Bucket="errors", Body=5, Foo=True)
except ParamValidationError as error:
    print(error)
try:
    s3.put_object("errors")
except TypeError as error:
    print(error)
try:
    s3.no_such_method
except AttributeError as error:
    print(error)
try:
    s3.get_paginator("put_object")
except Exception as error:
    print(type(error).__name__, error)
try:
    s3.get_waiter("put_object")
except Exception as error:
    print(type(error).__name__, error)
try:
    boto3.client("nope")
except botocore.exceptions.UnknownServiceError as error:
    print(str(error)[:60])
print(issubclass(s3.exceptions.NoSuchKey, s3.exceptions.ClientError), s3.exceptions.from_code("NoSuchBucket").__name__)
