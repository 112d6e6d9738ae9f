"""``botocore.awsrequest`` and ``botocore.httpsession``: requests and responses as hooks and programs that sign see them."""

import http.client
import socket
import sys
from collections.abc import Mapping, MutableMapping
from urllib.parse import urlencode, urlsplit

from . import names


class HTTPHeaders(http.client.HTTPMessage):
    """The headers of a request that is not prepared yet. Setting a header again adds a value."""


class HeadersDict(MutableMapping):
    """Headers; names are compared without regard to case, and setting one replaces it."""

    def __init__(self, *args, **kwargs):
        self._dict = {}
        self.update(*args, **kwargs)

    def __getitem__(self, name):
        return self._dict[_folded(name)][1]

    def __setitem__(self, name, value):
        folded = _folded(name)
        self._dict[folded] = (self._dict.get(folded, (name,))[0], value)

    def __delitem__(self, name):
        del self._dict[_folded(name)]

    def __iter__(self):
        return iter([name for name, _ in self._dict.values()])

    def __len__(self):
        return len(self._dict)

    def __repr__(self):
        return repr(dict(self))

    def copy(self):
        return HeadersDict(self.items())


def _folded(name):
    return name.lower() if isinstance(name, str) else name


class AWSRequest:
    """An HTTP request that can still be changed and signed."""

    def __init__(self, method=None, url=None, headers=None, data=None, params=None, auth_path=None, stream_output=False):
        self.method, self.url, self.auth_path, self.stream_output = method, url, auth_path, stream_output
        self.data, self.params, self.context = data, {} if params is None else params, {}
        self.headers = HTTPHeaders()
        for name, value in (headers.items() if hasattr(headers, "items") else headers or ()):
            self.headers[name] = value

    @property
    def body(self):
        body = self.prepare().body
        return body.encode("utf-8") if isinstance(body, str) else body

    def prepare(self):
        """Returns the request as it is sent."""
        url = self.url
        if self.params:
            pairs = urlencode(list(self.params.items()) if isinstance(self.params, Mapping) else self.params, doseq=True)
            url = f"{url}{'&' if urlsplit(url).query else '?'}{pairs}"
        body = self.data or None
        if isinstance(body, dict):
            body = urlencode(body, doseq=True)
        headers = HeadersDict(self.headers.items())
        length = names.determine_content_length(body)
        if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
            if length is not None and (body is not None or self.method not in ("GET", "HEAD", "OPTIONS")):
                headers["Content-Length"] = str(length)
            elif length is None:
                headers["Transfer-Encoding"] = "chunked"
        prepared = AWSPreparedRequest(self.method, url, headers, body, self.stream_output)
        prepared.context = self.context
        return prepared


class AWSPreparedRequest:
    """An HTTP request as it is sent."""

    def __init__(self, method, url, headers, body, stream_output):
        self.method, self.url, self.headers, self.body, self.stream_output = method, url, headers, body, stream_output
        self.context = {}

    def reset_stream(self):
        """Returns to the start of the body."""
        if hasattr(self.body, "seek"):
            self.body.seek(0)

    def __repr__(self):
        return f"<AWSPreparedRequest stream_output={self.stream_output}, method={self.method}, url={self.url}, headers={self.headers}>"


class AWSResponse:
    """An HTTP response."""

    def __init__(self, url, status_code, headers, raw):
        self.url, self.status_code, self.headers, self.raw = url, status_code, HeadersDict(headers), raw
        self._content = None

    @property
    def content(self):
        if self._content is None:
            raw = self.raw
            if isinstance(raw, bytes):
                self._content = raw
            elif hasattr(raw, "stream"):
                self._content = b"".join(raw.stream())
            else:
                self._content = raw.read() if hasattr(raw, "read") else b""
        return self._content

    @property
    def text(self):
        return self.content.decode("utf-8")


# The modules of an installed botocore that the drop-in has imported beside its own.
_botocore_modules = {}
_NOTHING = {}


def is_doubled():
    """Whether a test has put a double in the place of Python's connections, as vcrpy, httpretty, and pytest-socket do."""
    module = socket.socket.__module__
    if module != "socket" and not module.startswith(("gevent", "eventlet")):
        return True
    # This is checked before each call, so nothing is imported: doubles replace a class of a module that was imported.
    for modules in (sys.modules, _botocore_modules):
        pool = getattr(modules.get("botocore.awsrequest"), "__dict__", _NOTHING).get("AWSHTTPSConnectionPool")
        if pool is not None:
            return not pool.ConnectionCls.__module__.startswith("botocore.")
    return False


def send_through_double(request):
    """Sends a request with Python's connections: those of botocore, for which most doubles are made, where it is installed."""
    from .dropin import installed_module

    session = getattr(installed_module("botocore.httpsession"), "URLLib3Session", URLLib3Session)
    return session().send(request)


class URLLib3Session:
    """Sends prepared requests, such as those that a program signed itself."""

    def __init__(self, verify=True, proxies=None, timeout=None, max_pool_connections=10, socket_options=None, client_cert=None,
                 proxies_config=None):
        self._verify, self._timeout, self._proxies = verify, timeout, proxies

    def send(self, request):
        """Sends a request and returns the response with its body."""
        import ssl
        import urllib.error
        import urllib.request

        handlers = [urllib.request.ProxyHandler(self._proxies or {}), _no_redirect()]
        if request.url.startswith("https:"):
            context = ssl.create_default_context(cafile=self._verify if isinstance(self._verify, str) else None)
            if self._verify is False:
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            handlers.append(urllib.request.HTTPSHandler(context=context))
        body = request.body.encode("utf-8") if isinstance(request.body, str) else request.body
        sent = urllib.request.Request(request.url, data=body, headers=dict(request.headers.items()), method=request.method)
        opener = urllib.request.build_opener(*handlers)
        timeout = self._timeout[-1] if isinstance(self._timeout, (tuple, list)) else self._timeout or 60
        try:
            response = opener.open(sent, timeout=timeout)
        except urllib.error.HTTPError as error:
            response = error
        except OSError as error:
            from .exceptions import EndpointConnectionError

            raise EndpointConnectionError(endpoint_url=request.url, error=error) from error
        with response:
            return AWSResponse(request.url, response.status, list(response.headers.items()), response.read())

    def close(self):
        """Has no effect: every request has its own connection."""


def get_cert_path(verify):
    """Returns the file of root certificates: the given one, or that of the system."""
    if verify is not True:
        return verify
    import ssl

    return ssl.get_default_verify_paths().cafile


def _no_redirect():
    import urllib.request

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args, **kwargs):
            return None

    return NoRedirect()


class Endpoint:
    """Sends the requests of a client. Tests replace its methods."""

    def prepare_request(self, request):
        """Returns the request as it is sent. Packages that trace calls replace it to add headers."""
        return request.prepare()

    def make_request(self, operation_model, request_dict):
        raise NotImplementedError("make_request")

    def _send(self, request):
        raise NotImplementedError("_send")


for _class in (AWSRequest, AWSPreparedRequest, AWSResponse, HeadersDict):
    _class.__module__ = "botocore.awsrequest"
Endpoint.__module__ = "botocore.endpoint"
HTTPHeaders.__module__, URLLib3Session.__module__ = "botocore.compat", "botocore.httpsession"
