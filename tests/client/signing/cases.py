"""What botocore is asked to sign; `record.py` adds the answers.

`config` is that of a client, by botocore's names, with "unsigned" for `UNSIGNED`; `presign` and `form` are the
parameters of `generate_presigned_url` and `generate_presigned_post`; `send` is an operation and its parameters.
"""

OBJECT = {"Bucket": "bkt", "Key": "k"}
ZONAL = {"Bucket": "bkt--usw2-az1--x-s3", "Key": "k"}
POINT = "arn:aws:s3:us-east-2:123456789012:accesspoint/ap"
HERE = "arn:aws:s3:us-west-2:123456789012:accesspoint/ap"
OUTPOST = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/ap"
LAMBDA = "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/ol"

CASES = []


def case(name, service, region="us-west-2", token=None, env=None, config=None, endpoint_url=None, **what):
    given = {"token": token, "env": env, "config": config, "endpoint_url": endpoint_url, **what}
    CASES.append({"name": name, "service": service, "region": region} | {key: value for key, value in given.items() if value})


def url(name, operation="get_object", params=OBJECT, service="s3", expires=900, method=None, **client):
    asked = {"ClientMethod": operation, "Params": params, "ExpiresIn": expires} | ({"HttpMethod": method} if method else {})
    case("url: " + name, service, presign=asked, **client)


def form(name, key="k", bucket="bkt", fields=None, conditions=None, expires=None, **client):
    given = {"Fields": fields, "Conditions": conditions, "ExpiresIn": expires}
    case("form: " + name, "s3", form={"Bucket": bucket, "Key": key} | {k: v for k, v in given.items() if v}, **client)


def send(name, service, operation, params, **client):
    case("send: " + name, service, send=[operation, params], **client)


# Where S3's URLs point: global for the partition aws, unless a setting says otherwise.
PLACES = {
    "a region": {},
    "the classic region": {"region": "us-east-1"},
    "a region without the old signature": {"region": "eu-central-1"},
    "China": {"region": "cn-north-1"},
    "GovCloud": {"region": "us-gov-west-1"},
    "dualstack of s3": {"config": {"s3": {"use_dualstack_endpoint": True}}},
    "dualstack": {"config": {"use_dualstack_endpoint": True}},
    "the classic region, regional": {"region": "us-east-1", "config": {"s3": {"us_east_1_regional_endpoint": "regional"}}},
    "a region, regional": {"config": {"s3": {"us_east_1_regional_endpoint": "regional"}}},
    "virtual style": {"config": {"s3": {"addressing_style": "virtual"}}},
    "auto style": {"config": {"s3": {"addressing_style": "auto"}}},
    "path style": {"config": {"s3": {"addressing_style": "path"}}},
    "accelerate": {"config": {"s3": {"use_accelerate_endpoint": True}}},
    "accelerate with dualstack": {"config": {"s3": {"use_accelerate_endpoint": True, "use_dualstack_endpoint": True}}},
    "a store of one's own": {"endpoint_url": "http://localhost:9000"},
    "a store under a path": {"endpoint_url": "http://localhost:9000/base"},
    "a store by virtual host": {"endpoint_url": "http://s3.example.com:9000", "config": {"s3": {"addressing_style": "virtual"}}},
    "FIPS": {"config": {"use_fips_endpoint": True}},
    "FIPS, virtual style": {"config": {"use_fips_endpoint": True, "s3": {"addressing_style": "virtual"}}},
    "FIPS in the classic region": {"region": "us-east-1", "config": {"use_fips_endpoint": True}},
    "FIPS with dualstack": {"config": {"use_fips_endpoint": True, "use_dualstack_endpoint": True}},
    "temporary keys": {"token": "TO/K+E=N"},
    "nobody's keys": {"config": {"signature_version": "unsigned"}},
    "the signature named as v4": {"config": {"signature_version": "v4"}},
    "the signature of the first days": {"config": {"signature_version": "s3"}},
    "the signature of the first days, temporary keys": {"config": {"signature_version": "s3"}, "token": "TO/K+E=N"},
    "a query signature by its whole name": {"config": {"signature_version": "s3v4-query"}},
    "checksums where required": {"config": {"response_checksum_validation": "when_required"}},
}
PLACES["the signature by name"] = {"config": {"signature_version": "s3v4"}}
for place, client in PLACES.items():
    url("in " + place, **client)
    if "whole name" not in place:
        form("in " + place, **client)

for bucket in ("my.bkt", "MyBkt", "a_b", "-ab", "b" * 64, POINT, HERE, LAMBDA, "no bucket"):
    url("of bucket " + bucket, params={"Bucket": bucket, "Key": "k"})
    form("of bucket " + bucket, bucket=bucket)
# Without a preference it depends on what a build can sign with: an Outpost would rather have SigV4a.
url("of an outpost", params={"Bucket": OUTPOST, "Key": "k"}, config={"auth_scheme_preference": "sigv4"})
form("of an outpost", bucket=OUTPOST, config={"auth_scheme_preference": "sigv4"})
url("of an access point, path style", params={"Bucket": POINT, "Key": "k"}, config={"s3": {"addressing_style": "path"}})
url("of an access point, ARN region refused", params={"Bucket": POINT, "Key": "k"}, config={"s3": {"use_arn_region": False}})
url("of an access point, old signature", params={"Bucket": POINT, "Key": "k"}, config={"signature_version": "s3"})
url("of a dotted bucket, virtual style", params={"Bucket": "my.bkt", "Key": "k"}, config={"s3": {"addressing_style": "virtual"}})

for key in ("a b/c+d~é", "/a//b/../c", "a?b=c&d#e%20", "x\ny", "😀"):
    url("of key " + repr(key), params={"Bucket": "bkt", "Key": key})
    form("of key " + repr(key), key=key)
url("of key 'a b+é', old signature", params={"Bucket": "bkt", "Key": "a b+é"}, config={"signature_version": "s3"})

RICH = OBJECT | {"VersionId": "v 1", "ResponseContentType": "text/plain", "ResponseContentDisposition": 'attachment; filename="a b.txt"'}
HEADERS = OBJECT | {"ContentType": "a/b", "Metadata": {"b": "2", "a": "1"}, "ACL": "private", "Tagging": "x=1&y=2"}
for name, config in (("", None), (", old signature", {"signature_version": "s3"})):
    url("with a version and overrides" + name, params=RICH, config=config)
    url("with headers" + name, "put_object", HEADERS, config=config, token="TOK")
    url("with a range" + name, params=OBJECT | {"Range": "bytes=0-9", "IfMatch": '"x"'}, config=config)
    url("with a customer's key" + name, params=OBJECT | {"SSECustomerKey": "0" * 32, "SSECustomerAlgorithm": "AES256"}, config=config)
    url("of an upload's part" + name, "upload_part", OBJECT | {"UploadId": "u+/=", "PartNumber": 3}, config=config)
    url("of a list" + name, "list_objects_v2", {"Bucket": "bkt", "Prefix": "a b", "MaxKeys": 3}, config=config)
    url("of a bucket's location" + name, "get_bucket_location", {"Bucket": "bkt"}, config=config)
    url("of the buckets" + name, "list_buckets", {}, config=config)
    url("for HEAD" + name, method="HEAD", config=config)
url("with an algorithm", "put_object", OBJECT | {"ChecksumAlgorithm": "SHA256"})
url("with a checksum", "put_object", OBJECT | {"ChecksumCRC32": "jNwWgw=="})
url("with a digest", "put_object", OBJECT | {"ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg=="})
url("of an upload's start", "create_multipart_upload", OBJECT | {"ContentType": "a/b"})
url("of an upload's end", "complete_multipart_upload", OBJECT | {"UploadId": "u"})
url("of a copy", "copy_object", OBJECT | {"CopySource": {"Bucket": "src", "Key": "a b+é", "VersionId": "v"}})
url("of a deletion", "delete_object", OBJECT | {"BypassGovernanceRetention": True})
url("of a head", "head_object")
url("of a bucket's head", "head_bucket", {"Bucket": "bkt"})
url("of tags", "get_object_tagging")
url("of old lists", "list_objects", {"Bucket": "bkt", "Delimiter": "/"})
url("for a week", expires=604800)
url("for no time", expires=0)
url("without a key", params={"Bucket": "bkt"})
url("with an unknown parameter", params=OBJECT | {"Kee": 1})
url("of no operation", "get_objekt")
url("by a signature that presigns nothing", config={"signature_version": "v2"})
url("by no signature", config={"signature_version": "v9"})

for name, service, operation, params, more in (
    ("who asks", "sts", "get_caller_identity", {}, {}),
    ("who asks, temporary keys", "sts", "get_caller_identity", {}, {"token": "TOK", "region": "us-east-1"}),
    ("a form of lists", "ec2", "describe_instances", {"InstanceIds": ["i-1", "i-2"], "Filters": [{"Name": "a b", "Values": ["é"]}]}, {}),
    ("a JSON body", "dynamodb", "list_tables", {"Limit": 3}, {}),
    ("speech", "polly", "synthesize_speech", {"Text": "hi there", "VoiceId": "Joanna", "OutputFormat": "mp3"}, {}),
    ("a queue's message", "sqs", "receive_message", {"QueueUrl": "https://sqs.us-west-2.amazonaws.com/1/q", "WaitTimeSeconds": 2}, {}),
    ("a topic's message", "sns", "publish", {"TopicArn": "arn:aws:sns:us-west-2:1:t", "Message": "a&b=c"}, {}),
    ("a function", "lambda", "get_function", {"FunctionName": "arn:aws:lambda:us-west-2:123:function:f", "Qualifier": "$LATEST"}, {}),
    ("an operation for anybody", "sts", "assume_role_with_web_identity", {"RoleArn": "a" * 20, "RoleSessionName": "s1", "WebIdentityToken": "toke"}, {}),
    ("an operation of version 2", "sdb", "list_domains", {}, {"region": "us-east-1"}),
    ("import and export", "importexport", "list_jobs", {}, {"region": "us-east-1"}),
    ("a bearer of tokens", "codecatalyst", "list_spaces", {}, {"env": {"AWS_BEARER_TOKEN_CODECATALYST": "TOK"}}),
    ("a model, with a token", "bedrock", "list_custom_models", {}, {"env": {"AWS_BEARER_TOKEN_BEDROCK": "TOK"}}),
    ("a model, with a token preferred outside", "bedrock", "list_custom_models", {}, {"env": {"AWS_BEARER_TOKEN_BEDROCK": "TOK", "AWS_AUTH_SCHEME_PREFERENCE": "httpBearerAuth"}}),
    ("a model, with a token preferred in code", "bedrock", "list_custom_models", {}, {"env": {"AWS_BEARER_TOKEN_BEDROCK": "TOK"}, "config": {"auth_scheme_preference": "httpBearerAuth"}}),
    ("a model, with a token named", "bedrock", "list_custom_models", {}, {"env": {"AWS_BEARER_TOKEN_BEDROCK": "TOK"}, "config": {"signature_version": "bearer"}}),
    ("a model", "bedrock", "list_custom_models", {}, {}),
    ("a database", "rds", "describe_db_instances", {"MaxRecords": 20}, {"config": {"use_fips_endpoint": True}}),
):
    url(name, operation, params, service, **more)
for service, operation, params in (
    ("sso-oidc", "register_client", {"clientName": "c", "clientType": "public"}),
    ("cognito-identity", "get_id", {"IdentityPoolId": "us-west-2:1"}),
    ("codedeploy", "batch_get_on_premises_instances", {"instanceNames": []}),
    ("codedeploy", "list_on_premises_instances", {"tagFilters": [{"Key": "e\u0301\u2028'"}]}),
    ("xray", "update_indexing_rule", {"Name": "n", "Rule": {"Probabilistic": {"DesiredSamplingPercentage": 1e-7}}}),
):
    url(f"{service} {operation}", operation, params, service)
url("for another method", "get_caller_identity", {}, "sts", method="GET")

form("with fields and conditions", "k/${filename}", "bkt", {"acl": "é", "x": 1}, [{"acl": "é"}, ["content-length-range", 1, 2]], 60, token="T")
form("with its key among the fields", fields={"key": "other", "Content-Type": "a/b"})
form("with conditions in their order", conditions=[{"z": "1", "a": "2"}, ["eq", "$acl", "x\\y\"z\x7f\n"], {"b": [True, None, 1.5, 1e16]}])
form("of nothing but a prefix", "${filename}")
form("of the old signature", "k/${filename}", fields={"acl": "a"}, conditions=[{"acl": "a"}], token="T", config={"signature_version": "s3"})

# S3 Express: a session's keys sign what concerns objects, the caller's own what concerns the bucket.
BY_ITSELF = {"url: express"}
send("express", "s3", "get_object", ZONAL)
send("express, temporary keys", "s3", "get_object", ZONAL, token="TOK")
send("express, a signature by name", "s3", "get_object", ZONAL, config={"signature_version": "s3v4"})
send("express, the session's by name", "s3", "head_object", ZONAL, config={"signature_version": "v4-s3express"})
send("express, sessions switched off", "s3", "get_object", ZONAL, config={"s3": {"disable_s3_express_session_auth": True}})
send("express, sessions switched off outside", "s3", "get_object", ZONAL, env={"AWS_S3_DISABLE_EXPRESS_SESSION_AUTH": "true"})
send("express, a list", "s3", "list_objects_v2", {"Bucket": ZONAL["Bucket"]})
send("express, a deletion", "s3", "delete_objects", {"Bucket": ZONAL["Bucket"], "Delete": {"Objects": [{"Key": "k"}]}})
send("express, an upload", "s3", "put_object", ZONAL | {"Body": "x"}, config={"request_checksum_calculation": "when_required"})
send("express, dualstack", "s3", "get_object", ZONAL, config={"use_dualstack_endpoint": True})
send("express, FIPS", "s3", "get_object", ZONAL, config={"use_fips_endpoint": True})
send("express, nobody's keys", "s3", "get_object", ZONAL, config={"signature_version": "unsigned"})
send("express, a store of one's own", "s3", "get_object", ZONAL, endpoint_url="https://express.example.com")
send("express, the bucket's own policy", "s3", "get_bucket_policy", {"Bucket": ZONAL["Bucket"]})
send("express, the buckets", "s3", "list_directory_buckets", {})
url("express", params=ZONAL)
url("express, a signature by name", params=ZONAL, config={"signature_version": "s3v4"})
form("express", bucket=ZONAL["Bucket"])
form("express, a signature by name", bucket=ZONAL["Bucket"], config={"signature_version": "s3v4"})

# Which way of signing: the operation's, the endpoint's, the service's, the user's.
TOKEN = {"AWS_BEARER_TOKEN_BEDROCK": "TOK"}
for name, env, config in (
    ("nothing said", {}, None),
    ("a token", TOKEN, None),
    ("a token, keys preferred outside", TOKEN | {"AWS_AUTH_SCHEME_PREFERENCE": "sigv4"}, None),
    ("a token, keys preferred in code", TOKEN, {"auth_scheme_preference": "sigv4"}),
    ("a token, keys named in code", TOKEN, {"signature_version": "v4"}),
    ("a token, preferred in code", TOKEN, {"auth_scheme_preference": "httpBearerAuth"}),
    ("a token, neither preferred in code", TOKEN, {"auth_scheme_preference": "noAuth"}),
    ("a token, nobody's keys", TOKEN, {"signature_version": "unsigned"}),
    ("a token, another setting in code", TOKEN, {"connect_timeout": 3}),
    ("no token, preferred outside", {"AWS_AUTH_SCHEME_PREFERENCE": " httpBearerAuth ,\tsigv4"}, None),
    ("no token, preferred in code", {}, {"auth_scheme_preference": "httpBearerAuth"}),
    ("no token, bearer named", {}, {"signature_version": "bearer"}),
    ("a token, bearer named", TOKEN, {"signature_version": "bearer"}),
    ("an empty token", {"AWS_BEARER_TOKEN_BEDROCK": ""}, None),
    ("another's token", {"AWS_BEARER_TOKEN_DYNAMODB": "TOK"}, None),
):
    send("models, " + name, "bedrock", "list_custom_models", {}, env=env, config=config)
send("models' runtime, a token", "bedrock-runtime", "list_async_invokes", {}, env=TOKEN)
send("models' agents, a token", "bedrock-agent", "list_agents", {}, env=TOKEN)
send("models, a token without TLS", "bedrock", "list_custom_models", {}, env=TOKEN, endpoint_url="http://localhost:1")
send("tables, a token", "dynamodb", "list_tables", {}, env={"AWS_BEARER_TOKEN_DYNAMODB": "TOK"})
send("tables, a token that is asked for", "dynamodb", "list_tables", {}, env={"AWS_BEARER_TOKEN_DYNAMODB": "TOK"}, config={"signature_version": "bearer"})
send("spaces, a token", "codecatalyst", "list_spaces", {}, env={"AWS_BEARER_TOKEN_CODECATALYST": "TOK"})
send("spaces, no token", "codecatalyst", "list_spaces", {})
send("spaces, keys named", "codecatalyst", "list_spaces", {}, config={"signature_version": "v4"})
send("spaces, keys preferred", "codecatalyst", "list_spaces", {}, config={"auth_scheme_preference": "sigv4"})
send("events, no endpoint of their own", "events", "put_events", {"Entries": [{}]})
for preferred in ("sigv4", "httpBearerAuth", "noAuth"):
    for service, operation, params in (
        ("sts", "get_caller_identity", {}),
        ("dynamodb", "list_tables", {}),
        ("s3", "list_buckets", {}),
        ("cognito-idp", "forget_device", {"DeviceKey": "k" * 9}),
    ):
        send(f"{service}, {preferred} preferred", service, operation, params, config={"auth_scheme_preference": preferred})
        send(f"{service}, {preferred} preferred outside", service, operation, params, env={"AWS_AUTH_SCHEME_PREFERENCE": preferred})
for service, operation, params in (
    ("sts", "assume_role_with_web_identity", {"RoleArn": "a" * 20, "RoleSessionName": "s1", "WebIdentityToken": "toke"}),
    ("cognito-identity", "get_id", {"IdentityPoolId": "us-west-2:1"}),
    ("cognito-identity", "list_identity_pools", {"MaxResults": 1}),
    ("cognito-idp", "forget_device", {"DeviceKey": "k" * 9}),
    ("sso", "list_accounts", {"accessToken": "t"}),
    ("sso-oidc", "register_client", {"clientName": "c", "clientType": "public"}),
    ("ebs", "put_snapshot_block", {"SnapshotId": "snap-0123456789abcdef0", "BlockIndex": 0, "BlockData": "xyz", "DataLength": 3, "Checksum": "x", "ChecksumAlgorithm": "SHA256"}),
    ("s3", "get_object", OBJECT),
    ("dynamodb", "list_tables", {}),
):
    send(f"{service} {operation}", service, operation, params)
    send(f"{service} {operation}, temporary keys", service, operation, params, token="TOK")
    send(f"{service} {operation}, nobody's keys", service, operation, params, config={"signature_version": "unsigned"})
    send(f"{service} {operation}, a signature by name", service, operation, params, config={"signature_version": "v4"})
