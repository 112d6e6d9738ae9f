"""Type stubs, and the documentation that `help` shows."""

import inspect
import os
import pydoc
import subprocess
import sys

import pytest
import tucuxi
from tucuxi import stubs

GOOD = """\
import boto3
import tucuxi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tucuxi.services.s3 import S3Client
    from tucuxi.services.s3.params import Tag


def keys(s3: "S3Client", tags: "list[Tag]") -> list[str]:
    s3.put_object_tagging(Bucket="b", Key="k", Tagging={"TagSet": tags})
    s3.put_object(Bucket="b", Key="k", Body=b"x", ACL="private", Metadata={"a": "b"})
    s3.upload_file("f", "b", "k", Callback=lambda count: None)
    s3.get_waiter("object_exists").wait(Bucket="b", Key="k", WaiterConfig={"Delay": 1})
    text: bytes = s3.get_object(Bucket="b", Key="k")["Body"].read()
    try:
        s3.head_object(Bucket="b", Key=text.decode())
    except s3.exceptions.NoSuchKey as error:
        print(error.response["Error"]["Code"])
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="b", PaginationConfig={"PageSize": 5})
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


keys(tucuxi.client("s3", region_name="us-east-1"), [{"Key": "a", "Value": "b"}])
ec2 = boto3.session.Session().client("ec2")
states: list[str] = [i["State"]["Name"] for r in ec2.describe_instances(MaxResults=5)["Reservations"] for i in r["Instances"]]
boto3.client("dynamodb").put_item(TableName="t", Item={"a": {"S": "x"}, "l": {"L": [{"N": "5"}]}})
tucuxi.client("sqs").anything(Goes=True)
"""

GOOD_RESOURCES = """\
from __future__ import annotations

import boto3
import tucuxi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tucuxi.services.s3.resources import Bucket, Object, S3ServiceResource


def sizes(s3: S3ServiceResource, name: str) -> dict[str, int]:
    bucket: Bucket = s3.Bucket(name)
    bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    bucket.wait_until_exists()
    bucket.upload_file("f", "k", Callback=lambda count: None)
    made: Object = bucket.put_object(Key="k", Body=b"x")
    text: bytes = made.get(Range="bytes=0-5")["Body"].read()
    made.Acl().put(ACL="private")
    made.copy({"Bucket": "b", "Key": text.decode()})
    print(bucket.creation_date.year, made.content_length + 1, made.Version("5").object_key, bucket.Policy().policy, s3.meta.client.list_buckets())
    for deleted in bucket.objects.filter(Prefix="a").limit(5).delete():
        print(deleted["Deleted"][0]["Key"])
    return {item.key: item.size for item in bucket.objects.all()}


sizes(boto3.resource("s3"), "b")
ec2 = tucuxi.Session().resource("ec2")
instances = ec2.create_instances(ImageId="i", MinCount=1, MaxCount=2)
instances[0].wait_until_running()
vpc = instances[0].vpc
states: list[str] = [i.state["Name"] for i in ec2.instances.filter(Filters=[{"Name": "n", "Values": ["v"]}])]
print(vpc.cidr_block if vpc else None, instances[0].security_groups[0]["GroupName"], ec2.create_tags(Resources=["i"], Tags=[{"Key": "a", "Value": "b"}])[0].key)
table = boto3.resource("dynamodb").Table("t")
with table.batch_writer() as batch:
    batch.put_item(Item={"a": 1})
print(table.item_count + 1, table.query(Limit=5)["Items"])
"""

BAD_RESOURCES = {
    "s3.Bucket()": 'Missing positional argument "name"',
    's3.Bucket("b").put_object(Kye="k")': 'Unexpected keyword argument "Kye"',
    's3.Bucket("b").put_object()': 'Missing named argument "Key"',
    's3.Bucket("b").put_object(Key="k", Bucket="b")': 'Unexpected keyword argument "Bucket"',
    's3.Bucket("b").objcts': '"Bucket" has no attribute "objcts"',
    's3.Object("b", 5)': 'Argument 2 to "Object"',
    's3.Object("b", "k").content_length + "x"': "Unsupported operand types",
    's3.Bucket("b").objects.filter(Prefx="a")': 'Unexpected keyword argument "Prefx"',
    'next(iter(s3.Bucket("b").objects.all())).sizes': '"ObjectSummary" has no attribute "sizes"',
    's3.Bucket("b").wait_until_exist()': 'has no attribute "wait_until_exist"',
}

BAD = {
    's3.put_object(Bucket="b")': 'Missing named argument "Key"',
    's3.list_objects_v2(Buckt="b")': 'Unexpected keyword argument "Buckt"',
    's3.create_bucket(Bucket="b", ACL="publik")': 'Argument "ACL"',
    "s3.no_such_operation()": '"S3Client" has no attribute "no_such_operation"',
    's3.get_paginator("put_object")': "No overload variant",
    's3.get_object(Bucket="b", Key="k")["Bodi"]': 'no key "Bodi"',
    'tucuxi.client("dynamodb").get_item(TableName="t", Key={"a": {"S": 5}})': "Incompatible types",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stubs")
    stubs.main(["s3", "dynamodb", "ec2", "--output", str(folder / "typings")])
    return folder


def mypy(folder, text):
    (folder / "program.py").write_text(text)
    environment = {**os.environ, "MYPYPATH": str(folder / "typings")}
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "program.py"], cwd=folder,
                          env=environment, capture_output=True, text=True)
    return done.stdout + done.stderr


def test_mypy_accepts_the_stubs_and_a_correct_program(folder):
    assert mypy(folder, GOOD).startswith("Success")


def test_mypy_finds_every_mistake(folder):
    found = mypy(folder, 'import tucuxi\ns3 = tucuxi.client("s3")\n' + "\n".join(BAD)).splitlines()
    for line, message in enumerate(BAD.values(), 3):
        assert any(text.startswith(f"program.py:{line}:") and message in text for text in found), (line, message, found)


def test_resources_are_typed(folder):
    assert mypy(folder, GOOD_RESOURCES).startswith("Success"), mypy(folder, GOOD_RESOURCES)
    found = mypy(folder, 'import tucuxi\ns3 = tucuxi.resource("s3")\n' + "\n".join(BAD_RESOURCES)).splitlines()
    for line, message in enumerate(BAD_RESOURCES.values(), 3):
        assert any(text.startswith(f"program.py:{line}:") and message in text for text in found), (line, message, found)


def test_an_unknown_service_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        stubs.main(["s4", "--output", str(tmp_path)])
    assert "s4" in capsys.readouterr().err


def test_help_shows_parameters_results_and_errors():
    s3 = tucuxi.client("s3", region_name="us-east-1")
    text = pydoc.plain(pydoc.render_doc(s3.put_object_acl))
    for line in ("Calls PutObjectAcl.", "Key (string, required): at least 1", "Permission (string): FULL_CONTROL, WRITE", "client.exceptions.NoSuchKey",
                 "client.put_object_acl(Bucket='…', Key='…')"):
        assert line in text, text
    assert "Body (StreamingBody)" in inspect.getdoc(s3.get_object)
    assert list(inspect.signature(tucuxi.client("rds", region_name="us-east-1").generate_db_auth_token).parameters) == ["DBHostname", "Port", "DBUsername", "Region"]
