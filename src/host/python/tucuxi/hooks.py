"""Event hooks, with botocore's names and arguments, and the request and response objects that they see."""

import os
import sys
import threading
import weakref
from urllib.parse import urlsplit

from . import awsrequest
from .awsrequest import AWSResponse, HeadersDict
from .model import OperationModel, ServiceModel
from .response import for_native


class EventEmitter:
    """The events of a session or client: ``register`` adds a hook, ``unregister`` removes it.

    A hook gets copies of the data of its event and may change them or return its decision, as in botocore.
    """

    def __init__(self, native, service_model=None, owner=None):
        self._native, self._service_model, self._hooks = native, service_model, []
        # The native module holds the hooks of its object, so a hook must not hold the object.
        self._owner = weakref.ref(owner) if owner is not None else lambda: None

    def register(self, event_name, handler, unique_id=None, unique_id_uses_count=False):
        """Adds a hook."""
        self._register(event_name, handler, unique_id, "normal")

    def register_first(self, event_name, handler, unique_id=None, unique_id_uses_count=False):
        """Adds a hook that runs before the others."""
        self._register(event_name, handler, unique_id, "first")

    def register_last(self, event_name, handler, unique_id=None, unique_id_uses_count=False):
        """Adds a hook that runs after the others."""
        self._register(event_name, handler, unique_id, "last")

    def unregister(self, event_name, handler=None, unique_id=None, unique_id_uses_count=False):
        """Removes a hook."""
        for entry in self._hooks:
            own_name, own_handler, own_id, hook = entry
            same = own_id == unique_id if unique_id is not None else own_handler == handler
            if own_name == event_name and same:
                self._hooks.remove(entry)
                if hook is not None:
                    self._native.off(hook)
                return

    def emit(self, event_name, **kwargs):
        """Calls the hooks of an event that a program emits itself."""
        return [(own[1], own[1](event_name=event_name, **kwargs)) for own in list(self._hooks) if _matches(own[0], event_name)]

    def emit_until_response(self, event_name, **kwargs):
        """Calls hooks until one of them returns something."""
        for handler, result in self.emit(event_name, **kwargs):
            if result is not None:
                return handler, result
        return None, None

    def _register(self, event_name, handler, unique_id, place, server=False):
        if unique_id is not None and any(own[2] == unique_id for own in self._hooks):
            return
        if not callable(handler):
            raise ValueError(f"Event handler {handler} must be callable.")
        model, owner = self._service_model, self._owner
        stage = event_name.split(".")[0]
        # Stages of Python itself, such as `creating-client-class`, and names of other services match no call.
        hook = None
        if self._native is not None and (stage in _STAGES or stage == "*"):
            try:
                hook = self._native.on(event_name, lambda data, context, failure: _dispatch(handler, data, context, failure, model, owner), place, server)
            except Exception:
                hook = None
        self._hooks.append((event_name, handler, unique_id, hook))


def extended(session, event_name, name, bases, members):
    """The class ``name``, with the bases and members that hooks of ``creating-client-class`` and ``creating-resource-class`` add."""
    emitter = session._events
    if emitter is None or not any(_matches(own[0], event_name) for own in emitter._hooks):
        return None
    members, bases = dict(members), list(bases)
    emitter.emit(event_name, class_attributes=members, base_classes=bases)
    return type(name, tuple(bases), members)


EventEmitter.__module__ = "botocore.hooks"


def first_non_none_response(responses, default=None):
    """Returns the first result of hooks that is not ``None``."""
    return next((result for _, result in responses if result is not None), default)


class LocalEmitter(EventEmitter):
    """The events of a program itself, which no client emits."""

    def __init__(self):
        super().__init__(None)


def register_builtin(session):
    """Adds the hooks that other packages have added to ``botocore.handlers.BUILTIN_HANDLERS``, as moto does to answer requests."""
    for event_name, handler in _foreign_handlers():
        session.events._register(event_name, handler, None, "normal", server=True)


def _foreign_handlers():
    handlers = getattr(sys.modules.get("botocore.handlers"), "BUILTIN_HANDLERS", ())
    # botocore's own customizations are part of the native module.
    return [(name, handler) for name, handler, *_ in handlers if not str(getattr(handler, "__module__", "")).startswith("botocore.")]


def definitions_of_server():
    """The definitions by which a server in this process, such as moto, understands requests: those of the installed botocore."""
    folders = getattr(sys.modules.get("botocore"), "__path__", None) if _foreign_handlers() else None
    return os.path.join(folders[0], "data") if folders else None


def _matches(pattern, name):
    own, given = pattern.split("."), name.split(".")
    return len(own) <= len(given) and all(part in ("*", other) for part, other in zip(own, given))


class _Answers(threading.local):
    """The response that a hook or a replaced method has given in this thread. The program gets that very object, not a copy."""

    last = http = None

    def note(self, response, http=None):
        """Notes a response, and returns a copy for the native client, which leaves the streams unread for the program."""
        self.last, self.http = response, http
        return {name: for_native(value) for name, value in response.items()} if isinstance(response, dict) else response

    def same(self, result):
        """Returns the noted response if the result is a copy of it; otherwise the result."""
        answer = self.last
        return answer if isinstance(answer, dict) and isinstance(result, dict) and answer.keys() == result.keys() else result


ANSWERS = _Answers()


def _dispatch(handler, data, context, failure, service_model, owner):
    """Calls a hook with botocore's arguments for its stage, and returns what it has changed.

    ``context`` is one dictionary for all hooks of a call. Plain values in it are notes, which hooks outside of Python see as well.
    """
    stage, notes = data["stage"], data.get("notes") or {}
    _complete(context, data, notes)
    data["signer"] = _Signer(owner, data)
    call = {"event_name": data["name"], "context": context}
    changes = _STAGES[stage](handler, data, call, OperationModel(None, service_model or ServiceModel({}, data["service"]), data["operation"]), failure)
    noted = {name: value for name, value in context.items() if name not in _OWN_CONTEXT and (name in notes or isinstance(value, (str, int, float, bool, type(None))))}
    if noted != notes:
        changes["notes"] = noted
    return changes or None


class _Signer:
    """The ``request_signer`` of a hook: that of the client or session, made when the hook first uses it."""

    def __init__(self, owner, data):
        self._owner, self._data, self._signer = owner, data, None

    def __getattr__(self, name):
        if self._signer is None:
            from .auth import RequestSigner

            owner, data = self._owner(), self._data
            if hasattr(owner, "_request_signer"):
                self._signer = owner._request_signer
            else:
                version, credentials = data.get("signature_version") or "v4", owner and owner.get_credentials()
                self._signer = RequestSigner(data["service"], data["region"], data.get("signing_name") or data["service"], version, credentials, None)
        return getattr(self._signer, name)


# What the context has beside the notes of hooks.
_OWN_CONTEXT = {"client_region", "auth_type", "is_presign_request", "retries", "signing"}


def _complete(context, data, notes):
    if not context:
        context.update(client_region=data["region"], auth_type=None)
        if data["is_presign"]:
            context["is_presign_request"] = True
    for name, value in notes.items():
        if context.get(name) != value:
            context[name] = value
    if data["attempts"]:
        context.setdefault("retries", {})["attempt"] = data["attempts"]
    if data.get("signing_name"):
        context["signing"] = {"region": data["region"], "signing_name": data["signing_name"]}


def _with_params(handler, data, call, model, failure):
    if data["stage"] == "before-endpoint-resolution":
        call["builtins"] = {}
    params = data["params"]
    returned = handler(params=params, model=model, **call)
    return {"params": returned if isinstance(returned, dict) and data["stage"] == "provide-client-params" else params}


def _before_call(handler, data, call, model, failure):
    request = data.get("request") or {}
    headers, body = HeadersDict(request.get("headers") or ()), request.get("body") or b""
    url, method = request.get("url"), request.get("method")
    params = {"url_path": urlsplit(url or "").path, "query_string": {}, "method": method, "headers": headers, "body": body, "url": url,
              "context": call["context"]}
    returned = handler(params=params, model=model, request_signer=data["signer"], **call)
    if returned is not None:
        http, parsed = returned
        status = getattr(http, "status_code", 200)
        if isinstance(status, int) and status >= 300:
            parsed = {**parsed, "ResponseMetadata": {"HTTPStatusCode": status, **parsed.get("ResponseMetadata", {})}}
        return {"result": ANSWERS.note(parsed, http)}
    if not request:
        return {}
    changes = {"headers": _pairs(params["headers"]), "url": params["url"], "method": params["method"]}
    if params["body"] is not body:
        changes["body"] = _content(params["body"])
    return {"request": changes}


def _choose_signer(handler, data, call, model, failure):
    returned = handler(signing_name=data.get("signing_name"), region_name=data.get("region"), signature_version=data.get("signature_version"), **call)
    if returned is None:
        return {}
    return {"signer": returned if isinstance(returned, str) else "none"}


def _with_request(handler, data, call, model, failure):
    request, stage = data.get("request") or {}, data["stage"]
    method, url, headers, body = (request.get(name) for name in ("method", "url", "headers", "body"))
    # Hooks of other packages may insist on botocore's own classes.
    classes = sys.modules.get("botocore.awsrequest", awsrequest)
    context = call.pop("context")
    if stage == "before-send":
        # botocore has encoded the values by then.
        encoded = classes.HeadersDict([(name, value.encode("utf-8")) for name, value in headers or ()])
        length = len(body) if body is not None else 0
        if "Content-Length" not in encoded and (length or method not in ("GET", "HEAD", "OPTIONS")):
            encoded["Content-Length"] = str(length)
        aws = classes.AWSPreparedRequest(method, url, encoded, body, False)
    else:
        aws = classes.AWSRequest(method, url, None, body)
        for name, value in headers or ():
            # A header may occur more than once.
            aws.headers[name] = value
        call["operation_name"] = data["operation"]
    if stage == "before-sign":
        call.update(signing_name=data.get("signing_name"), region_name=data.get("region"), signature_version=data.get("signature_version"),
                    request_signer=data["signer"])
    aws.context = context
    returned = handler(request=aws, **call)
    changes = {}
    if request:
        sent = [pair for pair in _pairs(aws.headers) if pair[0] != "Content-Length" or pair in headers]
        changes["request"] = {"url": aws.url, "method": aws.method, "headers": sent}
        changed = aws.body if stage == "before-send" else aws.data
        if changed is not body and changed is not None:
            changes["request"]["body"] = _content(changed)
    if stage == "before-send" and returned is not None:
        raw = getattr(returned, "raw", None)
        # A body that nobody has read yet is read by the caller, with the exceptions that it raises.
        is_unread = getattr(returned, "_content", b"") is None and callable(getattr(type(raw), "read", None))
        changes["response"] = {"status": returned.status_code, "headers": _pairs(returned.headers),
                               "body": _Unread(raw) if is_unread else _content(returned.content)}
    return changes


def _needs_retry(handler, data, call, model, failure):
    http, request = _response(data), data.get("request") or {}
    sent = {"method": request.get("method"), "url": request.get("url"), "headers": HeadersDict(request.get("headers") or ()), "body": request.get("body"),
            "context": call["context"]}
    returned = handler(response=(http, data.get("result")) if http else None, endpoint=None, operation=model, attempts=data["attempts"],
                       caught_exception=None if http else failure, request_dict=sent, event_name=data["name"])
    return {} if returned is None else {"retry": float(returned)}


def _received(handler, data, call, model, failure):
    response = data.get("response")
    if response is not None:
        response = {"headers": HeadersDict(response["headers"]), "status_code": response["status"], "body": response.get("body") or b"",
                    "context": call["context"]}
    handler(response_dict=response, parsed_response=data.get("result"), exception=None if response else failure, **call)
    return {}


def _after_call(handler, data, call, model, failure):
    parsed, http = data.get("result") or {}, _response(data)
    given = ANSWERS.last is not None and http is None
    if given:
        # A hook of `before-call` has answered.
        parsed, http = ANSWERS.same(parsed), ANSWERS.http
    handler(http_response=http, parsed=parsed, model=model, **call)
    if "result" not in data:
        return {}
    return {"result": ANSWERS.note(parsed, http) if given else parsed}


def _failed(handler, data, call, model, failure):
    handler(exception=failure, **call)
    return {}


def _unknown_output(handler, data, call, model, failure):
    handler(unknown_output=data.get("unknown_output") or [], model=model, **call)
    return {}


_STAGES = {
    "provide-client-params": _with_params, "before-parameter-build": _with_params, "before-endpoint-resolution": _with_params,
    "before-call": _before_call, "request-created": _with_request, "choose-signer": _choose_signer, "before-sign": _with_request,
    "before-send": _with_request, "before-parse": _received, "unknown-output": _unknown_output, "response-received": _received,
    "needs-retry": _needs_retry, "after-call-error": _failed, "after-call": _after_call,
}


class _Unread:
    """The body of a response that a hook has made, read while the caller reads it."""

    def __init__(self, raw):
        self._raw = raw

    def read(self, amount=None):
        return self._raw.read(amount)


def _content(body):
    return body.encode() if isinstance(body, str) else bytes(body) if isinstance(body, bytearray) else body


def _pairs(headers):
    return [[name, value.decode() if isinstance(value, bytes) else str(value)] for name, value in headers.items()]


def _response(data):
    response, request = data.get("response"), data.get("request") or {}
    if response is None:
        return None
    return AWSResponse(request.get("url") or "", response["status"], response["headers"], response.get("body") or b"")
