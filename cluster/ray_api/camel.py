"""Undoing what some routes do to names: they turn every key into camelCase, those that users chose too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

V = TypeVar("V")


def camel(name: str) -> str:
    """Return what Ray's dashboard makes of a key: `cpu_worker` becomes `cpuWorker`."""
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def named_right(mangled: Mapping[str, V], names: Iterable[str]) -> dict[str, V]:
    """Return `mangled` with each key that is some right name's mangled form replaced by that name."""
    right = {camel(name): name for name in names}
    return {right.get(key, key): value for key, value in mangled.items()}
