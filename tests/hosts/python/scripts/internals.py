"""Parts of botocore that programs import besides clients: files, settings, endpoints, checks, tokens, ARNs, and transfers' metadata."""

import io
import os
import tempfile

import boto3
import botocore.session
from botocore.configloader import load_config, multi_file_load_config, raw_config_parse
from botocore.configprovider import ChainProvider, ConfigValueStore, ConstantProvider, EnvironmentProvider, InstanceVarProvider, ScopedConfigProvider
from botocore.exceptions import ConfigNotFound, ConfigParseError, EndpointVariantError, InvalidRegionError, ParamValidationError, UnknownRegionError
from botocore.hooks import first_non_none_response
from botocore.httpsession import get_cert_path
from botocore.paginate import TokenDecoder, TokenEncoder
from botocore.utils import (
    ArnParser, InvalidArnException, calculate_sha256, calculate_tree_hash, check_dns_name, determine_content_length, ensure_boolean, has_header,
    hyphenize_service_id, is_json_value_header, is_valid_endpoint_url, is_valid_ipv6_endpoint_url, is_valid_uri, lowercase_dict,
    parse_key_val_file_contents, validate_region_name,
)
from botocore.validate import ParamValidator, validate_parameters
from s3transfer.exceptions import CancelledError, FatalError, RetriesExceededError, TransferNotDoneError
from s3transfer.manager import TransferManager
from s3transfer.subscribers import BaseSubscriber

session = botocore.session.get_session()


def failure(function, *arguments, **more):
    try:
        return function(*arguments, **more)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


print("== files")
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "config")
    with open(path, "w") as file:
        file.write("[default]\nregion = us-west-2\ns3 =\n  max_concurrent_requests = 3\n  addressing_style = path\n[profile sea]\nx=1\n"
                   "[profile \"two words\"]\ny = 2\n[sso-session z]\na = b\n[services q]\ns3 =\n  endpoint_url = http://x\n[plugins]\nfoo = bar\n")
    other = os.path.join(folder, "other")
    with open(other, "w") as file:
        file.write("[default]\noutput = json\n[profile sea]\nx = 3\n")
    print(load_config(path))
    print(raw_config_parse(path))
    print(raw_config_parse(path, parse_subsections=False)["default"])
    print(sorted(multi_file_load_config(path, other, "/nothing").items()))
    with open(other, "w") as file:
        file.write("[default\nregion")
    try:
        load_config(other)
    except ConfigParseError as error:
        print(str(error).replace(folder, ""))
try:
    load_config("/nothing")
except ConfigNotFound as error:
    print(error)
print(raw_config_parse(None))

print("== settings")
chain = ChainProvider([EnvironmentProvider("RIVER", {"RIVER": "12"}), ConstantProvider("7")], conversion_func=int)
print(chain.provide(), chain, ChainProvider().provide(), ChainProvider([EnvironmentProvider("A", {}), ConstantProvider("v")]))
session.set_config_variable("region", "eu-west-1")
print(InstanceVarProvider("region", session).provide(), ScopedConfigProvider("region", session).provide())
store = ConfigValueStore({"depth": chain})
print(store.get_config_variable("depth"), store.get_config_variable("width"), store.get_config_provider("depth") is chain)
store.set_config_variable("depth", 3)
print(store.get_config_variable("depth"))
store.clear_config_variable("depth")
print(store.get_config_variable("depth"))

print("== endpoints")
resolver = session.get_component("endpoint_resolver")
print(resolver.get_available_partitions()[:3], resolver.get_partition_for_region("cn-north-1"), resolver.get_partition_dns_suffix("aws-cn"))
print(failure(resolver.get_partition_for_region, "nowhere"), isinstance(UnknownRegionError(region_name="a", error_msg="b"), Exception))
for service, region in [("s3", "us-east-1"), ("iam", "eu-west-1"), ("iam", None), ("ec2", "cn-north-1"), ("river", "us-east-1"), ("sqs", "eu-west-3"), ("s3", "aws-global")]:
    found = resolver.construct_endpoint(service, region)
    print(service, region, found["hostname"], found["endpointName"], found["partition"], sorted(found), found["signatureVersions"])
print(resolver.construct_endpoint("s3", "us-west-2", use_fips_endpoint=True)["hostname"])
print(resolver.construct_endpoint("ec2", "us-west-2", use_dualstack_endpoint=True)["hostname"])
print(resolver.construct_endpoint("ec2", "nowhere"), resolver.construct_endpoint("ec2", "nowhere", partition_name="aws")["hostname"])
print(failure(resolver.construct_endpoint, "ec2"))
print("us-east-1" in resolver.get_available_endpoints("ec2"), resolver.get_available_endpoints("iam"), "aws-global" in resolver.get_available_endpoints("iam", allow_non_regional=True))

print("== checks")
get_item = session.get_service_model("dynamodb").operation_model("GetItem").input_shape
put_item = session.get_service_model("dynamodb").operation_model("PutItem").input_shape
put_object = session.get_service_model("s3").operation_model("PutObject").input_shape
tags = session.get_service_model("sqs").operation_model("ReceiveMessage").input_shape
for params, shape in [
    ({"TableName": 3, "x": 1}, get_item), ({"TableName": "a", "Key": {"k": {"S": 1}}}, get_item), ({"TableName": "a", "Key": {"k": {}}}, get_item),
    ({"TableName": "a", "Key": {"k": {"S": "a", "N": "1"}}}, get_item), ({"TableName": "", "Item": {1: {"S": "a"}, "l": {"L": [{"B": 1}, {"N": 2}]}}}, put_item),
    ({"Bucket": "b", "Key": "", "Body": 3, "Expires": "no time", "Metadata": {"a": 1}}, put_object), ({"Bucket": True, "Key": "k", "ContentLength": True}, put_object),
    ({"QueueUrl": "u", "AttributeNames": "All", "WaitTimeSeconds": 1.5}, tags), ("text", get_item), ({"TableName": "tab", "Key": {}}, get_item),
]:
    report = ParamValidator().validate(params, shape)
    print(report.has_errors(), report.generate_report())
print(failure(validate_parameters, {"TableName": 3}, get_item), validate_parameters({"TableName": "tab", "Key": {}}, get_item))

print("== tokens")
token = TokenEncoder().encode({"a": b"x", "b": {"c": 1, "d": [b"y", "z"]}})
print(token, TokenDecoder().decode(token))
print(TokenEncoder().encode({"a": "b"}), TokenDecoder().decode(TokenEncoder().encode({"a": 3})))

print("== names")
print(ArnParser().parse_arn("arn:aws:s3:us-west-2:123:accesspoint:x/y"), failure(ArnParser().parse_arn, "arn:aws:x"), issubclass(InvalidArnException, ValueError))
print([ArnParser.is_arn(value) for value in ("arn:aws:s3:::b", "arn:x", "b", 3)])
print([check_dns_name(name) for name in ("my-bucket", "My_B", "ab", "a.b.c", "-ab", "a" * 64, "192.168.1.1")])
urls = ("https://s3.amazonaws.com", "http://localhost:5000", "ftp", "https://-bad.com", "http://[::1]:80", "https://s3.amazonaws.com\n.evil", "x.y/z")
print([bool(is_valid_endpoint_url(url)) for url in urls], [is_valid_ipv6_endpoint_url(url) for url in urls], [bool(is_valid_uri(url)) for url in urls])
print([ensure_boolean(value) for value in (True, False, "true", "TRUE", "false", "1", 0)])
print(hyphenize_service_id("Cognito Identity Provider"), lowercase_dict({"A": 1, "b": 2}), has_header("X-Y", {"x-y": 1}), has_header("X", {}))
print(failure(validate_region_name, "eu west"), validate_region_name("eu-west-1"), validate_region_name(None), issubclass(InvalidRegionError, ValueError))
print(parse_key_val_file_contents("a = b\nc=d\nnothing\n"), [determine_content_length(body) for body in (b"abc", "ab", io.BytesIO(b"abcd"), None, b"")])
print(calculate_sha256(io.BytesIO(b"river"), as_hex=True), calculate_tree_hash(io.BytesIO(b"x" * (1024 * 1024 * 3 + 7))))
print(first_non_none_response([(1, None), (2, 5)]), first_non_none_response([], default=3), get_cert_path("/x"), get_cert_path(False))
print(is_json_value_header(get_item.members["TableName"]))

print("== transfers")
print(FatalError.__mro__[1] is CancelledError, str(RetriesExceededError(ValueError("x"))), TransferNotDoneError.__module__)


class Report(BaseSubscriber):
    def on_queued(self, future, **kwargs):
        print("queued", future.meta.transfer_id, future.meta.call_args.bucket, future.meta.call_args.key, future.meta.user_context)

    def on_done(self, future, **kwargs):
        print("done", future.meta.size)


class Size(BaseSubscriber):
    def on_queued(self, future, **kwargs):
        future.meta.provide_transfer_size(5)


client = boto3.client("s3")
client.create_bucket(Bucket="river")
for _ in range(2):
    with TransferManager(client) as manager:
        manager.upload(io.BytesIO(b"water"), "river", "mouth", subscribers=[Size(), Report()]).result()
print(failure(validate_parameters, {}, put_object), isinstance(ParamValidationError(report="x"), Exception), EndpointVariantError.__name__)
