"""``botocore.response.StreamingBody`` and ``botocore.eventstream.EventStream``."""

from io import IOBase

from . import exceptions

_DEFAULT_CHUNK_SIZE = 1024


class StreamingBody(IOBase):
    """A body that is read while it arrives."""

    def __init__(self, raw_stream, content_length):
        self._raw_stream = raw_stream
        self._content_length = content_length
        self._amount_read = 0
        self._native = type(raw_stream).__module__ in ("builtins", "tucuxi._native") and hasattr(raw_stream, "describe")

    def __del__(self):
        pass

    def set_socket_timeout(self, timeout):
        """Ignored: the read timeout is a setting of the client."""

    def readable(self):
        try:
            return self._raw_stream.readable() if not self._native else True
        except AttributeError:
            return False

    def read(self, amt=None):
        """Reads at most ``amt`` bytes, or all that are left."""
        try:
            chunk = self._raw_stream.read(amt) if amt is None or amt >= 0 else self._raw_stream.read(None)
        except exceptions.IncompleteReadError as error:
            # As in botocore, where the HTTP library finds a connection that ends early.
            raise exceptions.ResponseStreamingError(error=error) from None
        self._amount_read += len(chunk)
        if not self._native and (amt is None or (not chunk and amt > 0)):
            self._verify_content_length()
        return chunk

    def readinto(self, b):
        chunk = self.read(len(b))
        b[: len(chunk)] = chunk
        return len(chunk)

    def readlines(self, hint=-1):
        return list(self.iter_lines(keepends=True))

    def __iter__(self):
        return self

    def __next__(self):
        chunk = self.read(_DEFAULT_CHUNK_SIZE)
        if chunk:
            return chunk
        raise StopIteration()

    next = __next__

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.close()

    def iter_lines(self, chunk_size=_DEFAULT_CHUNK_SIZE, keepends=False):
        """Yields lines as bytes."""
        pending = b""
        for chunk in self.iter_chunks(chunk_size):
            lines = (pending + chunk).splitlines(True)
            for line in lines[:-1]:
                yield line.splitlines(keepends)[0]
            pending = lines[-1]
        if pending:
            yield pending.splitlines(keepends)[0]

    def iter_chunks(self, chunk_size=_DEFAULT_CHUNK_SIZE):
        """Yields chunks of at most that size."""
        while True:
            chunk = self.read(chunk_size)
            if chunk == b"":
                break
            yield chunk

    def _verify_content_length(self):
        if self._content_length is not None and self._amount_read != int(self._content_length):
            raise exceptions.IncompleteReadError(actual_bytes=self._amount_read, expected_bytes=int(self._content_length))

    def tell(self):
        return self._amount_read

    def close(self):
        """Closes the connection."""
        self._raw_stream.close()


class EventStream:
    """An iteration over the events of a response."""

    def __init__(self, raw_stream):
        self._raw_stream = raw_stream

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._raw_stream)

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.close()

    def close(self):
        """Closes the connection."""
        self._raw_stream.close()


def wrap(handle):
    """Wraps a native stream."""
    if handle.get("is_events"):
        return EventStream(handle)
    length = handle.get("length")
    return StreamingBody(handle, length)
