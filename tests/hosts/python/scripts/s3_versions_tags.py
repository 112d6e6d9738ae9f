"""Versions, tags, and lifecycle rules."""
import boto3

s3 = boto3.client("s3")
s3.create_bucket(Bucket="versions")
s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
print(s3.get_bucket_versioning(Bucket="versions")["Status"])
for text in (b"1", b"2", b"3"):
    s3.put_object(Bucket="versions", Key="k", Body=text)
versions = s3.list_object_versions(Bucket="versions")["Versions"]
print(len(versions), [v["IsLatest"] for v in versions])
s3.put_object_tagging(Bucket="versions", Key="k", Tagging={"TagSet": [{"Key": "team", "Value": "dolphins"}]})
print(s3.get_object_tagging(Bucket="versions", Key="k")["TagSet"])
s3.put_bucket_lifecycle_configuration(Bucket="versions", LifecycleConfiguration={"Rules": [
    {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}]})
print(s3.get_bucket_lifecycle_configuration(Bucket="versions")["Rules"])
s3.put_bucket_cors(Bucket="versions", CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]})
print(s3.get_bucket_cors(Bucket="versions")["CORSRules"])
print(s3.delete_objects(Bucket="versions", Delete={"Objects": [{"Key": "k"}], "Quiet": True})["Deleted"][0]["DeleteMarker"])
bucket = boto3.resource("s3").Bucket("versions")
print(len(list(bucket.object_versions.all())))
bucket.object_versions.delete()
print(len(list(bucket.object_versions.all())))
