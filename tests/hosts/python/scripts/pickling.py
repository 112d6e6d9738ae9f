"""What is copied and what is not."""
import copy
import pickle

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
s3.create_bucket(Bucket="pickled")
try:
    s3.get_object(Bucket="pickled", Key="x")
except ClientError as e:
    again = pickle.loads(pickle.dumps(e))
    print(again, again.response["Error"]["Code"], again.operation_name)
page = s3.list_buckets()
print(pickle.loads(pickle.dumps(page["Buckets"])) == page["Buckets"])
print(copy.deepcopy(page) == page)
print(copy.copy(Config(read_timeout=3)).read_timeout)
