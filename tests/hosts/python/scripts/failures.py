"""Failures before and without a response, with their classes, messages, and attributes."""
import socket
import threading

import boto3
import botocore.exceptions as exceptions
from botocore import UNSIGNED
from botocore.config import Config
from support import attempt


class Server(threading.Thread):
    """Answers each connection with the next of some texts; `None` never answers."""

    def __init__(self, *answers):
        super().__init__(daemon=True)
        self.answers, self.requests, self.kept = list(answers), [], []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.start()

    def run(self):
        for answer in self.answers:
            connection, _ = self.socket.accept()
            self.requests.append(connection.recv(65536).split(b"\r\n")[0])
            if answer is None:
                self.kept.append(connection)
                continue
            connection.sendall(answer.encode())
            connection.close()


def response(status, body="", headers=""):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n{body}"


ERROR = "<Error><Code>{}</Code><Message>of the test</Message><Resource>/b</Resource><RequestId>R1</RequestId></Error>"


def client(server, service="s3", **config):
    config = {"retries": {"total_max_attempts": 1}, "s3": {"addressing_style": "path"}, **config}
    return boto3.client(service, endpoint_url=server.url, config=Config(**config))


def failure(call, *args, **kwargs):
    try:
        print(call(*args, **kwargs))
    except Exception as error:
        text = str(error)
        for server in SERVERS:
            text = text.replace(server.url, "URL")
        response = getattr(error, "response", None)
        print(type(error).__name__, [c.__name__ for c in type(error).__mro__[1:4]], text, response and response.get("Error"), response and response["ResponseMetadata"].get("RetryAttempts"))


SERVERS = []


def server(*answers):
    SERVERS.append(Server(*answers))
    return SERVERS[-1]


for status, body in (("404 Not Found", ERROR.format("NoSuchBucket")), ("403 Forbidden", ERROR.format("AccessDenied")), ("400 Bad Request", "no xml"), ("500 Oops", ""), ("503 Slow Down", ERROR.format("SlowDown"))):
    failure(client(server(response(status, body))).list_objects_v2, Bucket="b")
failure(client(server(response("404 Not Found"))).head_object, Bucket="b", Key="k")
failure(client(server(response("403 Forbidden"))).head_bucket, Bucket="b")
for status, body in (("400 Bad", '{"__type": "com.amazon#ResourceNotFoundException", "message": "no table"}'), ("400 Bad", '{"__type": "ThrottlingException"}'), ("500 Bad", "broken {"), ("400 Bad", "")):
    failure(client(server(response(status, body)), "dynamodb").describe_table, TableName="t")
failure(client(server(None), read_timeout=0.3).list_buckets)
failure(client(server(""), read_timeout=1).list_buckets)
try:
    client(server("garbage\r\n\r\n"), read_timeout=1).list_buckets()
except exceptions.ConnectionClosedError as error:
    print(isinstance(error, exceptions.HTTPClientError))
retried = server(response("500 Oops"), response("503 Slow"), response("200 OK", "<ListAllMyBucketsResult><Buckets><Bucket><Name>r</Name></Bucket></Buckets></ListAllMyBucketsResult>"))
answer = client(retried, retries={"max_attempts": 4, "mode": "standard"}).list_buckets()
print(answer["Buckets"], answer["ResponseMetadata"]["RetryAttempts"], retried.requests)
failure(client(server(response("500 Oops"), response("500 Oops"), response("500 Oops")), retries={"max_attempts": 2, "mode": "legacy"}).list_buckets)
short = server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nabc")
try:
    client(short).get_object(Bucket="b", Key="k")["Body"].read()
except exceptions.ResponseStreamingError as error:
    print(str(error).split(":")[0])
attempt("unsigned", lambda: client(server(response("200 OK", "<ListBucketResult><Name>b</Name></ListBucketResult>")), signature_version=UNSIGNED).list_objects(Bucket="b"))
attempt("service", boto3.client, "s4")
try:
    boto3.resource("sts")
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[0].split(" Did")[0])
attempt("bad endpoint", boto3.client, "s3", endpoint_url="localhost:9000")
attempt("bad config", Config, retries={"max_attempts": -1})
attempt("bad mode", Config, retries={"mode": "often"})
attempt("unknown retries", Config, retries={"tries": 1})
attempt("unknown option", Config, colour="red")
attempt("bad style", Config, s3={"addressing_style": "round"})
attempt("profile", boto3.Session, profile_name="nobody")
for name in ("NoCredentialsError", "PartialCredentialsError", "NoRegionError", "UnknownServiceError", "ConnectTimeoutError", "EndpointConnectionError", "SSLError", "ProxyConnectionError",
             "ConnectionClosedError", "IncompleteReadError", "ResponseStreamingError", "HTTPClientError", "DataNotFoundError", "ProfileNotFound", "MetadataRetrievalError", "TokenRetrievalError", "UnauthorizedSSOTokenError",
             "InvalidConfigError", "ParamValidationError", "UnknownParameterError", "WaiterError", "PaginationError", "OperationNotPageableError", "StubResponseError", "UnStubbedResponseError", "CredentialRetrievalError"):
    cls = getattr(exceptions, name)
    print(name, [c.__name__ for c in cls.__mro__[1:-1]], getattr(cls, "fmt", None))
error = exceptions.ClientError({"Error": {"Code": "Own", "Message": "mine"}, "ResponseMetadata": {"RetryAttempts": 2, "MaxAttemptsReached": True}}, "DoIt")
print(error, error.operation_name, error.response["Error"], error.MSG_TEMPLATE)
print(exceptions.ClientError({}, "Op"), exceptions.NoCredentialsError(), exceptions.EndpointConnectionError(endpoint_url="u", error="e"), exceptions.ParamValidationError(report="r"))
