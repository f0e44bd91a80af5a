"""What a user types behind `/`: conditions for the server, and the rest for the table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from raymon_tui.cluster.model.page import Filter

_CONDITION = re.compile(r"(?P<key>[a-z_]+)(?P<predicate>!?=)(?P<value>\S*)")


class Filtering(NamedTuple):
    """A filter taken apart: `server` conditions go to the State API, `local` stays for the table's own filter."""

    server: tuple[Filter, ...] = ()
    local: str = ""


def taken_apart(text: str, server_keys: frozenset[str]) -> Filtering:
    """Return what of `text` the server can answer; a `re:` pattern is never taken apart.

    `state=FAILED slow` with `state` among `server_keys` gives the condition and the local text `slow`; a condition
    without a value yet is left out.
    """
    if text.startswith(("re:", "!")) or not server_keys:
        return Filtering(local=text)
    server: list[Filter] = []
    local: list[str] = []
    for word in text.split():
        match = _CONDITION.fullmatch(word)
        if match is None or match["key"] not in server_keys:
            local.append(word)
        elif match["value"]:
            value = match["value"].upper() if match["key"] == "state" else match["value"]
            server.append(Filter(match["key"], match["predicate"], value))
    return Filtering(tuple(server), " ".join(local))


def written(conditions: Iterable[Filter]) -> str:
    """Return conditions as a user types them: `state=FAILED job_id!=01000000`."""
    return " ".join(f"{one.key}{one.predicate}{one.value}" for one in conditions)
