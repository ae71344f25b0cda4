"""What is read when it is first asked for: most commands ask for little of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Value = TypeVar("Value")


class Later(Mapping[str, Value]):
    """A mapping that is equal to the one it will read."""

    def __init__(self, read: Callable[[], dict[str, Value]]) -> None:
        """Take what reads it."""
        self._read = read

    @cached_property
    def _there(self) -> dict[str, Value]:
        return self._read()

    def __getitem__(self, name: str) -> Value:
        """Return what has a name. Raises `KeyError`."""
        return self._there[name]

    def __iter__(self) -> Iterator[str]:
        """Yield every name."""
        return iter(self._there)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._there)
