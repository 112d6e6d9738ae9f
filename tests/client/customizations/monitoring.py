"""Records the datagrams of botocore's client-side monitoring: `python monitoring.py > monitoring.jsonl`, with botocore 1.44.5.

A line has the service, the operation, its parameters, the session token, the number of attempts, the responses of the server
(`null` closes the connection; none at all means that nobody listens), and the events.
"""

import http.server
import json
import os
import socket
import threading

for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("127.0.0.1", 0))
datagrams.settimeout(0.3)
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
os.environ |= {"AWS_CSM_ENABLED": "true", "AWS_CSM_PORT": str(datagrams.getsockname()[1]), "AWS_CSM_CLIENT_ID": "é" * 255}

import boto3  # noqa: E402
import botocore  # noqa: E402
from botocore.config import Config  # noqa: E402

responses = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        response = responses.pop(0)
        if response is None:
            return self.connection.close()
        status, headers, body = response
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = do_PUT = do

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()


def record(service, operation, answers, params={}, token=None, attempts=2, keys=True, unsigned=False):
    responses[:] = answers
    session = boto3.Session("AKID", "SECRET", token) if keys else boto3.Session()
    port = server.server_address[1] if answers else 1
    config = Config(retries={"total_max_attempts": attempts}, signature_version=botocore.UNSIGNED if unsigned else None)
    client = session.client(service, region_name="us-west-2", endpoint_url=f"http://127.0.0.1:{port}", config=config)
    try:
        getattr(client, operation)(**params)
    except Exception:
        pass
    events = []
    while True:
        try:
            events.append(json.loads(datagrams.recv(65536)))
        except TimeoutError:
            break
    row = {"service": service, "operation": operation, "params": params, "token": token, "attempts": attempts, "keys": keys}
    print(json.dumps(row | {"unsigned": unsigned, "responses": answers, "events": events}))


def failure(status, code, message="m", headers={}):
    return status, headers, json.dumps({"__type": f"com.amazonaws#{code}", "message": message})


fine = (200, {"x-amzn-requestid": "R1", "x-amz-request-id": "R2", "x-amz-id-2": "R3"}, "{}")
plain = (200, {}, "{}")
record("sqs", "list_queues", [fine])
record("sqs", "list_queues", [plain], token="TOKEN")
record("sqs", "list_queues", [plain], attempts=1)
record("sqs", "list_queues", [failure(500, "InternalFailure"), plain])
record("sqs", "list_queues", [failure(500, "InternalFailure"), plain], attempts=3)
record("sqs", "list_queues", [failure(500, "Unusual", "é" * 600), failure(500, "U" * 200)])
record("sqs", "list_queues", [failure(500, "InternalFailure"), failure(400, "Denied")])
record("dynamodb", "list_tables", [failure(400, "Denied", headers={"x-amzn-requestid": "R"})])
record("dynamodb", "list_tables", [failure(400, "ThrottlingException")] * 2)
record("s3", "list_buckets", [(200, {"x-amz-request-id": "R2", "x-amz-id-2": "R3"}, "<ListAllMyBucketsResult/>")])
missing = "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>"
record("s3", "get_object", [(404, {"x-amz-request-id": "R2"}, missing)], {"Bucket": "bucket", "Key": "k"})
record("sqs", "list_queues", [])
record("sqs", "list_queues", [None, None])
record("sqs", "list_queues", [None, plain])
record("sqs", "list_queues", [plain], unsigned=True)
record("sqs", "get_queue_url", [plain])
record("sqs", "list_queues", [plain], keys=False)
