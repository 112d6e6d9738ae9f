"""What botocore sends and understands, told as JSON lines: one question in, many cases out.

A question is `{"service", "seed", "rounds"}`; its cases follow, one a line, and a line that is `{"done": service}`.
Clock and uuids stand still, nothing is sent: each request is answered here.
"""

import base64
import copy
import datetime
import json
import os
import random
import sys
import time
import types
import uuid

FROZEN = datetime.datetime(2024, 1, 2, 3, 4, 5)
UUID = "11111111-2222-4333-8444-555555555555"
EXPIRES = 900
TOKEN = "mF_9.B5f-4.1JqM"
DISCOVERED = b'{"Endpoints":[{"Address":"cell1.example.com","CachePeriodInMinutes":60}]}'
os.environ.clear()
os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true", TZ="UTC")

import botocore.auth  # noqa: E402
import botocore.compat  # noqa: E402
import botocore.exceptions  # noqa: E402
import botocore.session  # noqa: E402
import botocore.utils  # noqa: E402
from answers import Answers  # noqa: E402
from botocore.awsrequest import AWSResponse  # noqa: E402
from botocore.config import Config  # noqa: E402
from inputs import Inputs, spoil  # noqa: E402
from tagged import tag  # noqa: E402


def freeze():
    frozen = [module for name, module in sys.modules.items() if name.startswith("botocore") and hasattr(module, "get_current_datetime")]
    for module in frozen:
        module.get_current_datetime = lambda remove_tzinfo=True: FROZEN if remove_tzinfo else FROZEN.replace(tzinfo=datetime.timezone.utc)
    botocore.auth.formatdate = lambda **_: FROZEN.strftime("%a, %d %b %Y %H:%M:%S GMT")
    # Before the copy for `botocore.auth`: Signature Version 2 asks it for `gmtime`.
    of_seconds = time.gmtime
    time.gmtime = lambda seconds=None: FROZEN.timetuple() if seconds is None else of_seconds(seconds)
    seconds = FROZEN.replace(tzinfo=datetime.timezone.utc).timestamp()
    botocore.auth.time = types.SimpleNamespace(**vars(time) | {"time": lambda: seconds})
    uuid.uuid4 = lambda: uuid.UUID(UUID)


class Raw:
    """The body of an answer, as urllib3 would give it."""

    def __init__(self, content):
        self.content, self.position = content, 0

    def read(self, amount=None, **_):
        end = len(self.content) if amount is None or amount < 0 else self.position + amount
        piece = self.content[self.position : end]
        self.position += len(piece)
        return piece

    def stream(self, amount=1024, **_):
        while piece := self.read(amount or 1024):
            yield piece

    def release_conn(self):
        pass

    close = release_conn


class Service:
    """A client of one service whose requests are kept and answered here."""

    def __init__(self, name, settings):
        self.settings = settings
        self.session = botocore.session.Session()
        self.session.set_credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", settings.get("session_token"), account_id=settings.get("account_id"))
        if "bearer_token" in settings:
            os.environ["AWS_BEARER_TOKEN_" + self.session.get_service_model(name).signing_name.upper().replace("-", "_").replace(" ", "_")] = TOKEN
        own = {k: v for k, v in settings.items() if k not in ("region", "endpoint_url", "session_token", "account_id", "bearer_token")}
        config = Config(retries={"total_max_attempts": 1}, **own)
        self.client = self.session.create_client(name, settings["region"], endpoint_url=settings.get("endpoint_url"), config=config)
        self.client.meta.events.register("before-send", self.answer)
        self.presigner = self.client
        if name == "s3":
            # Its URLs would have the old signature in some of the regions.
            config = config.merge(Config(signature_version="s3v4"))
            self.presigner = self.session.create_client(name, settings["region"], endpoint_url=settings.get("endpoint_url"), config=config)
        self.expected = self.request = self.http = None
        self.attempts = 0

    def answer(self, request, event_name, **_):
        if not event_name.endswith("." + self.expected):
            return AWSResponse(request.url, 200, {"Content-Type": "application/x-amz-json-1.0"}, Raw(DISCOVERED))
        self.request = request_line(request)
        self.attempts += 1
        if self.attempts > 10:
            raise RuntimeError("one attempt was allowed, this is without end")
        status, headers, body = self.http
        response = AWSResponse(request.url, status, {}, Raw(body))
        for name, value in headers.items():
            response.headers[name] = value
        return response

    def case(self, rng, operation):
        """One call: what was asked, what was sent, what was answered, and what came of it."""
        model = self.client.meta.service_model.operation_model(operation)
        params = Inputs(rng, model).parameters(model.input_shape)
        if model.input_shape is not None and rng.random() < 0.25:
            spoil(rng, model.input_shape, params)
        self.expected, self.request, self.http, self.attempts = operation, None, Answers(rng, model).answer(), 0
        status, headers, body = self.http
        case = {
            "service": self.client.meta.service_model.service_name,
            "operation": operation,
            "client": self.settings,
            "params": tag(params),
            "http": {"status": status, "headers": headers, "body_b64": base64.b64encode(body).decode()},
        }
        case["presigned"] = self.presigned(operation, copy.deepcopy(params))
        try:
            parsed = self.client._make_api_call(operation, params)
            result = {"parsed": tag(parsed)}
        except Exception as error:
            result = {"error": error_line(error)}
        return case | ({"request": self.request} if self.request else {}) | result


    def presigned(self, operation, params):
        """The URL of the same call, or why there is none."""
        method = next(name for name, api in self.client.meta.method_to_api_mapping.items() if api == operation)
        try:
            return {"url": self.presigner.generate_presigned_url(method, Params=params, ExpiresIn=EXPIRES)}
        except Exception as error:
            return {"error": error_line(error)}


def request_line(request):
    text = lambda value: value.decode("utf-8") if isinstance(value, bytes) else str(value)
    body = request.body
    if hasattr(body, "read"):
        body = body.read()
    body = b"" if body is None else body.encode() if isinstance(body, str) else bytes(body)
    headers = {name: text(value) for name, value in request.headers.items()}
    return {"method": request.method, "url": request.url, "headers": headers, "body_b64": base64.b64encode(body).decode()}


def error_line(error):
    line = {"class": type(error).__name__, "message": str(error)}
    if isinstance(error, botocore.exceptions.ClientError):
        details = error.response.get("Error", {})
        line |= {"code": details.get("Code"), "error_message": details.get("Message"), "operation_name": error.operation_name, "response": tag(error.response)}
    elif not isinstance(error, botocore.exceptions.BotoCoreError):
        line["python_internal"] = True
    return line


S3_SETTINGS = [
    ("addressing_style", "path"),
    ("addressing_style", "virtual"),
    ("use_accelerate_endpoint", True),
    ("payload_signing_enabled", True),
    ("payload_signing_enabled", False),
    ("use_arn_region", False),
    ("us_east_1_regional_endpoint", "legacy"),
]


def settings(rng, service, session):
    """The client's settings: mostly the defaults in one region."""
    chosen = {"region": "us-east-1"}
    auth = session.get_service_model(service).metadata
    if auth.get("signatureVersion") == "bearer":
        chosen["bearer_token"] = TOKEN
    if service == "s3" or "aws.auth#sigv4a" in auth.get("auth", []):
        # The reference has the other only with a further package, and its signatures are never the same.
        chosen["auth_scheme_preference"] = "sigv4"
    if rng.random() < 0.5:
        return chosen
    chosen["region"] = rng.choice(["eu-west-1", "us-west-2", "ap-southeast-2", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"])
    extras = [("use_fips_endpoint", True), ("use_dualstack_endpoint", True), ("endpoint_url", "http://localhost:4566"), ("endpoint_url", "https://host.example/base/?x=1"), ("session_token", "TOKEN/+="), ("account_id", "123456789012"), ("inject_host_prefix", False), ("request_checksum_calculation", "when_required")]
    chosen.update(rng.sample(extras, rng.randint(0, 2)))
    if service in ("s3", "s3control") and rng.random() < 0.7:
        chosen["s3"] = dict(rng.sample(S3_SETTINGS, rng.randint(1, 2)))
    return chosen


def cases(session, question):
    service = question["service"]
    rounds = [random.Random(f"{question['seed']}/{service}/{i}") for i in range(question["rounds"])]
    for i, rng in enumerate(rounds):
        try:
            target = Service(service, {"region": "us-east-1"} | settings(rng, service, session))
        except botocore.exceptions.BotoCoreError:
            target = Service(service, {"region": "us-east-1", "auth_scheme_preference": "sigv4"})
        methods = target.client.meta.method_to_api_mapping
        for operation in sorted(set(methods.values())):
            if not target.client.meta.service_model.operation_model(operation).has_event_stream_input:
                yield target.case(random.Random(f"{question['seed']}/{service}/{operation}/{i}"), operation)


def main():
    freeze()
    session = botocore.session.Session()
    for line in sys.stdin:
        question = json.loads(line)
        if "list" in question:
            sys.stdout.write(json.dumps(session.get_available_services()) + "\n")
        else:
            for case in cases(session, question):
                sys.stdout.write(json.dumps(case) + "\n")
            sys.stdout.write(json.dumps({"done": question["service"]}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
