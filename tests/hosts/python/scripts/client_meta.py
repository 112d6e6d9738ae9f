"""What a client says about itself."""
import boto3

for service in ("s3", "ec2", "dynamodb", "sts", "iam", "lambda", "elbv2", "route53", "logs", "ssm", "cognito-idp", "apigateway", "events"):
    client = boto3.client(service)
    meta = client.meta
    print(type(client).__name__, meta.region_name, meta.service_model.service_name, meta.service_model.api_version, meta.partition,
          len(meta.service_model.operation_names), meta.service_model.service_id)
s3 = boto3.client("s3", region_name="eu-west-1")
print(s3.meta.method_to_api_mapping["list_objects_v2"], s3.meta.service_model.operation_model("PutObject").input_shape.required_members)
print(len([n for n in dir(s3) if not n.startswith("_")]) > 100)
print(repr(s3).startswith("<botocore.client.S3 object at 0x"))
