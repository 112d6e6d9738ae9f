"""The interface for asyncio, in aiobotocore's manner: awaitable calls, ``async for`` over pages, streaming bodies.

    async with tucuxi.aio.get_session().create_client("s3") as s3:
        page = await s3.list_objects_v2(Bucket="river")
        async for page in s3.get_paginator("list_objects_v2").paginate(Bucket="river"):
            ...

Each call runs on a thread of the pool; the event loop is never blocked. Canceling the task cancels the call.
"""

import asyncio
import concurrent.futures
import functools
import queue
import threading

from . import _native
from .session import Session as _Session

_END = object()


class _Pool(concurrent.futures.Executor):
    """Threads for calls. One that has nothing to do for a second ends, so none is left behind."""

    # A call that waits for the network needs a thread, but hardly any time of the processor.
    MOST = 256
    PATIENCE = 1.0

    def __init__(self):
        self._work, self._lock, self._threads, self._idle = queue.SimpleQueue(), threading.Lock(), 0, 0

    def submit(self, function, *args, **kwargs):
        future = concurrent.futures.Future()
        with self._lock:
            self._work.put((future, functools.partial(function, *args, **kwargs)))
            start = self._idle < self._work.qsize() and self._threads < self.MOST
            self._threads += start
        if start:
            threading.Thread(target=self._run, name="tucuxi.aio", daemon=True).start()
        return future

    def _run(self):
        while True:
            with self._lock:
                self._idle += 1
            try:
                future, function = self._work.get(timeout=self.PATIENCE)
            except queue.Empty:
                future = None
            with self._lock:
                self._idle -= 1
                if future is None:
                    # Nothing can be submitted while the lock is held.
                    if self._work.empty():
                        self._threads -= 1
                        return
                    continue
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(function())
                except BaseException as error:
                    future.set_exception(error)
            del future, function


_POOL = _Pool()


async def _run(function, *args, cancel=None, **kwargs):
    future = asyncio.get_running_loop().run_in_executor(_POOL, functools.partial(function, *args, **kwargs))
    try:
        return await future
    except asyncio.CancelledError:
        if cancel is not None:
            cancel.cancel()
        raise


class AioSession:
    """Creates clients."""

    def __init__(self, **kwargs):
        self._session = _Session(**kwargs)

    def create_client(self, service_name, **kwargs):
        """Returns a client as an asynchronous context manager."""
        return AioClient(self._session, service_name, kwargs)

    client = create_client


Session = AioSession


def get_session(**kwargs):
    """Returns a session; the arguments are those of :class:`tucuxi.Session`."""
    return AioSession(**kwargs)


class AioClient:
    """A client whose calls are awaited."""

    def __init__(self, session, service_name, options):
        self._client = session.client(service_name, **options)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        pass

    async def close(self):
        """Has no effect, as in the synchronous client."""

    @property
    def meta(self):
        return self._client.meta

    @property
    def exceptions(self):
        return self._client.exceptions

    def can_paginate(self, operation_name):
        return self._client.can_paginate(operation_name)

    def get_paginator(self, operation_name):
        """Returns a paginator, whose pages are iterated with ``async for``."""
        return AioPaginator(self._client.get_paginator(operation_name))

    def get_waiter(self, waiter_name):
        """Returns a waiter, whose ``wait`` is awaited."""
        return AioWaiter(self._client.get_waiter(waiter_name))

    def __dir__(self):
        return sorted(set(dir(type(self))) | set(dir(self._client)))

    def __getattr__(self, name):
        method = getattr(self._client, name)
        operation = self._client._native.get("operations").get(name)

        async def call(**kwargs):
            if operation is None:
                return await _run(method, **kwargs)
            cancel = _native.Cancel()
            request = functools.partial(self._client._native.call, operation, kwargs, cancel=cancel)
            return _wrapped(await _run(request, cancel=cancel))

        call.__name__, call.__doc__ = name, method.__doc__
        self.__dict__[name] = call
        return call


def _wrapped(response):
    for name, value in response.items():
        if hasattr(value, "iter_chunks"):
            response[name] = AioStreamingBody(value)
        elif hasattr(value, "_raw_stream"):
            response[name] = _Iteration(value)
    return response


class _Iteration:
    """An iteration whose steps run on the pool."""

    def __init__(self, source):
        self._source = source

    def __aiter__(self):
        return self

    async def __anext__(self):
        item = await _run(next, self._source, _END)
        if item is _END:
            raise StopAsyncIteration
        return item


class AioStreamingBody:
    """A body that is read while it arrives."""

    def __init__(self, body):
        self._body = body

    async def read(self, amt=None):
        """Reads at most ``amt`` bytes, or all that are left."""
        return await _run(self._body.read, amt)

    def iter_chunks(self, chunk_size=1024):
        """Iterates over chunks of at most that size."""
        return _Iteration(self._body.iter_chunks(chunk_size))

    def iter_lines(self, chunk_size=1024, keepends=False):
        """Iterates over lines."""
        return _Iteration(self._body.iter_lines(chunk_size, keepends))

    def __aiter__(self):
        return self.iter_chunks()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        self._body.close()

    def close(self):
        """Closes the connection."""
        self._body.close()


class AioPaginator:
    """The paginator of an operation."""

    def __init__(self, paginator):
        self._paginator = paginator

    def paginate(self, **kwargs):
        """Returns the pages."""
        return AioPageIterator(self._paginator.paginate(**kwargs))


class AioPageIterator:
    """The pages of an operation."""

    def __init__(self, pages):
        self._pages = pages

    def __aiter__(self):
        return _Iteration(iter(self._pages))

    def search(self, expression):
        """Iterates over the results of a JMESPath expression on every page."""
        return _Iteration(self._pages.search(expression))

    async def build_full_result(self):
        """Returns all pages as one result."""
        return await _run(self._pages.build_full_result)

    @property
    def resume_token(self):
        return self._pages.resume_token


class AioWaiter:
    """Waits until a condition is met."""

    def __init__(self, waiter):
        self._waiter = waiter
        self.name = waiter.name

    async def wait(self, **kwargs):
        """Polls until the condition is met."""
        await _run(self._waiter.wait, **kwargs)
