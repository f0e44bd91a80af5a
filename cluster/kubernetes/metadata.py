"""What all objects of Kubernetes have in common, and how one is read from what the API server sends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from raymon_tui.cluster.ray_api.lenient import mend

T = TypeVar("T")


class Metadata(Struct, frozen=True, kw_only=True, rename="camel"):
    """An object's names and times; times as they are written."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    labels: dict[str, str] = {}
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None


class Condition(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a controller says of one side of an object; `status` is `True`, `False` or `Unknown`."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = None

    @property
    def since(self) -> float | None:
        """When it became so, in seconds since the epoch."""
        return moment(self.last_transition_time)


class KubernetesObject(Struct, frozen=True, kw_only=True, rename="camel"):
    """An object that has metadata."""

    metadata: Metadata = Metadata()

    @property
    def name(self) -> str:
        """Its name, which is unique among its kind in its namespace."""
        return self.metadata.name

    @property
    def namespace(self) -> str:
        """The namespace that it is in."""
        return self.metadata.namespace

    @property
    def created_at(self) -> float | None:
        """When it was made, in seconds since the epoch."""
        return moment(self.metadata.creation_timestamp)

    @property
    def deleting(self) -> bool:
        """Whether somebody has asked for its end."""
        return self.metadata.deletion_timestamp is not None


def condition_of(conditions: tuple[Condition, ...], type_: str) -> Condition | None:
    """Return the condition of that type; None where nobody says it."""
    return next((one for one in conditions if one.type == type_), None)


def moment(text: str | None) -> float | None:
    """Return a time of RFC 3339 in seconds since the epoch; None for none, and for Go's zero time."""
    if not text:
        return None
    try:
        at = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return None
    seconds = (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()
    return seconds if seconds > 0 else None


def read(raw: Mapping[str, Any], type_: type[T]) -> T | None:
    """Return an object as the API server sent it as `type_`; what does not fit takes its default, and nothing raises.

    None is something that has no name, or is no object at all.
    """
    try:
        found: T = mend(raw, type_)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return found if getattr(found, "name", "") else None
