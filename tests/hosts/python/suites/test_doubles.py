"""Doubles of Python's connections: where a test replaces them, requests go through them, as boto3's do."""

import socket
from unittest import mock

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import HTTPClientError

REAL = socket.socket


def client():
    return boto3.client("s3", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}))


def test_requests_go_through_a_replaced_socket(monkeypatch):
    connected = []

    class Recorder(REAL):
        def connect(self, address):
            connected.append(address)
            return super().connect(address)

    s3 = client()
    s3.create_bucket(Bucket="doubles")
    monkeypatch.setattr(socket, "socket", Recorder)
    s3.put_object(Bucket="doubles", Key="k", Body=b"through the double")
    assert s3.get_object(Bucket="doubles", Key="k")["Body"].read() == b"through the double"
    assert boto3.resource("s3", region_name="us-east-1").Object("doubles", "k").get()["Body"].read(3) == b"thr"
    assert len(connected) >= 2
    before = len(connected)
    monkeypatch.undo()
    assert s3.list_objects_v2(Bucket="doubles")["KeyCount"] == 1
    assert len(connected) == before


def test_a_blocked_socket_blocks_calls(monkeypatch):
    class Blocked(REAL):
        def __init__(self, *args, **kwargs):
            raise RuntimeError("no connections in tests")

    monkeypatch.setattr(socket, "socket", Blocked)
    with pytest.raises(HTTPClientError, match="no connections in tests"):
        client().list_buckets()


def test_a_session_below_may_be_a_double():
    below = mock.MagicMock()
    below.create_client.return_value = "a client"
    session = boto3.Session(botocore_session=below)
    assert session.client("s3", region_name="eu-central-1") == "a client"
    assert below.create_client.call_args[0] == ("s3",)
    assert below.create_client.call_args[1]["region_name"] == "eu-central-1"
