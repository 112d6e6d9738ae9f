from collections.abc import Iterator
from typing import Any, Generic, TypedDict, TypeVar

Page = TypeVar("Page")

class PaginatorConfig(TypedDict, total=False):
    MaxItems: int | None
    PageSize: int | None
    StartingToken: str | None

class Paginator:
    @property
    def result_keys(self) -> list[str]: ...

class AnyPaginator(Paginator):
    """The paginator of a service without stubs of its own."""
    def paginate(self, **kwargs: Any) -> PageIterator[Any]: ...

class PageIterator(Generic[Page]):
    def __iter__(self) -> Iterator[Page]: ...
    @property
    def resume_token(self) -> str | None: ...
    def search(self, expression: str) -> Iterator[Any]: ...
    def build_full_result(self) -> Page: ...
    def result_key_iters(self) -> list[Iterator[Any]]: ...
