"""Event hooks, with botocore's names and arguments, and the request and response objects that they see."""

import sys

from . import awsrequest
from .awsrequest import AWSResponse, HeadersDict
from .model import OperationModel, ServiceModel


class EventEmitter:
    """The events of a session or client: ``register`` adds a hook, ``unregister`` removes it.

    A hook gets copies of the data of its event and may change them or return its decision, as in botocore.
    """

    def __init__(self, native, service_model=None):
        self._native, self._service_model, self._hooks = native, service_model, []

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
            raise ValueError(f"Event handler {handler} must accept keyword arguments (**kwargs)")
        model = self._service_model
        stage = event_name.split(".")[0]
        # Stages of Python itself, such as `creating-client-class`, and names of other services match no call.
        hook = None
        if self._native is not None and (stage in _STAGES or stage == "*"):
            try:
                hook = self._native.on(event_name, lambda data: _dispatch(handler, data, model), place, server)
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


class LocalEmitter(EventEmitter):
    """The events of a program itself, which no client emits."""

    def __init__(self):
        super().__init__(None)


def register_builtin(session):
    """Adds the hooks that other packages have added to ``botocore.handlers.BUILTIN_HANDLERS``, as moto does to answer requests."""
    for event_name, handler, *_ in getattr(sys.modules.get("botocore.handlers"), "BUILTIN_HANDLERS", ()):
        # botocore's own customizations are part of the native module.
        if not str(getattr(handler, "__module__", "")).startswith("botocore."):
            session.events._register(event_name, handler, None, "normal", server=True)


def _matches(pattern, name):
    own, given = pattern.split("."), name.split(".")
    return len(own) <= len(given) and all(part in ("*", other) for part, other in zip(own, given))


_STAGES = {
    "provide-client-params", "before-parameter-build", "before-endpoint-resolution", "before-call", "request-created", "choose-signer",
    "before-sign", "before-send", "before-parse", "unknown-output", "response-received", "needs-retry", "after-call-error", "after-call",
}


def _dispatch(handler, data, service_model):
    stage, context = data["stage"], dict(data.get("notes") or {})
    before = dict(context)
    changes = {}
    call = {"event_name": data["name"], "context": context}
    call["model"] = OperationModel(None, service_model or ServiceModel({}, data["service"]), data["operation"])
    if stage in ("provide-client-params", "before-parameter-build", "before-endpoint-resolution"):
        params = data["params"]
        if stage == "before-endpoint-resolution":
            call["builtins"] = {}
        returned = handler(params=params, **call)
        changes["params"] = returned if isinstance(returned, dict) and stage == "provide-client-params" else params
    elif stage == "before-call":
        request = data.get("request") or {}
        headers = HeadersDict(request.get("headers") or ())
        params = {"url": request.get("url"), "method": request.get("method"), "headers": headers, "body": request.get("body") or b"",
                  "context": context, "url_path": "", "query_string": {}}
        returned = handler(params=params, request_signer=None, **call)
        if returned is not None:
            changes["result"] = returned[1]
        elif request:
            changes["request"] = {"headers": _pairs(headers)}
    elif stage in ("request-created", "before-sign", "before-send", "choose-signer"):
        request = data.get("request") or {}
        method, url, headers, body = (request.get(name) for name in ("method", "url", "headers", "body"))
        # Hooks of other packages may insist on botocore's own classes.
        classes = sys.modules.get("botocore.awsrequest", awsrequest)
        if stage == "before-send":
            aws = classes.AWSPreparedRequest(method, url, classes.HeadersDict(headers or ()), body, False)
        else:
            aws = classes.AWSRequest(method, url, HeadersDict(headers or ()), body)
        aws.context = context
        call.pop("model", None)
        call.pop("context", None)
        if stage == "before-send":
            returned = handler(request=aws, **call)
        elif stage == "choose-signer":
            returned = handler(signing_name=data.get("signing_name"), region_name=data.get("region"), signature_version=None,
                               context=context, **call)
            if returned is not None:
                changes["signer"] = "none" if not isinstance(returned, str) else returned
        else:
            returned = handler(request=aws, operation_name=data["operation"], signing_name=data.get("signing_name"),
                               region_name=data.get("region"), signature_version=None, request_signer=None, **call)
        if request:
            changes["request"] = {"url": aws.url, "method": aws.method, "headers": _pairs(aws.headers)}
            changed = aws.body if stage == "before-send" else aws.data
            if changed is not body and changed is not None:
                changes["request"]["body"] = changed.encode() if isinstance(changed, str) else changed
        if stage == "before-send" and returned is not None:
            content = returned.content
            changes["response"] = {"status": returned.status_code, "headers": _pairs(returned.headers),
                                   "body": content.encode() if isinstance(content, str) else content}
    elif stage == "needs-retry":
        http = _response(data)
        returned = handler(response=(http, data.get("result")) if http else None, endpoint=None, operation=call.get("model"),
                           attempts=data["attempts"], caught_exception=None, request_dict={"context": context}, event_name=data["name"])
        if returned is not None:
            changes["retry"] = float(returned)
    elif stage in ("after-call", "response-received", "before-parse"):
        parsed = data.get("result") or {}
        arguments = {"http_response": _response(data), "parsed": parsed} if stage == "after-call" else {
            "response_dict": data.get("response"), "parsed_response": parsed, "exception": None}
        handler(**arguments, **call)
        if stage == "after-call" and "result" in data:
            changes["result"] = parsed
    elif stage == "unknown-output":
        handler(unknown_output=data.get("unknown_output") or [], **call)
    else:
        handler(exception=None, **call)
    if context != before:
        changes["notes"] = {name: value for name, value in context.items() if isinstance(value, (str, int, float, bool, dict, list, type(None)))}
    return changes or None


def _pairs(headers):
    return [[name, value.decode() if isinstance(value, bytes) else str(value)] for name, value in headers.items()]


def _response(data):
    response = data.get("response")
    return response and AWSResponse("", response["status"], response["headers"], b"")
