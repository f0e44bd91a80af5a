"""What is being watched anyway, so that the API server need not be asked for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import anyio

from raymon_tui.backends.base import WatchEvent
from raymon_tui.backends.kuberay import GROUP
from raymon_tui.backends.kubernetes import ray_objects
from raymon_tui.backends.kubernetes.answers import items_of

Found = Mapping[str, Any]
_AT_ONCE = 500


class Watch:
    """What one watch has told; of pods the heads, and the addresses of all.

    It counts while it is `live`: not before all is listed, nor while it is broken off.
    """

    def __init__(self, path: str, params: Mapping[str, str]) -> None:
        self.path = path
        self.live = False
        self.objects: dict[str, Found] = {}
        self.addresses: dict[str, str] = {}
        self._name = params.get("fieldSelector", "").removeprefix("metadata.name=")
        self._key, self._values = _requirement(params.get("labelSelector", ""))

    async def take(self, event: WatchEvent) -> bool:
        """Take a change, and return whether it may tell where Ray is; a long list takes pauses."""
        if not (self._of_pods or self.path.startswith(GROUP)):
            return False
        if event.type == "RELISTED":
            self.objects, self.addresses, self.live = {}, {}, False
            for number, one in enumerate(items_of(event.object)):
                if number % _AT_ONCE == 0:
                    await anyio.lowlevel.checkpoint()
                self._put(one)
            self.live = True
            return True
        name = ray_objects.name_of(event.object)
        self.objects.pop(name, None)
        self.addresses.pop(name, None)
        if event.type != "DELETED":
            self._put(event.object)
        return not self._of_pods or bool(ray_objects.heads_among((event.object,)))

    def has(self, name: str) -> bool:
        """Return whether an object of that name would be told of, if it were there."""
        return self.live and not self._key and self._name in ("", name)

    def covers(self, key: str, value: str) -> bool:
        """Return whether all objects with that label are told of."""
        return self.live and not self._name and (not self._key or (self._key == key and value in self._values))

    @property
    def _of_pods(self) -> bool:
        return self.path.endswith("/pods")

    def labelled(self, key: str, value: str) -> list[Found]:
        """Return the objects with that label."""
        return [one for one in self.objects.values() if ray_objects.labels_of(one).get(key) == value]

    def _put(self, found: Found) -> None:
        name, ip = ray_objects.name_of(found), ray_objects.pod_ip(found)
        if not self._of_pods or ray_objects.heads_among((found,)):
            self.objects[name] = found
        if self._of_pods and ip and not ray_objects.is_going(found):
            self.addresses[name] = ip


class Watched:
    """All watches that are open now."""

    def __init__(self) -> None:
        self._watches: list[Watch] = []

    @contextmanager
    def opened(self, path: str, params: Mapping[str, str] | None) -> Iterator[Watch]:
        """Give what a watch is to tell, for as long as it is open."""
        watch = Watch(path, params or {})
        self._watches.append(watch)
        try:
            yield watch
        finally:
            self._watches.remove(watch)

    def telling(self, path: str, name: str) -> Watch | None:
        """Return who tells of the object of that name among those at `path`; None where nobody does."""
        return next((one for one in self._watches if one.path == path and one.has(name)), None)

    def covering(self, path: str, key: str, value: str) -> Watch | None:
        """Return who tells of all objects at `path` with that label; None where nobody does."""
        return next((one for one in self._watches if one.path == path and one.covers(key, value)), None)

    def pod_at(self, path: str, address: str) -> str | None:
        """Return the pod at `path` that has an address; None where none is known."""
        for watch in self._watches:
            if watch.path == path and watch.live:
                for name, ip in watch.addresses.items():
                    if ip == address:
                        return name
        return None


def _requirement(selector: str) -> tuple[str, frozenset[str]]:
    """Return the key and the values of a selector of the form `key=value` or `key in (a,b)`; "" for none.

    Of one that asks for more no value is known.
    """
    key, _, names = selector.replace(" in ", "=").partition("=")
    values = frozenset(names.strip("() ").split(","))
    return key.strip(), frozenset() if "=" in names else values
