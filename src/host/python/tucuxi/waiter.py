"""``botocore.waiter``."""

from .exceptions import ClientError, WaiterError  # noqa: F401


class Waiter:
    """Waits until a condition is met."""

    def __init__(self, client, native):
        self._client, self._native = client, native
        self.name, self._config = native.get("name"), None

    @property
    def config(self):
        """The settings, which can be changed."""
        if self._config is None:
            self._config = WaiterConfig(self._native)
        return self._config

    def wait(self, **kwargs):
        """Polls until the condition is met. ``WaiterConfig`` has ``Delay`` and ``MaxAttempts``."""
        if self._config is not None:
            given = kwargs.get("WaiterConfig") or {}
            kwargs["WaiterConfig"] = {"Delay": self._config.delay, "MaxAttempts": self._config.max_attempts, **given}
        operation = self._native.get("operation")
        methods = self._client.meta.method_to_api_mapping
        fetch = self._client._replaced(next(method for method, name in methods.items() if name == operation))

        def poll(params):
            try:
                return fetch(**params)
            except ClientError as error:
                return error.response

        self._native.call("wait", kwargs, fetch=fetch and poll)


Waiter.__module__ = "botocore.waiter"


class WaiterConfig:
    """The settings of a waiter's definition."""

    def __init__(self, native):
        self.delay, self.max_attempts = native.get("delay"), native.get("max_attempts")
