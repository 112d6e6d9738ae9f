"""Configurations of a bucket: through the client, and through the sub-resources of boto3.resource."""
import json

import boto3
from support import attempt, show

s3, resource = boto3.client("s3"), boto3.resource("s3")
s3.create_bucket(Bucket="configured")
bucket = resource.Bucket("configured")
for name in ("website", "cors", "lifecycle_configuration", "policy", "tagging", "encryption", "notification_configuration", "versioning", "logging", "acl",
             "public_access_block", "ownership_controls", "request_payment", "accelerate_configuration", "replication", "bucket_location", "location"):
    method = f"get_bucket_{name}" if hasattr(s3, f"get_bucket_{name}") else f"get_{name}"
    if hasattr(s3, method):
        attempt(method, getattr(s3, method), Bucket="configured")

s3.put_bucket_website(Bucket="configured", WebsiteConfiguration={
    "ErrorDocument": {"Key": "error.html"}, "IndexDocument": {"Suffix": "index.html"},
    "RoutingRules": [{"Condition": {"KeyPrefixEquals": "docs/"}, "Redirect": {"ReplaceKeyPrefixWith": "documents/"}}]})
show("website", s3.get_bucket_website(Bucket="configured"))
website = bucket.Website()
print(website.index_document, website.error_document, website.routing_rules)
website.delete()
attempt("website is gone", website.load)

cors = bucket.Cors()
cors.put(CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://a.example", "*"], "MaxAgeSeconds": 3000}]})
cors.reload()
print(cors.cors_rules, resource.BucketCors("configured").cors_rules == cors.cors_rules)
attempt("invalid rule", cors.put, CORSConfiguration={"CORSRules": [{"AllowedMethods": ["FLY"], "AllowedOrigins": ["*"]}]})

s3.put_bucket_lifecycle_configuration(Bucket="configured", LifecycleConfiguration={"Rules": [
    {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}, "Transitions": [{"Days": 10, "StorageClass": "GLACIER"}]},
    {"ID": "tagged", "Status": "Disabled", "Filter": {"And": {"Prefix": "x", "Tags": [{"Key": "a", "Value": "b"}]}},
     "NoncurrentVersionExpiration": {"NoncurrentDays": 7}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}}]})
show("lifecycle", s3.get_bucket_lifecycle_configuration(Bucket="configured"))
show("rules", bucket.LifecycleConfiguration().rules)

policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::configured/*"}]})
bucket.Policy().put(Policy=policy)
print(json.loads(bucket.Policy().policy) == json.loads(policy), bucket.Policy().bucket_name)
bucket.Policy().delete()
attempt("policy", lambda: bucket.Policy().policy)

versioning = bucket.Versioning()
print(versioning.status)
versioning.enable()
versioning.reload()
print(versioning.status, versioning.mfa_delete)
for text in ("1", "22", "333"):
    bucket.put_object(Key="k", Body=text)
print([(version.object_key, version.size, version.is_latest) for version in bucket.object_versions.filter(Prefix="k")])
first = list(bucket.object_versions.all())[-1]
print(first.get()["Body"].read(), first.head()["ContentLength"], first.Object().key)
bucket.Object("k").delete()
show("versions", {name: len(value) for name, value in s3.list_object_versions(Bucket="configured").items() if isinstance(value, list)})
show("deleted", [sorted(entry) for page in bucket.object_versions.delete() for entry in page["Deleted"]])
versioning.suspend()

tagging = bucket.Tagging()
tagging.put(Tagging={"TagSet": [{"Key": "team", "Value": "river"}]})
print(tagging.tag_set)
s3.put_bucket_encryption(Bucket="configured", ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
show("encryption", s3.get_bucket_encryption(Bucket="configured"))
s3.put_public_access_block(Bucket="configured", PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False})
show("access", s3.get_public_access_block(Bucket="configured"))
acl = bucket.Acl()
show("acl", [acl.owner, acl.grants])
acl.put(ACL="public-read")
acl.reload()
print(len(acl.grants), [sorted(grant["Grantee"]) for grant in acl.grants])
sqs = boto3.client("sqs").create_queue(QueueName="events")["QueueUrl"]
arn = boto3.client("sqs").get_queue_attributes(QueueUrl=sqs, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
bucket.Notification().put(NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}}]})
show("notification", bucket.Notification().queue_configurations)
print(bucket.RequestPayment().bucket_name, bucket.Logging().logging_enabled, type(bucket.Lifecycle()).__name__)
s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
show("lock", s3.get_object_lock_configuration(Bucket="locked"))
s3.put_object(Bucket="locked", Key="k", Body=b"x")
attempt("hold", s3.put_object_legal_hold, Bucket="locked", Key="k", LegalHold={"Status": "ON"})
attempt("held", s3.get_object_legal_hold, Bucket="locked", Key="k")
