"""Tests in the manner of programs that were written for boto3: fixtures, stubbers, mocks, and parametrization."""

import tucuxi

tucuxi.install_as_boto3()

import datetime  # noqa: E402
import io  # noqa: E402
from unittest.mock import MagicMock, patch  # noqa: E402

import boto3  # noqa: E402
import pytest  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from botocore.stub import ANY, Stubber  # noqa: E402


class Storage:
    def __init__(self, client=None):
        self.client = client or boto3.client("s3")

    def names(self):
        return [b["Name"] for b in self.client.list_buckets()["Buckets"]]

    def exists(self, bucket, key):
        try:
            self.client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                return False
            raise
        return True

    def read(self, bucket, key):
        return self.client.get_object(Bucket=bucket, Key=key)["Body"].read()


@pytest.fixture
def storage():
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stubber:
        yield Storage(client), stubber
        stubber.assert_no_pending_responses()


def test_a_stubbed_response_is_returned_itself(storage):
    own, stubber = storage
    response = {"Buckets": [{"Name": "x", "CreationDate": datetime.datetime(2020, 1, 1)}]}
    stubber.add_response("list_buckets", response)
    assert own.client.list_buckets() is response


@pytest.mark.parametrize("code, expected", [("404", False), (None, True)])
def test_exists(storage, code, expected):
    own, stubber = storage
    if code:
        stubber.add_client_error("head_object", code, http_status_code=404, expected_params={"Bucket": "b", "Key": ANY})
    else:
        stubber.add_response("head_object", {}, {"Bucket": "b", "Key": "k"})
    assert own.exists("b", "k") is expected


def test_other_errors_are_raised(storage):
    own, stubber = storage
    stubber.add_client_error("head_object", "AccessDenied", "no", 403)
    with pytest.raises(ClientError, match=r"An error occurred \(AccessDenied\) when calling the HeadObject operation: no"):
        own.exists("b", "k")


def test_a_body_is_read(storage):
    own, stubber = storage
    stubber.add_response("get_object", {"Body": io.BytesIO(b"content")})
    assert own.read("b", "k") == b"content"


def test_a_mock_in_place_of_a_client():
    client = MagicMock()
    client.get_object.return_value = {"Body": io.BytesIO(b"x")}
    with patch("boto3.client", return_value=client):
        assert Storage().read("b", "k") == b"x"


def test_errors_are_made_by_hand():
    error = ClientError({"Error": {"Code": "X", "Message": "m"}, "ResponseMetadata": {"MaxAttemptsReached": True, "RetryAttempts": 4}}, "Op")
    assert str(error) == "An error occurred (X) when calling the Op operation (reached max retries: 4): m"
    client = boto3.client("dynamodb", region_name="us-east-1")
    missing = client.exceptions.ResourceNotFoundException({"Error": {"Code": "ResourceNotFoundException"}}, "GetItem")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        raise missing
    assert isinstance(missing, ClientError)


def test_environment_is_read_when_a_session_is_created(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    assert boto3.Session().region_name == "sa-east-1"
    monkeypatch.setenv("AWS_PROFILE", "missing")
    with pytest.raises(Exception, match=r"The config profile \(missing\) could not be found"):
        boto3.Session().client("s3")
