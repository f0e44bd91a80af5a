"""How a metric looks in a list."""

from __future__ import annotations

from raymon_tui.cluster.metrics.exposition import Family
from raymon_tui.cluster.metrics.families import is_custom
from raymon_tui.tui.resources.cells import optional, text_column
from raymon_tui.widgets.content import piece, plain
from raymon_tui.widgets.table.column import Column

COLUMNS: tuple[Column[Family], ...] = (
    Column("metric", lambda r, _: piece(r.name), lambda r: r.name, width=30, flex=2, max_width=60),
    text_column("type", lambda r: r.type, width=9),
    text_column("defined by", lambda r: "your code" if is_custom(r.name) else "Ray", width=10, priority=2),
    Column(
        "what it tells",
        lambda r, _: optional(plain(r.help, 300) or None),
        None,
        width=20,
        flex=4,
        max_width=160,
        priority=1,
    ),
)
