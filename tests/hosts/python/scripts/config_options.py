"""Configurations."""
import boto3
import botocore
from botocore import UNSIGNED
from botocore.client import Config as ClientConfig
from botocore.config import Config

config = Config(region_name="us-west-2", signature_version="v4", retries={"max_attempts": 10, "mode": "standard"})
client = boto3.client("kinesis", config=config)
print(client.meta.region_name, client.meta.config.retries, client.meta.config.signature_version)
print(config.merge(Config(read_timeout=5)).read_timeout, config.read_timeout, config.connect_timeout)
print(boto3.client("s3", config=Config(signature_version=UNSIGNED)).meta.config.signature_version is UNSIGNED)
print(boto3.client("s3", config=Config(s3={"addressing_style": "path"})).meta.config.s3)
print(ClientConfig is Config)
for bad in (lambda: Config(foo=1), lambda: Config(retries={"mode": "x"}), lambda: Config(s3={"addressing_style": "x"}),
            lambda: Config(retries={"max_attempts": -1})):
    try:
        bad()
    except Exception as e:
        print(type(e).__name__, e)
print(boto3.client("s3", use_ssl=False, endpoint_url=None, verify=False, region_name="us-east-1").meta.service_model.api_version)
print(botocore.exceptions.NoCredentialsError().args, botocore.exceptions.ClientError({"Error": {"Code": "X", "Message": "m"}}, "Op"))
print(botocore.exceptions.WaiterError(name="n", reason="r", last_response={}))
