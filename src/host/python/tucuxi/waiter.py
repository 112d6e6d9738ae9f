"""``botocore.waiter``."""

from .exceptions import ClientError, WaiterConfigError, WaiterError  # noqa: F401


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


class WaiterModel:
    """Waiters of a program: a dictionary like ``waiters-2.json``, with ``version`` 2 and ``waiters``."""

    SUPPORTED_VERSION = 2

    def __init__(self, waiter_config):
        version = waiter_config.get("version", "unknown")
        if version != self.SUPPORTED_VERSION:
            raise WaiterConfigError(error_msg="Unsupported waiter version, supported version must be: "
                                              f"{self.SUPPORTED_VERSION}, but version of waiter config is: {version}")
        self.version, self._waiter_config = version, waiter_config["waiters"]
        self.waiter_names = sorted(self._waiter_config)

    def get_waiter(self, waiter_name):
        """Returns the settings of a waiter."""
        if waiter_name not in self._waiter_config:
            raise ValueError(f"Waiter does not exist: {waiter_name}")
        return SingleWaiterConfig(self._waiter_config[waiter_name])


class SingleWaiterConfig:
    """The settings of a waiter of a program."""

    def __init__(self, single_waiter_config):
        self._definition = single_waiter_config
        self.description = single_waiter_config.get("description", "")
        self.operation = single_waiter_config["operation"]
        self.delay, self.max_attempts = single_waiter_config["delay"], single_waiter_config["maxAttempts"]


def create_waiter_with_client(waiter_name, waiter_model, client):
    """Creates a waiter of a program for a client."""
    from .clients import _named_class

    definition = waiter_model.get_waiter(waiter_name)._definition
    native = client._native.call("get_waiter", {"waiter_name": waiter_name, "definition": definition})
    return _named_class(f"{type(client).__name__}.Waiter.{waiter_name}", Waiter)(client, native)


class WaiterConfig:
    """The settings of a waiter's definition."""

    def __init__(self, native):
        self.delay, self.max_attempts = native.get("delay"), native.get("max_attempts")
        self.operation = native.get("operation")
