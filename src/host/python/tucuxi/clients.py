"""``botocore.client``: clients. A class per service is made when the first client of the service is created."""

import inspect
import re
import threading

from . import _native, exceptions
from .awsrequest import AWSRequest, Endpoint, URLLib3Session, is_doubled, send_through_double
from .config import Config
from .docs import OperationDoc
from .hooks import ANSWERS, EventEmitter, extended
from .model import ServiceModel
from .paginate import Paginator
from .waiter import Waiter

_classes = {}
_lock = threading.Lock()


class ClientMeta:
    """What a client was made of."""

    def __init__(self, client, native):
        self._client, self._native, self._events, self._model, self._config = client, native, None, None, None

    @property
    def service_model(self):
        if self._model is None:
            self._model = ServiceModel.of_client(self._native, self._client._origin[0]._native)
        return self._model

    @property
    def events(self):
        if self._events is None:
            self._events = EventEmitter(self._native, self.service_model, self._client)
        return self._events

    @property
    def config(self):
        if self._config is None:
            options = self._native.get("config")
            options.update({name: int(value) for name, value in options.items() if isinstance(value, float) and value.is_integer()})
            given = getattr(self._client._origin[2].get("config"), "_user_provided_options", {})
            for name in ("use_dualstack_endpoint", "use_fips_endpoint", "endpoint_discovery_enabled"):
                # Unset, unless somebody has chosen it.
                options[name] = options.get(name) or given.get(name)
            if given.get("proxies"):
                options["proxies"] = given["proxies"]
            self._config = Config._of({**options, "user_agent": self._native.get("user_agent")})
        return self._config

    @property
    def region_name(self):
        return self._native.get("region_name")

    @property
    def endpoint_url(self):
        return self._native.get("endpoint_url")

    @property
    def partition(self):
        return self._native.get("partition")

    @property
    def method_to_api_mapping(self):
        return self._native.get("operations")


class ClientExceptions:
    """The exceptions of a service, one class for each modeled error."""

    ClientError = exceptions.ClientError

    def __init__(self, service, codes):
        self._service, self._codes = service, codes

    def from_code(self, code):
        """Returns the class of an error code; ``ClientError`` for others."""
        name = self._codes.get(code)
        return exceptions.modeled(self._service, name) if name else exceptions.ClientError

    def __getattr__(self, name):
        if not name.startswith("_") and name in self._codes.values():
            return exceptions.modeled(self._service, name)
        known = ", ".join(sorted(set(self._codes.values()))) if not name.startswith("_") else ""
        raise AttributeError(f"{self!r} object has no attribute {name}. Valid exceptions are: {known}")

    def __dir__(self):
        return sorted({"ClientError", "from_code", *self._codes.values()})


class BaseClient:
    """A client of a service. Its methods are the operations, with keyword arguments by the names of their parameters."""

    _stubbed = None
    _intercepted = _sends_through_replacement = _prepares_through_replacement = False

    def __init__(self, native, origin):
        self._native, self._origin, self._exceptions = native, origin, None
        self.meta = ClientMeta(self, native)

    @property
    def exceptions(self):
        if self._exceptions is None:
            kind = _named_class(type(self).__name__ + "Exceptions", ClientExceptions)
            self._exceptions = kind(self._native.get("service_name"), self._native.get("error_codes"))
        return self._exceptions

    @property
    def waiter_names(self):
        return self._native.get("waiter_names")

    @property
    def _request_signer(self):
        # Not public in botocore either, but programs sign URLs of their own with it.
        from .auth import RequestSigner

        model, session = self.meta.service_model, self._origin[0]
        version = model.signature_version or "v4"
        return RequestSigner(model.service_id, self.meta.region_name, model.signing_name, version, session.get_credentials(), self.meta.events)

    @property
    def _client_config(self):
        return self.meta.config

    @property
    def _service_model(self):
        return self.meta.service_model

    @property
    def _endpoint(self):
        endpoint = Endpoint()
        endpoint.host = self.meta.endpoint_url
        return endpoint

    def _make_api_call(self, operation_name, api_params):
        if Endpoint.make_request is not _MAKE_REQUEST:
            return self._make_request_through_replacement(operation_name, api_params)
        if URLLib3Session.send is not _SEND or Endpoint._send is not _ENDPOINT_SEND or is_doubled():
            self._send_through_replacement()
        if Endpoint.prepare_request is not _PREPARE:
            self._prepare_through_replacement()
        ANSWERS.last = None
        try:
            response = (self._call_directly if self._intercepted else self._native.call)(operation_name, api_params)
        except exceptions.ParamValidationError as error:
            if getattr(error, "_path", None):
                raise exceptions.of_parameter(error, self._input_shape(operation_name)) from None
            raise
        if self._stubbed is not None and isinstance(response, dict):
            number = response.get("ResponseMetadata", {}).pop("tucuxi.stub", None)
            if number is not None and not self._native.plain:
                return self._stubbed[number]
            if number is not None and "ResponseMetadata" not in self._stubbed[number]:
                del response["ResponseMetadata"]
        return response if ANSWERS.last is None or self._native.plain else ANSWERS.same(response)

    def with_settings(self, *, deadline=None, cancel=None, headers=None):
        """Returns a client for calls with a total time in seconds, a :class:`tucuxi.Cancel`, and additional headers.

        Paginators and waiters that are made of it have the same settings.
        """
        limits = {"deadline": deadline, "cancel": cancel, "headers": list(headers.items()) if hasattr(headers, "items") else headers}
        return type(self)(_Limited(self._native, {name: value for name, value in limits.items() if value is not None}), self._origin)

    def can_paginate(self, operation_name):
        """Returns whether an operation has a paginator."""
        if not self._native.has(operation_name):
            raise KeyError(operation_name)
        return self._native.call("can_paginate", {"operation_name": operation_name})

    def get_paginator(self, operation_name):
        """Returns the paginator of an operation."""
        if not self.can_paginate(operation_name):
            raise exceptions.OperationNotPageableError(operation_name=operation_name)
        native = self._native.call("get_paginator", {"operation_name": operation_name})
        name = self.meta.method_to_api_mapping[operation_name]
        return _named_class(f"{type(self).__name__}.Paginator.{name}", Paginator)(self, operation_name, native)

    def get_waiter(self, waiter_name):
        """Returns a waiter."""
        if waiter_name not in self.waiter_names:
            raise ValueError(f"Waiter does not exist: {waiter_name}")
        native = self._native.call("get_waiter", {"waiter_name": waiter_name})
        return _named_class(f"{type(self).__name__}.Waiter.{native.get('name')}", Waiter)(self, native)

    def generate_presigned_url(self, ClientMethod, Params=None, ExpiresIn=3600, HttpMethod=None):
        """Returns a signed URL of an operation."""
        if not self._native.has(ClientMethod):
            raise exceptions.UnknownClientMethodError(method_name=ClientMethod)
        arguments = {"ClientMethod": ClientMethod, "Params": Params or {}, "ExpiresIn": int(ExpiresIn), "HttpMethod": HttpMethod}
        try:
            return self._native.call("generate_presigned_url", arguments)
        except exceptions.ParamValidationError as error:
            if getattr(error, "_path", [])[:1] == ["Params"]:
                del error._path[0]
                raise exceptions.of_parameter(error, self._input_shape(self.meta.method_to_api_mapping[ClientMethod])) from None
            raise

    def _input_shape(self, operation_name):
        return self.meta.service_model.operation_model(operation_name).input_shape

    def close(self):
        """Has no effect: connections are closed with the last reference to the client."""

    def _replaced(self, method_name):
        """The method that a test put in the place of an operation, or ``None``."""
        if method_name in self.__dict__ or self._is_replaced():
            return getattr(self, method_name)
        return None

    def _is_replaced(self):
        # The responses of a stubber are found in Python as well.
        return type(self)._make_api_call is not _MAKE_API_CALL or "_make_api_call" in self.__dict__ or self._stubbed is not None

    def _follow_replacements(self):
        """Makes the native client call methods that a test has replaced, for resources, waiters, and transfers."""
        if is_doubled():
            self._send_through_replacement()
        replaced = self._is_replaced() or not self.__dict__.keys() <= _OWN_ATTRIBUTES
        if replaced and not self._intercepted:
            self._intercepted = True
            methods = {operation: method for method, operation in self._native.get("operations").items()}

            def answer(operation_name):
                method = None if getattr(_directly, "active", False) else self._replaced(methods[operation_name])
                return method and (lambda **params: ANSWERS.note(method(**params)))

            self._native.intercept(answer)

    def _send_through_replacement(self):
        """Makes requests go through a function that a test has put in the place of ``URLLib3Session.send``."""
        if not self._sends_through_replacement:
            self._sends_through_replacement = True

            def send(request, **event):
                if Endpoint._send is not _ENDPOINT_SEND:
                    return self._endpoint._send(request)
                if URLLib3Session.send is not _SEND:
                    return URLLib3Session().send(request)
                return send_through_double(request) if is_doubled() else None

            self.meta.events._register("before-send", send, None, "last", server=True)

    def _make_request_through_replacement(self, operation_name, api_params):
        """Answers a call by a function that a test has put in the place of ``Endpoint.make_request``."""
        model = self.meta.service_model.operation_model(operation_name)
        http, parsed = self._endpoint.make_request(model, {"body": api_params, "headers": {}, "context": {}})
        if http.status_code >= 300:
            raise self.exceptions.from_code(parsed.get("Error", {}).get("Code"))(parsed, operation_name)
        return parsed

    def _prepare_through_replacement(self):
        """Makes requests go through a function that a package has put in the place of ``Endpoint.prepare_request``."""
        if not self._prepares_through_replacement:
            self._prepares_through_replacement = True

            def prepare(request, **event):
                given = AWSRequest(request.method, request.url, request.headers, request.body)
                self._endpoint.prepare_request(given)
                for name, value in given.headers.items():
                    request.headers[name] = value

            self.meta.events._register("before-send", prepare, None, "first")

    def _call_directly(self, operation_name, api_params):
        before, _directly.active = getattr(_directly, "active", False), True
        try:
            return self._native.call(operation_name, api_params)
        finally:
            _directly.active = before

    def __reduce__(self):
        return _rebuild, (self._origin,)

    def __copy__(self):
        return _rebuild(self._origin)


_MAKE_API_CALL = BaseClient._make_api_call


class _Limited:
    """A native client whose calls have settings."""

    def __init__(self, native, settings):
        self._whole, self._settings = native, settings

    def call(self, name, params=None, **more):
        answer = self._whole.call(name, params, **{**self._settings, **more})
        return _Limited(answer, self._settings) if getattr(answer, "kind", None) in ("paginator", "waiter") else answer

    def __getattr__(self, name):
        return getattr(self._whole, name)


# Other attributes of a client replace its methods.
_OWN_ATTRIBUTES = {"_native", "_origin", "_exceptions", "meta", "_intercepted", "_stubbed", "_sends_through_replacement",
                   "_prepares_through_replacement"}
_SEND, _PREPARE = URLLib3Session.send, Endpoint.prepare_request
_MAKE_REQUEST, _ENDPOINT_SEND = Endpoint.make_request, Endpoint._send
# Whether this thread is making a call that no function may answer again.
_directly = threading.local()


_named_classes = {}


def _named_class(name, base):
    """A class whose name tells the service, as in botocore."""
    if name not in _named_classes:
        _named_classes[name] = type(name, (base,), {"__module__": base.__module__})
    return _named_classes[name]


def _rebuild(origin):
    session, service, options = origin
    return session.client(service, **options)


def _operation(method_name, operation_name, doc):
    def _api_call(self, *args, **kwargs):
        if args:
            raise TypeError(f"{method_name}() only accepts keyword arguments.")
        return self._make_api_call(operation_name, kwargs)

    _api_call.__name__ = method_name
    _api_call.__doc__ = doc
    return _api_call


def _extra(name, parameters, text):
    """A method that is not an operation and needs nothing of Python."""

    def method(self, *args, **kwargs):
        if len(args) > len(parameters):
            raise TypeError(f"{name}() takes at most {len(parameters)} arguments ({len(args)} given)")
        return self._native.call(name, {**dict(zip(parameters, args)), **kwargs})

    method.__name__ = name
    method.__doc__ = text
    method.__signature__ = inspect.Signature([
        inspect.Parameter(parameter, inspect.Parameter.POSITIONAL_OR_KEYWORD, **({} if parameter == "self" else {"default": None}))
        for parameter in ("self", *parameters)
    ])
    return method


def _class_name(metadata, service):
    name = metadata.get("serviceAbbreviation") or metadata.get("serviceFullName") or service
    return re.sub(r"\W+", "", name.replace("Amazon", "").replace("AWS", ""))


def class_of(native, session):
    """Returns the class of the clients of a service."""
    service = native.get("service_name")
    metadata = native.get("metadata")
    key = (service, metadata.get("apiVersion"))
    with _lock:
        if key not in _classes:
            version = metadata.get("apiVersion")
            members = {name: _operation(name, operation, OperationDoc(operation, name, session._native, service, version))
                       for name, operation in native.get("operations").items()}
            for name, kind, parameters, text in native.members():
                if kind == "method" and name not in members and not hasattr(BaseClient, name) and name != "stubber":
                    members[name] = _extra(name, parameters, text)
            if service == "s3":
                from .transfer import CLIENT_METHODS
                members.update(CLIENT_METHODS)
            members["_service_event"] = (metadata.get("serviceId") or service).lower().replace(" ", "-")
            members["__module__"] = "botocore.client"
            _classes[key] = type(_class_name(metadata, service), (BaseClient,), members)
        return _classes[key]


def make(native, origin):
    """Wraps a native client."""
    own = class_of(native, origin[0])
    service = own._service_event
    return (extended(origin[0], f"creating-client-class.{service}", own.__name__, (own,), {}) or own)(native, origin)


BaseClient.__module__ = ClientMeta.__module__ = "botocore.client"
ClientExceptions.__module__ = "botocore.errorfactory"
__all__ = ["BaseClient", "ClientMeta", "Config"]
