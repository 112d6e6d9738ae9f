from typing import Any

class BotoCoreError(Exception):
    fmt: str
    kwargs: dict[str, Any]
    def __init__(self, **kwargs: Any) -> None: ...

class ClientError(Exception):
    response: Any
    operation_name: str
    def __init__(self, error_response: Any, operation_name: str) -> None: ...

class WaiterError(BotoCoreError):
    last_response: Any

class TucuxiError(BotoCoreError): ...
class CanceledError(TucuxiError): ...
class DeadlineExceededError(TucuxiError): ...

def __getattr__(name: str) -> type[BotoCoreError]: ...
