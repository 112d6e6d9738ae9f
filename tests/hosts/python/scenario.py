"""The steps of the shared scenario in Python. Prints the results as a JSON object."""

import asyncio
import datetime
import decimal
import io
import json
import os
import sys

import tucuxi
import tucuxi.aio
from tucuxi import exceptions
from tucuxi.conditions import Attr, Key

description, bucket, folder = sys.argv[1:]
session = tucuxi.Session()
s3 = session.client("s3")
state = {}


def failure(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except Exception as error:
        return error
    raise AssertionError("it did not fail")


def kind(error):
    """What other languages call `kind`; Python has classes."""
    kinds = {
        exceptions.ClientError: "Service",
        exceptions.ParamValidationError: "ParamValidation",
        AttributeError: "UnknownOperation",
        exceptions.DeadlineExceededError: "Deadline",
        exceptions.ResponseStreamingError: "Stream",
    }
    return next((name for cls, name in kinds.items() if isinstance(error, cls)), type(error).__name__)


def text(key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def objects(prefix, contents):
    s3.create_bucket(Bucket=bucket)
    for number, content in enumerate(contents, 1):
        s3.put_object(Bucket=bucket, Key=f"{prefix}{number}", Body=content)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    first = s3.get_object(Bucket=bucket, Key=f"{prefix}1")
    return {"keys": [item["Key"] for item in listed["Contents"]], "content": first["Body"].read().decode(), "etag": first["ETag"]}


def pages(prefix, page_size):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, PaginationConfig={"PageSize": page_size})
    pages = list(pages)
    return {"pages": len(pages), "keys": [item["Key"] for page in pages for item in page["Contents"]]}


def resources(prefix, after, old):
    everything = session.resource("s3").Bucket(bucket).objects
    images = everything.filter(Prefix=prefix)
    results = {"keys": [], "nested": 0}
    for item in images:
        if item.key > after:
            results["keys"].append(item.key)
        results["size"] = item.size
        if results["nested"] < 4:
            results["nested"] += sum(1 for _ in images.limit(2))
    for key in old:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    results["batch"] = len(everything.filter(Prefix="old/").delete()[0]["Deleted"])
    return results


def waiter(missing, config):
    s3.get_waiter("bucket_exists").wait(Bucket=bucket)
    error = failure(s3.get_waiter("object_exists").wait, Bucket=bucket, Key=missing, WaiterConfig=config)
    return {"found": True, "failed": type(error).__name__}


def streams(letters, lines):
    s3.put_object(Bucket=bucket, Key="letters", Body=letters)
    body = s3.get_object(Bucket=bucket, Key="letters")["Body"]
    results = {"first": body.read(3).decode(), "rest": body.read(100).decode()}
    body.close()
    results["after_close"] = kind(failure(body.read, 1))
    s3.put_object(Bucket=bucket, Key="lines", Body=io.BytesIO(lines.encode()))
    results["lines"] = [line.decode() for line in s3.get_object(Bucket=bucket, Key="lines")["Body"].iter_lines()]
    s3.upload_fileobj(s3.get_object(Bucket=bucket, Key="letters")["Body"], bucket, "copy")
    results["copied"] = text("copy")
    return results


def binary(bytes):
    s3.put_object(Bucket=bucket, Key="binary", Body=bytearray(bytes))
    read = s3.get_object(Bucket=bucket, Key="binary")["Body"].read()
    return {"length": len(read), "byte": read[1]}


def errors(missing):
    error = failure(s3.get_object, Bucket=bucket, Key=missing)
    unknown = failure(lambda: s3.get_objcet())
    return {
        "name": type(error).__name__,
        "code": error.response["Error"]["Code"],
        "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
        "kind": kind(error),
        "operation": error.operation_name,
        "message": error.response["Error"]["Message"],
        "response": error.response["ResponseMetadata"]["HTTPStatusCode"],
        "unknown": kind(unknown),
        "suggestion": "get_object" in str(unknown),
        "invalid": kind(failure(s3.get_object, Bucket=bucket)),
    }


def hooks(header, value, response, error):
    results, raised = {}, ValueError(error)

    def build(params, **kwargs):
        results["seen"] = sorted(params)
        if params["Key"] == "alias":
            params["Key"] = "images/1"

    def sign(request, **kwargs):
        request.headers[header] = value

    def send(request, **kwargs):
        # The headers of a request that is ready are bytes, as in botocore.
        results["header"] = request.headers[header].decode()
        if request.headers[header] and request.url.endswith("/raise"):
            raise raised
        if request.url.endswith("/replaced"):
            from tucuxi.hooks import AWSResponse

            return AWSResponse(request.url, 200, {}, io.BytesIO(response.encode()))

    events = [("before-parameter-build", build), ("before-sign", sign), ("before-send", send)]
    for event, hook in events:
        s3.meta.events.register(f"{event}.s3.GetObject", hook)
    results["changed"] = text("alias")
    results["replaced"] = text("replaced")
    error = failure(text, "raise")
    assert error is raised, error
    results["raised"] = str(error)
    for event, hook in events:
        s3.meta.events.unregister(f"{event}.s3.GetObject", hook)
    results["after_off"] = text("images/1")
    return results


def transfer(bytes, pieces, error):
    results = {"uploaded": 0, "downloaded": 0}
    path = os.path.join(folder, "transfer")
    with open(path, "wb") as file:
        file.write(b"x" * bytes)

    def uploaded(amount):
        results["uploaded"] += amount

    def downloaded(amount):
        s3.head_object(Bucket=bucket, Key="transfer")  # A call inside of a progress function.
        results["downloaded"] += amount

    s3.upload_file(path, bucket, "transfer", Callback=uploaded)
    s3.download_file(bucket, "transfer", path + ".back", Callback=downloaded)

    class Pieces:
        left = list(pieces)

        def read(self, amount=-1):
            return self.left.pop(0).encode() if self.left else b""

    s3.upload_fileobj(Pieces(), bucket, "produced")
    results["produced"] = text("produced")
    received = io.BytesIO()
    s3.download_fileobj(bucket, "produced", received)
    results["received"] = received.getvalue().decode()
    raised = ValueError(error)

    def stop(amount):
        raise raised

    stopped = failure(s3.upload_file, path, bucket, "stopped", Callback=stop)
    assert stopped is raised, stopped
    results["raised"] = str(stopped)
    return results


def limits(deadline_seconds):
    async def canceled():
        async with tucuxi.aio.get_session().create_client("s3") as client:
            task = asyncio.ensure_future(client.get_object(Bucket=bucket, Key="images/1"))
            await asyncio.sleep(0)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                return "Canceled"

    hurried = session.client("s3", config=tucuxi.Config(deadline=deadline_seconds))
    return {"canceled": asyncio.run(canceled()), "deadline": kind(failure(hurried.get_object, Bucket=bucket, Key="images/1"))}


def dynamodb(key, range, family, more_than, digits, items):
    table = session.resource("dynamodb").create_table(
        TableName=bucket,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}, {"AttributeName": range, "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}, {"AttributeName": range, "AttributeType": "S"}],
    )
    table.wait_until_exists()
    for item in items:
        item = {**item, key: family, "digits": decimal.Decimal(digits), "kg": decimal.Decimal(str(item["kg"]))}
        if "rivers" in item:
            item["rivers"] = set(item["rivers"])
        table.put_item(Item=item)
    found = table.query(KeyConditionExpression=Key(key).eq(family), FilterExpression=Attr("kg").gt(more_than))
    item = found["Items"][1]
    again = failure(table.put_item, Item={key: family, range: "boto"}, ConditionExpression=Attr(range).not_exists())
    return {
        "count": found["Count"],
        "names": [item["name"] for item in found["Items"]],
        "kg": float(item["kg"]),
        "digits": str(item["digits"]),
        "river": "Negro" in item["rivers"],
        "condition": again.response["Error"]["Code"],
    }


def sqs(body, pitch, missing):
    sqs = session.client("sqs")
    queue = sqs.create_queue(QueueName=bucket)["QueueUrl"]
    attributes = {"pitch": {"DataType": "Number", "StringValue": pitch}}
    sqs.send_message(QueueUrl=queue, MessageBody=body, MessageAttributes=attributes)
    message = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"][0]
    error = failure(sqs.get_queue_url, QueueName=missing)
    return {"body": message["Body"], "pitch": message["MessageAttributes"]["pitch"]["StringValue"], "error": type(error).__name__}


def ec2(cidr, missing):
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=cidr)["Vpc"]
    state["vpc"] = vpc["VpcId"]
    error = failure(ec2.delete_vpc, VpcId=missing)
    return {"cidr": vpc["CidrBlock"], "default": vpc["IsDefault"], "error": error.response["Error"]["Code"]}


def stubber(key, code):
    from tucuxi.stub import Stubber

    stubbed = session.client("s3")
    with Stubber(stubbed) as stubber:
        stubber.add_response("list_objects_v2", {"Contents": [{"Key": key}]}, {"Bucket": "any"})
        stubber.add_client_error("get_object", code)
        keys = [item["Key"] for item in stubbed.list_objects_v2(Bucket="any")["Contents"]]
        error = failure(stubbed.get_object, Bucket="any", Key="k")
        stubber.assert_no_pending_responses()
    return {"name": error.response["Error"]["Code"], "keys": keys}


def empty():
    s3.put_object(Bucket=bucket, Key="empty", Body=b"", Metadata={})
    metadata = s3.head_object(Bucket=bucket, Key="empty")["Metadata"]
    vpcs = session.client("ec2").describe_vpcs(VpcIds=[state["vpc"]], Filters=[])["Vpcs"]
    return {"vpcs": len(vpcs), "metadata": len(metadata)}


def timestamps(text, seconds):
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    modified = s3.head_object(Bucket=bucket, Key="images/1")["LastModified"]
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "text": time.isoformat().replace("+00:00", "Z"),
        "seconds": int(time.timestamp()),
        "ordered": time < modified,
        "recent": time.timestamp() == seconds and modified <= now,
    }


with open(description, encoding="utf-8") as file:
    steps = json.load(file)["steps"]
print(json.dumps({step["step"]: globals()[step["step"]](**step["given"]) for step in steps if step["step"] in globals()}))
