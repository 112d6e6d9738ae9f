"""One client in many threads."""
from concurrent.futures import ThreadPoolExecutor

import boto3

s3 = boto3.client("s3")
s3.create_bucket(Bucket="threads")


def put(i):
    s3.put_object(Bucket="threads", Key=f"{i:03}", Body=str(i).encode())
    return int(s3.get_object(Bucket="threads", Key=f"{i:03}")["Body"].read())


with ThreadPoolExecutor(16) as pool:
    print(sum(pool.map(put, range(64))))
print(s3.list_objects_v2(Bucket="threads")["KeyCount"])
