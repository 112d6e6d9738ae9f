"""``botocore.response.StreamingBody`` and ``botocore.eventstream.EventStream``."""

from io import IOBase

from . import exceptions

_DEFAULT_CHUNK_SIZE = 1024


class RawStream(IOBase):
    """The connection of a body, with the methods of urllib3's responses that programs use. Tests may replace them."""

    def __init__(self, handle):
        self._handle, self._read = handle, 0

    def read(self, amt=None, decode_content=None, cache_content=False):
        """Reads at most ``amt`` bytes, or all that are left."""
        content = self._handle.read(None if amt is not None and amt < 0 else amt)
        self._read += len(content)
        return content

    def readinto(self, b):
        content = self.read(len(b))
        b[: len(content)] = content
        return len(content)

    def stream(self, amt=65536, decode_content=None):
        """Yields chunks of at most that size."""
        while chunk := self.read(amt):
            yield chunk

    def readable(self):
        return not self.closed

    def is_untouched(self):
        return self._read == 0 and self.__dict__.keys() == {"_handle", "_read"} and not self.closed

    def isclosed(self):
        return self.closed

    def tell(self):
        return self._read

    def close(self):
        """Closes the connection."""
        if not self.closed:
            super().close()
            self._handle.close()

    release_conn = close


class StreamingBody(IOBase):
    """A body that is read while it arrives."""

    _DEFAULT_CHUNK_SIZE = _DEFAULT_CHUNK_SIZE

    def __init__(self, raw_stream, content_length):
        self._raw_stream = raw_stream
        self._content_length = content_length
        self._amount_read = 0

    def __del__(self):
        pass

    def set_socket_timeout(self, timeout):
        """Ignored: the read timeout is a setting of the client."""

    def readable(self):
        try:
            return self._raw_stream.readable()
        except AttributeError:
            return False

    def read(self, amt=None):
        """Reads at most ``amt`` bytes, or all that are left."""
        try:
            chunk = self._raw_stream.read(None if amt is not None and amt < 0 else amt)
        except exceptions.IncompleteReadError as error:
            # As in botocore, where the HTTP library finds a connection that ends early.
            raise exceptions.ResponseStreamingError(error=error) from None
        self._amount_read += len(chunk)
        # The native stream checks the length itself.
        if type(self._raw_stream) is not RawStream and (amt is None or (not chunk and amt > 0)):
            self._verify_content_length()
        return chunk

    def readinto(self, b):
        chunk = self.read(len(b))
        b[: len(chunk)] = chunk
        return len(chunk)

    def readlines(self):
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
        return self._raw_stream

    def __exit__(self, type, value, traceback):
        self._raw_stream.close()

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

    def _tucuxi_value(self):
        raw = self._raw_stream
        # A body that was not touched is sent as it was received.
        if type(raw) is RawStream and raw.is_untouched() and self.__dict__.keys() == {"_raw_stream", "_content_length", "_amount_read"}:
            return raw._handle
        return _Readable(self)


class _Readable:
    """A body that a call sends while it reads it."""

    def __init__(self, body):
        self.read = body.read


class EventStream:
    """An iteration over the events of a response.

    Those of a client are parsed already. A test may also build one, as botocore does, of a stream of encoded events, the shape of the
    events, and a parser.
    """

    def __init__(self, raw_stream, output_shape=None, parser=None, operation_name=None):
        self._raw_stream, self._output_shape, self._parser, self._operation_name = raw_stream, output_shape, parser, operation_name
        self._event_generator = self._create_raw_event_generator()

    def __iter__(self):
        for event in self._event_generator:
            parsed = self._parse_event(event)
            if parsed:
                yield parsed

    def __next__(self):
        return next(iter(self))

    def _create_raw_event_generator(self):
        if self._parser is None:
            yield from self._raw_stream
            return
        # Where there are such parsers, there is botocore, which decodes what they parse.
        from botocore.eventstream import EventStreamBuffer

        buffer = EventStreamBuffer()
        for chunk in self._raw_stream.stream():
            buffer.add_data(chunk)
            yield from buffer

    def _parse_event(self, event):
        if self._parser is None:
            return event
        response = event.to_response_dict()
        parsed = self._parser.parse(response, self._output_shape)
        if response["status_code"] != 200:
            raise exceptions.EventStreamError(parsed, self._operation_name)
        return parsed

    def _tucuxi_value(self):
        # Events that a test has made are not passed on, but its very object is.
        return self._raw_stream if self._parser is None else None

    def get_initial_response(self):
        """Returns the first event of a stream that begins with its response."""
        try:
            event = next(self._event_generator)
        except StopIteration:
            event = None
        if event is None or isinstance(event, dict) or event.headers.get(":event-type") != "initial-response":
            raise exceptions.BotoCoreError()
        return event

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.close()

    def close(self):
        """Closes the connection."""
        self._raw_stream.close()


def for_native(value):
    """A value of a response in the form for the native client, which does not take the stream away from the program."""
    return _Readable(value) if isinstance(value, StreamingBody) else None if isinstance(value, EventStream) else value


def wrap(handle):
    """Wraps a native stream."""
    if handle.get("is_events"):
        return EventStream(handle)
    length = handle.get("length")
    return StreamingBody(RawStream(handle), length)
