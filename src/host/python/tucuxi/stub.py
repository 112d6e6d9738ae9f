"""``botocore.stub``: prepared responses for tests."""

from pprint import pformat

from .exceptions import ParamValidationError, StubAssertionError, StubResponseError, UnStubbedResponseError  # noqa: F401
from .response import EventStream, StreamingBody
from .types import Binary


# The entry of a response's metadata with the number of a stubbed response.
MARK = "tucuxi.stub"


class _ANY:
    """Equals everything."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __repr__(self):
        return "<ANY>"

    def _tucuxi_value(self):
        return {"<ANY>": None}


ANY = _ANY()


def _plain(value):
    """Parameters as a hook receives them: conditions are data."""
    if isinstance(value, _ANY):
        return value
    if hasattr(type(value), "_tucuxi_value") and not isinstance(value, Binary):
        return _plain(value._tucuxi_value())
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


class Stubber:
    """Stubs the calls of a client. No call reaches the network while it is active."""

    def __init__(self, client):
        self.client = client
        self._native = client._native.call("stubber")
        self._native.call("deactivate")
        client._stubbed = self._given = []
        self._expected, self._hook = [], None

    def __enter__(self):
        self.activate()
        return self

    def __exit__(self, kind, value, traceback):
        self.deactivate()

    def activate(self):
        """Stubs the calls from now on."""
        if self._hook is None:
            self._hook = self.client._native.on("provide-client-params", self._compare, "first")
        self._native.call("activate")

    def deactivate(self):
        """Stops stubbing."""
        if self._hook is not None:
            self.client._native.off(self._hook)
            self._hook = None
        self._native.call("deactivate")

    def add_response(self, method, service_response, expected_params=None):
        """Adds a response, which is validated against the definition."""
        self._check(method)
        # The call returns the very object that was given here, which the client finds by its number.
        marked = service_response
        if isinstance(service_response, dict) and isinstance(service_response.get("ResponseMetadata", {}), dict):
            metadata = {**service_response.get("ResponseMetadata", {}), MARK: len(self._given)}
            without_events = {name: value for name, value in service_response.items() if not isinstance(value, EventStream)}
            marked = {**without_events, "ResponseMetadata": metadata}
        self._add("add_response", {"method": method, "service_response": marked}, expected_params)
        self._given.append(service_response)

    def add_client_error(self, method, service_error_code="", service_message="", http_status_code=400, service_error_meta=None,
                         expected_params=None, response_meta=None, modeled_fields=None):
        """Adds an error."""
        self._check(method)
        self._add("add_client_error", {
            "method": method, "service_error_code": service_error_code, "service_message": service_message,
            "http_status_code": http_status_code, "service_error_meta": service_error_meta,
            "response_meta": response_meta, "modeled_fields": modeled_fields,
        }, expected_params)

    def assert_no_pending_responses(self):
        """Fails if a response was not used."""
        try:
            self._native.call("assert_no_pending_responses")
        except AssertionError as error:
            raise AssertionError(str(error).partition(":")[0].rstrip(".") + ".") from None

    def _add(self, verb, arguments, expected):
        """Adds a response whose expected parameters the native stubber compares, unless only this class can.

        The native stubber knows neither the plain values of DynamoDB's resources nor parameters that no call can have.
        """
        own = expected if self.client._native.plain else None
        try:
            self._native.call(verb, {**arguments, "expected_params": expected if own is None else None})
        except ParamValidationError:
            if own is not None or expected is None:
                raise
            # If the response is invalid, this fails in the same way.
            self._native.call(verb, {**arguments, "expected_params": None})
            own = expected
        self._expected.append(own)

    def _compare(self, event, context, failure):
        expected = self._expected.pop(0) if self._expected else None
        if expected is not None and _plain(expected) != event["params"]:
            reason = f"Expected parameters:\n{pformat(expected)},\nbut received:\n{pformat(event['params'])}"
            raise StubAssertionError(operation_name=event["operation"], reason=reason)
        # A stream among the parameters was handed to this hook, and is handed back.
        return {"params": event["params"]} if any(isinstance(value, StreamingBody) for value in event["params"].values()) else None

    def _check(self, method):
        if not hasattr(self.client, method):
            name = self.client.meta.service_model.service_name
            raise ValueError(f"Client {name} does not have method: {method}")
