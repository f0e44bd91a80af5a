"""The objects of one kind, kept as a watch tells of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from raymon_tui.backends.base import WatchEvent
from raymon_tui.cluster.kubernetes.metadata import KubernetesObject, read
from raymon_tui.cluster.ray_api.rows import in_slices

T = TypeVar("T", bound=KubernetesObject)


class Shelf(Generic[T]):
    """Objects by name, at most `most` of them, the last ones told of; `cut` says that there were more.

    Those that `wanted` does not want are passed over; of a list the last ones are those that are last by `order`.
    `seen` is told each that is put here. `known` is False until they were listed for the first time.
    """

    def __init__(
        self,
        type_: type[T],
        most: int = 20_000,
        *,
        wanted: Callable[[T], bool] | None = None,
        order: Callable[[T], float] | None = None,
        seen: Callable[[T], None] | None = None,
    ) -> None:
        self._type = type_
        self._most = most
        self._wanted, self._order, self._seen = wanted, order, seen
        self._objects: dict[str, T] = {}
        self.known = False
        self.cut = False

    @property
    def objects(self) -> tuple[T, ...]:
        """All objects."""
        return tuple(self._objects.values())

    @property
    def only(self) -> T | None:
        """The only object, where one was asked for by its name."""
        return next(iter(self._objects.values()), None)

    async def take(self, event: WatchEvent) -> None:
        """Take a change; a long list takes pauses."""
        if event.type == "RELISTED":
            await self.replace(event.object)
        elif event.type == "DELETED":
            metadata = event.object.get("metadata")
            self._objects.pop(_key(metadata if isinstance(metadata, dict) else {}), None)
        else:
            self._put(self._read(event.object))
            self.known = True

    async def replace(self, listed: Mapping[str, Any]) -> None:
        """Take a list in place of all."""
        items = listed.get("items")
        found = await in_slices(self._read, items if isinstance(items, list) else ())
        self._objects, self.cut = {}, False
        wanted = [one for one in found if one is not None]
        for one in wanted if self._order is None else sorted(wanted, key=self._order):
            self._put(one)
        self.known = True

    def _read(self, raw: object) -> T | None:
        return read(raw, self._type) if isinstance(raw, dict) else None

    def _put(self, found: T | None) -> None:
        if found is None or (self._wanted is not None and not self._wanted(found)):
            return
        key = f"{found.namespace}/{found.name}"
        self._objects.pop(key, None)
        self._objects[key] = found
        if len(self._objects) > self._most:
            del self._objects[next(iter(self._objects))]
            self.cut = True
        if self._seen is not None:
            self._seen(found)


def _key(metadata: Mapping[str, Any]) -> str:
    return f"{metadata.get('namespace', '')}/{metadata.get('name', '')}"
