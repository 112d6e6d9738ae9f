"""boto3's side of the comparison: a question on standard input, the answer on standard output, both JSON."""

import json
import random
import sys
import time

question = json.load(sys.stdin)
slept = []
# botocore takes hold of them when it is imported.
random.random = lambda: question.get("chance", 0.5)
time.sleep = slept.append

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

STAGES = [
    "provide-client-params", "before-parameter-build", "before-endpoint-resolution", "before-call", "request-created",
    "choose-signer", "before-sign", "before-send", "before-parse", "response-received", "needs-retry", "after-call-error",
    "after-call",
]


def client(service, key, port, config):
    session = boto3.session.Session(region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key="secret")
    return session.client(service, endpoint_url=f"http://127.0.0.1:{port}", config=Config(**config))


def outcome(call):
    try:
        metadata, error = call()["ResponseMetadata"], None
    except ClientError as e:
        metadata, error = e.response["ResponseMetadata"], [type(e).__name__, e.response["Error"]["Code"]]
    except Exception as e:
        return {"error": [type(e).__name__, None]}
    told = {name: metadata[name] for name in ("RetryAttempts", "MaxAttemptsReached", "RetryQuotaReached") if name in metadata}
    return {"error": error, "status": metadata["HTTPStatusCode"], **told}


def retries(question):
    answers = []
    for situation in question["situations"]:
        made = client(situation["service"], situation["key"], question["port"], situation["config"])
        call = getattr(made, situation["method"])
        slept.clear()
        outcomes = [outcome(lambda: call(**situation["params"])) for _ in range(situation["calls"])]
        answers.append({"outcomes": outcomes, "slept": list(slept)})
    return answers


class Body:
    def stream(self, *args, **kwargs):
        return iter([b""])


def hooks(question):
    seen = []

    def answer(**kwargs):
        return AWSResponse("http://x", 200, {"ETag": '"x"'}, Body())

    made = client("s3", "key", 9, {})
    for stage in STAGES:
        made.meta.events.register_first(stage, lambda event_name, **kwargs: seen.append(event_name))
    made.meta.events.register("before-send", answer)
    made.put_object(Bucket="bucket", Key="key", Body=b"hello")
    events = list(seen)

    seen.clear()
    made = client("s3", "key", 9, {})
    ways = {"first": "register_first", "normal": "register", "last": "register_last"}
    for pattern in question["patterns"]:
        for way, register in ways.items():
            def note(event_name, request, place=f"{pattern} {way}", **kwargs):
                seen.append([place, "Authorization" in request.headers])
            getattr(made.meta.events, register)(pattern, note)
    made.meta.events.register("before-send", answer)
    made.put_object(Bucket="bucket", Key="key", Body=b"hello")
    return {"events": events, "places": seen}


def responses(question):
    from botocore.config import Config

    answers = []
    for situation in question["situations"]:
        session = boto3.session.Session(region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
        config = Config(connect_timeout=5, read_timeout=3, request_checksum_calculation="when_required", s3={"addressing_style": "path"})
        made = session.client("s3", endpoint_url=situation["url"], verify=situation["verify"], config=config)
        try:
            if situation["body"]:
                made.put_object(Bucket="bucket", Key="key", Body=b"x" * situation["body"])
                answers.append("success")
            else:
                answers.append("success " + json.dumps(made.head_object(Bucket="bucket", Key="key")["Metadata"], ensure_ascii=False, separators=(",", ":"))[:60])
        except ClientError as e:
            answers.append(f"ClientError {e.response['Error']['Code']}")
        except Exception as e:
            answers.append(type(e).__name__)
    return answers


json.dump({"retries": retries, "hooks": hooks, "responses": responses}[question["what"]](question), sys.stdout)
