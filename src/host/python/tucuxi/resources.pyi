from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from typing_extensions import Self

_T = TypeVar("_T")

class ResourceMeta:
    service_name: str
    identifiers: list[str]
    data: dict[str, Any] | None
    resource_model: Any

class Resource:
    def get_available_subresources(self) -> list[str]: ...

class ResourceCollection(Generic[_T]):
    def __iter__(self) -> Iterator[_T]: ...
    def all(self) -> Self: ...
    def limit(self, count: int) -> Self: ...
    def page_size(self, count: int) -> Self: ...
    def pages(self) -> Iterator[list[_T]]: ...
