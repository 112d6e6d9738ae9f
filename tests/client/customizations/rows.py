"""Records what boto3 does for the rows of the specification of customizations: `python rows.py > rows.jsonl`, with boto3 1.44.5.

A line is one call: its row, the client, the parameters, the response that it gets, the requests that it sends, and its result or
error. The clock stands still, UUIDs are fixed, and nothing reaches a network.

Not recorded, because tucuxi differs deliberately: the damaged DynamoDB response that the retry mode `standard` accepts, the message for an
unknown method, and Outposts, whose rules ask for SigV4a (see the S3 request matrix).
"""

import base64
import datetime
import io
import json
import os
import sys
import uuid

for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
BASE = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
os.environ |= BASE

import boto3  # noqa: E402
import botocore.auth  # noqa: E402
import botocore.awsrequest  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402

NOW = datetime.datetime(2024, 1, 2, 3, 4, 5)
UUID = uuid.UUID("11111111-2222-4333-8444-555555555555")
botocore.auth.get_current_datetime = lambda *a, **k: NOW.replace(tzinfo=datetime.timezone.utc) if k.get("remove_tzinfo") is False else NOW
botocore.auth.time.time = lambda: 1704164645.0
uuid.uuid4 = lambda: UUID

S3_OK = (200, {}, "")


class Raw(io.BytesIO):
    def stream(self, **_):
        while chunk := self.read(65536):
            yield chunk


def body_of(request):
    body = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    return b"".join(iter(lambda: body.read(4096), b"")) if hasattr(body, "read") else b"".join(body)


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, datetime.datetime):
        return {"$timestamp": value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")}
    if hasattr(value, "read"):
        return plain(value.read())
    return value


def typed(value):
    """JSON of the parameters, with tagged bytes."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return {"$bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def record(row, service, operation, params=None, *, region="us-east-1", config=None, url=None, token=None, account=None, env=None,
           response=S3_OK, responses=None, presign=None):
    os.environ.clear()
    os.environ.update(BASE | {"PATH": "/bin"} | (env or {}))
    session = boto3.session.Session("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token, aws_account_id=account)
    settings = {"retries": {"total_max_attempts": 1}} | (config or {})
    client = session.client(service, region_name=region, endpoint_url=url, config=Config(**settings))
    answers = list(responses or [response])
    sent = []

    def send(request, **_):
        status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        body_sent = body_of(request)
        sent.append({
            "method": request.method, "url": request.url, "body": base64.b64encode(body_sent).decode() if len(body_sent) < 10000 else None,
            "headers": {name.lower(): value.decode() if isinstance(value, bytes) else str(value) for name, value in request.headers.items()
                        if name.lower() not in ("user-agent", "content-length")},
        })
        return botocore.awsrequest.AWSResponse(request.url, status, botocore.awsrequest.HeadersDict(headers), Raw(body.encode()))

    client.meta.events.register("before-send", send)
    params = params or {}
    # Long bytes are one letter, repeated.
    long = {name: [value[:1].decode(), len(value)] for name, value in params.items() if isinstance(value, bytes) and len(value) > 1000}
    case = {"row": row, "service": service, "region": region, "config": settings, "url": url, "token": token, "account": account,
            "env": env or {}, "operation": operation, "params": typed({name: value for name, value in params.items() if name not in long}),
            "long": long, "presign": presign,
            "responses": [[status, headers, body] for status, headers, body in (responses or [response])]}
    try:
        if presign is not None:
            case["result"] = client.generate_presigned_url(operation, Params=params, **presign)
        else:
            case["result"] = plain(getattr(client, operation)(**params))
    except ClientError as error:
        case["error"] = {"name": type(error).__name__, "code": error.response.get("Error", {}).get("Code"),
                         "message": error.response.get("Error", {}).get("Message")}
    except Exception as error:
        case["error"] = {"name": type(error).__name__, "message": str(error)}
    case["sent"] = sent
    print(json.dumps(case))


GET = {"Bucket": "bkt", "Key": "k"}
PUT = {"Bucket": "bkt", "Key": "k", "Body": b"hello"}


def s3(row, operation, params, **options):
    record(row, "s3", operation, params, **({"region": "us-west-2"} | options))


# 2: all services
record("2 idempotency token", "ec2", "run_instances", {"MinCount": 1, "MaxCount": 1, "ImageId": "ami-1"}, response=(200, {}, "<R/>"))
record("2 idempotency token", "ec2", "run_instances", {"MinCount": 1, "MaxCount": 1, "ClientToken": "own"}, response=(200, {}, "<R/>"))
record("2 response checksum mode", "s3", "get_object", GET)
record("2 response checksum mode", "s3", "head_object", GET)
record("2 response checksum mode", "s3", "get_object", GET, config={"response_checksum_validation": "when_required"})
record("2 recursion detection", "sts", "get_caller_identity", response=(200, {}, "<R><GetCallerIdentityResult/></R>"),
       env={"AWS_LAMBDA_FUNCTION_NAME": "f", "_X_AMZN_TRACE_ID": "Root=1-a;Parent=b é/~*-=;:+&[]{}\"',"})
record("2 retry headers", "sqs", "list_queues", response=(200, {}, "{}"), config={"retries": {"total_max_attempts": 3}})
for mode in ("legacy", "adaptive"):
    record("2 retry headers", "sqs", "list_queues", response=(200, {}, "{}"), config={"retries": {"total_max_attempts": 3, "mode": mode}})
record("2.1 signer of the auth type", "s3", "get_object", GET, config={"signature_version": "s3"})
record("2.1 signer of the auth type", "s3", "put_object", PUT, config={"s3": {"payload_signing_enabled": True}})
record("2.1 signer of the auth type", "lambda", "list_functions", response=(200, {}, "{}"))
record("2.1 signer of the auth type", "sts", "get_caller_identity", response=(200, {}, "<R><GetCallerIdentityResult/></R>"))
record("2.2 scheme preference", "s3", "get_object", GET, config={"auth_scheme_preference": "noauth"})
record("2.2 scheme preference", "s3", "get_object", GET, env={"AWS_AUTH_SCHEME_PREFERENCE": "sigv4,noauth"})
record("2.2 bearer of Bedrock", "bedrock-runtime", "invoke_model", {"modelId": "m", "body": b"{}"}, env={"AWS_BEARER_TOKEN_BEDROCK": "tok"})
record("2.2 bearer of Bedrock", "bedrock", "list_foundation_models", env={"AWS_BEARER_TOKEN_BEDROCK": "tok"}, response=(200, {}, "{}"))
record("2.2 bearer of Bedrock", "bedrock-runtime", "invoke_model", {"modelId": "m", "body": b"{}"}, config={"signature_version": "v4"},
       env={"AWS_BEARER_TOKEN_BEDROCK": "tok"})
DATUM = [{"MetricName": "m", "Value": 1}]
record("2.3 request compression", "cloudwatch", "put_metric_data", {"Namespace": "n", "MetricData": DATUM}, response=(200, {}, "{}"))
record("2.3 request compression", "cloudwatch", "put_metric_data", {"Namespace": "n", "MetricData": DATUM * 9}, response=(200, {}, "{}"),
       config={"disable_request_compression": True, "request_min_compression_size_bytes": 1})

# 3.1: parameters of S3
s3("3.1 body to stream", "put_object", PUT)
s3("3.1 body to stream", "put_object", {"Bucket": "bkt", "Key": "k"})
s3("3.1 body to stream", "upload_part", PUT | {"UploadId": "u", "PartNumber": 1})
for bucket in ("a b", "", "x" * 256, "a/b", "arn:aws:s3:us-west-2:1:accesspoint/ap", "ü"):
    s3("3.1 bucket name check", "get_object", {"Bucket": bucket, "Key": "k"})
s3("3.1 bucket name check", "get_object", {"Bucket": "x" * 255, "Key": "k"})
s3("3.1 bucket stripped from the path", "list_objects_v2", {"Bucket": "bkt"}, response=(200, {}, "<R/>"))
s3("3.1 bucket stripped from the path", "get_object_acl", GET, response=(200, {}, "<R/>"))
s3("3.1 bucket stripped from the path", "get_object", GET, config={"signature_version": "s3"})
s3("3.1 bucket stripped from the path", "head_bucket", {"Bucket": "bkt"}, config={"signature_version": "s3"})
for operation in ("list_objects", "list_objects_v2", "list_object_versions"):
    s3("3.1 list encoding", operation, {"Bucket": "bkt"}, response=(200, {}, "<R/>"))
    s3("3.1 list encoding", operation, {"Bucket": "bkt", "EncodingType": "url"}, response=(200, {}, "<R/>"))
LISTING = ("<R><EncodingType>url</EncodingType><Prefix>p%2F+1</Prefix><Delimiter>%2F+</Delimiter><Marker>m+%2B</Marker><NextMarker>n+</NextMarker>"
           "<StartAfter>s%20</StartAfter><KeyMarker>km+</KeyMarker><NextKeyMarker>nk%2B</NextKeyMarker>"
           "<Contents><Key>a%2Bb+c%20d</Key></Contents><Version><Key>v+1</Key></Version><DeleteMarker><Key>d+1</Key></DeleteMarker>"
           "<CommonPrefixes><Prefix>c+1%2F</Prefix></CommonPrefixes></R>")
for operation in ("list_objects", "list_objects_v2", "list_object_versions"):
    s3("3.1 list decoding", operation, {"Bucket": "bkt"}, response=(200, {}, LISTING))
    s3("3.1 list decoding", operation, {"Bucket": "bkt", "EncodingType": "url"}, response=(200, {}, LISTING))
    s3("3.1 list decoding", operation, {"Bucket": "bkt"}, response=(200, {}, LISTING.replace("<EncodingType>url</EncodingType>", "")))
COPIED = (200, {}, "<R><ETag>e</ETag></R>")
for source in ("bkt/a b+é", "bkt/a%20b", "bkt/k?versionId=x y", "bkt/k?versionId=abc", "/bkt/~k-._", {"Bucket": "b", "Key": "k é"},
               {"Bucket": "b", "Key": "k", "VersionId": "v 1"}, {"Bucket": "arn:aws:s3:us-west-2:123456789012:accesspoint/ap", "Key": "k"},
               {"Bucket": "b"}, {"Key": "k"}):
    s3("3.1 CopySource", "copy_object", GET | {"CopySource": source}, response=COPIED)
s3("3.1 CopySource", "upload_part_copy", GET | {"CopySource": "a/b c", "UploadId": "u", "PartNumber": 1}, response=COPIED)
for operation in ("put_object", "create_multipart_upload"):
    s3("3.1 ASCII metadata", operation, GET | {"Metadata": {"k": "é"}}, response=(200, {}, "<R/>"))
    s3("3.1 ASCII metadata", operation, GET | {"Metadata": {"é": "v"}}, response=(200, {}, "<R/>"))
    s3("3.1 ASCII metadata", operation, GET | {"Metadata": {"k": "v"}}, response=(200, {}, "<R/>"))
s3("3.1 ASCII metadata", "copy_object", GET | {"CopySource": "a/b", "Metadata": {"k": "é"}}, response=COPIED)
SECRET = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "0" * 32}
for operation, more in (("head_object", {}), ("get_object", {}), ("put_object", {"Body": b"x"}), ("create_multipart_upload", {}),
                        ("upload_part", {"UploadId": "u", "PartNumber": 1}), ("copy_object", {"CopySource": "a/b"}),
                        ("upload_part_copy", {"CopySource": "a/b", "UploadId": "u", "PartNumber": 1}),
                        ("complete_multipart_upload", {"UploadId": "u"})):
    answer = S3_OK if operation in ("head_object", "get_object", "put_object", "upload_part") else COPIED
    s3("3.1 SSE-C MD5", operation, GET | SECRET | more, response=answer)
s3("3.1 SSE-C MD5", "head_object", GET | SECRET | {"SSECustomerKeyMD5": "own"})
SOURCE = {"CopySourceSSECustomerAlgorithm": "AES256", "CopySourceSSECustomerKey": "1" * 32}
s3("3.1 SSE-C MD5 of a copy source", "copy_object", GET | SOURCE | {"CopySource": "a/b"}, response=COPIED)
s3("3.1 SSE-C MD5 of a copy source", "upload_part_copy", GET | SOURCE | {"CopySource": "a/b", "UploadId": "u", "PartNumber": 1}, response=COPIED)
s3("3.1 SSE-C MD5 of a copy source", "copy_object", GET | SOURCE | SECRET | {"CopySource": "a/b"}, response=COPIED)
for region in ("us-east-1", "eu-west-1"):
    s3("3.1 no LocationConstraint", "create_bucket", {"Bucket": "bkt"}, region=region)

# 3.2: endpoint and request of S3
AP = "arn:aws:s3:us-west-2:123456789012:accesspoint/ap"
s3("3.2 endpoint parameters", "get_bucket_location", {"Bucket": "bkt"}, response=(200, {}, "<L/>"))
s3("3.2 endpoint parameters", "get_object", {"Bucket": AP, "Key": "k"}, config={"s3": {"addressing_style": "path"}})
s3("3.2 Expect", "put_object", PUT)
s3("3.2 Expect", "put_object", PUT | {"Body": b""})
s3("3.2 Expect", "put_object", PUT | {"Body": b""}, env={"BOTO_EXPERIMENTAL__NO_EMPTY_CONTINUE": "true"})
s3("3.2 Expect", "put_object", PUT, env={"BOTO_EXPERIMENTAL__NO_EMPTY_CONTINUE": "true"})
s3("3.2 Expect", "put_object_acl", GET | {"ACL": "private"})
s3("3.2 XML escaping", "delete_objects", {"Bucket": "bkt", "Delete": {"Objects": [{"Key": "a\r\nb"}]}}, response=(200, {}, "<R/>"))
s3("3.2 XML escaping", "put_bucket_lifecycle_configuration",
   {"Bucket": "bkt", "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "Filter": {"Prefix": "a\r\nb"}}]}})
s3("3.2 ARN in the signed path", "get_object", {"Bucket": AP, "Key": "k"}, config={"signature_version": "s3"})
s3("3.2 unsigned trailer", "put_object", PUT, config={"auth_scheme_preference": "noauth"})
for bucket in ("bkt", "my.bkt", "MyBkt", "a_b", "b", "-a", AP, AP.replace("accesspoint/", "accesspoint:"),
               "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/ol", "bkt--usw2-az1--x-s3"):
    for style in (None, "path", "virtual", "auto"):
        options = {"config": {"s3": {"addressing_style": style} | ({} if "--x-s3" not in bucket else {})}} if style else {}
        if "--x-s3" in bucket:
            options["env"] = {"AWS_S3_DISABLE_EXPRESS_SESSION_AUTH": "true"}
        s3("3.2 addressing by bucket and style", "get_object", {"Bucket": bucket, "Key": "k"}, **options)
for region in ("us-east-1", "aws-global", "eu-central-1", "cn-north-1", "us-gov-west-1"):
    s3("3.2 addressing by region", "get_object", GET, region=region)
for config in ({"s3": {"use_accelerate_endpoint": True}}, {"s3": {"use_accelerate_endpoint": True}, "use_dualstack_endpoint": True},
               {"use_dualstack_endpoint": True}, {"use_fips_endpoint": True}, {"use_fips_endpoint": True, "use_dualstack_endpoint": True},
               {"s3": {"use_arn_region": False}}, {"s3": {"us_east_1_regional_endpoint": "regional"}}):
    for bucket in ("bkt", "my.bkt", AP.replace("us-west-2", "eu-west-1")):
        s3("3.2 addressing by setting", "get_object", {"Bucket": bucket, "Key": "k"}, config=config)
for key in ("/a//b/../c", "a b+c", "./k", "é", "a%20b", "~-._"):
    s3("3.2 keys are not normalized", "get_object", {"Bucket": "bkt", "Key": key})

# 3.3: responses of S3
for body in ("EU", "eu-west-1", ""):
    s3("3.3 GetBucketLocation", "get_bucket_location", {"Bucket": "bkt"},
       response=(200, {}, f'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{body}</LocationConstraint>'))
for expires in ("Tue, 02 Jan 2024 03:04:05 GMT", "0", "never"):
    s3("3.3 Expires", "get_object", GET, response=(200, {"Expires": expires}, "x"))
    s3("3.3 Expires", "head_object", GET, response=(200, {"Expires": expires}, ""))
ERROR = "<Error><Code>InternalError</Code><Message>m</Message></Error>"
s3("3.3 error in a 200 response", "copy_object", GET | {"CopySource": "a/b"}, response=(200, {}, ERROR))
s3("3.3 error in a 200 response", "list_objects_v2", {"Bucket": "bkt"}, response=(200, {}, "<ListBucketResult><Con"))
s3("3.3 error in a 200 response", "list_objects_v2", {"Bucket": "bkt"}, response=(200, {}, "  "))
s3("3.3 error in a 200 response", "get_object", GET, response=(200, {}, ERROR))
s3("3.3 error in a 200 response", "put_bucket_versioning", {"Bucket": "bkt", "VersioningConfiguration": {"Status": "Enabled"}}, response=(200, {}, ERROR))
s3("3.3 error in a 200 response", "delete_object", GET, response=(200, {}, ERROR))
for status in (403, 404, 400, 304, 412):
    s3("3.3 errors without a body", "head_object", GET, response=(status, {}, ""))
s3("3.3 errors without a body", "head_bucket", {"Bucket": "bkt"}, response=(404, {}, ""))
s3("3.3 errors without a body", "head_bucket", {"Bucket": "bkt"}, response=(200, {"x-amz-bucket-region": "eu-west-1"}, ""))

# 3.4: checksums of S3
s3("3.4 trailer over TLS", "put_object", PUT)
s3("3.4 trailer over TLS", "put_object", PUT | {"ContentEncoding": "gzip"})
s3("3.4 trailer over TLS", "put_object", {"Bucket": "bkt", "Key": "k"})
s3("3.4 header over HTTP", "put_object", PUT, url="http://store.example.com")
s3("3.4 header over HTTP", "delete_objects", {"Bucket": "bkt", "Delete": {"Objects": [{"Key": "a"}]}}, response=(200, {}, "<R/>"))
s3("3.4 checksum of the caller", "put_object", PUT | {"ChecksumSHA1": "qvTGHdzF6KLavt4PO0gs2a6pQ00="})
s3("3.4 checksum of the caller", "put_object", PUT | {"ChecksumAlgorithm": "SHA256"})
s3("3.4 checksum of the caller", "put_object", PUT | {"ContentMD5": "XUFAKrxLKna5cZ2REBfFkg=="})
s3("3.4 checksums when required", "put_object", PUT, config={"request_checksum_calculation": "when_required"})
s3("3.4 checksums when required", "delete_objects", {"Bucket": "bkt", "Delete": {"Objects": [{"Key": "a"}]}}, response=(200, {}, "<R/>"),
   config={"request_checksum_calculation": "when_required"})
s3("3.4 response checksums", "get_object", GET, response=(200, {"x-amz-checksum-crc32": "NhCmhg=="}, "hello"))
s3("3.4 response checksums", "get_object", GET, response=(200, {"x-amz-checksum-crc32": "AAAAAA=="}, "hello"))
s3("3.4 response checksums", "get_object", GET, response=(200, {"x-amz-checksum-crc32": "AAAAAA==-2"}, "hello"))

# 3.5: EC2 and Auto Scaling
EC2_OK = (200, {}, "<R/>")
record("3.5 UserData", "ec2", "run_instances", {"MinCount": 1, "MaxCount": 1, "UserData": "hé"}, response=EC2_OK)
record("3.5 UserData", "ec2", "run_instances", {"MinCount": 1, "MaxCount": 1, "UserData": "aMOp"}, response=EC2_OK)
record("3.5 UserData", "autoscaling", "create_launch_configuration", {"LaunchConfigurationName": "l", "UserData": "hé"}, response=EC2_OK)
record("3.5 UserData", "ec2", "modify_instance_attribute", {"InstanceId": "i", "UserData": {"Value": b"x"}}, response=EC2_OK)
record("3.5 Filter alias", "ec2", "describe_vpcs", {"Filters": [{"Name": "n", "Values": ["v"]}]}, response=EC2_OK)
for output in ("aMOp", "gICA", "%%", ""):
    record("3.5 GetConsoleOutput", "ec2", "get_console_output", {"InstanceId": "i"}, response=(200, {}, f"<R><output>{output}</output></R>"))
COPY = {"SourceRegion": "us-west-2", "SourceSnapshotId": "snap-1"}
record("3.5 CopySnapshot", "ec2", "copy_snapshot", COPY, response=EC2_OK)
record("3.5 CopySnapshot", "ec2", "copy_snapshot", COPY | {"PresignedUrl": "own"}, response=EC2_OK)
record("3.5 CopySnapshot", "ec2", "copy_snapshot", COPY, token="TOKEN", response=EC2_OK)

# 3.6: RDS, Neptune, DocumentDB
for service, operation, params, result in (
    ("rds", "copy_db_cluster_snapshot", {"SourceDBClusterSnapshotIdentifier": "s", "TargetDBClusterSnapshotIdentifier": "t"}, "CopyDBClusterSnapshot"),
    ("rds", "create_db_cluster", {"DBClusterIdentifier": "c", "Engine": "aurora"}, "CreateDBCluster"),
    ("rds", "copy_db_snapshot", {"SourceDBSnapshotIdentifier": "s", "TargetDBSnapshotIdentifier": "t"}, "CopyDBSnapshot"),
    ("rds", "create_db_instance_read_replica", {"DBInstanceIdentifier": "d", "SourceDBInstanceIdentifier": "s"}, "CreateDBInstanceReadReplica"),
    ("rds", "start_db_instance_automated_backups_replication", {"SourceDBInstanceArn": "a"}, "StartDBInstanceAutomatedBackupsReplication"),
    ("neptune", "copy_db_cluster_snapshot", {"SourceDBClusterSnapshotIdentifier": "s", "TargetDBClusterSnapshotIdentifier": "t"}, "CopyDBClusterSnapshot"),
    ("neptune", "create_db_cluster", {"DBClusterIdentifier": "c", "Engine": "neptune"}, "CreateDBCluster"),
    ("docdb", "copy_db_cluster_snapshot", {"SourceDBClusterSnapshotIdentifier": "s", "TargetDBClusterSnapshotIdentifier": "t"}, "CopyDBClusterSnapshot"),
    ("docdb", "create_db_cluster", {"DBClusterIdentifier": "c", "Engine": "docdb"}, "CreateDBCluster"),
):
    answer = (200, {}, f"<R><{result}Result/></R>")
    for more in ({}, {"SourceRegion": "us-west-2"}, {"SourceRegion": "us-west-2", "PreSignedUrl": "own"}):
        record("3.6 copies between regions", service, operation, params | more, response=answer)

# 3.7: others
JSON_OK = (200, {}, "{}")
record("3.7 apigateway", "apigateway", "get_rest_apis", response=JSON_OK)
record("3.7 apigateway", "apigateway", "get_export", {"restApiId": "r", "stageName": "s", "exportType": "swagger", "accepts": "application/yaml"})
for template in ('{&quot;b&quot;: 1, &quot;a&quot;: 2}', "a: 1"):
    record("3.7 cloudformation", "cloudformation", "get_template", {"StackName": "s"},
           response=(200, {}, f"<R><GetTemplateResult><TemplateBody>{template}</TemplateBody></GetTemplateResult></R>"))
record("3.7 cloudsearchdomain", "cloudsearchdomain", "search", {"query": "a b+c", "returnFields": "x", "size": 3}, url="https://search.example.com", response=JSON_OK)
record("3.7 logs", "logs", "create_export_task", {"logGroupName": "g", "fromTime": 1, "to": 2, "destination": "d"}, response=JSON_OK)
for operation, params in (("get_id", {"IdentityPoolId": "p"}), ("get_open_id_token", {"IdentityId": "i"}),
                          ("unlink_identity", {"IdentityId": "i", "Logins": {}, "LoginsToRemove": []}),
                          ("get_credentials_for_identity", {"IdentityId": "i"}), ("list_identity_pools", {"MaxResults": 1})):
    record("3.7 cognito-identity", "cognito-identity", operation, params, response=JSON_OK)
STS = (200, {}, "<R><AssumeRoleWithSAMLResult/><AssumeRoleWithWebIdentityResult/></R>")
record("3.7 sts", "sts", "assume_role_with_saml", {"RoleArn": "a" * 20, "PrincipalArn": "b" * 20, "SAMLAssertion": "c" * 4}, response=STS)
record("3.7 sts", "sts", "assume_role_with_web_identity", {"RoleArn": "a" * 20, "RoleSessionName": "nn", "WebIdentityToken": "tttt"}, response=STS)
record("3.7 glacier", "glacier", "list_vaults", response=JSON_OK)
record("3.7 glacier", "glacier", "upload_archive", {"vaultName": "v", "body": b"x" * (2**20 + 1)})
record("3.7 glacier", "glacier", "upload_archive", {"vaultName": "v", "body": b""})
record("3.7 glacier", "glacier", "upload_archive", {"vaultName": "v", "body": b"x", "checksum": "own"})
record("3.7 glacier", "glacier", "upload_multipart_part", {"vaultName": "v", "uploadId": "u", "body": b"hello"})
POLICY = "%7B%22b%22%3A%20%22x+y%22%7D"
record("3.7 iam", "iam", "get_role_policy", {"RoleName": "r", "PolicyName": "p"},
       response=(200, {}, f"<R><GetRolePolicyResult><PolicyDocument>{POLICY}</PolicyDocument></GetRolePolicyResult></R>"))
record("3.7 iam", "iam", "list_roles", response=(200, {}, "<R><ListRolesResult><Roles><member><AssumeRolePolicyDocument>" + POLICY
       + "</AssumeRolePolicyDocument></member><member><AssumeRolePolicyDocument>%7Bbad</AssumeRolePolicyDocument></member></Roles></ListRolesResult></R>"))
record("3.7 kinesis", "kinesis", "list_shards", {"StreamARN": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}, response=JSON_OK)
record("3.7 lambda", "lambda", "update_function_code", {"FunctionName": "f", "ZipFile": b"zip"}, response=JSON_OK)
record("3.7 machinelearning", "machinelearning", "predict", {"MLModelId": "m", "Record": {"a": "b"}, "PredictEndpoint": "https://x.example.com"}, response=JSON_OK)
record("3.7 names of methods", "mturk", "list_hi_ts_for_qualification_type", {"QualificationTypeId": "q"}, response=JSON_OK)
record("3.7 names of methods", "signin", "create_o_auth2_token", {"tokenInput": {"clientId": "c", "grantType": "g"}}, response=JSON_OK)
record("3.7 polly", "polly", "synthesize_speech", {"OutputFormat": "mp3", "Text": "hi", "VoiceId": "Joanna"}, presign={})
for operation, params in (("get_hosted_zone", {"Id": "/hostedzone/Z1"}), ("get_change", {"Id": "/change/C1"}), ("get_hosted_zone", {"Id": "Z1"}),
                          ("get_reusable_delegation_set", {"Id": "/delegationset/N1"}), ("list_resource_record_sets", {"HostedZoneId": "/hostedzone/Z1"})):
    record("3.7 route53", "route53", operation, params, response=(200, {}, "<R/>"))
record("3.7 s3-control", "s3control", "get_public_access_block", {"AccountId": "123456789012"}, response=(200, {}, "<R/>"))
QUEUE = (400, {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"}, '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"}')
record("3.7 sqs", "sqs", "get_queue_url", {"QueueName": "q"}, response=QUEUE)
for body in ('{"error":"e","error_description":"d"}', '{"__type":"InvalidGrantException","error_description":"d","message":"m"}'):
    record("3.7 sso-oidc", "sso-oidc", "create_token", {"clientId": "c", "clientSecret": "s", "grantType": "g"}, response=(400, {}, body))
record("3.7 importexport", "importexport", "cancel_job", {"JobId": "x"}, response=(200, {}, "<R><CancelJobResult/></R>"))
record("3.7 dynamodb checksum", "dynamodb", "list_tables", response=(200, {"x-amz-crc32": "2745614147"}, "{}"))
record("3.7 dynamodb checksum", "dynamodb", "list_tables", response=(200, {"x-amz-crc32": "1"}, "{}"), config={"retries": {"total_max_attempts": 1, "mode": "legacy"}})
for mode in (None, "disabled", "required"):
    config = {"account_id_endpoint_mode": mode} if mode else {}
    for account in ("123456789012", None):
        record("3.7 dynamodb accounts", "dynamodb", "list_tables", account=account, config=config, response=JSON_OK)
record("3.7 nothing for sqs", "sqs", "send_message", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q", "MessageBody": "m"},
       response=(200, {}, '{"MD5OfMessageBody":"wrong","MessageId":"i"}'))

# 4.2 and 4.4: redirects and signers of S3
MOVED = (301, {"x-amz-bucket-region": "eu-west-1"}, "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>")
s3("4.2 region redirect", "get_object", GET, responses=[MOVED, (200, {}, "x")])
s3("4.2 region redirect", "get_object", GET, responses=[MOVED, MOVED])
s3("4.2 region redirect", "head_object", GET, responses=[(400, {"x-amz-bucket-region": "eu-west-1"}, ""), (200, {}, "")])
s3("4.2 region redirect", "list_objects_v2", {"Bucket": "bkt"}, responses=[(400, {}, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>"), (200, {}, "<R/>")])
s3("4.2 region redirect", "create_bucket", {"Bucket": "bkt"}, response=(400, {}, "<Error><Code>IllegalLocationConstraintException</Code><Message>m</Message></Error>"))
s3("4.2 region redirect", "get_object", {"Bucket": AP, "Key": "k"}, response=MOVED)
CONTROL = {"AccountId": "123456789012"}
OUTPOST = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456"
for operation, params in (("get_access_point", CONTROL | {"Name": f"{OUTPOST}/accesspoint/ap"}), ("get_bucket", {"Bucket": f"{OUTPOST}/bucket/b"}),
                          ("get_access_point", CONTROL | {"Name": "ap"}), ("get_bucket", {"Bucket": f"{OUTPOST}/accesspoint/b"}),
                          ("get_access_point", {"AccountId": "000000000000", "Name": f"{OUTPOST}/accesspoint/ap"})):
    record("4.5 ARNs of s3control", "s3control", operation, params, region="us-west-2", response=(200, {}, "<R/>"))

# 6.1: presigned URLs
for region in ("us-west-2", "us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1"):
    for bucket in ("bkt", "my.bkt", "MyBkt", AP):
        s3("6.1 presigned URLs of S3", "get_object", {"Bucket": bucket, "Key": "k"}, region=region, config={"signature_version": "s3v4"}, presign={})
for config in ({"use_dualstack_endpoint": True}, {"s3": {"addressing_style": "virtual"}}, {"s3": {"addressing_style": "path"}},
               {"s3": {"us_east_1_regional_endpoint": "regional"}}):
    s3("6.1 presigned URLs of S3", "get_object", GET, config={"signature_version": "s3v4"} | config, presign={"ExpiresIn": 60})
s3("6.1 presigned URLs of S3", "put_object", GET | {"ContentType": "a/b", "Metadata": {"a": "b"}}, config={"signature_version": "s3v4"}, presign={})
s3("6.1 presigned URLs of S3", "get_object", GET, config={"signature_version": "s3v4"}, presign={"HttpMethod": "HEAD"}, token="TOKEN")
s3("6.1 presigned URLs of S3", "list_objects", {"Bucket": "bkt"}, config={"signature_version": "s3v4"}, presign={})
s3("6.1 presigned URLs of S3", "get_object", {"Bucket": "bkt"}, config={"signature_version": "s3v4"}, presign={})
record("6.1 presigned URLs of other protocols", "sts", "get_caller_identity", presign={})
record("6.1 presigned URLs of other protocols", "sts", "assume_role", {"RoleArn": "a" * 20, "RoleSessionName": "nn"}, presign={}, token="TOKEN")
record("6.1 presigned URLs of other protocols", "lambda", "get_function", {"FunctionName": "f"}, presign={})
record("6.1 presigned URLs of other protocols", "ec2", "describe_vpcs", {"VpcIds": ["v"]}, presign={})
