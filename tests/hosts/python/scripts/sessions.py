"""Sessions and default sessions."""
import os

import boto3
import botocore.session
from botocore.exceptions import NoRegionError, PartialCredentialsError, ProfileNotFound

print(boto3.DEFAULT_SESSION)
boto3.setup_default_session(region_name="eu-central-1")
print(boto3.client("sqs").meta.region_name, boto3.DEFAULT_SESSION.region_name)
session = boto3.session.Session(region_name="us-west-1")
print(session, session.profile_name, session.available_profiles)
print("s3" in session.get_available_services(), session.get_available_resources()[:3])
print(session.get_available_regions("s3")[:3], session.get_available_partitions()[:2], session.get_partition_for_region("cn-north-1"))
try:
    boto3.Session(profile_name="missing")
except ProfileNotFound as e:
    print(e)
region = os.environ.pop("AWS_DEFAULT_REGION")
try:
    boto3.Session().client("sqs")
except NoRegionError as e:
    print(e)
os.environ["AWS_DEFAULT_REGION"] = "ap-south-1"
print(boto3.Session().client("sqs").meta.region_name)
del os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
print(boto3.Session().get_credentials())
try:
    boto3.Session().client("sqs").list_queues()
except Exception as e:
    print(type(e).__name__, e)
print(botocore.session.get_session().create_client("s3", region_name="us-east-1").meta.region_name)
