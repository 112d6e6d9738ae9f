"""``botocore.waiter``."""

from .exceptions import ClientError, WaiterError  # noqa: F401


class Waiter:
    """Waits until a condition is met."""

    def __init__(self, client, native, method_name):
        self._client, self._native, self._method_name = client, native, method_name
        self.name = native.get("name")

    @property
    def config(self):
        return WaiterConfig(self._native)

    def wait(self, **kwargs):
        """Polls until the condition is met. ``WaiterConfig`` has ``Delay`` and ``MaxAttempts``."""
        fetch = self._client._replaced(self._method_name)

        def poll(params):
            try:
                return fetch(**params)
            except ClientError as error:
                return error.response

        self._native.call("wait", kwargs, fetch=fetch and poll)


class WaiterConfig:
    """The settings of a waiter's definition."""

    def __init__(self, native):
        self.delay, self.max_attempts = native.get("delay"), native.get("max_attempts")
