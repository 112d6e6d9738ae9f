"""The messages of invalid parameters."""
import boto3
from botocore.exceptions import ParamValidationError

ec2, dynamodb, s3, sqs = (boto3.client(n) for n in ("ec2", "dynamodb", "s3", "sqs"))
for call in (
    lambda: ec2.run_instances(ImageId=5, MinCount="x", MaxCount=1.5),
    lambda: ec2.describe_instances(Filters={"Name": "x"}),
    lambda: ec2.describe_instances(Filters=[{"Nam": "x", "Values": "y"}]),
    lambda: dynamodb.put_item(TableName="tt", Item={"a": {"N": 5}}),
    lambda: dynamodb.put_item(Item=None),
    lambda: dynamodb.get_item(TableName="", Key=[]),
    lambda: s3.list_objects_v2(Bucket="b", MaxKeys="many"),
    lambda: s3.create_bucket(Bucket="b", CreateBucketConfiguration={"LocationConstraint": True}),
    lambda: sqs.send_message(QueueUrl="u", MessageBody=b"bytes"),
    lambda: sqs.receive_message(QueueUrl=None, MaxNumberOfMessages=None),
):
    try:
        call()
    except ParamValidationError as e:
        print(e)
    except Exception as e:
        print(type(e).__name__, e)
