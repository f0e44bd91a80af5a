"""JSON of which nobody promises the shape: what is not as it should be is as if it were not there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Object = Mapping[str, Any]


def obj(value: Any) -> Object:
    """Return an object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Object]:
    """Return those items of a list that are objects."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any, default: str = "") -> str:
    """Return a text."""
    return value if isinstance(value, str) else default


def texts(value: Any) -> tuple[str, ...]:
    """Return a text, or those of a list, as texts."""
    return tuple(str(item) for item in (value if isinstance(value, list) else [value]) if isinstance(item, str | int))


def number(value: Any) -> float | None:
    """Return a finite number; Grafana writes some of them as texts."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: Any, default: int) -> int:
    """Return a whole number."""
    found = number(value)
    return default if found is None else int(found)
