"""The interface for asyncio."""

import asyncio
import gc
import os
import socket
import threading
import time

import pytest
import tucuxi.aio
from tucuxi import exceptions


def test_calls_pages_bodies_and_waiters():
    async def main():
        async with tucuxi.aio.get_session().create_client("s3") as s3:
            await s3.create_bucket(Bucket="aio")
            await s3.get_waiter("bucket_exists").wait(Bucket="aio")
            await asyncio.gather(*(s3.put_object(Bucket="aio", Key=f"{i:02}", Body=str(i).encode()) for i in range(30)))
            keys = []
            async for page in s3.get_paginator("list_objects_v2").paginate(Bucket="aio", PaginationConfig={"PageSize": 7}):
                keys += [item["Key"] for item in page["Contents"]]
            assert keys == [f"{i:02}" for i in range(30)]
            async with (await s3.get_object(Bucket="aio", Key="07"))["Body"] as body:
                assert await body.read() == b"7"
            chunks = [c async for c in (await s3.get_object(Bucket="aio", Key="12"))["Body"].iter_chunks(1)]
            assert chunks == [b"1", b"2"]
            with pytest.raises(s3.exceptions.NoSuchKey):
                await s3.get_object(Bucket="aio", Key="none")

    asyncio.run(main())


def test_500_tasks_of_which_a_third_is_canceled():
    async def main():
        async with tucuxi.aio.get_session().create_client("s3") as s3:
            await s3.create_bucket(Bucket="tasks")
            await s3.put_object(Bucket="tasks", Key="k", Body=b"content")

            async def read():
                return await (await s3.get_object(Bucket="tasks", Key="k"))["Body"].read()

            tasks = [asyncio.create_task(read()) for _ in range(500)]
            await asyncio.sleep(0.05)
            for task in tasks[::3]:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            kept = [r for i, r in enumerate(results) if i % 3]
            assert kept == [b"content"] * len(kept)
            canceled = [r for i, r in enumerate(results) if not i % 3]
            assert all(isinstance(r, asyncio.CancelledError) or r == b"content" for r in canceled)

    sockets = _sockets()
    asyncio.run(main())
    gc.collect()
    # The threads end by themselves after a second without work, and the connections with the client.
    end = time.monotonic() + 10
    while time.monotonic() < end and (_threads() or _sockets() > sockets):
        time.sleep(0.1)
    assert not _threads() and _sockets() <= sockets


def _threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("tucuxi.aio")]


def _sockets():
    count = 0
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:")
        except OSError:
            pass
    return count


def test_canceling_a_task_cancels_its_call():
    silent = socket.create_server(("127.0.0.1", 0))

    async def main():
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        async with tucuxi.aio.get_session().create_client("s3", endpoint_url=url) as s3:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(s3.list_buckets(), 0.3)

    asyncio.run(main())
    # The thread of the call is idle again: the pool runs something else on as many threads as there are.
    done = threading.Event()
    tucuxi.aio._POOL.submit(done.set)
    assert done.wait(2)
    silent.close()


def test_a_canceled_call_closes_its_connection():
    silent = socket.create_server(("127.0.0.1", 0))

    async def main():
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        loop = asyncio.get_running_loop()
        async with tucuxi.aio.get_session().create_client("s3", endpoint_url=url) as s3:
            for _ in range(5):
                task = asyncio.ensure_future(s3.list_buckets())
                connection, _ = await loop.run_in_executor(None, silent.accept)
                connection.settimeout(30)
                assert connection.recv(1) == b"G"
                started = time.monotonic()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                while connection.recv(65536):
                    pass
                # It takes about a millisecond. Other machines may be busy, but none takes as long as the read timeout.
                assert time.monotonic() - started < 10
                connection.close()

    asyncio.run(main())
    silent.close()


def test_an_unknown_operation_is_an_attribute_error():
    client = tucuxi.aio.get_session().create_client("s3")
    with pytest.raises(AttributeError):
        client.no_such_operation
    assert issubclass(exceptions.CanceledError, exceptions.BotoCoreError)
