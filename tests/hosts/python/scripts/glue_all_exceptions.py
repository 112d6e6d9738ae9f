"""The exception classes: names and tree."""
import boto3.exceptions
import botocore.exceptions as e

for name in ("NoCredentialsError", "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "SSLError", "ClientError", "WaiterError",
             "ParamValidationError", "ProfileNotFound", "NoRegionError", "ConnectionClosedError", "PartialCredentialsError", "UnknownServiceError",
             "HTTPClientError", "StubAssertionError", "UnStubbedResponseError", "TokenRetrievalError", "IncompleteReadError", "InvalidConfigError",
             "EventStreamError", "ResponseStreamingError", "ProxyConnectionError", "CredentialRetrievalError", "DataNotFoundError"):
    cls = getattr(e, name)
    print(name, [c.__name__ for c in cls.__mro__[1:-1] if "urllib3" not in c.__module__])
print(issubclass(boto3.exceptions.S3UploadFailedError, boto3.exceptions.Boto3Error), boto3.exceptions.ResourceNotExistsError.__mro__[1].__name__)
print(e.EndpointConnectionError(endpoint_url="http://x"), e.ProfileNotFound(profile="p"), e.NoRegionError())
client = boto3.client("s3")
print(client.exceptions.BucketAlreadyExists.__mro__[1].__name__, client.exceptions.ClientError is e.ClientError)
try:
    client.exceptions.Nope
except AttributeError as error:
    print(str(error)[-60:])
try:
    boto3.resource("nope")
except boto3.exceptions.ResourceNotExistsError as error:
    print(str(error).splitlines()[0])
