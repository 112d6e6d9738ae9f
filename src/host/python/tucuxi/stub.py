"""``botocore.stub``: prepared responses for tests."""

from .exceptions import StubAssertionError, StubResponseError, UnStubbedResponseError  # noqa: F401


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


class Stubber:
    """Stubs the calls of a client. No call reaches the network while it is active."""

    def __init__(self, client):
        self.client = client
        self._native = client._native.call("stubber")
        self._native.call("deactivate")
        client._stubbed = self._given = []

    def __enter__(self):
        self.activate()
        return self

    def __exit__(self, kind, value, traceback):
        self.deactivate()

    def activate(self):
        """Stubs the calls from now on."""
        self._native.call("activate")

    def deactivate(self):
        """Stops stubbing."""
        self._native.call("deactivate")

    def add_response(self, method, service_response, expected_params=None):
        """Adds a response, which is validated against the definition."""
        self._check(method)
        # The call returns the very object that was given here, which the client finds by its number.
        marked = service_response
        if isinstance(service_response, dict) and isinstance(service_response.get("ResponseMetadata", {}), dict):
            metadata = {**service_response.get("ResponseMetadata", {}), MARK: len(self._given)}
            marked = {**service_response, "ResponseMetadata": metadata}
        self._native.call("add_response", {"method": method, "service_response": marked, "expected_params": expected_params})
        self._given.append(service_response)

    def add_client_error(self, method, service_error_code="", service_message="", http_status_code=400, service_error_meta=None,
                         expected_params=None, response_meta=None, modeled_fields=None):
        """Adds an error."""
        self._check(method)
        self._native.call("add_client_error", {
            "method": method, "service_error_code": service_error_code, "service_message": service_message,
            "http_status_code": http_status_code, "service_error_meta": service_error_meta, "expected_params": expected_params,
            "response_meta": response_meta, "modeled_fields": modeled_fields,
        })

    def assert_no_pending_responses(self):
        """Fails if a response was not used."""
        try:
            self._native.call("assert_no_pending_responses")
        except AssertionError as error:
            raise AssertionError(str(error).partition(":")[0].rstrip(".") + ".") from None

    def _check(self, method):
        if not hasattr(self.client, method):
            name = self.client.meta.service_model.service_name
            raise ValueError(f"Client {name} does not have method: {method}")
