"""How a log file looks in a list."""

from __future__ import annotations

import re
from collections.abc import Callable

from raymon_tui.cluster.model.log_file import LogFile
from raymon_tui.widgets.content import UNKNOWN, Content, piece
from raymon_tui.widgets.numbers import age, size
from raymon_tui.widgets.table.column import Column, Moment

_LONG_ID = re.compile(r"[0-9a-f]{24,}")
Address = Callable[[str], str]
"""Gives a node's address for its id."""


def columns(address: Address) -> tuple[Column[LogFile], ...]:
    """Return the columns; `address` tells what people call a node."""
    return (
        Column("file", lambda f, _: piece(short_name(f.name)), lambda f: f.name, width=24, flex=3, max_width=96),
        Column("changed", _changed, lambda f: f.modified_at, width=8, align="right", descending=True),
        Column("size", lambda f, _: piece(size(f.size)), lambda f: f.size, width=10, align="right", descending=True),
        Column("component", lambda f, _: piece(f.component, "dim"), lambda f: f.component, width=12, priority=2),
        Column(
            "node", lambda f, _: piece(address(f.node_id)), lambda f: address(f.node_id), width=15, flex=1,
            max_width=40, priority=1,
        ),
    )  # fmt: skip


def short_name(name: str) -> str:
    """Return a name whose ids are cut to their beginnings: what tells files apart often stands behind them."""
    return _LONG_ID.sub(lambda match: match[0][:8] + "…", name)


def _changed(file: LogFile, moment: Moment) -> Content:
    if file.modified_at is None:
        return (UNKNOWN,)
    return piece(f"{age(moment.now - file.modified_at)} ago", "dim")
