"""Lists keys with a paginator and a JMESPath filter."""
import boto3

s3 = boto3.client("s3")
s3.create_bucket(Bucket="paginate-filter")
for i in range(25):
    s3.put_object(Bucket="paginate-filter", Key=f"images/{i:02}.png", Body=b"x" * (i * 100))
paginator = s3.get_paginator("list_objects_v2")
pages = paginator.paginate(Bucket="paginate-filter", Prefix="images/", PaginationConfig={"PageSize": 10})
for page in pages:
    print(page["KeyCount"], page["IsTruncated"], [obj["Key"] for obj in page["Contents"]][:2])
print(list(paginator.paginate(Bucket="paginate-filter").search("Contents[?Size > `2000`].Key")))
print(len(paginator.paginate(Bucket="paginate-filter").build_full_result()["Contents"]))
limited = paginator.paginate(Bucket="paginate-filter", PaginationConfig={"MaxItems": 7, "PageSize": 5})
print(len(limited.build_full_result()["Contents"]), "NextToken" in limited.build_full_result())
limited = paginator.paginate(Bucket="paginate-filter", PaginationConfig={"MaxItems": 7, "PageSize": 5})
for _ in limited:
    pass
print(limited.resume_token is not None)
