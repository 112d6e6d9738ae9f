"""A sample of the S3 request matrix, prepared by botocore with awscrt, as JSON lines.

A case combines an operation, a kind of bucket name or ARN, and the settings of a client, each chosen at random by seed. A
question is `{"service": "s3_matrix", "seed", "rounds"}`: `rounds` is the number of clients, and `service` is followed by `/` and the
number of the part.
"""

import base64
import io
import json
import random
import sys

import awscrt  # noqa: F401  (without it, botocore has neither SigV4a nor all checksums)
import botocore.exceptions
import botocore.session
import main as reference
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from tagged import tag

CASES_OF_A_CLIENT = 16
SESSION = b"""<CreateSessionResult><Credentials><SessionToken>EXPRESSTOKEN</SessionToken><SecretAccessKey>expresssecret</SecretAccessKey>
<AccessKeyId>EXPRESSKEY</AccessKeyId><Expiration>2099-01-02T03:09:05Z</Expiration></Credentials></CreateSessionResult>"""

REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "aws-global", "cn-north-1", "us-gov-west-1", "fips-us-gov-west-1", "us-west-2-fips", "af-south-1", "nowhere-1", "s3-external-1", None]
ENDPOINTS = ["http://localhost:9000", "https://store.example/base", "https://10.0.0.1:8443", "https://s3-accelerate.amazonaws.com", "https://bucket.vpce-1a2b-3c4d.s3.us-east-1.vpce.amazonaws.com", "https://store.example/base/", "http://[::1]:9000"]
ACCOUNT = "123456789012"
BUCKETS = {
    "plain": ["river", "a-river-in-the-forest"],
    "dotted": ["river.example.com", "a.b"],
    "uppercase": ["River", "under_score"],
    "short": ["ab"],
    "long": ["r" * 63, "r" * 64],
    "address": ["192.168.5.4"],
    "invalid": ["a b", "", "river/x", "r" * 256, "río"],
    "dash": ["-river", "river-"],
    "access point": [f"arn:aws:s3:{r}:{ACCOUNT}:accesspoint{s}my-point" for r in ("us-west-2", "eu-west-1", "us-east-1") for s in ":/"]
    + [f"arn:aws-cn:s3:cn-north-1:{ACCOUNT}:accesspoint/my-point", f"arn:aws-us-gov:s3:us-gov-west-1:{ACCOUNT}:accesspoint/my-point"],
    "bad access point": [f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint/my.point", "arn:aws:s3:us-west-2::accesspoint/my-point", f"arn:aws:s3:us-west-2:{ACCOUNT}:bucket/river", f"arn:aws:sqs:us-west-2:{ACCOUNT}:accesspoint/my-point", f"arn:aws:s3:fips-us-west-2:{ACCOUNT}:accesspoint/p", f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint/p/more"],
    "outposts": [f"arn:aws:s3-outposts:us-west-2:{ACCOUNT}:outpost/op-01234567890123456/accesspoint/my-point", f"arn:aws:s3-outposts:us-west-2:{ACCOUNT}:outpost:op-01234567890123456:accesspoint:my-point", f"arn:aws:s3-outposts:us-west-2:{ACCOUNT}:outpost/op-01234567890123456/bucket/river", f"arn:aws:s3-outposts:us-west-2:{ACCOUNT}:outpost/op-01234567890123456"],
    "object lambda": [f"arn:aws:s3-object-lambda:{r}:{ACCOUNT}:accesspoint{s}my-lambda" for r in ("us-west-2", "us-east-1") for s in ":/"],
    "multi-region": [f"arn:aws:s3::{ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap", f"arn:aws:s3::{ACCOUNT}:accesspoint:mfzwi23gnjvgw.mrap"],
    "directory": ["river--usw2-az1--x-s3", "river--use1-az4--x-s3", "river--abcd-ab1-xxx--x-s3"],
    "directory access point": ["my-point--usw2-az1--xa-s3"],
    "outposts alias": ["point-o0001234567890123456789012345678901--op-s3", "test-accessp-o0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3"],
    "access point alias": ["my-point-aqfqprnstn7aefdfbarligizwgyfouse1a-s3alias"],
}
KEYS = ["key", "a/b c", "é+&?#~", "//a/../b/./", "with:colon*!'()", "x" * 40, "%20", "a\nb"]
BODIES = [b"", b"hello", bytes(range(256)), b"x" * 70000, "text é"]


class Parameters:
    """The parameters of one call for a bucket."""

    def __init__(self, rng, bucket, algorithms):
        self.rng, self.bucket, self.algorithms = rng, bucket, algorithms

    def one_of(self, *choices):
        return self.rng.choice(choices)

    def some(self, **optional):
        return {name: value for name, value in optional.items() if self.rng.random() < 0.3}

    def algorithm(self):
        return {"ChecksumAlgorithm": self.rng.choice(self.algorithms)} if self.rng.random() < 0.5 else {}

    def on_bucket(self):
        return {"Bucket": self.bucket} | self.some(ExpectedBucketOwner=ACCOUNT)

    def on_object(self):
        return {"Bucket": self.bucket, "Key": self.rng.choice(KEYS)} | self.some(RequestPayer="requester", ExpectedBucketOwner=ACCOUNT)

    def customer_key(self, prefix=""):
        choice = self.rng.random()
        name = prefix + "SSECustomerKey"
        if choice > 0.3:
            return {}
        own = {prefix + "SSECustomerAlgorithm": "AES256", name: self.one_of("0" * 32, b"\xff\x00" * 16)}
        if choice < 0.05:
            own |= {name: "a2V5", name + "MD5": "digest"}
        return own

    def body(self):
        body = self.rng.choice(BODIES)
        return io.BytesIO(body) if isinstance(body, bytes) and self.rng.random() < 0.4 else body

    def metadata(self):
        return self.some(Metadata=self.one_of({"a": "b", "Mixed-Case": " padded "}, {"x": "río"}, {"río": "x"}, {}))

    def checksum(self):
        return self.some(ChecksumCRC32="NhCmhg==") if self.rng.random() < 0.2 else {}

    def copy_source(self):
        source = {"Bucket": self.one_of("lake", f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint/lake", "lake.example"), "Key": self.rng.choice(KEYS)}
        if self.rng.random() < 0.5:
            return source | self.some(VersionId=self.one_of("v1", "v 1", "a+b"))
        return self.one_of("lake/key", "lake/a b+é?versionId=v1", "lake/k?versionId=x y", "/lake/%20", "lake/a?b=c", 5)

    def of(self, operation):
        return getattr(self, operation)()

    def get_object(self):
        return self.on_object() | self.customer_key() | self.some(Range="bytes=0-9", VersionId="v 1", ResponseContentType="text/plain", ChecksumMode="ENABLED", PartNumber=1)

    head_object = get_object

    def put_object(self):
        return self.on_object() | self.algorithm() | self.checksum() | self.metadata() | self.customer_key() | self.some(Body=self.body(), ContentType="text/plain", ContentEncoding="gzip", ContentMD5="XUFAKrxLKna5cZ2REBfFkg==", ContentLength=5, ACL="private", Expires=1704164645, CacheControl="  max-age=5  ")

    def delete_object(self):
        return self.on_object() | self.some(VersionId="v", MFA="serial 1", BypassGovernanceRetention=True)

    def list_objects(self):
        return self.on_bucket() | self.some(Prefix="a/ +é", Delimiter="/", EncodingType="url", MaxKeys=5)

    list_objects_v2 = list_object_versions = list_multipart_uploads = list_objects

    def copy_object(self):
        return self.on_object() | {"CopySource": self.copy_source()} | self.metadata() | self.customer_key() | self.customer_key("CopySource") | self.algorithm()

    def upload_part(self):
        return self.on_object() | {"PartNumber": 1, "UploadId": self.one_of("u", "a+b/c=")} | self.algorithm() | self.checksum() | self.customer_key() | self.some(Body=self.body())

    def upload_part_copy(self):
        return self.on_object() | {"PartNumber": 2, "UploadId": "u", "CopySource": self.copy_source()} | self.customer_key() | self.customer_key("CopySource")

    def create_multipart_upload(self):
        return self.on_object() | self.algorithm() | self.metadata() | self.customer_key() | self.some(ChecksumType="FULL_OBJECT")

    def complete_multipart_upload(self):
        parts = [{"ETag": '"e"', "PartNumber": n} for n in (1, 2)]
        return self.on_object() | {"UploadId": "u"} | self.customer_key() | self.checksum() | self.some(MultipartUpload={"Parts": parts})

    def delete_objects(self):
        return self.on_bucket() | self.algorithm() | {"Delete": {"Objects": [{"Key": key} for key in self.rng.sample(KEYS, 2)]}} | self.some(ContentMD5="XUFAKrxLKna5cZ2REBfFkg==")

    def create_bucket(self):
        return {"Bucket": self.bucket} | self.some(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}, ACL="private")

    def head_bucket(self):
        return self.on_bucket()

    delete_bucket = get_bucket_location = get_bucket_versioning = get_bucket_policy = head_bucket

    def list_buckets(self):
        return self.some(MaxBuckets=3, Prefix="r")

    def list_directory_buckets(self):
        return self.some(MaxDirectoryBuckets=3)

    def create_session(self):
        return {"Bucket": self.bucket} | self.some(SessionMode="ReadOnly")

    def put_bucket_versioning(self):
        return self.on_bucket() | self.algorithm() | {"VersioningConfiguration": {"Status": "Enabled"}}

    def put_bucket_lifecycle_configuration(self):
        rule = {"ID": "a\r\nb", "Status": "Enabled", "Filter": {"Prefix": "x\ny"}, "Expiration": {"Days": 3}}
        return self.on_bucket() | self.algorithm() | self.some(LifecycleConfiguration={"Rules": [rule]})

    def put_bucket_policy(self):
        return self.on_bucket() | self.algorithm() | {"Policy": '{"Version": "2012-10-17"}'}

    def put_object_tagging(self):
        return self.on_object() | self.algorithm() | {"Tagging": {"TagSet": [{"Key": "k", "Value": "v"}]}}

    def restore_object(self):
        return self.on_object() | self.algorithm() | self.some(RestoreRequest={"Days": 2})

    def get_object_attributes(self):
        return self.on_object() | self.customer_key() | {"ObjectAttributes": ["ETag", "Checksum"]}

    def select_object_content(self):
        serialization = {"InputSerialization": {"CSV": {}}, "OutputSerialization": {"JSON": {}}}
        return self.on_object() | self.customer_key() | {"Expression": "select * from s3object", "ExpressionType": "SQL"} | serialization

    def write_get_object_response(self):
        return {"RequestRoute": self.one_of("io-route", "a.b"), "RequestToken": "t"} | self.some(Body=self.body(), StatusCode=200, Metadata={"a": "b"}, ChecksumCRC32="NhCmhg==")

    # S3 Control

    def account(self):
        return {} if self.rng.random() < 0.15 else {"AccountId": self.one_of(ACCOUNT, ACCOUNT, ACCOUNT, "999999999999", "a.b")}

    def outposts(self, kind):
        places = [f"arn:aws:s3-outposts:us-west-2:{ACCOUNT}:outpost/op-1/{kind}/x", f"arn:aws:s3-outposts:us-west-2:{ACCOUNT}:outpost:op-1:{kind}:x", f"arn:aws:s3-outposts:cn-north-1:{ACCOUNT}:outpost/op-1/{kind}/x", f"arn:aws:s3:us-west-2:{ACCOUNT}:{kind}/x", "plain", f"arn:aws:s3-outposts:us-west-2:{ACCOUNT}:outpost/op-1", f"arn:aws:s3-outposts:us-west-2::outpost/op-1/{kind}/x", "point--usw2-az1--xa-s3"]
        return self.rng.choice(places)

    def get_bucket(self):
        return self.account() | {"Bucket": self.outposts("bucket")}

    def list_regional_buckets(self):
        return self.account() | self.some(OutpostId="op-1")

    def get_access_point(self):
        return self.account() | {"Name": self.outposts("accesspoint")}

    delete_access_point = get_access_point_policy = get_access_point

    def create_access_point(self):
        return self.account() | {"Name": "x", "Bucket": self.outposts("bucket")}

    def list_access_points(self):
        return self.account() | self.some(Bucket=self.outposts("bucket"), MaxResults=3)

    def put_bucket_tagging(self):
        return self.account() | {"Bucket": self.outposts("bucket"), "Tagging": {"TagSet": [{"Key": "k", "Value": "v"}]}}

    def get_public_access_block(self):
        return self.account()

    def create_job(self):
        return self.account() | {"Operation": {"S3DeleteObjectTagging": {}}, "Report": {"Enabled": False}, "Priority": 1, "RoleArn": "arn:aws:iam::123456789012:role/r", "ClientRequestToken": "t"}

    def get_multi_region_access_point(self):
        return self.account() | {"Name": "m"}


CONTROL = ["get_bucket", "list_regional_buckets", "get_access_point", "delete_access_point", "get_access_point_policy", "create_access_point", "list_access_points", "put_bucket_tagging", "get_public_access_block", "create_job", "get_multi_region_access_point"]
S3 = [name for name, method in vars(Parameters).items() if callable(method) and name.split("_")[0] in ("get", "head", "put", "delete", "list", "copy", "upload", "create", "complete", "restore", "select", "write") and name not in CONTROL and name != "copy_source"]


def settings(rng):
    """The settings of a client: about a third of the possible ones."""
    chosen = {"region": rng.choice(REGIONS)}
    s3 = {}
    if rng.random() < 0.6:
        s3["addressing_style"] = rng.choice(["auto", "path", "virtual"])
    options = [("use_accelerate_endpoint", [True]), ("use_arn_region", [True, False]), ("us_east_1_regional_endpoint", ["legacy", "regional"]), ("payload_signing_enabled", [True, False]), ("use_dualstack_endpoint", [True]), ("disable_s3_express_session_auth", [True]), ("s3_disable_multiregion_access_points", [True])]
    s3 |= {name: rng.choice(values) for name, values in options if rng.random() < (0.07 if name == "use_accelerate_endpoint" else 0.15)}
    if s3:
        chosen["s3"] = s3
    options = [("use_fips_endpoint", [True]), ("use_dualstack_endpoint", [True]), ("request_checksum_calculation", ["when_required", "when_supported"]), ("response_checksum_validation", ["when_required", "when_supported"]), ("signature_version", ["s3v4", "s3", "unsigned", "s3v4a"]), ("session_token", ["TOKEN/+="]), ("sigv4a_signing_region_set", ["us-east-1,us-west-2", "*"]), ("auth_scheme_preference", ["sigv4", "sigv4a", "sigv4a,sigv4"])]
    weights = {"use_fips_endpoint": 0.1, "use_dualstack_endpoint": 0.1, "request_checksum_calculation": 0.4, "signature_version": 0.25}
    chosen |= {name: rng.choice(values) for name, values in options if rng.random() < weights.get(name, 0.15)}
    return chosen


def create(session, service, chosen, endpoint_url, **changed):
    """A client of botocore; its requests are answered by `answer`."""
    own = {k: v for k, v in chosen.items() if k not in ("region", "session_token")} | changed
    if own.get("signature_version") == "unsigned":
        own["signature_version"] = UNSIGNED
    config = Config(retries={"total_max_attempts": 1}, **own)
    return session.create_client(service, chosen["region"], endpoint_url=endpoint_url, config=config)


class Sent(Exception):
    """Ends a call when its request is complete."""

    def __init__(self, request):
        self.request = request


def stop(request, event_name, **_):
    if request.url.partition("?")[2] == "session" and not event_name.endswith(".CreateSession"):
        raise AssertionError(event_name)
    if event_name.endswith(".CreateSession") and not stop.creates_session:
        return AWSResponse(request.url, 200, {"Content-Type": "application/xml"}, reference.Raw(SESSION))
    raise Sent(request)


stop.creates_session = False


def request_of(call, operation, params):
    """The request of a call, or its error."""
    stop.creates_session = operation == "create_session"
    try:
        call(**params)
    except Sent as sent:
        return {"request": reference.request_line(sent.request)}
    except Exception as error:
        if isinstance(error.__cause__ or error.__context__, Sent):
            return {"request": reference.request_line((error.__cause__ or error.__context__).request)}
        return {"error": reference.error_line(error)}
    raise RuntimeError(f"{operation} ended without a request")


def cases(sessions, seed, number):
    rng = random.Random(f"{seed}/{number}")
    service = "s3control" if rng.random() < 0.12 else "s3"
    chosen, endpoint = settings(rng), rng.choice(ENDPOINTS) if rng.random() < 0.25 else None
    per_call = endpoint is not None and rng.random() < 0.5
    case = {"service": service, "client": chosen | ({"endpoint_url": endpoint} if endpoint and not per_call else {})}
    if per_call:
        case["endpoint_url"] = endpoint
    session = sessions[chosen.get("session_token")]
    try:
        client = create(session, service, chosen, endpoint)
    except Exception as error:
        yield case | {"operation": "list_buckets" if service == "s3" else "list_access_points", "params": {}, "kind": "client", "error": reference.error_line(error)}
        return
    client.meta.events.register("before-send", stop)
    algorithms = client.meta.service_model.shape_for("ChecksumAlgorithm").enum if service == "s3" else ["CRC32"]
    for _ in range(CASES_OF_A_CLIENT):
        kind = rng.choice(list(BUCKETS)) if rng.random() < 0.75 else "plain"
        operation = rng.choice(S3 if service == "s3" else CONTROL)
        name = client.meta.method_to_api_mapping[operation]
        params = Parameters(rng, rng.choice(BUCKETS[kind]), algorithms).of(operation)
        members = client.meta.service_model.operation_model(name).input_shape.members
        params = {name: value for name, value in params.items() if name in members}
        line = case | {"operation": operation, "kind": kind if service == "s3" else "control", "params": tag(params)}
        streams = any(isinstance(value, io.BytesIO) for value in params.values())
        if rng.random() < 0.15 and "Body" not in params and not streams and "signature_version" in chosen:
            line |= {"presigns": True, "method": client.meta.service_model.operation_model(name).http["method"]}
            try:
                line["presigned"] = client.generate_presigned_url(operation, Params=dict(params), ExpiresIn=reference.EXPIRES)
            except Exception as error:
                line["error"] = reference.error_line(error)
            yield line
        else:
            yield line | request_of(getattr(client, operation), operation, params)


def new_session(token):
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    return session


def main():
    reference.freeze()
    sessions = {token: new_session(token) for token in (None, "TOKEN/+=")}
    for line in sys.stdin:
        question = json.loads(line)
        part = int(question["service"].rpartition("/")[2])
        for number in range(part * question["rounds"], (part + 1) * question["rounds"]):
            for case in cases(sessions, question["seed"], number):
                sys.stdout.write(json.dumps(case) + "\n")
        sys.stdout.write(json.dumps({"done": question["service"]}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
