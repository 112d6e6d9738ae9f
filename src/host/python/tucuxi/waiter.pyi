from typing import Any, TypedDict

class WaiterConfig(TypedDict, total=False):
    Delay: int
    MaxAttempts: int

class Waiter:
    name: str
    @property
    def config(self) -> Any: ...

class AnyWaiter(Waiter):
    """A waiter of a service without stubs of its own."""
    def wait(self, **kwargs: Any) -> None: ...
