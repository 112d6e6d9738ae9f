from typing import Any, TypedDict

class WaiterConfig(TypedDict, total=False):
    Delay: int
    MaxAttempts: int

class Waiter:
    name: str
    @property
    def config(self) -> Any: ...
    def wait(self, **kwargs: Any) -> None: ...
