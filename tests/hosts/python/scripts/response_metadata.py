"""The metadata of responses."""
import boto3

s3 = boto3.client("s3")
response = s3.create_bucket(Bucket="metadata")
print(list(response)[0], response["ResponseMetadata"]["HTTPStatusCode"], response["ResponseMetadata"]["RetryAttempts"])
print(sorted(response["ResponseMetadata"]))
print(type(response["ResponseMetadata"]["HTTPHeaders"]).__name__)
put = s3.put_object(Bucket="metadata", Key="k", Body="text", ContentType="text/plain", CacheControl="no-cache")
print(put["ETag"])
got = s3.get_object(Bucket="metadata", Key="k", Range="bytes=1-2")
print(got["Body"].read(), got["ContentRange"], got["ContentType"], got["CacheControl"], got["LastModified"].tzinfo, got["AcceptRanges"])
print([k for k in got if k not in ("ResponseMetadata", "Body", "LastModified")])
listed = s3.list_objects_v2(Bucket="metadata")
print(listed["Contents"][0]["LastModified"].utcoffset(), [k for k in listed])
print(repr(listed["Contents"][0]["LastModified"])[-16:])
