"""Values that are worked out once and looked up from then on."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

REMEMBERED = 200_000


class Memory(dict[K, V], Generic[K, V]):
    """A dictionary that works out what it lacks; what `read` raises, looking up raises."""

    def __init__(self, read: Callable[[K], V]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, key: K) -> V:
        value = self._read(key)
        if len(self) >= REMEMBERED:
            self.clear()
        self[key] = value
        return value

    def each(self, keys: Iterable[K]) -> Iterator[V]:
        """The values of many keys, without a step of the interpreter for each."""
        return map(self.__getitem__, keys)
