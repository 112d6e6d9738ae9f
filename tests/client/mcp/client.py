"""Drives `tucuxi mcp` with the client of the package mcp, over both transports, in both eras of the protocol:
client.py PROGRAM MOTO_URL. Fails at the first unexpected response."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import asynccontextmanager

import anyio
from mcp import Client, StdioServerParameters

program, moto = sys.argv[1:]
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
ENVIRONMENT |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def arguments(url, *more):
    return ["mcp", "--endpoint-url", url, *more]


@asynccontextmanager
async def over_stdio(mode, url, *more):
    server = StdioServerParameters(command=program, args=arguments(url, *more), env=ENVIRONMENT)
    async with Client(server, mode=mode) as client:
        yield client


@asynccontextmanager
async def over_http(mode, url, *more):
    command = [program, *arguments(url, "--http", "127.0.0.1:0", *more)]
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = server.stderr.readline().split()[-1]
            async with Client(address, mode=mode) as client:
                yield client
        finally:
            server.kill()


async def call(client, tool, **arguments):
    """The parsed text of a result, and the note."""
    result = await client.call_tool(tool, arguments)
    texts = [content.text for content in result.content]
    assert not result.is_error, texts
    return json.loads(texts[0]), (texts[1] if len(texts) > 1 else None)


async def refused(client, tool, **arguments):
    result = await client.call_tool(tool, arguments)
    assert result.is_error, result
    return result.content[0].text


async def scenario(connect, mode):
    async with connect(mode, moto) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names == [
            "search_services", "search_operations", "describe_operation", "call_operation", "paginate_operation", "read_object",
        ], names
        assert client.server_info.name == "tucuxi", client.server_info

        found, _ = await call(client, "search_operations", query="list the buckets of s3", limit=3)
        assert found["operations"][0] == {"service": "s3", "operation": "ListBuckets", "read_only": True}, found
        services, _ = await call(client, "search_services", query="queue")
        assert {"service": "sqs", "name": "Amazon Simple Queue Service"} in services["services"], services

        described, _ = await call(client, "describe_operation", service="s3", operation="ListObjectsV2")
        assert described["input_schema"]["required"] == ["Bucket"] and described["can_paginate"] and described["allowed"], described

        limits, _ = await call(client, "describe_operation", service="s3", operation="ListObjectsV2", query="input_schema.properties.MaxKeys.type")
        assert limits == "integer", limits
        buckets, _ = await call(client, "call_operation", service="s3", operation="list_buckets", query="Buckets[].Name")
        assert "river" in buckets, buckets
        page, note = await call(client, "call_operation", service="s3", operation="ListObjectsV2", parameters={"Bucket": "river"}, max_bytes=1000)
        assert note.startswith("The result was shortened") and page["Contents"][-1].startswith("… "), note

        reports = []

        async def progress(count, total, message):
            reports.append(count)

        result = await client.call_tool(
            "paginate_operation",
            {"service": "s3", "operation": "ListObjectsV2", "parameters": {"Bucket": "river"}, "page_size": 10, "max_items": 25,
             "query": "Contents[].Key"},
            progress_callback=progress,
        )
        keys = json.loads(result.content[0].text)
        assert len(keys) == 25 and keys[0] == "key-000", keys
        token = result.content[1].text.split('starting_token "')[1].split('"')[0]
        rest, note = await call(
            client, "paginate_operation", service="s3", operation="ListObjectsV2", parameters={"Bucket": "river"}, max_items=1000,
            starting_token=token, query="Contents[].Key",
        )
        assert rest[0] == "key-025" and len(keys) + len(rest) == 43 and note is None, rest
        await anyio.sleep(0.2)
        assert reports == [10, 20, 25], reports

        body, note = await call(client, "read_object", bucket="river", key="text", start=2, max_bytes=3)
        assert (body["text"], body["start"], body["end"], body["size"]) == ("cde", 2, 5, 10), body
        assert note == 'Bytes 2 to 5 of 10 are shown. Continue with "start": 5.', note
        body, note = await call(client, "read_object", bucket="river", key="z-binary")
        assert (body["base64"], note) == ("/wA=", None), body
        body, _ = await call(client, "call_operation", service="s3", operation="GetObject", parameters={"Bucket": "river", "Key": "text"})
        assert body["Body"] == {"text": "abcdefghij"}, body

        assert "--allow-writes" in await refused(
            client, "call_operation", service="s3", operation="DeleteBucket", parameters={"Bucket": "river"}
        )
        assert "Did you mean list_buckets" in await refused(client, "call_operation", service="s3", operation="list_bukets")
        assert "search_operations finds" in await refused(client, "call_operation", service="s3", operation="upload_file", parameters={})
        assert "Did you mean" in await refused(client, "call_operation", service="dynamobd", operation="Scan")
        assert "NoSuchKey" in await refused(client, "read_object", bucket="river", key="none")
        assert "query: " in await refused(client, "call_operation", service="s3", operation="ListBuckets", query="[")
        assert 'requires "service"' in await refused(client, "call_operation", operation="ListBuckets")
        assert "Did you mean service" in await refused(client, "call_operation", servise="s3", operation="ListBuckets")

    async with connect(mode, moto, "--allow-writes", "--allow", "s3:*Bucket*", "--deny", "s3:DeleteBucket") as client:
        created, _ = await call(client, "call_operation", service="s3", operation="CreateBucket", parameters={"Bucket": "lake"})
        assert created["Location"] == "/lake", created
        assert "not allowed" in await refused(client, "call_operation", service="s3", operation="DeleteBucket", parameters={"Bucket": "lake"})
        assert "not allowed" in await refused(client, "read_object", bucket="river", key="text")
        found, _ = await call(client, "search_operations", service="s3", query="bucket object", limit=100)
        assert all("Bucket" in row["operation"] and row["operation"] != "DeleteBucket" for row in found["operations"]), found
        await client.call_tool("call_operation", {"service": "s3", "operation": "DeleteBucketTagging", "parameters": {"Bucket": "lake"}})


class Hanging:
    """A server that accepts connections and never answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.connected, self.closed = threading.Event(), threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        connection, _ = self.listener.accept()
        connection.recv(65536)
        self.connected.set()
        while connection.recv(65536):
            pass
        self.closed.set()


async def cancellation(connect, mode):
    hanging = Hanging()
    async with connect(mode, hanging.url) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "call_operation", {"service": "sqs", "operation": "ListQueues"})
            while not hanging.connected.is_set():
                await anyio.sleep(0.02)
            # Other requests are answered meanwhile.
            assert len((await client.list_tools()).tools) == 6
            canceled = time.monotonic()
            group.cancel_scope.cancel()
        await anyio.to_thread.run_sync(hanging.closed.wait, 10)
        assert hanging.closed.is_set(), "the call goes on"
        print(f"canceled after {time.monotonic() - canceled:.2f} s", end="; ")
        assert (await call(client, "search_services", query="queue"))[0]["found"] > 0


async def main():
    for connect in (over_stdio, over_http):
        for mode in ("auto", "legacy"):
            await scenario(connect, mode)
            await cancellation(connect, mode)
            print(connect.__name__, mode)


anyio.run(main)
