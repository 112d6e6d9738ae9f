"""Records what botocore signs: `python record.py > cases.json`, with botocore 1.44.5 and no network.

A case says how a client is made and what it is asked for; what is added here is the answer: a URL, a form, the
requests that were sent, or the error. The clock stands still, and answers come from `answer` below.
"""

import copy
import datetime
import json
import os
import re
import uuid

for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}

import botocore  # noqa: E402
import botocore.auth  # noqa: E402
import botocore.compat  # noqa: E402
import botocore.session  # noqa: E402
import botocore.signers  # noqa: E402
import botocore.utils  # noqa: E402
from botocore.awsrequest import AWSResponse  # noqa: E402
from botocore.config import Config  # noqa: E402
from cases import BY_ITSELF, CASES  # noqa: E402

NOW = datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
SESSION = """<CreateSessionResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Credentials><SessionToken>ST/1</SessionToken>
<SecretAccessKey>SESSIONSECRET</SecretAccessKey><AccessKeyId>ASIASESSION</AccessKeyId><Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></CreateSessionResult>"""
NOT_SIGNED = {"user-agent", "amz-sdk-invocation-id", "amz-sdk-request", "content-length"}


def freeze():
    for module in (botocore.auth, botocore.compat, botocore.signers, botocore.utils):
        module.get_current_datetime = lambda remove_tzinfo=True: NOW.replace(tzinfo=None) if remove_tzinfo else NOW
    # The signature of S3's first days takes the time as seconds and as a header.
    botocore.auth.time.time = NOW.timestamp
    botocore.auth.formatdate = lambda usegmt: "Tue, 02 Jan 2024 03:04:05 GMT"
    uuid.uuid4 = lambda: uuid.UUID("11111111-2222-4333-8444-555555555555")


class Raw:
    def __init__(self, content):
        self.content = content

    def read(self, *_, **__):
        content, self.content = self.content, b""
        return content

    def stream(self, *_, **__):
        yield self.read()


def answer(request):
    body = SESSION if request.url.endswith("?session") else ""
    if "x-amz-json" in text(request.headers.get("Content-Type", "")):
        body = "{}"
    if action := re.match("Action=([A-Za-z]+)", text(request.body or "")):
        body = f"<{action[1]}Response><{action[1]}Result/></{action[1]}Response>"
    return AWSResponse(request.url, 200, {}, Raw(body.encode()))


def text(value):
    return value.decode() if isinstance(value, bytes | bytearray) else value if isinstance(value, str) else ""


def client(case):
    config = dict(case.get("config", {}))
    if case["service"] == "s3" and "send" not in case and case["name"] not in BY_ITSELF:
        # Left alone, botocore falls back to the signature of S3's first days in the older regions.
        config.setdefault("signature_version", "s3v4")
    if config.get("signature_version") == "unsigned":
        config["signature_version"] = botocore.UNSIGNED
    return botocore.session.Session().create_client(
        case["service"],
        region_name=case["region"],
        endpoint_url=case.get("endpoint_url"),
        aws_session_token=case.get("token"),
        config=Config(**config, retries={"total_max_attempts": 1}) if config else None,
        **KEYS,
    )


def outcome(case):
    requests = []

    def keep(request, **_):
        headers = {name.lower(): text(value) for name, value in request.headers.items() if name.lower() not in NOT_SIGNED}
        requests.append({"method": request.method, "url": request.url, "headers": headers})
        return answer(request)

    os.environ.update(case.get("env", {}))
    try:
        made = client(case)
        made.meta.events.register("before-send", keep)
        if "send" in case:
            operation, params = case["send"]
            getattr(made, operation)(**params)
            return {"sent": requests}
        method = "generate_presigned_url" if "presign" in case else "generate_presigned_post"
        return {"sent": requests, "made": getattr(made, method)(**(case.get("presign") or case["form"]))}
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}
    finally:
        for name in case.get("env", {}):
            del os.environ[name]


def main():
    freeze()
    recorded = [json.dumps(case | {"expect": outcome(copy.deepcopy(case))}, ensure_ascii=False) for case in CASES]
    print("[\n" + ",\n".join(recorded) + "\n]")


main()
