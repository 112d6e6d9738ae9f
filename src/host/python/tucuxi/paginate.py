"""``botocore.paginate``: paginators and iterations over pages."""

import base64
import json
from collections import deque

from . import _native


class ResultKey(str):
    """The place of the items in a page, a JMESPath expression."""

    @property
    def expression(self):
        return str(self)

    @property
    def parsed(self):
        return {"type": "field", "children": [], "value": str(self)}

    def search(self, value):
        """Returns the items of a page."""
        return _native.search(self, value)


class Paginator:
    """The paginator of an operation."""

    PAGE_ITERATOR_CLS = property(lambda self: PageIterator)

    def __init__(self, client, method_name, native):
        self._client, self._method_name, self._native = client, method_name, native

    @property
    def result_keys(self):
        return [ResultKey(key) for key in self._native.get("result_keys")]

    def paginate(self, **kwargs):
        """Returns an iteration over the pages. ``PaginationConfig`` has ``MaxItems``, ``PageSize``, and ``StartingToken``."""
        limits = kwargs.get("PaginationConfig") or {}
        if limits:
            # Texts of digits are accepted, as by boto3.
            numbers = {name: int(limits[name]) for name in ("MaxItems", "PageSize") if limits.get(name) is not None}
            kwargs["PaginationConfig"] = {**limits, **numbers}
        pages = PageIterator(self, kwargs)
        # Invalid pagination settings are reported here rather than by the first page.
        pages._start("paginate")
        return pages


class PageIterator:
    """The pages of an operation. Each iteration starts from the beginning."""

    def __init__(self, paginator, params):
        self._paginator, self._params, self._current = paginator, params, None

    def _start(self, verb, **more):
        paginator = self._paginator
        fetch = paginator._client._replaced(paginator._method_name)
        self._fetched = deque() if fetch else None

        def page(params):
            self._fetched.append(fetch(**params))
            return self._fetched[-1]

        return paginator._native.call(verb, {**self._params, **more}, fetch=fetch and page)

    def __iter__(self):
        self._current = self._start("paginate")
        limits = self._params.get("PaginationConfig") or {}
        whole = limits.get("MaxItems") is None and limits.get("StartingToken") is None
        return self._current if self._fetched is None or not whole else self._as_fetched(self._current, self._fetched)

    def _as_fetched(self, pages, fetched):
        """The pages as a replaced method has returned them, rather than copies."""
        for page in pages:
            yield fetched.popleft() if fetched else page

    @property
    def resume_token(self):
        """The token with which a later pagination continues where this one stopped, or ``None``."""
        return self._current and self._current.get("resume_token")

    @property
    def non_aggregate_part(self):
        return (self._current and self._current.get("non_aggregate_part")) or {}

    @property
    def result_keys(self):
        return self._paginator.result_keys

    def search(self, expression):
        """Yields the results of a JMESPath expression on every page."""
        self._current = self._start("search", expression=expression)
        yield from self._current

    def build_full_result(self):
        """Returns all pages as one result."""
        return self._start("build_full_result")

    def result_key_iters(self):
        """Returns an iteration over the items of each result."""
        def items(key):
            for page in self:
                yield from key.search(page) or []

        return [items(key) for key in self.result_keys]


class TokenEncoder:
    """Makes the text of a token from a dictionary, which may contain bytes."""

    def encode(self, token):
        """Returns the token as Base64 of JSON; the places of bytes are noted in it."""
        places = []
        plain = self._without_bytes(token, (), places)
        if places:
            plain["boto_encoded_keys"] = places
        return base64.b64encode(json.dumps(plain).encode("utf-8")).decode("utf-8")

    def _without_bytes(self, value, place, places):
        if isinstance(value, bytes):
            places.append(list(place))
            return base64.b64encode(value).decode("utf-8")
        if isinstance(value, dict):
            return {key: self._without_bytes(item, (*place, key), places) for key, item in value.items()}
        if isinstance(value, list):
            return [self._without_bytes(item, (*place, index), places) for index, item in enumerate(value)]
        return value


class TokenDecoder:
    """Reads the tokens of :class:`TokenEncoder`."""

    def decode(self, token):
        """Returns the dictionary of a token."""
        plain = json.loads(base64.b64decode(token.encode("utf-8")).decode("utf-8"))
        for *way, last in plain.pop("boto_encoded_keys", []):
            inner = plain
            for step in way:
                inner = inner[step]
            inner[last] = base64.b64decode(inner[last].encode("utf-8"))
        return plain


Paginator.__module__ = "botocore.client"
PageIterator.__module__ = TokenEncoder.__module__ = TokenDecoder.__module__ = "botocore.paginate"
