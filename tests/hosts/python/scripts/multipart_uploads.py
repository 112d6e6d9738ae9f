"""Multipart uploads by hand, through the client and through resources."""
import hashlib

import boto3
from support import attempt, show

s3, resource = boto3.client("s3"), boto3.resource("s3")
s3.create_bucket(Bucket="parts")
MIB = 1 << 20
upload = s3.create_multipart_upload(Bucket="parts", Key="large", ContentType="text/plain", Metadata={"a": "b"})
show("upload", {name: value for name, value in upload.items() if name != "UploadId"})
parts = []
for number, size in enumerate((5 * MIB, 5 * MIB, 10), 1):
    part = s3.upload_part(Bucket="parts", Key="large", UploadId=upload["UploadId"], PartNumber=number, Body=bytes([number]) * size)
    parts.append({"ETag": part["ETag"], "PartNumber": number})
listed = s3.list_parts(Bucket="parts", Key="large", UploadId=upload["UploadId"])
print([(part["PartNumber"], part["Size"], part["ETag"] == parts[part["PartNumber"] - 1]["ETag"]) for part in listed["Parts"]], listed["StorageClass"])
print([page["Parts"][0]["PartNumber"] for page in s3.get_paginator("list_parts").paginate(Bucket="parts", Key="large", UploadId=upload["UploadId"])])
print([(item["Key"], sorted(item)) for item in s3.list_multipart_uploads(Bucket="parts")["Uploads"]])
done = s3.complete_multipart_upload(Bucket="parts", Key="large", UploadId=upload["UploadId"], MultipartUpload={"Parts": parts})
digests = b"".join(bytes.fromhex(part["ETag"].strip('"')) for part in parts)
print(done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"', done["Key"], done["Bucket"])
head = s3.head_object(Bucket="parts", Key="large")
print(head["ContentLength"], head["ContentType"], head["Metadata"])
ranged = s3.get_object(Bucket="parts", Key="large", Range=f"bytes={10 * MIB - 2}-{10 * MIB + 1}")
print(ranged["Body"].read(), ranged["ContentRange"], ranged["ContentLength"], ranged["ResponseMetadata"]["HTTPStatusCode"])
attempt("abort", s3.abort_multipart_upload, Bucket="parts", Key="large", UploadId=upload["UploadId"])
attempt("complete", s3.complete_multipart_upload, Bucket="parts", Key="large", UploadId="none", MultipartUpload={"Parts": parts})

target = resource.Object("parts", "copied")
multipart = target.initiate_multipart_upload(StorageClass="STANDARD_IA")
print(type(multipart).__name__, multipart.bucket_name, multipart.object_key, multipart.Object().key)
part = multipart.Part(1)
copied = part.copy_from(CopySource={"Bucket": "parts", "Key": "large"}, CopySourceRange=f"bytes=0-{6 * MIB - 1}")
second = multipart.Part(2).upload(Body=b"end")
print(sorted(copied["CopyPartResult"]), second["ETag"], [(p.part_number, p.size) for p in multipart.parts.all()], part.part_number)
finished = multipart.complete(MultipartUpload={"Parts": [{"ETag": copied["CopyPartResult"]["ETag"], "PartNumber": 1}, {"ETag": second["ETag"], "PartNumber": 2}]})
print(finished, finished.content_length, target.storage_class)
pending = resource.Bucket("parts").Object("never").initiate_multipart_upload()
print([u.object_key for u in resource.Bucket("parts").multipart_uploads.all()], pending.abort()["ResponseMetadata"]["HTTPStatusCode"],
      list(resource.Bucket("parts").multipart_uploads.all()))
attempt("a wrong type", s3.upload_part, Bucket="parts", Key="x", UploadId="u", PartNumber="one", Body="x")
attempt("missing", s3.upload_part, Bucket="parts", Key="x")
attributes = s3.get_object_attributes(Bucket="parts", Key="large", ObjectAttributes=["ETag", "ObjectSize", "StorageClass"])
show("attributes", attributes)
